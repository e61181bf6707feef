import type { Behavior } from '../runtime/behavior.ts'
import type { Context } from '../runtime/context.ts'

/**
 * What `behavior` makes an actor of: a function bound to acquaintances, which is given one message after the other. Its result is
 * read only when its type is complete, so that it may name its own definition.
 */
export type BehaviorFunction = (acquaintances: never, message: never, ctx: Context) => void

/** The acquaintances that a function is bound to. */
export type AcquaintancesOf<Fn> = Fn extends (acquaintances: infer Acquaintances, ...rest: never) => void ? Acquaintances : never

/** A behavior of this function; made by `behavior`. */
export interface Bindable<Fn> {
  readonly behavior: Behavior
  /** Only for the type. */
  readonly fn?: Fn
}

/** What an actor is from the next message on; made by {@link become}. */
export class Become<Fn = never, Reply = unknown> {
  readonly behavior: Behavior
  readonly acquaintances: unknown
  readonly reply: Reply
  /** Only for the type. */
  declare readonly fn?: Fn

  constructor(behavior: Behavior, acquaintances: unknown, reply: Reply) {
    this.behavior = behavior
    this.acquaintances = acquaintances
    this.reply = reply
  }
}

/**
 * To be returned by the function of a behavior: from the next message on the actor is `definition`, bound to `acquaintances`. The
 * same definition with other acquaintances is the usual case. The caller of a call gets `reply`, or nothing.
 *
 * It takes effect with the commit of the turn, and not at all if the turn fails. As `become` of Actors.jl.
 */
export function become<Fn extends BehaviorFunction>(
  definition: Bindable<Fn>,
  acquaintances: AcquaintancesOf<Fn>,
): Become<Fn, undefined>
export function become<Fn extends BehaviorFunction, Reply>(
  definition: Bindable<Fn>,
  acquaintances: AcquaintancesOf<Fn>,
  options: { readonly reply: Reply },
): Become<Fn, Reply>
export function become(
  { behavior }: Bindable<unknown>,
  acquaintances: unknown,
  options?: { readonly reply: unknown },
): Become<never, never> {
  return new Become<never, never>(behavior, acquaintances, options?.reply as never)
}
