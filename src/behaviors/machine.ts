import type { AnyStateMachine, InputFrom } from 'xstate'
import { ConfigurationError } from '../protocol/errors.ts'
import type { ActorId } from '../protocol/actor-id.ts'
import type { Behavior, Hooks } from '../runtime/behavior.ts'
import type { Port } from '../runtime/context.ts'
import type { ActorDefinition } from './actor.ts'
import { makeRef, type SeparateHandlers } from './actor-ref.ts'
import { eventNames } from './hosting/event-names.ts'
import { isMachine, nodesOf, type HostedMachine } from './hosting/hosted-logic.ts'
import { makeAsks, type AskKit, type Asks, type EventHandlers } from './hosting/machine-asks.ts'
import { checkHostedOptions } from './hosting/machine-options.ts'
import { machineBehavior, notHosted } from './hosting/machine-sources.ts'
import type { MachineState } from './hosting/machine-state.ts'
import { uncallable } from './uncallable.ts'

/** What `machine` is given besides a name and a machine. */
export interface MachineOptions<Machine extends AnyStateMachine, Given extends Asks> extends Hooks<
  MachineState,
  InputFrom<Machine>
> {
  /** The version of the state's shape: of the context, and of the names of the states; 1 if not given. */
  readonly version?: number
  /** Pure steps from one version of the state to the next: `{ 1: (old) => … }` makes version 2 of version 1. */
  readonly migrate?: Readonly<Record<number, (old: MachineState) => unknown>>
  /** The calls that it answers. */
  readonly asks?: (kit: AskKit<Machine>) => Given
}

/** A kind of actor that is a machine; give it to `child` or `dynamicSupervisor`. */
export type MachineDefinition<Machine extends AnyStateMachine, Given> = ActorDefinition<
  InputFrom<Machine>,
  MachineState,
  SeparateHandlers<Given, EventHandlers<Machine>>
>

/**
 * Defines a kind of actor that is a machine of xstate 5: its events are casts, one event is one turn, and `args` are its input.
 *
 * The machine is driven by pure transitions. The state of the actor is its persisted snapshot, volatile, checkpointed or durable
 * as any state. What a transition asks for is done after it is committed, once at most: actions run, what is invoked or spawned
 * is started as an actor of its own below this one, and delays become timers whose deadlines are in the state. An action that
 * throws ends the incarnation, and the transition stays; a guard or an assignment that throws ends it, and the state before
 * stays.
 *
 * A machine that reaches its final state ends as `normal`. Where it is restarted, what it invokes is started anew.
 *
 * @param name unique in the program: a checkpoint names its behavior
 * @throws {ConfigurationError} if the machine uses what cannot be hosted, or names what has no implementation; nothing is started
 * @example
 * ```ts
 * import { child, machine, start, supervisor } from 'coppice'
 * import { assign, setup } from 'xstate'
 *
 * const counter = setup({
 *   types: { context: {} as { n: number }, events: {} as { type: 'add'; by: number } | { type: 'reset' } },
 * }).createMachine({
 *   context: { n: 0 },
 *   on: {
 *     add: { actions: assign({ n: ({ context, event }) => context.n + event.by }) },
 *     reset: { actions: assign({ n: 0 }) },
 *   },
 * })
 * const Counter = machine('counter', counter, {
 *   asks: ({ ask, query }) => ({ sum: ask('add', (s) => s.context.n), n: query((s) => s.context.n) }),
 * })
 *
 * const app = await start(supervisor({}, { counter: child(Counter) }))
 * void app.tree.counter.cast.add({ by: 2 })
 * console.log(await app.tree.counter.call.sum({ by: 3 })) // => 5
 * void app.tree.counter.cast.reset()
 * console.log(await app.tree.counter.call.n()) // => 0
 * await app.stop()
 * ```
 */
export function machine<Machine extends AnyStateMachine, Given extends Asks = Readonly<Record<never, never>>>(
  name: string,
  xstateMachine: Machine,
  options: MachineOptions<Machine, Given> = {},
): MachineDefinition<Machine, Given> {
  const { version, migrate, hooks } = checkHostedOptions('machine', name, { options, own: ['asks'] })
  const path = `machine "${name}"`
  if (!isMachine(xstateMachine)) throw notHosted(path, xstateMachine)
  const asks = makeAsks(path, options.asks)
  const hosted: unknown = xstateMachine
  const events = eventNames(name, descriptorsOf(hosted as HostedMachine))
  for (const [key, { event }] of asks) {
    const problem = event === undefined ? undefined : events.problemWith(event, undefined)
    if (problem !== undefined)
      throw new ConfigurationError({
        path: `${path}: asks.${key}`,
        rule: 'must ask by an event that it has',
        value: event,
        remedy: problem,
      })
  }
  const behavior: unknown = machineBehavior(name, hosted as HostedMachine, { version, migrate, hooks, asks, events })
  const calls = [...asks].map(([key, { event }]) => ({ name: key, takesInput: event !== undefined }))
  return uncallable({
    name,
    behavior: behavior as Behavior<MachineState, InputFrom<Machine>>,
    reference: (port: Port, id: ActorId) =>
      makeRef<SeparateHandlers<Given, EventHandlers<Machine>>>({ calls, casts: 'any' }, port, id),
  })
}

function descriptorsOf(hosted: HostedMachine): string[] {
  return nodesOf(hosted).flatMap((node) => [...node.transitions.keys()])
}
