import { seededRandom } from '../runtime/random.ts'

/** A decision of a run that was not the default: its number among those where there was a choice, and what ran. */
export interface Decision {
  /** Counts from 1 where more than one thing could have run, from when the tree was up. */
  readonly at: number
  /** The label of what ran: `run bob`. */
  readonly choice: string
}

/** Makes a decision: the place of what runs in the list of what can. */
export type Picker = (labels: readonly string[], at: number) => number

/** The default order: what is in line longest runs first; then the store commits and timers fire; then promises go on. */
export function inOrder(): number {
  return 0
}

/** Decides by a seed. Three kinds of seeds take turns: most decisions by chance, one in four, one in twelve. */
export function bySeed(seed: number): Picker {
  const random = seededRandom(seed)
  const share = [1, 1 / 4, 1 / 12][Math.abs(seed) % 3] ?? 1
  return (labels) => (random.next() < share ? random.integer(labels.length) : 0)
}

/** Decides as was decided, and in order elsewhere. What cannot run any more is left out, or, if `missing` is given, told. */
export function byDecisions(
  decisions: readonly Decision[],
  missing?: (decision: Decision, labels: readonly string[]) => void,
): Picker {
  const wanted = new Map(decisions.map((decision) => [decision.at, decision]))
  return (labels, at) => {
    const decision = wanted.get(at)
    if (decision === undefined) return 0
    const index = labels.indexOf(decision.choice)
    if (index < 0) missing?.(decision, labels)
    return Math.max(index, 0)
  }
}

/** Makes the choices of a run by a picker, and keeps those that were not the default. Before the tree is up all are. */
export class Steering {
  readonly decisions: Decision[] = []
  readonly #pick: Picker
  #isUp = false
  #count = 0

  constructor(pick: Picker) {
    this.#pick = pick
  }

  /** How many decisions there were. */
  get count(): number {
    return this.#count
  }

  /** From now on the picker decides. */
  begin(): void {
    this.#isUp = true
  }

  choose(labels: readonly string[]): number {
    if (!this.#isUp || labels.length < 2) return 0
    this.#count += 1
    const index = this.#pick(labels, this.#count)
    const choice = labels[index]
    if (index > 0 && choice !== undefined) this.decisions.push({ at: this.#count, choice })
    return index
  }
}
