import type { Intensity } from '../specs/intensity.ts'

/**
 * The restarts of one supervisor within a sliding window, changed in place. As in OTP a restart that is exactly `withinMs` old
 * is still inside; ours is measured in milliseconds where OTP 25 takes whole seconds.
 *
 * Times must not go backwards. Each restart is added once and dropped once, however many are inside.
 */
export class RestartIntensity {
  readonly limit: Intensity
  #times: number[] = []
  /** Where the window begins in `#times`; what lies before is over. */
  #first = 0

  constructor(limit: Intensity) {
    this.limit = limit
  }

  /** How many restarts are allowed at this moment. */
  budgetLeft(nowMs: number): number {
    this.#slide(nowMs)
    return this.limit.restarts - (this.#times.length - this.#first)
  }

  /** Counts a restart; the caller has seen that one is left. */
  record(nowMs: number): void {
    this.#slide(nowMs)
    this.#times.push(nowMs)
  }

  /** How many whole milliseconds ago each restart inside the window was counted, oldest first. */
  agesMs(nowMs: number): readonly number[] {
    this.#slide(nowMs)
    return this.#times.slice(this.#first).map((timeMs) => Math.round(nowMs - timeMs))
  }

  /** The same window, to go on from in another direction. */
  copy(): RestartIntensity {
    const copy = new RestartIntensity(this.limit)
    copy.#times = this.#times.slice(this.#first)
    return copy
  }

  #slide(nowMs: number): void {
    while (this.#first < this.#times.length && nowMs - (this.#times[this.#first] ?? 0) > this.limit.withinMs) this.#first += 1
    // Cutting only what is more than half keeps the cost of a restart constant on average.
    if (this.#first * 2 > this.#times.length) {
      this.#times = this.#times.slice(this.#first)
      this.#first = 0
    }
  }
}
