/**
 * What was passed over by a decision: it has its turn again when nothing else is in line, or another decision picks it. So one
 * decision says all that there is to say about an actor that is slow (Burckhardt et al., "A Randomized Scheduler with
 * Probabilistic Guarantees of Finding Bugs", 2010: a change of priority).
 */
export class Postponed {
  readonly #labels = new Set<string>()
  /** There may be an offer always: one after another would go on for ever. */
  #hasOffered = false

  /** What can run, with what was passed over behind all else, but for an offer that has just been taken up. */
  arrange(labels: readonly string[]): readonly string[] {
    if (this.#labels.size === 0) return labels
    const places: readonly string[][] = [[], [], [], []]
    for (const label of labels) {
      const place = this.#labels.has(label) ? 2 : kindOf(label) !== 'offer' ? 0 : this.#hasOffered ? 3 : 1
      places[place]?.push(label)
    }
    return places.flat()
  }

  /** The one at `index` runs. Those before it were passed over, if they are of its kind: turns by a turn, timers by a timer. */
  pass(arranged: readonly string[], index: number): void {
    const chosen = arranged[index] ?? ''
    this.#labels.delete(chosen)
    const kind = kindOf(chosen)
    this.#hasOffered = kind === 'offer'
    if (this.#hasOffered) return
    for (const label of arranged.slice(0, index)) if (kindOf(label) === kind) this.#labels.add(label)
  }
}

function kindOf(label: string): string {
  return label.slice(0, label.indexOf(' '))
}
