import { beginLife, type Life } from './life.ts'
import { grouped, type Narrator } from './narrator.ts'
import { Outages } from './outages.ts'
import type { CarriedOut } from './run-record.ts'
import type { Screen } from './screen.ts'
import type { Telling } from './telling.ts'
import type { TwinPlace } from './twin-state.ts'

/** What a process of the twin is started for: its one argument, as JSON. */
export interface TwinOrders {
  readonly file: string
  readonly place: TwinPlace
  readonly seed: number
  /** The row after which it is to be killed, or its start; nothing if it may finish. */
  readonly kill: number | 'recovery' | null
  /** Rows up to here were passed before. */
  readonly newFrom: number
}

/** What the twin is run with. */
export interface TwinJobParts extends Pick<TwinOrders, 'file' | 'place' | 'seed'> {
  readonly rows: number
  /** Those of coppice's worker: the twin is killed at the same rows. */
  readonly kills: readonly CarriedOut[]
  readonly narrator: Narrator
  readonly screen: Screen
}

/** How the twin ended. */
export type TwinEnd = { readonly type: 'done' | 'stopped' } | { readonly type: 'failed'; readonly why: string }

/** One run of the twin, killed as often as the worker was. */
export class TwinJob {
  crashes = 0
  kills = 0
  readonly outages = new Outages()
  readonly #parts: TwinJobParts
  #life: Life | undefined
  #lastSaved = 0

  constructor(parts: TwinJobParts) {
    this.#parts = parts
  }

  async run(): Promise<TwinEnd> {
    const { rows, kills, narrator } = this.#parts
    narrator.line('twin', 'the same job as a plain program: killed at the same rows, and no tree to restart what throws')
    for (let newFrom = 0; ;) {
      const next = kills[this.kills]
      const life = beginLife({ program: 'twin-worker.ts', orders: this.#orders(next, newFrom), delayMs: 0, hear: this.#hear })
      this.#life = life
      const end = await life.ended
      if (end.type === 'done') {
        narrator.line('twin', `${grouped(rows)} of ${grouped(rows)} read, ${grouped(this.crashes)} crashes logged`)
        return { type: 'done' }
      }
      if (end.type !== 'killed') return { type: 'failed', why: end.type === 'failed' ? end.why : `the twin was ${end.type}` }
      if (end.by === 'user') return { type: 'stopped' }
      if (end.by === 'outside') return { type: 'failed', why: 'somebody else has killed the twin' }
      this.kills += 1
      this.outages.begin(end.atMs)
      newFrom = Math.max(newFrom, next?.rows ?? 0)
      const where = `number ${this.kills}, pid ${life.pid}, at ${end.at}; its last save is of row ${grouped(this.#lastSaved)}`
      narrator.line('kill', `twin's ${where}`)
    }
  }

  /** It stops at once: there is nothing to continue. */
  stop(): void {
    this.#life?.kill()
  }

  readonly #hear = (telling: Telling): void => {
    if (telling.type === 'applied') this.outages.end(performance.now())
    else if (telling.type === 'crash') this.crashes += 1
    else if (telling.type === 'progress') {
      this.#lastSaved = telling.rows
      this.#parts.screen.progress({ name: 'plain twin', rows: telling.rows, of: this.#parts.rows })
    }
  }

  #orders(next: CarriedOut | undefined, newFrom: number): TwinOrders {
    const { file, place, seed } = this.#parts
    const kill = next === undefined ? null : next.moment === 'recovery' ? 'recovery' : next.rows
    return { file, place, seed, kill, newFrom }
  }
}
