/** How much may be done at once, and how fast that comes back. */
export interface PaceLimits {
  readonly atOnce: number
  readonly perSecond: number
}

/** A bucket of tokens: a little is done at once, and a lot at a bounded rate. */
export class Pace {
  readonly #atOnce: number
  readonly #msEach: number
  /** When all that was taken will have come back. */
  #fullAtMs = -Infinity

  constructor({ atOnce, perSecond }: PaceLimits) {
    this.#atOnce = atOnce
    this.#msEach = 1_000 / perSecond
  }

  /** Takes as much and gives 0, or says in how many milliseconds there will be so much. More than all counts as all. */
  take(amount: number, nowMs: number): number {
    const fullAtMs = Math.max(this.#fullAtMs, nowMs) + Math.min(amount, this.#atOnce) * this.#msEach
    const waitMs = fullAtMs - nowMs - this.#atOnce * this.#msEach
    if (waitMs > 0) return waitMs
    this.#fullAtMs = fullAtMs
    return 0
  }
}
