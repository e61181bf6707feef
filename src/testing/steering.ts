import { seededRandom } from '../runtime/random.ts'
import { Postponed } from './postponed.ts'

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

/** Decides by a seed. Four kinds of seeds take turns: most decisions by chance, one in four, one in twelve, or three at most. */
export function bySeed(seed: number): Picker {
  const random = seededRandom(seed)
  const share = [1, 1 / 4, 1 / 12][Math.abs(seed) % 4]
  if (share !== undefined) return (labels) => (random.next() < share ? random.integer(labels.length) : 0)
  // How long the run will be is not known: early decisions are as likely for a short one as for a long one.
  const reach = 8 << random.integer(5)
  const points = new Set(Array.from({ length: 1 + random.integer(3) }, () => 1 + random.integer(reach)))
  return (labels, at) => (points.has(at) ? random.integer(labels.length) : 0)
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
  readonly #postponed = new Postponed()
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
    const arranged = this.arrange(labels)
    const index = this.#pick(arranged, this.#count)
    const choice = arranged[index]
    if (index > 0 && choice !== undefined) this.decisions.push({ at: this.#count, choice })
    return this.take(labels, arranged, index)
  }

  /** What can run, in the order in which it would by itself. */
  protected arrange(labels: readonly string[]): readonly string[] {
    return this.#postponed.arrange(labels)
  }

  /** The one at `index` of what was arranged runs. Gives its place in `labels`. */
  protected take(labels: readonly string[], arranged: readonly string[], index: number): number {
    this.#postponed.pass(arranged, index)
    return labels === arranged ? index : labels.indexOf(arranged[index] ?? '')
  }
}
