import { bugName } from './bug.ts'
import { killMoments } from './kill-plan.ts'
import { Outages } from './outages.ts'
import type { CarriedOut } from './run-record.ts'
import type { Screen } from './screen.ts'
import type { Telling } from './telling.ts'

/** Rows between two lines about progress; where rows are slow to come, so much time. */
const rowsPerLine = 1_000
const msPerLine = 5_000

/** One kill, for a person. */
export interface Kill {
  readonly number: number
  readonly pid: number
  readonly moment: CarriedOut['moment']
  readonly at: string
  readonly atMs: number
}

type Told<Type extends Telling['type']> = Extract<Telling, { readonly type: Type }>

/** Tells a person what happens, one line each, and counts it. */
export class Narrator {
  crashes = 0
  /** Crashes that the bug has no part in. */
  surprises = 0
  restarts = 0
  starts = 0
  readonly outages = new Outages()
  /** What happened that must not. */
  readonly troubles: string[] = []
  readonly #screen: Screen
  readonly #rows: number
  readonly #beganAtMs = performance.now()
  /** Crashes whose restart has not been heard of, by actor. */
  readonly #open = new Map<string, { readonly text: string; readonly atMs: number }>()
  #lastRows: number
  #lastLineAtMs = 0

  constructor({ screen, rows, from }: { readonly screen: Screen; readonly rows: number; readonly from: number }) {
    this.#screen = screen
    this.#rows = rows
    this.#lastRows = from
  }

  /** Rows that the reader was last known to have read. */
  get lastRows(): number {
    return this.#lastRows
  }

  /** Since when it tells, in seconds. */
  get seconds(): string {
    return ((performance.now() - this.#beganAtMs) / 1_000).toFixed(2)
  }

  line(word: string, text: string): void {
    // A name from the file may hold anything, and each thing is told on one line.
    this.#screen.line(`${this.seconds.padStart(7)} s  ${word.padEnd(7)}  ${text.replaceAll(/\s+/g, ' ')}`)
    this.#lastLineAtMs = performance.now()
  }

  began(pid: number): void {
    this.starts += 1
    this.line('start', `worker ${this.starts}, pid ${pid}`)
  }

  hear(telling: Telling): void {
    switch (telling.type) {
      case 'up':
        this.line('up', `${telling.actors} actors run; ${counted(telling.waiting, 'message')} had been accepted and not applied`)
        return
      case 'applied':
        this.outages.end(performance.now())
        return
      case 'progress':
        this.#progress(telling)
        return
      case 'crash':
        this.#crashed(telling)
        return
      case 'restarted':
        this.#restarted(telling)
        return
      case 'trouble':
        this.troubles.push(telling.what)
        this.line('trouble', telling.what)
        return
      default:
    }
  }

  killed({ number, pid, moment, at, atMs }: Kill): void {
    this.outages.begin(atMs)
    for (const { text } of this.#open.values()) this.line('crash', `${text} → the process was killed before it was restarted`)
    this.#open.clear()
    const where = moment === 'outside' ? 'by somebody else' : `${killMoments[moment]}: ${at}`
    this.line('kill', `number ${number}, pid ${pid}, ${where}`)
  }

  #crashed({ id, handler, why }: Told<'crash'>): void {
    this.crashes += 1
    if (!why.startsWith(bugName)) this.surprises += 1
    this.#open.set(id, { text: `${id}${handler === undefined ? '' : `, ${handler}`}: ${why}`, atMs: performance.now() })
  }

  #restarted({ id, incarnation }: Told<'restarted'>): void {
    this.restarts += 1
    const crash = this.#open.get(id)
    this.#open.delete(id)
    if (crash === undefined) {
      this.line('restart', `${id}, incarnation ${incarnation}`)
      return
    }
    const ms = Math.ceil(performance.now() - crash.atMs)
    this.line('crash', `${crash.text} → restarted as incarnation ${incarnation} in ${ms} ms`)
  }

  #progress({ rows, measured, refused }: Told<'progress'>): void {
    const isFurther = Math.floor(rows / rowsPerLine) > Math.floor(this.#lastRows / rowsPerLine)
    this.#lastRows = rows
    this.#screen.progress({ name: 'coppice', rows, of: this.#rows })
    if (!isFurther && performance.now() - this.#lastLineAtMs < msPerLine) return
    const speeds = `${grouped(measured)} speeds measured, ${grouped(refused)} refused`
    this.line('rows', `${grouped(rows)} of ${grouped(this.#rows)} read; ${speeds}`)
  }
}

/** `1 row`, `2 rows`. */
export function counted(count: number, what: string): string {
  return `${grouped(count)} ${what}${count === 1 ? '' : 's'}`
}

/** `10000` as `10,000`. */
export function grouped(count: number): string {
  return count.toLocaleString('en-US')
}
