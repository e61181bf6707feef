import type { ActorId } from '../../protocol/actor-id.ts'
import type { Life } from '../../runtime/anatomy.ts'
import type { Behavior, Hooks, Step } from '../../runtime/behavior.ts'
import type { Context } from '../../runtime/context.ts'
import type { Message } from '../../runtime/message.ts'
import type { AnyAsk } from './asks.ts'
import type { EventNames } from './event-names.ts'
import type { HostedLogic, HostedSnapshot } from './hosted-logic.ts'
import { lifeOf } from './hosting.ts'
import { LogicHost } from './logic-host.ts'
import { restartUnlessDone } from './done-again.ts'

/** How logic of xstate without states is an actor. */
export interface LogicBehaviorParts {
  readonly name: string
  readonly logic: HostedLogic
  /** A callback acts on events by itself, and its state is never another one. */
  readonly isCallback: boolean
  /** Whom it sends back to, if it is not the child of a machine. */
  readonly sendsTo: ActorId | undefined
  readonly version: number
  readonly migrate: Readonly<Record<number, (old: unknown) => unknown>>
  readonly hooks: Hooks<unknown, unknown>
  readonly asks: ReadonlyMap<string, AnyAsk>
  readonly events: EventNames
}

/** Logic of xstate as an actor, whose state is its snapshot. */
export class LogicBehavior implements Behavior<HostedSnapshot> {
  readonly name: string
  readonly version: number
  readonly migrate: Readonly<Record<number, (old: unknown) => unknown>>
  readonly hooks: Hooks<HostedSnapshot, unknown>
  readonly calls: readonly string[]
  readonly #parts: LogicBehaviorParts
  readonly #hosts = new WeakMap<Life, LogicHost>()

  constructor(parts: LogicBehaviorParts) {
    this.name = parts.name
    this.version = parts.version
    this.migrate = parts.migrate
    const hooks = parts.hooks as Hooks<HostedSnapshot, unknown>
    this.hooks = { ...hooks, restart: restartUnlessDone(hooks) }
    this.calls = [...parts.asks.keys()]
    this.#parts = parts
  }

  initial(args: unknown, ctx: Context): HostedSnapshot {
    return this.#hostOf(ctx).initial(args)
  }

  begun(state: HostedSnapshot, ctx: Context): void {
    this.#hostOf(ctx).begin(state)
  }

  check({ kind, name, input }: { readonly kind: string; readonly name: string; readonly input: unknown }): string | undefined {
    const { asks, events } = this.#parts
    if (kind !== 'call') return events.problemWith(name, input)
    const ask = asks.get(name)
    if (ask === undefined) return `logic "${this.name}" has no ask "${name}". Events are sent by .cast.${name}(…)`
    return ask.event === undefined ? undefined : events.problemWith(ask.event, input)
  }

  handle(state: HostedSnapshot, message: Message, ctx: Context): Step<HostedSnapshot> {
    if (message.kind === 'info') return { state }
    const host = this.#hostOf(ctx)
    const ask = message.kind === 'call' ? this.#parts.asks.get(message.name) : undefined
    const problem = this.check(message)
    if (problem !== undefined)
      return { state, outcome: { status: 'refused', refusal: 'invalid', message: problem, details: undefined } }
    const name = ask === undefined ? message.name : ask.event
    const outcomeOf = (snapshot: HostedSnapshot): Pick<Step<HostedSnapshot>, 'outcome'> =>
      ask === undefined ? {} : { outcome: { status: 'replied', value: ask.reply(snapshot) } }
    if (name === undefined || state.status === 'done') return { state, ...outcomeOf(state) }
    const event = host.incoming(name, message.input)
    if (this.#parts.isCallback) return { state, ...outcomeOf(state), after: () => host.hand(event) }
    const next = host.step(state, event, ctx)
    return { state: next, ...outcomeOf(next), after: () => host.carryOut(next) }
  }

  #hostOf(ctx: Context): LogicHost {
    const life = lifeOf(ctx)
    const known = this.#hosts.get(life)
    if (known !== undefined) return known
    const host = new LogicHost(life, this.#parts)
    this.#hosts.set(life, host)
    return host
  }
}
