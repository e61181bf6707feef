import { areIndependent, type Footprint, type FootprintWatch } from './footprint.ts'
import type { Branch, Branching, Frontier } from './frontier.ts'
import { Steering } from './steering.ts'

/** The rest of this run gives what another one gives: it ends here. */
export class RedundantRun extends Error {}

/**
 * Goes along one branch of all runs, and puts every other branch that it comes by on the frontier. With a watch it leaves out
 * what gives the same as another run, by sleep sets: of two independent steps only one order is tried (Godefroid, "Partial-Order
 * Methods for the Verification of Concurrent Systems", 1996).
 */
export class BoundedSteering<Tree> extends Steering {
  readonly #branch: Branch
  readonly #frontier: Frontier
  readonly #watch: FootprintWatch<Tree> | undefined
  #asleep: ReadonlyMap<string, Footprint> = new Map()
  #at = 0
  #isUp = false
  #last: { readonly choice: string; readonly branching: Branching | undefined } | undefined
  isRedundant = false

  constructor(branch: Branch, frontier: Frontier, watch: FootprintWatch<Tree> | undefined) {
    super(() => 0)
    this.#branch = branch
    this.#frontier = frontier
    this.#watch = watch
  }

  override get count(): number {
    return this.#at
  }

  override begin(): void {
    this.#isUp = true
  }

  override choose(labels: readonly string[]): number {
    if (!this.#isUp) return 0
    this.#learn(labels)
    const isChoice = labels.length > 1
    if (isChoice) this.#at += 1
    const arranged = this.arrange(labels)
    const index = this.#pick(arranged, isChoice)
    const choice = arranged[index] ?? ''
    if (isChoice && index > 0) this.decisions.push({ at: this.#at, choice })
    if (this.#last === undefined) this.#last = { choice, branching: undefined }
    return this.take(labels, arranged, index)
  }

  #pick(labels: readonly string[], isChoice: boolean): number {
    const { decisions, from } = this.#branch
    const last = decisions.at(-1)
    if (isChoice && last !== undefined && this.#at < last.at) return this.#wanted(labels)
    if (last !== undefined && this.#at < last.at) return 0
    if (isChoice && last?.at === this.#at && this.decisions.length < decisions.length) {
      this.#asleep = new Map([...(from?.asleep ?? []), ...(from?.tried ?? [])])
      this.#last = { choice: last.choice, branching: from }
      return this.#wanted(labels)
    }
    return this.#goOn(labels, isChoice)
  }

  /** Beyond the last decision: the first that is not asleep, and the others later. */
  #goOn(labels: readonly string[], isChoice: boolean): number {
    const awake = labels.filter((label) => !this.#asleep.has(label))
    const choice = awake[0]
    if (choice === undefined) {
      this.isRedundant = true
      throw new RedundantRun()
    }
    const branching: Branching | undefined = awake.length > 1 ? { asleep: this.#asleep, tried: new Map() } : undefined
    if (branching !== undefined && isChoice)
      for (const other of awake.slice(1)) {
        const decisions = [...this.decisions, { at: this.#at, choice: other }]
        this.#frontier.add({ decisions, from: branching })
      }
    this.#last = { choice, branching }
    return labels.indexOf(choice)
  }

  #wanted(labels: readonly string[]): number {
    const decision = this.#branch.decisions.find(({ at }) => at === this.#at)
    return decision === undefined ? 0 : Math.max(0, labels.indexOf(decision.choice))
  }

  /** Of the step that ran last it is known now what it had to do with. */
  #learn(labels: readonly string[]): void {
    const last = this.#last
    this.#last = undefined
    if (last === undefined || this.#watch === undefined) return
    const footprint = this.#watch.after(last.choice, labels)
    // Timers have no name of their own: the same label may be another one next time.
    if (!last.choice.startsWith('defer timer')) last.branching?.tried.set(last.choice, footprint)
    this.#asleep = new Map([...this.#asleep].filter(([, sleeper]) => areIndependent(sleeper, footprint)))
  }
}
