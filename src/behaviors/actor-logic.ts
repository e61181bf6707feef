import type { AnyActorLogic, InputFrom, PromiseActorLogic, SnapshotFrom } from 'xstate'
import { ConfigurationError } from '../protocol/errors.ts'
import type { ActorId } from '../protocol/actor-id.ts'
import type { Behavior, Hooks } from '../runtime/behavior.ts'
import type { Port } from '../runtime/context.ts'
import type { ActorDefinition } from './actor.ts'
import { makeRef, type SeparateHandlers } from './actor-ref.ts'
import { anyEvent, noEvents } from './hosting/event-names.ts'
import type { HostedLogic } from './hosting/hosted-logic.ts'
import { LogicBehavior } from './hosting/logic-behavior.ts'
import { nobodyToSendTo } from './hosting/logic-host.ts'
import { makeAsks, type AskKit, type Asks, type EventHandlers } from './hosting/machine-asks.ts'
import { checkHostedOptions } from './hosting/machine-options.ts'
import { kindOf, type LogicKind } from './hosting/machine-rebuild.ts'
import { notHosted } from './hosting/machine-sources.ts'
import { uncallable } from './uncallable.ts'

/** What `logic` is given besides a name and the logic. */
export interface LogicOptions<Logic extends AnyActorLogic, Given extends Asks> extends Hooks<
  SnapshotFrom<Logic>,
  InputFrom<Logic>
> {
  /** The version of the state's shape; 1 if not given. */
  readonly version?: number
  /** Pure steps from one version of the state, a snapshot, to the next. */
  readonly migrate?: Readonly<Record<number, (old: never) => unknown>>
  /** The calls that it answers. */
  readonly asks?: (kit: AskKit<Logic>) => Given
  /** The path of the actor that gets the events that a callback or an observable of events sends back. */
  readonly sendsTo?: ActorId
}

/** The events of a logic as what can be cast to it; a promise takes none. */
export type LogicHandlers<Logic extends AnyActorLogic> =
  Logic extends PromiseActorLogic<infer _Output, infer _Input, infer _Emitted>
    ? Readonly<Record<never, never>>
    : EventHandlers<Logic>

/** A kind of actor that runs logic of xstate; give it to `child` or `dynamicSupervisor`. */
export type LogicDefinition<Logic extends AnyActorLogic, Given> = ActorDefinition<
  InputFrom<Logic>,
  SnapshotFrom<Logic>,
  SeparateHandlers<Given, LogicHandlers<Logic>>
>

const defaults: Readonly<Partial<Record<LogicKind, object>>> = Object.freeze({
  'promise': { restart: 'transient', state: 'volatile' },
  'observable': { restart: 'transient', state: 'volatile' },
  'event observable': { restart: 'transient', state: 'volatile' },
  'callback': { state: 'volatile' },
})

/**
 * Defines a kind of actor of other logic of xstate 5 than a machine.
 *
 * `fromTransition` is a reducer: its events are casts, its state is kept as any state. `fromPromise` runs once in each
 * incarnation and ends as `normal`; where it rejects, the incarnation ends with the error. `fromCallback` gets events, and sends
 * back to `sendsTo`; `fromObservable` and `fromEventObservable` go on until they complete. As children, promises and observables
 * are `transient` if nothing else is said, and what runs is volatile: it is stopped (its signal aborted, its subscription given
 * up, its clean-up run) whatever way the incarnation ends.
 *
 * @param name unique in the program: a checkpoint names its behavior
 * @throws {ConfigurationError} if it is no such logic, or would send back to nobody; nothing is started
 * @example
 * ```ts
 * import { child, logic, start, supervisor } from 'coppice'
 * import { fromTransition } from 'xstate'
 *
 * type Add = { type: 'add'; by: number }
 * const sum = fromTransition((state: { sum: number }, event: Add) => ({ sum: state.sum + event.by }), { sum: 0 })
 * const Sum = logic('sum', sum, { asks: ({ ask }) => ({ add: ask('add', (s) => s.context.sum) }) })
 * const app = await start(supervisor({}, { sum: child(Sum) }))
 * console.log(await app.tree.sum.call.add({ by: 2 })) // => 2
 * await app.stop()
 * ```
 */
export function logic<Logic extends AnyActorLogic, Given extends Asks = Readonly<Record<never, never>>>(
  name: string,
  xstateLogic: Logic,
  options: LogicOptions<Logic, Given> = {},
): LogicDefinition<Logic, Given> {
  const { version, migrate, hooks } = checkHostedOptions('logic', name, { options, own: ['asks', 'sendsTo'] })
  const path = `logic "${name}"`
  const kind = checkKind(path, xstateLogic)
  const { sendsTo } = options
  if (sendsTo !== undefined && typeof sendsTo !== 'string')
    throw new ConfigurationError({ path: `${path}: sendsTo`, rule: 'must be the path of an actor', value: sendsTo })
  if (kind === 'event observable' && sendsTo === undefined) throw nobodyToSendTo(name)
  const asks = makeAsks(path, options.asks)
  const takesEvents = kind === 'transition' || kind === 'callback'
  const hosted: unknown = xstateLogic
  const behavior: unknown = new LogicBehavior({
    name,
    logic: hosted as HostedLogic,
    isCallback: kind === 'callback',
    sendsTo,
    version,
    migrate,
    hooks,
    asks,
    events: takesEvents ? anyEvent : noEvents(`logic "${name}" (${kind})`),
  })
  const calls = [...asks].map(([key, { event }]) => ({ name: key, takesInput: event !== undefined }))
  const definition = uncallable({
    name,
    behavior: behavior as Behavior<SnapshotFrom<Logic>, InputFrom<Logic>>,
    childDefaults: defaults[kind] ?? {},
    reference: (port: Port, id: ActorId) =>
      makeRef<SeparateHandlers<Given, LogicHandlers<Logic>>>({ calls, casts: 'any' }, port, id),
  })
  return definition
}

function checkKind(path: string, given: unknown): LogicKind {
  const kind = kindOf(given)
  if (kind === 'unknown') throw notHosted(path, given)
  if (kind === 'machine')
    throw new ConfigurationError({
      path,
      rule: 'must be other logic than a machine',
      value: given,
      remedy: 'Use machine(name, machine)',
    })
  return kind
}
