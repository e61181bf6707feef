import type { Footprint } from './footprint.ts'
import type { Decision } from './steering.ts'

/** A place of a run at which something else could have run. */
export interface Branching {
  /** What need not run next, since the same comes of it later: it was tried, and is independent of everything since. */
  readonly asleep: ReadonlyMap<string, Footprint>
  /** What has been tried from here so far. */
  readonly tried: Map<string, Footprint>
}

/** A run that is to be tried: up to its last decision as it was before, and from there on in order. */
export interface Branch {
  readonly decisions: readonly Decision[]
  /** Where its last decision is made; nothing for the run without any. */
  readonly from: Branching | undefined
}

/** The runs that are still to be tried: those with few decisions first, so that the first failure is a short one. */
export class Frontier {
  readonly #byDecisions: Branch[][] = [[{ decisions: [], from: undefined }]]

  add(branch: Branch): void {
    const { length } = branch.decisions
    while (this.#byDecisions.length <= length) this.#byDecisions.push([])
    this.#byDecisions[length]?.push(branch)
  }

  /** Takes out the next. */
  next(): Branch | undefined {
    for (const branches of this.#byDecisions) {
      // From the end: a run that differs late shares most with one that has just been tried.
      const branch = branches.pop()
      if (branch !== undefined) return branch
    }
    return undefined
  }
}
