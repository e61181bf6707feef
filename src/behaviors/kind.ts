import type { StateMode } from '../runtime/actor-spec.ts'
import type { Behavior } from '../runtime/behavior.ts'
import type { MemberReferable } from '../runtime/context.ts'

/**
 * A kind of actor: what `child` and the supervisors of many take. `actor`, `agent`, `queue` and the rest make them, and so can
 * you: a name, a behavior, and the reference that those who use it get.
 *
 * `Args` is what it is started with, `State` what is kept of it, `Ref` how it is used; `Handlers` are its calls, for the
 * `fallback` of a child.
 */
export interface Kind<Args, State, Ref, Handlers = unknown> extends MemberReferable<Args, Ref> {
  readonly name: string
  readonly behavior: Behavior<State, Args>
  /** What holds for it where its child options do not say otherwise. */
  readonly childDefaults?: KindDefaults
  /** What it can be sent; known of what `actor` has made, else only for the type. */
  readonly handlers?: Handlers
}

/** Child options that a kind of actor has defaults of its own for. */
export interface KindDefaults {
  readonly restart?: 'permanent' | 'transient' | 'temporary'
  readonly state?: StateMode
}
