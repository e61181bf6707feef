import type { ActorId } from '../../protocol/actor-id.ts'
import { shutdown } from '../../protocol/exit-reason.ts'
import type { Life } from '../../runtime/anatomy.ts'
import type { Behavior } from '../../runtime/behavior.ts'
import type { Context } from '../../runtime/context.ts'
import { SpawnError } from '../../runtime/errors.ts'
import { childActor, childKey, ChildOrder, type ChildRecord } from './child-order.ts'
import type { HostedAction, HostedEvent, HostedMachine, MachineSnapshot } from './hosted-logic.ts'
import { Hosting } from './hosting.ts'
import type { MachineState } from './machine-state.ts'
import { MachineStep, unknownSource, type Effect } from './machine-step.ts'
import { setTimers } from './machine-timers.ts'
import type { Address, StandIn } from './stand-in.ts'

/** What a machine consists of when it has been made ready to be hosted. */
export interface MachineParts {
  /** The name of its behavior. */
  readonly name: string
  /** With stand-ins in place of the logic of its actors, so that xstate starts none of them. */
  readonly machine: HostedMachine
  /** The behaviors of its actors, by the name of their logic. */
  readonly children: ReadonlyMap<string, Behavior>
}

/** What one event has made of a machine. */
export interface Driven {
  readonly state: MachineState
  readonly snapshot: MachineSnapshot
  /** To be carried out after the commit. */
  readonly after: () => void
}

/** One incarnation of a machine: drives it by pure transitions, and carries out what they ask for. */
export class MachineHost extends Hosting {
  readonly #parts: MachineParts
  /** The newest snapshot, and the state that was made of it. */
  #latest: { readonly state: MachineState; readonly snapshot: MachineSnapshot } | undefined = undefined
  /** What xstate asks for while it works. */
  #actions: HostedAction[] | undefined = undefined
  /** The state that is being made, from which its messages leave. */
  #tentative: MachineState | undefined = undefined
  #booked = 0
  /** What the first state asks for as soon as the incarnation can be reached. */
  #pending: (() => void) | undefined = undefined

  constructor(life: Life, parts: MachineParts) {
    super(life)
    this.#parts = parts
    life.signal.addEventListener('abort', () => this.#endChildren(), { once: true })
  }

  initial(args: unknown): MachineState {
    this.order = args instanceof ChildOrder ? args : undefined
    const input = this.revived(this.order === undefined ? args : this.order.input)
    const { state, after } = this.#drive(undefined, () => this.#parts.machine.getInitialSnapshot(this.scope, input))
    this.#pending = after
    return state
  }

  /** The incarnation can be reached: it does what its first state asks for, or goes on with what a restored one holds. */
  begin(state: MachineState): void {
    // A state that does not fit the machine fails here, and not at the first event.
    this.snapshotOf(state)
    const pending = this.#pending
    this.#pending = undefined
    if (pending !== undefined) return pending()
    setTimers(this.life, {}, state.timers)
    if (state.status === 'done') return this.finish(state.output)
    for (const [id, record] of Object.entries(state.children)) if (record.ended !== true) this.#spawn(id, record)
  }

  /** The snapshot that a state stands for. */
  snapshotOf(state: MachineState): MachineSnapshot {
    if (this.#latest?.state === state) return this.#latest.snapshot
    const { machine } = this.#parts
    const nodes = (list: readonly { readonly id: string }[]): readonly unknown[] =>
      list.map(({ id }) => machine.getStateNodeById(id))
    const snapshot = machine.resolveState({
      value: state.value,
      status: state.status,
      output: state.output,
      context: this.revived(state.context),
      historyValue: Object.fromEntries(Object.entries(state.historyValue).map(([id, list]) => [id, nodes(list)])),
    })
    this.#latest = { state, snapshot: this.#withStandIns(snapshot, state) }
    return snapshot
  }

  /** Takes one event. `known` is the state with what is known of children and timers by now. */
  step(
    state: MachineState,
    event: HostedEvent,
    { ctx, known = state }: { readonly ctx: Context; readonly known?: MachineState },
  ): Driven {
    const before = this.snapshotOf(state)
    return this.within(ctx, () => this.#drive(known, () => this.#parts.machine.transition(before, event, this.scope)))
  }

  /** Sends a delayed event that has become due, within the turn of `ctx` or, to a child, after it. */
  sendDue(to: Address, event: HostedEvent, ctx: Context): (() => void) | undefined {
    if ('child' in to) return () => this.#deliver(to, event)
    this.within(ctx, () => this.#deliver(to, event))
    return undefined
  }

  send(to: StandIn, event: HostedEvent): void {
    this.relay(to, event)
  }

  protected relay(to: unknown, event: HostedEvent): void {
    // What is sent while xstate works is part of what it asks for.
    if (this.#actions !== undefined) this.take({ type: 'xstate.sendTo', info: undefined, params: { to, event }, exec: undefined })
    else this.#deliver(this.addressOf(to), event)
  }

  protected snapshotNow(): unknown {
    return this.snapshotOf((this.#tentative ?? this.life.state) as MachineState)
  }

  protected bookId(): string {
    return `x:${this.#book()}`
  }

  protected take(action: HostedAction): void {
    this.#actions?.push(action)
  }

  protected actorOf(address: Address): ActorId | undefined {
    if ('actor' in address) return address.actor
    const { children } = (this.#tentative ?? this.life.state) as MachineState
    const record = children[address.child]
    return record === undefined ? undefined : childActor(this.life, address.child, record)
  }

  #withStandIns(snapshot: MachineSnapshot, { children }: MachineState): MachineSnapshot {
    snapshot.children = Object.fromEntries(Object.keys(children).map((child) => [child, this.standInFor({ child })]))
    return snapshot
  }

  #deliver(to: Address, event: HostedEvent): void {
    const actor = this.actorOf(to)
    if (actor !== undefined) void this.castTo(actor, event)
  }

  #drive(before: MachineState | undefined, work: () => MachineSnapshot): Driven {
    const actions: HostedAction[] = []
    this.#booked = before?.booked ?? 0
    this.#actions = actions
    let snapshot: MachineSnapshot
    try {
      snapshot = work()
    } finally {
      this.#actions = undefined
    }
    if (snapshot.status === 'error') throw snapshot.error
    const { state, sendings, effects } = new MachineStep(this.#tools(), before, snapshot).settle(actions)
    // What xstate has made in place of actors is not to be met again as something new.
    this.#latest = { state, snapshot: this.#withStandIns(snapshot, state) }
    const send = (): void => sendings.forEach(({ to, event }) => void this.castTo(to, event))
    // A start is no turn: what it sends leaves when it has come to be.
    if (before !== undefined) this.#sending(state, send)
    const after = (): void => {
      if (before === undefined) send()
      setTimers(this.life, before?.timers ?? {}, state.timers)
      for (const effect of effects) this.#carryOut(effect)
      if (state.status === 'done') this.finish(state.output)
      else this.tellSnapshot(state)
    }
    return { state, snapshot, after }
  }

  #sending(state: MachineState, send: () => void): void {
    this.#tentative = state
    try {
      send()
    } finally {
      this.#tentative = undefined
    }
  }

  #tools(): ConstructorParameters<typeof MachineStep>[0] {
    return {
      name: this.#parts.name,
      addressOf: (ref) => this.addressOf(ref),
      stored: (value, before) => this.stored(value, before),
      book: () => this.#book(),
      booked: () => this.#booked,
      now: () => this.life.cell.world.clock.wallNow(),
    }
  }

  #book(): number {
    this.#booked += 1
    return this.#booked
  }

  #carryOut(effect: Effect): void {
    const { life } = this
    // An action before it may have ended the machine.
    if (!life.isActive) return
    switch (effect.type) {
      case 'spawn':
        return this.#spawn(effect.id, effect.record)
      case 'stop':
        // Behind what has been sent to it.
        life.context.stopActor(childActor(life, effect.id, effect.record), shutdown).catch(() => undefined)
        return
      case 'send':
        void this.castTo(childActor(life, effect.id, effect.record), effect.event)
        return
      case 'emit':
        return this.emit(effect.event)
      case 'log':
        life.cell.world.emit({ type: 'logged', id: life.id, incarnation: life.number, label: effect.label, value: effect.value })
        return
      case 'run':
        effect.action.exec?.(effect.action.info, effect.action.params)
    }
  }

  #spawn(id: string, record: ChildRecord): void {
    const { life } = this
    const behavior = this.#parts.children.get(record.src)
    if (behavior === undefined) throw unknownSource(this.#parts.name, record.src)
    const order = new ChildOrder(life.id, id, { record, input: this.outgoing(this.revived(record.input)) })
    const definition = { behavior, reference: () => undefined }
    life.context.spawn(definition, childKey(life, id, record), order, { monitor: true }).catch((error: unknown) => {
      if (!life.isActive) return
      const reason = error instanceof SpawnError ? error.reason : undefined
      const cause = reason?.type === 'error' ? reason.error : error
      void this.castTo(life.id, { type: `xstate.error.actor.${id}`, session: record.session, error: cause, actorId: id })
    })
  }

  /** Whatever way it ends, its children end first: nobody would be left to do it. */
  #endChildren(): void {
    const { life } = this
    for (const [id, record] of Object.entries((life.state as MachineState | undefined)?.children ?? {}))
      life.cell.world.lifeOf(childActor(life, id, record))?.end(shutdown, 'signal')
  }
}
