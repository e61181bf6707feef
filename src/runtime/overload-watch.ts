import type { Clock, ClockTimer } from './clock.ts'
import type { Crowd, FullestMailbox } from './crowd.ts'

/** From when on a system has too much to do. */
export interface OverloadLimits {
  /** How often is looked. */
  readonly everyMs: number
  readonly loopDelayMs: number
  readonly queued: number
  readonly headAgeMs: number
}

/** How much a system has to do. */
export interface OverloadInfo {
  /** From the first look that finds a limit reached until three looks in a row find less than half of each. */
  readonly isOverloaded: boolean
  /** By how much the event loop was late at the last look, in milliseconds; nothing if nobody watches. */
  readonly loopDelayMs: number | undefined
  /** The mailbox with the most messages; nothing if none has more than 16. */
  readonly fullest: FullestMailbox | undefined
}

/** What happens when a system has too much to do, and when it has not any more. */
export interface OverloadEvent {
  readonly type: 'overloaded' | 'relieved'
  readonly loopDelayMs: number
  readonly fullest: FullestMailbox | undefined
}

/** What a watch needs. */
export interface OverloadWatchParts {
  readonly clock: Clock
  readonly crowd: Crowd
  readonly limits: OverloadLimits
  readonly emit: (event: OverloadEvent) => void
}

/** So many calm looks in a row end an overload. */
const calmLooks = 3

/** Looks from time to time how late the event loop is, and how full the mailboxes are. */
export class OverloadWatch {
  readonly #parts: OverloadWatchParts
  #timer: ClockTimer | undefined
  #loopDelayMs = 0
  #calm = 0
  #isOverloaded = false

  constructor(parts: OverloadWatchParts) {
    this.#parts = parts
    this.#arm()
  }

  get isOverloaded(): boolean {
    return this.#isOverloaded
  }

  get loopDelayMs(): number {
    return this.#loopDelayMs
  }

  close(): void {
    this.#timer?.cancel()
  }

  #arm(): void {
    const { clock, limits } = this.#parts
    const dueMs = clock.now() + limits.everyMs
    this.#timer = clock.setTimer(limits.everyMs, () => this.#look(dueMs), { keepsAlive: false })
  }

  #look(dueMs: number): void {
    const { clock, crowd, limits, emit } = this.#parts
    const nowMs = clock.now()
    crowd.look(nowMs)
    this.#loopDelayMs = Math.max(0, nowMs - dueMs)
    const fullest = crowd.fullest()
    const load = Math.max(
      this.#loopDelayMs / limits.loopDelayMs,
      (fullest?.queued ?? 0) / limits.queued,
      limits.headAgeMs === Infinity ? 0 : crowd.oldestMs() / limits.headAgeMs,
    )
    this.#calm = load < 0.5 ? this.#calm + 1 : 0
    const before = this.#isOverloaded
    this.#isOverloaded = before ? this.#calm < calmLooks : load >= 1
    this.#arm()
    if (before !== this.#isOverloaded) emit({ type: before ? 'relieved' : 'overloaded', loopDelayMs: this.#loopDelayMs, fullest })
  }
}
