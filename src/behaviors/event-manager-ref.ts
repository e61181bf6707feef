import { displayId, type ActorId } from '../protocol/actor-id.ts'
import { ConfigurationError } from '../protocol/errors.ts'
import type { CallOptions, CastOptions, Port } from '../runtime/context.ts'
import { RefusedError } from '../runtime/errors.ts'
import { refWith, type CommonRef } from './common-ref.ts'
import { EventHandlerError, type EventHandlerProblem } from './errors.ts'
import type { AnyEventHandler, EventHandler } from './event-handler.ts'

/** Names a handler in its manager: its kind, with an id of its own where the same kind is there more than once. */
export type HandlerId<Handler> = Handler | readonly [handler: Handler, id: string]

/** The events that a manager takes: what all of its handlers understand. */
export type EventOf<Handler> = (
  Handler extends EventHandler<infer _A, infer Event, infer _Q, infer _R> ? (event: Event) => void : never
) extends (event: infer Event) => void
  ? Event
  : never

type ArgsOf<Handler> = Handler extends EventHandler<infer Args, infer _E, infer _Q, infer _R> ? Args : never
type RequestOf<Handler> = Handler extends EventHandler<infer _A, infer _E, infer Request, infer _R> ? Request : never
type ReplyFrom<Handler> = Handler extends EventHandler<infer _A, infer _E, infer _Q, infer Reply> ? Reply : never

/** What a handler is put in with; left out where its `init` takes nothing. */
export type HandlerArguments<Handler> = undefined extends ArgsOf<Handler> ? [args?: ArgsOf<Handler>] : [args: ArgsOf<Handler>]

/** How a handler is put in that is supervised. */
export type SupervisedOptions<Handler> = {
  /** The cast handler of the actor that adds it, by which it is told `HandlerEnded`. */
  readonly tell: string
} & (undefined extends ArgsOf<Handler> ? { readonly args?: ArgsOf<Handler> } : { readonly args: ArgsOf<Handler> })

/** The address of an event manager. Each method rejects with a `CallError`, as `ActorRef.call` does, where it cannot be asked. */
export interface EventManagerRef<Handler> extends CommonRef {
  /** Tells all handlers of an event, in the order in which they were added. Nobody waits. */
  notify(event: EventOf<Handler>, options?: CastOptions): Promise<void>
  /** As {@link notify}; resolves when all handlers have handled it. */
  syncNotify(event: EventOf<Handler>, options?: CallOptions): Promise<void>
  /**
   * Puts a handler in, behind those that are there.
   *
   * @throws {EventHandlerError} if it is there already (`present`), or its `init` failed (`failed`); it was not put in.
   */
  add<One extends Handler>(handler: HandlerId<One>, ...args: HandlerArguments<One>): Promise<void>
  /**
   * As {@link add}, by an actor that is told when the handler leaves the manager, and whose end takes the handler along. Through
   * `ctx.ref(…)` only: from outside there is nobody to tell.
   *
   * @throws {EventHandlerError} as {@link add}, and if it was not an actor that asked (`outside`).
   */
  addSupervised<One extends Handler>(handler: HandlerId<One>, options: SupervisedOptions<One>): Promise<void>
  /**
   * Asks one handler.
   *
   * @throws {EventHandlerError} if it is not there (`unknown`), answers no requests (`silent`), or failed (`failed`) and
   * was removed.
   */
  call<One extends Handler>(handler: HandlerId<One>, request: RequestOf<One>, options?: CallOptions): Promise<ReplyFrom<One>>
  /**
   * Puts one handler in the place of another one: what `terminate` of the first gives goes to `init` of the second, and whoever
   * supervised the first supervises the second. Where the first is not there, the second is added.
   *
   * @throws {EventHandlerError} if the second is there already (`present`); nothing was changed. If its `init` failed
   * (`failed`): the first has left.
   */
  swap<Next extends Handler>(old: HandlerId<Handler>, next: HandlerId<Next>, ...args: HandlerArguments<Next>): Promise<void>
  /**
   * Takes a handler out; gives what its `terminate` gives.
   *
   * @throws {EventHandlerError} if it is not there (`unknown`).
   */
  delete(handler: HandlerId<Handler>, options?: CallOptions): Promise<unknown>
  /** The handlers that are there, in their order: each its name, and behind a slash its own id if it has one. */
  which(options?: CallOptions): Promise<string[]>
}

interface Parts {
  readonly port: Port
  readonly id: ActorId
  readonly known: ReadonlyMap<string, AnyEventHandler>
}

/** Makes the reference of an event manager. */
export function makeEventManagerRef<Handler>({ port, id, known }: Parts): EventManagerRef<Handler> {
  const at = `event manager ${displayId(id)}`
  const ask = async (name: string, input: unknown, options?: CallOptions): Promise<unknown> => {
    try {
      return await port.call(id, name, input, options)
    } catch (error) {
      throw error instanceof RefusedError ? problemOf(id, error) : error
    }
  }
  const keyOf = (method: string, handler: unknown): { readonly handler: string; readonly name: string } => {
    const [kind, own] = (Array.isArray(handler) ? handler : [handler]) as unknown as readonly [
      Partial<AnyEventHandler> | undefined,
      unknown?,
    ]
    const name = kind?.name
    if (name === undefined || known.get(name) !== kind)
      throw new ConfigurationError({
        path: `${at}: ${method}`,
        rule: `must be given a handler that the manager was defined with: ${[...known.keys()].join(', ')}`,
        value: name ?? handler,
      })
    if (own !== undefined && (typeof own !== 'string' || own === ''))
      throw new ConfigurationError({ path: `${at}: ${method}: id`, rule: 'must be a text of at least one character', value: own })
    return { name, handler: own === undefined ? name : `${name}/${own}` }
  }
  const make = (other: Port): EventManagerRef<Handler> => makeEventManagerRef<Handler>({ port: other, id, known })
  return refWith({ port, id, word: 'event manager', make }, {
    notify: (event, options) => port.cast(id, 'notify', event, options),
    syncNotify: async (event, options) => void (await ask('syncNotify', event, options)),
    add: async (handler, ...[args]) => void (await ask('add', { ...keyOf('add', handler), args })),
    addSupervised: async (handler, options) => {
      const { tell, args } = options as { readonly tell: unknown; readonly args?: unknown }
      if (typeof tell !== 'string' || tell === '')
        throw new ConfigurationError({
          path: `${at}: addSupervised: tell`,
          rule: 'must be the name of a cast handler',
          value: tell,
        })
      await ask('add', { ...keyOf('addSupervised', handler), args, tell })
    },
    call: (async (handler: unknown, request: unknown, options?: CallOptions) =>
      ask('call', { ...keyOf('call', handler), request }, options)) as EventManagerRef<Handler>['call'],
    swap: async (old, next, ...[args]) =>
      void (await ask('swap', { old: keyOf('swap', old).handler, ...keyOf('swap', next), args })),
    delete: async (handler, options) => ask('delete', keyOf('delete', handler).handler, options),
    which: (options) => ask('which', undefined, options) as Promise<string[]>,
  } satisfies Omit<EventManagerRef<Handler>, keyof CommonRef>)
}

function problemOf(id: ActorId, { refusal, details }: RefusedError): EventHandlerError {
  const { handler, error } = details as { readonly handler: string; readonly error?: unknown }
  return new EventHandlerError({ manager: id, handler, problem: refusal as EventHandlerProblem, cause: error })
}
