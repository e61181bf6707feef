import type { AnyActorLogic, EventFromLogic, SnapshotFrom } from 'xstate'
import { ConfigurationError } from '../../protocol/errors.ts'
import type { AnyAsk } from './asks.ts'
import type { CallHandler, CastHandler } from '../handlers.ts'

/** The types of the events of a logic. */
export type EventType<Logic extends AnyActorLogic> = EventFromLogic<Logic>['type']

/** What comes with an event besides its type; may be left out where nothing of it is required. */
export type EventPayload<Logic extends AnyActorLogic, Type extends string> = OptionalPayload<
  Omit<Extract<EventFromLogic<Logic>, { readonly type: Type }>, 'type'>
>

/** What may be left out where nothing of it is required. */
export type OptionalPayload<Payload> = keyof Payload extends never
  ? NoPayload | undefined
  : Partial<Payload> extends Payload
    ? Payload | undefined
    : Payload

/** The payload of an event that has none. */
export interface NoPayload {
  readonly type?: never
}

/** The events of a logic as what can be cast to it. */
export type EventHandlers<Logic extends AnyActorLogic> = {
  readonly [Type in EventType<Logic>]: CastHandler<EventPayload<Logic, Type>>
}

/** What `asks` is given. */
export interface AskKit<Logic extends AnyActorLogic> {
  /** A call that is an event: `reply` makes its answer of the snapshot after the transition. */
  ask<Type extends EventType<Logic>, Reply>(
    event: Type,
    reply: (snapshot: SnapshotFrom<Logic>) => Reply,
  ): CallHandler<EventPayload<Logic, Type>, Reply>
  /** A call that changes nothing: `reply` makes its answer of the snapshot as it is. */
  query<Reply>(reply: (snapshot: SnapshotFrom<Logic>) => Reply): CallHandler<void, Reply>
}

/** The asks of a definition. Their input and reply are known by their own types. */
export type Asks = Readonly<Record<string, CallHandler<unknown, unknown>>>

class Ask implements AnyAsk {
  readonly kind = 'call'
  readonly schema = undefined
  readonly event: string | undefined
  readonly reply: (snapshot: unknown) => unknown

  constructor(event: string | undefined, reply: (snapshot: unknown) => unknown) {
    this.event = event
    this.reply = reply
  }

  run = (): unknown => undefined
}

/** Runs `asks`, and checks what it gives. */
export function makeAsks(path: string, asks: unknown): ReadonlyMap<string, AnyAsk> {
  if (asks === undefined) return new Map()
  if (typeof asks !== 'function') throw new ConfigurationError({ path: `${path}: asks`, rule: 'must be a function', value: asks })
  const kit = {
    ask: (event: string, reply: (snapshot: unknown) => unknown) => new Ask(event, reply),
    query: (reply: (snapshot: unknown) => unknown) => new Ask(undefined, reply),
  }
  const made: unknown = (asks as (given: object) => unknown)(kit)
  const entries = Object.entries(made ?? {})
  for (const [name, ask] of entries)
    if (!(ask instanceof Ask) || typeof ask.reply !== 'function' || (ask.event !== undefined && typeof ask.event !== 'string'))
      throw new ConfigurationError({
        path: `${path}: asks.${name}`,
        rule: 'must be made by ask(event, reply) or query(reply)',
        value: ask,
      })
  return new Map(entries as [string, Ask][])
}
