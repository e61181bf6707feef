import { ConfigurationError } from '../protocol/errors.ts'
import type { ActorId } from '../protocol/actor-id.ts'
import type { ExitReason } from '../protocol/exit-reason.ts'
import type { Context } from '../runtime/context.ts'
import { checkKindName, checkKindOptions } from './kind-checks.ts'

/** Why a handler is no longer in its event manager. */
export type HandlerEnd =
  /** By `delete`. */
  | { readonly type: 'deleted' }
  /** By itself: it has returned {@link removeHandler}. */
  | { readonly type: 'removed' }
  /** By `swap`; `by` has taken its place. */
  | { readonly type: 'swapped'; readonly by: string }
  /** It threw. */
  | { readonly type: 'error'; readonly error: unknown }
  /** The actor that had added it as supervised has ended. */
  | { readonly type: 'adder ended'; readonly reason: ExitReason }

/** What the actor that has added a supervised handler is told by the cast that it has named. OTP's `gen_event_EXIT`. */
export interface HandlerEnded {
  readonly manager: ActorId
  /** Its name, and behind a slash its own id if it has one. */
  readonly handler: string
  readonly reason: HandlerEnd
}

/** A kind of handler of events, to be put into event managers that know it; made by {@link eventHandler}. */
export interface EventHandler<Args, Event, Request, Reply> {
  readonly name: string
  readonly run: HandlerFunctions
  /** Only for the type. */
  readonly types?: {
    readonly args: Args
    readonly event: (event: Event) => void
    readonly request: (request: Request) => void
    readonly reply: Reply
  }
}

/** Any kind of handler. */
export type AnyEventHandler = EventHandler<unknown, never, never, unknown>

/** The functions of a handler, for any state. */
export interface HandlerFunctions {
  init(args: unknown, before: unknown): unknown
  event(state: unknown, event: unknown, ctx: Context): unknown
  call?(state: unknown, request: unknown, ctx: Context): unknown
  terminate?(state: unknown, end: HandlerEnd): unknown
}

/** How a handler reacts. Each function may be asynchronous, and the manager waits; none changes the state in place. */
export interface EventHandlerOptions<Args, State, Event, Request, Reply> {
  /** Makes the first state; in a swap with what `terminate` of the handler before has given. */
  readonly init: (args: Args, before: unknown) => State | Promise<State>
  /** Handles an event: gives the next state, nothing if it stays, or {@link removeHandler}. */
  readonly event: (
    state: Readonly<NoInfer<State>>,
    event: Event,
    ctx: Context,
  ) => HandlerResult<NoInfer<State>> | Promise<HandlerResult<NoInfer<State>>>
  /** Answers a request that is made of this handler alone. */
  readonly call?: (
    state: Readonly<NoInfer<State>>,
    request: Request,
    ctx: Context,
  ) => HandlerAnswer<NoInfer<State>, Reply> | Promise<HandlerAnswer<NoInfer<State>, Reply>>
  /** Runs when it leaves the manager, however that comes; `delete` and `swap` pass on what it gives. */
  readonly terminate?: (state: Readonly<NoInfer<State>>, end: HandlerEnd) => unknown
}

/** What a handler makes of an event. */
// A handler that ends without a return statement is typed as returning void.
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type
export type HandlerResult<State> = State | RemoveHandler | undefined | void

/** What a handler makes of a request: the reply, and the next state if it changes. */
export interface HandlerAnswer<State, Reply> {
  readonly reply: Reply
  readonly state?: State | RemoveHandler
}

/** The wish of a handler to leave its manager. */
export class RemoveHandler {
  /** Only for the type. */
  declare readonly isRemoval: true
}

/** To be returned by a handler of events in place of its next state: it leaves its manager. OTP's `remove_handler`. */
export function removeHandler(): RemoveHandler {
  return new RemoveHandler()
}

/**
 * Defines a kind of handler for event managers: a state, made by `init`, and what to do with an event. As the callback module of
 * OTP's `gen_event`.
 *
 * @param name unique in the managers that it is in: what is stored of them names it
 * @throws {ConfigurationError} if the name or an option is not what it must be
 */
export function eventHandler<State, Event, Args = undefined, Request = never, Reply = never>(
  name: string,
  options: EventHandlerOptions<Args, State, Event, Request, Reply>,
): EventHandler<NoInfer<Args>, Event, Request, Reply> {
  checkKindName('eventHandler', name)
  const path = `eventHandler "${name}"`
  if (name.includes('/'))
    throw new ConfigurationError({ path: `${path}: name`, rule: 'must have no slash, which stands before an id', value: name })
  checkKindOptions(path, options, ['init', 'event', 'call', 'terminate'])
  for (const needed of ['init', 'event'] as const)
    if (options[needed] === undefined)
      throw new ConfigurationError({ path: `${path}: ${needed}`, rule: 'must be a function', value: undefined })
  // Its manager gives it the states, events and requests that are its own.
  return { name, run: options }
}
