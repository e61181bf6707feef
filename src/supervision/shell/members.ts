import type { ChildSpec } from '../specs/child-spec.ts'

/** What keeps the members of one dynamic supervisor from one process to the next. */
export interface Members {
  /** False if nothing is kept: the members end with their supervisor. */
  readonly areKept: boolean
  /** The specs of all members that are kept, in the order in which they were saved. */
  load(): Promise<readonly ChildSpec[]>
  /** Resolves when the member is kept. Members that do not outlive the process are not. */
  save(key: string, args: unknown): Promise<void>
  /** Lets go of a member; failures are reported elsewhere. */
  drop(key: string): void
  /** The spec of one member. */
  spec(key: string, args: unknown): ChildSpec
}
