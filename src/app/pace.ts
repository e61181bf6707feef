/** So many at once, and then one in each interval: what comes in a storm is not answered piece by piece. */
export class Pace {
  readonly #atOnce: number
  readonly #everyMs: number
  /** Until when the places that were taken are used up. */
  #usedToMs = -Infinity

  constructor({ atOnce, everyMs }: { readonly atOnce: number; readonly everyMs: number }) {
    this.#atOnce = atOnce
    this.#everyMs = everyMs
  }

  /** Takes a place and gives 0, or says in how many milliseconds there will be one. */
  take(nowMs: number): number {
    const usedToMs = Math.max(this.#usedToMs, nowMs) + this.#everyMs
    const waitMs = usedToMs - nowMs - this.#atOnce * this.#everyMs
    if (waitMs > 0) return waitMs
    this.#usedToMs = usedToMs
    return 0
  }
}
