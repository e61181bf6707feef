import type { ChildSpec } from '../specs/child-spec.ts'
import type { Restarts } from '../machine/decider.ts'

/** Keeps how often the children of one supervisor were restarted, for longer than its process. */
export interface Lifetimes {
  /** What is kept of these children. */
  load(children: readonly ChildSpec[]): Promise<Restarts>
  /** Nobody waits for it, and what is asked for later is done later. */
  save(spec: ChildSpec, restarts: number): void
  /** The child is gone: one of its name begins a new life. */
  drop(id: string): void
}
