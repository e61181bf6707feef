import type { ActorId } from '../protocol/actor-id.ts'
import type { Death } from '../app/simulation-controls.ts'

/** A point of a run at which the process can die: around the n-th commit, or after the n-th turn, counted from the beginning. */
export interface DeathPoint {
  readonly at: 'before commit' | 'after commit' | 'torn commit' | 'after turn'
  readonly nth: number
}

type Checkpoints = ReadonlyMap<ActorId, number>

/** What may be asked of a simulation whose process can die. */
interface Mortal {
  dies(death: Death): void
  newestCheckpoints(): Checkpoints | undefined
}

/** How many points there were at which the process could die. */
export interface DeathCount {
  readonly commits: number
  readonly turns: number
  /** Commits that wrote a checkpoint over another one, as far as somebody asked: by their numbers. */
  readonly tearable: readonly number[]
  /** The points at which it did. */
  readonly reached: readonly DeathPoint[]
  /** For each of them the points that there were from then until the tree was up again. */
  readonly recoveries: readonly Recovery[]
}

/** The commits and turns by which a tree was started again after the death of its process: those after `from`, up to `to`. */
export interface Recovery {
  readonly from: { readonly commits: number; readonly turns: number }
  readonly to: { readonly commits: number; readonly turns: number }
}

/** Counts the points at which the process could die, and has it die at those that are planned. */
export class ProcessDeath implements DeathCount {
  readonly #mortal: Mortal
  readonly #planned: DeathPoint[]
  #checkpoints: Checkpoints | undefined
  commits = 0
  turns = 0
  readonly tearable: number[] = []
  readonly #isCounting: boolean
  readonly reached: DeathPoint[] = []
  readonly recoveries: Recovery[] = []
  #diedAt: Recovery['from'] | undefined

  constructor(mortal: Mortal, planned: readonly DeathPoint[] = [], isCounting = false) {
    this.#mortal = mortal
    this.#planned = [...planned]
    this.#isCounting = isCounting
  }

  plan(point: DeathPoint): void {
    this.#planned.push(point)
  }

  /** The tree of the process that came after is up. */
  isUpAgain(): void {
    if (this.#diedAt !== undefined) this.recoveries.push({ from: this.#diedAt, to: this.#count() })
    this.#diedAt = undefined
  }

  /** A choice is about to be made. True if the process dies in place of it. */
  before(choice: string): boolean {
    if (!isCommit(choice)) return false
    const nth = this.commits + 1
    if (this.#die('before commit', nth)) return true
    if (this.#isCounting || this.#isDue('torn commit', nth)) this.#checkpoints = this.#mortal.newestCheckpoints()
    return false
  }

  /** A choice was made. */
  after(choice: string): void {
    if (choice.startsWith('run ')) {
      this.turns += 1
      this.#die('after turn', this.turns)
      return
    }
    if (!isCommit(choice)) return
    this.commits += 1
    this.#die('after commit', this.commits)
    const written = this.#written()
    if (written.length === 0) return
    if (!this.#die('torn commit', this.commits, written)) this.tearable.push(this.commits)
  }

  #written(): Required<Death>['torn'] {
    const before = this.#checkpoints
    const now = before && this.#mortal.newestCheckpoints()
    this.#checkpoints = undefined
    if (now === undefined) return []
    // Behind a first checkpoint there is nothing: without it the tree refuses to start.
    const isTearable = ([actor, number]: [ActorId, number]): boolean => (before?.get(actor) ?? number) !== number
    return [...now].filter(isTearable).map(([actor, number]) => ({ actor, number }))
  }

  #isDue(at: DeathPoint['at'], nth: number): boolean {
    return this.#planned.some((point) => point.at === at && point.nth === nth)
  }

  /** Dies if it is due. */
  #die(at: DeathPoint['at'], nth: number, torn: Required<Death>['torn'] = []): boolean {
    const index = this.#planned.findIndex((point) => point.at === at && point.nth === nth)
    const [point] = index < 0 ? [] : this.#planned.splice(index, 1)
    if (point === undefined) return false
    this.reached.push(point)
    this.#diedAt = this.#count()
    this.#mortal.dies({ at: describeDeath(point), torn })
    return true
  }

  #count(): Recovery['from'] {
    return { commits: this.commits, turns: this.turns }
  }
}

/** A point in words: `after commit 3`. */
export function describeDeath({ at, nth }: DeathPoint): string {
  return at === 'torn commit' ? `after commit ${nth}, with its checkpoints torn` : `${at} ${nth}`
}

function isCommit(choice: string): boolean {
  return choice.startsWith('defer store commit') || choice.startsWith('defer "store commit"')
}
