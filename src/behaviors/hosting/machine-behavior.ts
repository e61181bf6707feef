import type { Life } from '../../runtime/anatomy.ts'
import type { Behavior, Hooks, Step } from '../../runtime/behavior.ts'
import type { Context, Down } from '../../runtime/context.ts'
import type { Message } from '../../runtime/message.ts'
import { childActor } from './child-order.ts'
import { restartUnlessDone } from './done-again.ts'
import { ActorEndedError } from '../errors.ts'
import type { EventNames } from './event-names.ts'
import type { HostedEvent } from './hosted-logic.ts'
import { lifeOf } from './hosting.ts'
import type { AnyAsk } from './asks.ts'
import { MachineHost, type MachineParts } from './machine-host.ts'
import { timerTopic, type MachineState } from './machine-state.ts'

/** How a machine is an actor. */
export interface MachineBehaviorParts extends MachineParts {
  readonly version: number
  readonly migrate: Readonly<Record<number, (old: unknown) => unknown>>
  readonly hooks: Hooks<unknown, unknown>
  readonly asks: ReadonlyMap<string, AnyAsk>
  readonly events: EventNames
}

/** A machine of xstate as an actor: one event, one turn. */
export class MachineBehavior implements Behavior<MachineState> {
  readonly name: string
  readonly version: number
  readonly migrate: Readonly<Record<number, (old: unknown) => unknown>>
  readonly hooks: Hooks<MachineState, unknown>
  readonly calls: readonly string[]
  readonly #parts: MachineBehaviorParts
  readonly #hosts = new WeakMap<Life, MachineHost>()

  constructor(parts: MachineBehaviorParts) {
    this.name = parts.name
    this.version = parts.version
    this.migrate = parts.migrate
    const hooks = parts.hooks as Hooks<MachineState, unknown>
    this.hooks = { ...hooks, restart: restartUnlessDone(hooks) }
    this.calls = [...parts.asks.keys()]
    this.#parts = parts
  }

  initial(args: unknown, ctx: Context): MachineState {
    return this.#hostOf(ctx).initial(args)
  }

  begun(state: MachineState, ctx: Context): void {
    this.#hostOf(ctx).begin(state)
  }

  check({ kind, name, input }: { readonly kind: string; readonly name: string; readonly input: unknown }): string | undefined {
    const { asks, events } = this.#parts
    if (kind !== 'call') return events.problemWith(name, input)
    const ask = asks.get(name)
    if (ask === undefined)
      return `machine "${this.name}" has no ask "${name}"; it has ${listOf(this.calls)}. Events are sent by .cast.${name}(…)`
    return ask.event === undefined ? undefined : events.problemWith(ask.event, input)
  }

  handle(state: MachineState, message: Message, ctx: Context): Step<MachineState> {
    const host = this.#hostOf(ctx)
    if (message.kind === 'call') return this.#answer(host, state, message, ctx)
    if (message.kind === 'info')
      return message.name === 'down' ? this.#childDown(host, state, message.input as Down, ctx) : { state }
    if (state.status === 'done') return { state }
    if (message.name === timerTopic) return this.#due(host, state, message.input as { id: string; number: number }, ctx)
    const told = /^xstate\.(done|error|snapshot)(?:\.actor)?\.(.*)$/s.exec(message.name)
    if (told === null) return this.#step(host, state, eventOf(host, message), { ctx })
    const [, what, id = ''] = told
    return this.#childTold(host, state, { what, id, message, ctx })
  }

  #hostOf(ctx: Context): MachineHost {
    const life = lifeOf(ctx)
    const known = this.#hosts.get(life)
    if (known !== undefined) return known
    const host = new MachineHost(life, this.#parts)
    this.#hosts.set(life, host)
    return host
  }

  #step(host: MachineHost, state: MachineState, event: HostedEvent, by: Parameters<MachineHost['step']>[2]): Step<MachineState> {
    const { state: next, after } = host.step(state, event, by)
    return { state: next, after }
  }

  #answer(host: MachineHost, state: MachineState, message: Message, ctx: Context): Step<MachineState> {
    const ask = this.#parts.asks.get(message.name)
    const problem = this.check(message)
    if (ask === undefined || problem !== undefined) {
      const text = problem ?? `no ask "${message.name}"`
      return { state, outcome: { status: 'refused', refusal: 'invalid', message: text, details: undefined } }
    }
    const reply = (snapshot: unknown) => ({ status: 'replied' as const, value: ask.reply(snapshot) })
    if (ask.event === undefined || state.status === 'done') return { state, outcome: reply(host.snapshotOf(state)) }
    const { state: next, snapshot, after } = host.step(state, host.incoming(ask.event, message.input), { ctx })
    return { state: next, outcome: reply(snapshot), after }
  }

  #due(host: MachineHost, state: MachineState, { id, number }: { id: string; number: number }, ctx: Context): Step<MachineState> {
    const timer = state.timers[id]
    // It was cancelled, or set anew, when the message was on its way.
    if (timer?.number !== number) return { state }
    const { [id]: _due, ...timers } = state.timers
    const known = { ...state, timers }
    const event = host.incoming(timer.event.type, timer.event)
    if (timer.to === undefined) return this.#step(host, state, event, { ctx, known })
    const after = host.sendDue(timer.to.actor === undefined ? { child: timer.to.id } : { actor: timer.to.actor }, event, ctx)
    return { state: known, ...(after && { after }) }
  }

  #childTold(
    host: MachineHost,
    state: MachineState,
    {
      what,
      id,
      message,
      ctx,
    }: { readonly what: string | undefined; readonly id: string; readonly message: Message; readonly ctx: Context },
  ): Step<MachineState> {
    const { session, ...event } = eventOf(host, message)
    const child = state.children[id]
    // Not of this child: of one that was stopped, and whose place another one has taken.
    if (child === undefined || child.ended === true || child.session !== session) return { state }
    const known = what === 'snapshot' ? state : withEnded(state, id)
    return this.#step(host, state, event, { ctx, known })
  }

  #childDown(host: MachineHost, state: MachineState, { id: actor, reason }: Down, ctx: Context): Step<MachineState> {
    const { life } = host
    const [id] =
      Object.entries(state.children).find(([key, record]) => record.ended !== true && childActor(life, key, record) === actor) ??
      []
    if (id === undefined || state.status === 'done') return { state }
    const event =
      reason.type === 'normal'
        ? { type: `xstate.done.actor.${id}`, output: undefined, actorId: id }
        : {
            type: `xstate.error.actor.${id}`,
            error: reason.type === 'error' ? reason.error : new ActorEndedError(actor, reason),
            actorId: id,
          }
    return this.#step(host, state, event, { ctx, known: withEnded(state, id) })
  }
}

function eventOf(host: MachineHost, { name, input }: Message): HostedEvent {
  return host.incoming(name, input)
}

function withEnded(state: MachineState, id: string): MachineState {
  const child = state.children[id]
  return child === undefined ? state : { ...state, children: { ...state.children, [id]: { ...child, ended: true } } }
}

function listOf(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.map((name) => `"${name}"`).join(', ')
}
