/** How long nothing new was applied after each kill. */
export class Outages {
  readonly #begun: number[] = []
  readonly #lengthsMs: number[] = []

  begin(atMs: number): void {
    this.#begun.push(atMs)
  }

  /** Ends every outage that has begun: a kill during recovery makes the one before longer. */
  end(atMs: number): void {
    for (const begunAtMs of this.#begun.splice(0)) this.#lengthsMs.push(atMs - begunAtMs)
  }

  /** Nothing if there was none that has ended. */
  get summary(): { readonly medianMs: number; readonly worstMs: number } | undefined {
    const sorted = this.#lengthsMs.toSorted((a, b) => a - b)
    const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]]
    const worstMs = sorted.at(-1)
    return low === undefined || high === undefined || worstMs === undefined ? undefined : { medianMs: (low + high) / 2, worstMs }
  }
}
