import type { ActorId } from '../protocol/actor-id.ts'
import type { Context } from '../runtime/context.ts'
import { InvalidMessageError } from '../runtime/errors.ts'
import { isThenable } from '../runtime/thenable.ts'
import { RemoveHandler, type AnyEventHandler, type HandlerAnswer, type HandlerEnd, type HandlerEnded } from './event-handler.ts'

/** What an event manager keeps. */
export interface EventManagerState {
  readonly handlers: readonly InstalledHandler[]
  /** The incarnation in which those who supervise handlers are watched. */
  readonly watchedIn: number
}

/** A handler in its manager. */
export interface InstalledHandler {
  /** Its name, and behind a slash its own id if it has one. */
  readonly id: string
  readonly name: string
  readonly state: unknown
  /** Who supervises it. */
  readonly adder?: { readonly id: ActorId; readonly tell: string; readonly monitor: number }
}

type Adder = Omit<NonNullable<InstalledHandler['adder']>, 'monitor'>
interface Failure {
  readonly error: unknown
}

interface Place {
  readonly known: ReadonlyMap<string, AnyEventHandler>
  readonly state: EventManagerState
  readonly ctx: Context
}

/** Takes out all handlers that are meant, and tells those who supervise them, as far as they are there still. */
export function endHandlers(
  { known, state, ctx }: Place,
  isMeant: (handler: InstalledHandler) => boolean,
  end: HandlerEnd,
): EventManagerState {
  const room = new HandlerRoom(known, state, ctx)
  for (const handler of state.handlers) if (isMeant(handler)) void room.end(handler.id, end)
  return room.state
}

/** The handlers of an event manager during one turn. */
export class HandlerRoom {
  readonly #known: ReadonlyMap<string, AnyEventHandler>
  readonly #ctx: Context
  #handlers: readonly InstalledHandler[]

  constructor(known: ReadonlyMap<string, AnyEventHandler>, { handlers, watchedIn }: EventManagerState, ctx: Context) {
    this.#known = known
    this.#ctx = ctx
    // Monitors end with their incarnation; the handlers do not.
    const isWatched = watchedIn === ctx.incarnation
    this.#handlers = isWatched
      ? handlers
      : handlers.map((handler) => ({ ...handler, ...(handler.adder && { adder: this.#watch(handler.adder) }) }))
  }

  get state(): EventManagerState {
    return { handlers: this.#handlers, watchedIn: this.#ctx.incarnation }
  }

  has(id: string): boolean {
    return this.#handlers.some((handler) => handler.id === id)
  }

  answers(id: string): boolean {
    return this.#known.get(this.#find(id).name)?.run.call !== undefined
  }

  /** Tells all handlers of an event; those that throw, or want to leave, are out after it. */
  async notify(event: unknown): Promise<void> {
    for (const handler of this.#handlers)
      try {
        this.#goOn(handler, await this.#functionsOf(handler).event(handler.state, event, this.#ctx))
      } catch (error) {
        await this.end(handler.id, { type: 'error', error })
      }
  }

  /** Puts a handler in; gives what went wrong, if it did. */
  async add(
    { handler: id, name, args }: { readonly handler: string; readonly name: string; readonly args: unknown },
    adder: Adder | undefined,
    before?: unknown,
  ): Promise<Failure | undefined> {
    const functions = this.#known.get(name)?.run
    try {
      const state = await functions?.init(args, before)
      this.#handlers = [...this.#handlers, { id, name, state, ...(adder && { adder: this.#watch(adder) }) }]
      return undefined
    } catch (error) {
      return { error }
    }
  }

  async call(id: string, request: unknown): Promise<{ readonly reply: unknown } | Failure> {
    const handler = this.#find(id)
    try {
      const { reply, state } = (await this.#functionsOf(handler).call?.(handler.state, request, this.#ctx)) as HandlerAnswer<
        unknown,
        unknown
      >
      this.#goOn(handler, state)
      return { reply }
    } catch (error) {
      await this.end(id, { type: 'error', error })
      return { error }
    }
  }

  async swap(
    old: string,
    next: { readonly handler: string; readonly name: string; readonly args: unknown },
  ): Promise<Failure | undefined> {
    const adder = this.has(old) ? this.#find(old).adder : undefined
    const before = this.has(old) ? await this.end(old, { type: 'swapped', by: next.handler }) : undefined
    return this.add(next, adder, before)
  }

  /** Takes a handler out, and tells who supervises it. Gives what its `terminate` gives; one that throws gives nothing. */
  end(id: string, end: HandlerEnd): unknown {
    const handler = this.#find(id)
    this.#handlers = this.#handlers.filter((one) => one !== handler)
    let last: unknown
    let reason = end
    try {
      last = this.#functionsOf(handler).terminate?.(handler.state, end)
    } catch (error) {
      reason = { type: 'error', error }
    }
    if (handler.adder !== undefined) this.#tell(handler.adder, { manager: this.#ctx.id, handler: id, reason })
    return isThenable(last) ? last.then(undefined, () => undefined) : last
  }

  #goOn(handler: InstalledHandler, next: unknown): void {
    if (next instanceof RemoveHandler) void this.end(handler.id, { type: 'removed' })
    else if (next !== undefined)
      this.#handlers = this.#handlers.map((one) => (one.id === handler.id ? { ...one, state: next } : one))
  }

  #watch({ id, tell }: Adder): NonNullable<InstalledHandler['adder']> {
    return { id, tell, monitor: this.#ctx.monitor(id).monitor }
  }

  #tell({ id, tell, monitor }: NonNullable<InstalledHandler['adder']>, ended: HandlerEnded): void {
    this.#ctx.demonitor({ monitor, target: id })
    if (ended.reason.type === 'adder ended') return
    try {
      void this.#ctx.cast(id, tell, ended).catch(() => undefined)
    } catch (error) {
      // Whoever has no such handler is not told; the manager goes on.
      if (!(error instanceof InvalidMessageError)) throw error
    }
  }

  #find(id: string): InstalledHandler {
    // Asked for only where `has` was, or for one that was in it when the turn began.
    return this.#handlers.find((handler) => handler.id === id) as InstalledHandler
  }

  #functionsOf({ name }: InstalledHandler): AnyEventHandler['run'] {
    const known = this.#known.get(name)
    if (known === undefined) throw new Error(`the event manager has no handler "${name}" any more`)
    return known.run
  }
}
