import type { ActorId } from '../../protocol/actor-id.ts'
import { ConfigurationError } from '../../protocol/errors.ts'
import { crash } from '../../protocol/exit-reason.ts'
import type { Life } from '../../runtime/anatomy.ts'
import type { Context } from '../../runtime/context.ts'
import { reasonOfThrown } from '../../runtime/errors.ts'
import { ChildOrder } from './child-order.ts'
import type { HostedEvent, HostedLogic, HostedSnapshot } from './hosted-logic.ts'
import { Hosting } from './hosting.ts'
import { StandIn, type Address } from './stand-in.ts'

const nobody = '#_nobody'

/** One incarnation of an actor that runs logic of xstate without states: a promise, a callback, an observable, a reducer. */
export class LogicHost extends Hosting {
  readonly #name: string
  readonly #logic: HostedLogic
  /** What was started: it holds what cannot be stored, such as a subscription. Nothing before its start. */
  #running: HostedSnapshot | undefined = undefined

  constructor(
    life: Life,
    { name, logic, sendsTo }: { readonly name: string; readonly logic: HostedLogic; readonly sendsTo: ActorId | undefined },
  ) {
    super(life, sendsTo)
    this.#name = name
    this.#logic = logic
    if (logic.start !== undefined) life.signal.addEventListener('abort', () => this.#stop(), { once: true })
  }

  initial(args: unknown): HostedSnapshot {
    this.order = args instanceof ChildOrder ? args : undefined
    const input = this.revived(this.order === undefined ? args : this.order.input)
    return this.#logic.getPersistedSnapshot(this.#logic.getInitialSnapshot(this.scope, input))
  }

  begin(state: HostedSnapshot): void {
    if (state.status === 'done') return this.finish(state.output)
    // xstate writes into the snapshot that it starts; the state is not to be written into.
    const running = { ...(this.#logic.restoreSnapshot?.(state, this.scope) ?? state) }
    this.#running = running
    this.#logic.start?.(running, this.scope)
    this.tellSnapshot(state)
  }

  /** The next state. */
  step(state: HostedSnapshot, event: HostedEvent, ctx: Context): HostedSnapshot {
    const next = this.within(ctx, () => this.#logic.transition({ ...this.#running, ...state }, event, this.scope))
    if (next.status === 'error') throw next.error
    return this.#logic.getPersistedSnapshot(next)
  }

  /** Hands an event to a callback, whose state nothing changes. */
  hand(event: HostedEvent): void {
    if (this.#running !== undefined) this.#logic.transition(this.#running, event, this.scope)
  }

  /** What a committed step comes to. */
  carryOut(state: HostedSnapshot): void {
    if (state.status === 'done') this.finish(state.output)
    else this.tellSnapshot(state)
  }

  send(to: StandIn, event: HostedEvent): void {
    this.relay(to, event)
  }

  protected relay(to: unknown, event: HostedEvent): void {
    const { life } = this
    if (!life.isActive) return
    // A failure is no message: it would come again with each restart that follows it.
    if (event.type === 'xstate.promise.reject' || event.type === 'xstate.observable.error')
      life.end(reasonOfThrown(event['data']), 'orderly')
    else if (to instanceof StandIn && to.id === nobody) life.end(crash(nobodyToSendTo(this.#name)), 'orderly')
    else void this.castTo(this.actorOf(this.addressOf(to)), event)
  }

  /** Who has no parent has one that cannot be sent to: xstate would drop what is sent without a word. */
  protected override parent(): StandIn {
    return super.parent() ?? this.standInFor({ child: nobody })
  }

  protected snapshotNow(): unknown {
    return this.life.isActive ? this.life.state : { ...(this.life.state as HostedSnapshot), status: 'stopped' }
  }

  protected bookId(): string {
    return this.life.id
  }

  protected take(): void {}

  protected actorOf(address: Address): ActorId {
    return 'actor' in address ? address.actor : this.life.id
  }

  #stop(): void {
    const running = this.#running
    this.#running = undefined
    const { life } = this
    if (running === undefined || (life.state as HostedSnapshot).status !== 'active') return
    try {
      this.#logic.transition(running, { type: 'xstate.stop' }, this.scope)
    } catch (error) {
      life.cell.world.emit({ type: 'term failed', id: life.id, incarnation: life.number, error })
    }
  }
}

/** What sends back has nobody to send to. */
export function nobodyToSendTo(name: string): ConfigurationError {
  return new ConfigurationError({
    path: `logic "${name}": sendsTo`,
    rule: 'must be the path of the actor that gets what it sends back',
    value: undefined,
    remedy: 'Only logic that a machine invokes or spawns has a parent to send to',
  })
}
