import { planKills, type KillPoint } from './kill-plan.ts'
import { beginLife, type Life, type LifeEnd } from './life.ts'
import type { Narrator } from './narrator.ts'
import type { Options } from './options.ts'
import { saveRun, type RunPlace, type RunRecord } from './run-record.ts'
import type { Orders, Telling } from './telling.ts'

/** The most rows that the reader takes at a time. */
const largestBatch = 50
/** At a given rate, so many batches come in a second. */
const batchesPerSecond = 20
/** Somebody else may kill the worker so often: a machine that is short of memory would go on for ever. */
const mostOutsideKills = 20

/** How a job ended: everything is applied, stopped on demand, or given up. */
export type JobEnd = Exclude<LifeEnd, { readonly type: 'killed' }>

/** What a job is made of. */
export interface JobParts {
  readonly options: Options
  readonly file: string
  readonly rows: number
  readonly place: RunPlace
  readonly record: RunRecord
  readonly narrator: Narrator
}

/** One run of the job: a worker process, killed and started again until everything is applied. */
export class Job {
  record: RunRecord
  readonly #parts: JobParts
  readonly #plan: readonly KillPoint[]
  #life: Life | undefined
  #isStopping = false

  constructor(parts: JobParts) {
    const { options, rows, record } = parts
    this.#parts = parts
    this.record = record
    // Each row is a message to a ledger and one to the statistics.
    this.#plan = planKills({ kills: options.kills, seed: options.seed, messages: 2 * rows })
  }

  async run(): Promise<JobEnd> {
    for (;;) {
      const end = await this.#liveOnce()
      if (end.type !== 'killed') return end
      if (this.#isStopping) return { type: 'stopped', rows: this.#parts.narrator.lastRows }
      const strangers = this.#outsideKills
      if (strangers > mostOutsideKills) return { type: 'failed', why: `somebody else has killed the worker ${strangers} times` }
    }
  }

  /** Lets the worker stop in order; `run` ends when it has. */
  stop(): void {
    this.#isStopping = true
    this.#life?.stop()
  }

  /** Stops at once; nothing is lost by that either. */
  kill(): void {
    this.#life?.kill()
  }

  get #outsideKills(): number {
    return this.record.kills.filter(({ moment }) => moment === 'outside').length
  }

  async #liveOnce(): Promise<LifeEnd> {
    const { narrator } = this.#parts
    const point = this.#plan[this.record.kills.length - this.#outsideKills]
    const hear = (telling: Telling): void => narrator.hear(telling)
    const life = beginLife({ program: 'worker.ts', orders: this.#orders(point), delayMs: point?.delayMs ?? 0, hear })
    this.#life = life
    narrator.began(life.pid)
    const end = await life.ended
    if (end.type !== 'killed' || end.by === 'user') return end
    const moment = end.by === 'plan' && point !== undefined ? point.moment : 'outside'
    this.#remember({ kills: [...this.record.kills, { moment, rows: narrator.lastRows }] })
    narrator.killed({ number: this.record.kills.length, pid: life.pid, moment, ...end })
    return end
  }

  #remember(news: Partial<RunRecord>): void {
    this.record = { ...this.record, ...news }
    saveRun(this.#parts.place, this.record)
  }

  #orders(kill: KillPoint | undefined): Orders {
    const { options, file, place } = this.#parts
    const batchSize = batchSizeFor(this.#parts)
    const pauseMs = options.rate === undefined ? 0 : (batchSize / options.rate) * 1_000
    return { database: place.database, file, seed: options.seed, batchSize, pauseMs, kill: kill ?? null }
  }
}

/** Small enough that there is something left to do after every kill, and that a slow rate is steady. */
function batchSizeFor({ rows, options: { kills, rate } }: JobParts): number {
  const steady = rate === undefined ? largestBatch : Math.ceil(rate / batchesPerSecond)
  return Math.max(1, Math.min(largestBatch, steady, Math.ceil(rows / (kills + 1) / 5)))
}
