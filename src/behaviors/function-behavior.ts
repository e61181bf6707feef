import { ConfigurationError } from '../protocol/errors.ts'
import type { ActorId } from '../protocol/actor-id.ts'
import type { Behavior, Hooks, Step } from '../runtime/behavior.ts'
import type { Context, Down, Port, TrappedExit } from '../runtime/context.ts'
import type { Message } from '../runtime/message.ts'
import { isThenable } from '../runtime/thenable.ts'
import { Become, type AcquaintancesOf, type BehaviorFunction, type Bindable } from './become.ts'
import { makeBehaviorRef, messageName, type BehaviorRef } from './behavior-ref.ts'
import { checkKindName, checkKindOptions } from './kind-checks.ts'
import { NoReply, Refusal } from './handlers.ts'
import type { Kind } from './kind.ts'
import { invalidStep, refusedStep } from './refused-step.ts'
import { validate, type StandardSchema } from './schema.ts'
import { uncallable } from './uncallable.ts'

/** A named, versioned function of acquaintances and a message; give it to `child`, whose `args` are the first acquaintances. */
export interface BehaviorDefinition<Fn>
  extends Kind<AcquaintancesOf<Fn>, AcquaintancesOf<Fn>, BehaviorRef<Fn>>, Omit<Bindable<Fn>, 'behavior'> {}

/** What a behavior may have besides its function. */
export interface BehaviorOptions<Acquaintances> extends Hooks<Acquaintances, Acquaintances> {
  /**
   * The version of the shape of the acquaintances; 1 if not given. Raise it when the shape changes, and add a step to `migrate`.
   */
  readonly version?: number
  /** Pure steps from one version of the acquaintances to the next: `{ 1: (old) => … }` makes version 2 of version 1. */
  readonly migrate?: Readonly<Record<number, (old: unknown) => unknown>>
  /** A Standard Schema that messages are checked by before they are sent. */
  readonly message?: StandardSchema
  /**
   * Handles what is no message of others, with a result as that of the function: a monitored actor has ended (`down`), an exit
   * signal was trapped (`exit`).
   */
  readonly info?: (acquaintances: Acquaintances, info: BehaviorInfo, ctx: Context) => void
  /** Exit signals become messages for `info` in place of ending the actor. */
  readonly trapExits?: boolean
}

/** A notice for `info`. */
export type BehaviorInfo = ({ readonly type: 'down' } & Down) | ({ readonly type: 'exit' } & TrappedExit)

/**
 * Defines a kind of actor in the style of Actors.jl: a function bound to acquaintances, which are the whole memory of the actor.
 *
 * The function gets the acquaintances, one message, and a context. What it returns is the reply of a call, and the actor stays as
 * it is; with {@link become} it goes on with other acquaintances, or as another behavior. The change is committed with the turn:
 * when the function throws, the actor comes back as what it was before that message. A definition may name itself, and
 * definitions may name each other; where the context is used as well, its parameter is annotated: `ctx: Context`.
 *
 * An actor whose state is kept in a store may become what its program knows by name: the behaviors of the tree, and those given
 * to
 * `start(tree, { behaviors })`. Anything else crashes the turn with a `ConfigurationError`, so that no state is stored that the
 * next process could not bring back.
 *
 * @param name unique in the program: a checkpoint names its behavior
 * @throws {ConfigurationError} if the name, the function or an option is not what it must be
 * @example
 * ```ts
 * import { become, behavior, child, start, supervisor } from 'coppice'
 *
 * const Stack = behavior('stack', (items: number[], push: number) =>
 *   become(Stack, [...items, push], { reply: items.length + 1 }),
 * )
 * const app = await start(supervisor({}, { stack: child(Stack, { args: [] }) }))
 * await app.tree.stack.cast(5)
 * console.log(await app.tree.stack.call(7)) // => 2
 * await app.stop()
 * ```
 */
export function behavior<Fn extends BehaviorFunction>(
  name: string,
  fn: Fn,
  options: BehaviorOptions<AcquaintancesOf<Fn>> = {},
): BehaviorDefinition<Fn> {
  checkKindName('behavior', name)
  const path = `behavior "${name}"`
  if (typeof fn !== 'function') throw new ConfigurationError({ path: `${path}: fn`, rule: 'must be a function', value: fn })
  checkKindOptions(path, options, ['version', 'migrate', 'message', 'info', 'trapExits', 'init', 'restart', 'term'])
  return uncallable({
    name,
    // The types of the function are those of the definition, which everybody goes through.
    behavior: new FunctionBehavior(
      name,
      fn as unknown as AnyFunction,
      options as unknown as BehaviorOptions<unknown>,
    ) as unknown as Behavior<never, never>,
    reference: (port: Port, id: ActorId) => makeBehaviorRef<Fn>(port, id),
  })
}

type AnyFunction = (acquaintances: unknown, message: unknown, ctx: Context) => unknown

class FunctionBehavior implements Behavior {
  readonly name: string
  readonly version: number
  readonly hooks: Hooks<unknown, unknown>
  readonly migrate: Readonly<Record<number, (old: unknown) => unknown>>
  readonly trapsExits: boolean
  readonly #fn: AnyFunction
  readonly #schema: StandardSchema | undefined
  readonly #info: AnyFunction | undefined

  constructor(
    name: string,
    fn: AnyFunction,
    { version = 1, migrate = {}, trapExits = false, message, info, init, restart, term }: BehaviorOptions<unknown>,
  ) {
    this.name = name
    this.version = version
    this.migrate = migrate
    this.trapsExits = trapExits
    this.#fn = fn
    this.#schema = message
    this.#info = info as AnyFunction | undefined
    this.hooks = { ...(init && { init }), ...(restart && { restart }), ...(term && { term }) }
  }

  initial(args: unknown): unknown {
    return args
  }

  check({ name, input }: { readonly name: string; readonly input: unknown }): string | undefined {
    if (name !== messageName)
      return `behavior "${this.name}" is a function and has no handler "${name}"; send it by .call(…) or .cast(…)`
    const checked = this.#schema === undefined ? undefined : validate(this.#schema, input)
    return checked !== undefined && 'problem' in checked ? checked.problem : undefined
  }

  handle(state: unknown, message: Message, ctx: Context): Step<unknown> | PromiseLike<Step<unknown>> {
    if (message.kind === 'info') return this.#inform(state, message, ctx)
    // What it was before may have had other mail.
    if (message.name !== messageName) return invalidStep(state, this.check(message) ?? '')
    let { input } = message
    if (this.#schema !== undefined) {
      const checked = validate(this.#schema, input)
      if ('problem' in checked) return invalidStep(state, checked.problem)
      input = checked.value
    }
    const result = this.#fn(state, input, ctx)
    return isThenable(result) ? result.then((late) => this.#stepOf(state, message, late)) : this.#stepOf(state, message, result)
  }

  #inform(state: unknown, message: Message, ctx: Context): Step<unknown> | PromiseLike<Step<unknown>> {
    if (this.#info === undefined || (message.name !== 'down' && message.name !== 'exit')) return { state }
    const result = this.#info(state, { type: message.name, ...(message.input as object) }, ctx)
    return isThenable(result) ? result.then((late) => this.#stepOf(state, message, late)) : this.#stepOf(state, message, result)
  }

  #stepOf(state: unknown, { kind }: Message, result: unknown): Step<unknown> {
    if (result instanceof Refusal) return refusedStep(state, result)
    if (result instanceof NoReply) return { state: result.next === undefined ? state : result.next.state }
    const next = result instanceof Become ? result : undefined
    const reply: unknown = next === undefined ? result : next.reply
    return {
      state: next === undefined ? state : next.acquaintances,
      ...(next !== undefined && next.behavior !== this && { behavior: next.behavior }),
      ...(kind === 'call' && { outcome: { status: 'replied', value: reply } }),
    }
  }
}
