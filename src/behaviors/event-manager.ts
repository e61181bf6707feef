import type { ActorId } from '../protocol/actor-id.ts'
import { ConfigurationError } from '../protocol/errors.ts'
import type { Context, Port } from '../runtime/context.ts'
import { actor } from './actor.ts'
import type { AnyEventHandler } from './event-handler.ts'
import { makeEventManagerRef, type EventManagerRef } from './event-manager-ref.ts'
import { refuse, type Refusal } from './handlers.ts'
import { endHandlers, HandlerRoom, type EventManagerState } from './handler-room.ts'
import { checkKindName } from './kind-checks.ts'
import type { Kind } from './kind.ts'
import { message } from './schema.ts'
import { uncallable } from './uncallable.ts'

/** An event manager that knows handlers of these kinds; give it to `child`. */
export type EventManagerDefinition<Handler> = Kind<undefined, EventManagerState, EventManagerRef<Handler>>

interface Addition {
  readonly handler: string
  readonly name: string
  readonly args: unknown
  readonly tell?: string
}

/**
 * Defines an event manager: an actor that tells each event to all handlers that were put into it, one after the other, each with
 * a state of its own. Follows OTP's `gen_event`.
 *
 * A handler that throws is taken out, and whoever added it as supervised is told; the others go on, and so does the manager. The
 * manager keeps the states of its handlers as every actor keeps its state: they outlive its crashes, and, where the state is
 * stored, its process. The kinds of handlers are given here, because what is stored of a handler is its name and its state.
 *
 * Differences from OTP: a restart of the manager does not take its handlers out, and its end calls no `terminate`; who wants to
 * know of it monitors the manager.
 *
 * @param name unique in the program
 * @throws {ConfigurationError} if the name is none, or a handler is none or there twice
 * @example
 * ```ts
 * import { child, eventHandler, eventManager, start, supervisor } from 'coppice'
 *
 * type Sale = { readonly item: string; readonly cents: number }
 * const Revenue = eventHandler('revenue', {
 *   init: () => 0,
 *   event: (sum, sale: Sale) => sum + sale.cents,
 *   call: (sum, _request: 'sum') => ({ reply: sum }),
 * })
 * const Picky = eventHandler('picky', {
 *   init: (args: { hates: string }) => args.hates,
 *   event: (hates, sale: Sale) => {
 *     if (sale.item === hates) throw new Error(`not ${hates}`)
 *   },
 * })
 * const Sales = eventManager('sales', [Revenue, Picky])
 * const app = await start(supervisor({}, { sales: child(Sales) }))
 * const { sales } = app.tree
 * await sales.add(Picky, { hates: 'tea' })
 * await sales.add(Revenue)
 * await sales.syncNotify({ item: 'tea', cents: 300 })
 * console.log(await sales.which(), await sales.call(Revenue, 'sum')) // => [ 'revenue' ] 300
 * await app.stop()
 * ```
 */
export function eventManager<const Handlers extends readonly AnyEventHandler[]>(
  name: string,
  handlers: Handlers,
): EventManagerDefinition<Handlers[number]> {
  checkKindName('eventManager', name)
  const known = checkHandlers(name, handlers)
  const roomOf = (state: EventManagerState, ctx: Context): HandlerRoom => new HandlerRoom(known, state, ctx)
  const { behavior } = actor(name, {
    initial: (): EventManagerState => ({ handlers: [], watchedIn: 0 }),
    info: ({ state, message: told, ctx }) => {
      if (told.type !== 'down' || !('monitor' in told)) return undefined
      return endHandlers({ known, state, ctx }, ({ adder }) => adder?.monitor === told.monitor, {
        type: 'adder ended',
        reason: told.reason,
      })
    },
    handlers: ({ call, cast }) => ({
      notify: cast(message<unknown>(), async ({ state, input, ctx }) => {
        const room = roomOf(state, ctx)
        await room.notify(input)
        return room.state
      }),
      syncNotify: call(message<unknown>(), async ({ state, input, ctx }) => {
        const room = roomOf(state, ctx)
        await room.notify(input)
        return { reply: undefined, state: room.state }
      }),
      add: call(message<Addition>(), async ({ state, input, ctx }) => {
        const room = roomOf(state, ctx)
        if (room.has(input.handler)) return refusal('present', input.handler)
        if (input.tell !== undefined && ctx.sender === undefined) return refusal('outside', input.handler)
        const adder = input.tell === undefined || ctx.sender === undefined ? undefined : { id: ctx.sender, tell: input.tell }
        const failure = await room.add(input, adder)
        return failure === undefined ? { reply: undefined, state: room.state } : refusal('failed', input.handler, failure)
      }),
      call: call(message<{ readonly handler: string; readonly request: unknown }>(), async ({ state, input, ctx }) => {
        const room = roomOf(state, ctx)
        if (!room.has(input.handler)) return refusal('unknown', input.handler)
        if (!room.answers(input.handler)) return refusal('silent', input.handler)
        const answer = await room.call(input.handler, input.request)
        return 'error' in answer
          ? refusal('failed', input.handler, answer, room.state)
          : { reply: answer.reply, state: room.state }
      }),
      swap: call(message<Addition & { readonly old: string }>(), async ({ state, input, ctx }) => {
        const room = roomOf(state, ctx)
        if (input.handler !== input.old && room.has(input.handler)) return refusal('present', input.handler)
        const failure = await room.swap(input.old, input)
        return failure === undefined
          ? { reply: undefined, state: room.state }
          : refusal('failed', input.handler, failure, room.state)
      }),
      delete: call(message<string>(), async ({ state, input, ctx }) => {
        const room = roomOf(state, ctx)
        if (!room.has(input)) return refusal('unknown', input)
        return { reply: await room.end(input, { type: 'deleted' }), state: room.state }
      }),
      which: call(({ state }) => ({ reply: state.handlers.map(({ id }) => id) })),
    }),
  })
  return uncallable({
    name,
    behavior,
    reference: (port: Port, id: ActorId) => makeEventManagerRef<Handlers[number]>({ port, id, known }),
  })
}

function refusal(
  code: string,
  handler: string,
  failure?: { readonly error: unknown },
  ...state: [] | [EventManagerState]
): Refusal<EventManagerState> {
  return refuse(code, { details: { handler, ...failure }, ...(state.length === 1 && { state: state[0] }) })
}

function checkHandlers(name: string, handlers: unknown): ReadonlyMap<string, AnyEventHandler> {
  const path = `eventManager "${name}": handlers`
  if (!Array.isArray(handlers)) throw new ConfigurationError({ path, rule: 'must be an array of handlers', value: handlers })
  const known = new Map<string, AnyEventHandler>()
  for (const [index, handler] of (handlers as Partial<AnyEventHandler>[]).entries()) {
    if (typeof handler?.name !== 'string' || typeof handler.run?.event !== 'function')
      throw new ConfigurationError({ path: `${path}[${index}]`, rule: 'must be made by eventHandler(…)', value: handler })
    if (known.has(handler.name))
      throw new ConfigurationError({ path: `${path}[${index}]`, rule: 'must have a name of its own', value: handler.name })
    known.set(handler.name, handler as AnyEventHandler)
  }
  return known
}
