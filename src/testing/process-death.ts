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
  /** The point at which it did. */
  readonly reached: DeathPoint | undefined
}

/** Counts the points at which the process could die, and has it die at the one that is planned. */
export class ProcessDeath implements DeathCount {
  readonly #mortal: Mortal
  #planned: DeathPoint | undefined
  #checkpoints: Checkpoints | undefined
  commits = 0
  turns = 0
  readonly tearable: number[] = []
  readonly #isCounting: boolean
  reached: DeathPoint | undefined

  constructor(mortal: Mortal, planned?: DeathPoint, isCounting = false) {
    this.#mortal = mortal
    this.#planned = planned
    this.#isCounting = isCounting
  }

  plan(point: DeathPoint): void {
    this.#planned = point
  }

  /** A choice is about to be made. True if the process dies in place of it. */
  before(choice: string): boolean {
    if (!isCommit(choice)) return false
    const nth = this.commits + 1
    if (this.#isDue('before commit', nth)) return this.#die([])
    if (this.#isCounting || this.#isDue('torn commit', nth)) this.#checkpoints = this.#mortal.newestCheckpoints()
    return false
  }

  /** A choice was made. */
  after(choice: string): void {
    if (choice.startsWith('run ')) {
      this.turns += 1
      if (this.#isDue('after turn', this.turns)) this.#die([])
      return
    }
    if (!isCommit(choice)) return
    this.commits += 1
    if (this.#isDue('after commit', this.commits)) this.#die([])
    const written = this.#written()
    if (written.length === 0) return
    if (this.#isDue('torn commit', this.commits)) this.#die(written)
    else this.tearable.push(this.commits)
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
    return this.#planned?.at === at && this.#planned.nth === nth
  }

  #die(torn: Required<Death>['torn']): true {
    this.reached = this.#planned
    this.#planned = undefined
    if (this.reached !== undefined) this.#mortal.dies({ at: describeDeath(this.reached), torn })
    return true
  }
}

/** A point in words: `after commit 3`. */
export function describeDeath({ at, nth }: DeathPoint): string {
  return at === 'torn commit' ? `after commit ${nth}, with its checkpoints torn` : `${at} ${nth}`
}

function isCommit(choice: string): boolean {
  return choice.startsWith('defer store commit') || choice.startsWith('defer "store commit"')
}
