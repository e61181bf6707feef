import { ConfigurationError } from '../../protocol/errors.ts'
import type { ChildRecord } from './child-order.ts'
import type { HostedAction, HostedEvent, MachineSnapshot } from './hosted-logic.ts'
import type { MachineState, TimerRecord } from './machine-state.ts'
import { StandIn, type Address, type StoredRef } from './stand-in.ts'

/** What a step has asked for, to be carried out in this order when it is committed. */
export type Effect =
  | { readonly type: 'spawn'; readonly id: string; readonly record: ChildRecord }
  | { readonly type: 'stop'; readonly id: string; readonly record: ChildRecord }
  | { readonly type: 'send'; readonly id: string; readonly record: ChildRecord; readonly event: HostedEvent }
  | { readonly type: 'emit'; readonly event: HostedEvent }
  | { readonly type: 'log'; readonly label: string | undefined; readonly value: unknown }
  | { readonly type: 'run'; readonly action: HostedAction }

/** An event to an actor that is not a child of the machine: it leaves with the turn. */
export interface Sending {
  readonly to: string
  readonly event: HostedEvent
}

/** A step, settled: the next state, and what it has asked for. */
export interface Settled {
  readonly state: MachineState
  readonly sendings: readonly Sending[]
  readonly effects: readonly Effect[]
}

/** What a step has to know of the machine that takes it. */
export interface StepTools {
  /** For errors. */
  readonly name: string
  addressOf(ref: unknown): Address
  /** Gives a value with its references as data; `before` is the value before, stored already. */
  stored(value: unknown, before?: unknown): unknown
  book(): number
  booked(): number
  now(): number
}

/** An actor that xstate has made and not started. */
interface MadeActor {
  readonly id: string
  readonly src: unknown
  readonly _syncSnapshot?: boolean
  readonly options?: { readonly input?: unknown }
}

/** Makes plain data of what xstate gives: of its snapshot, and of the actions that it leaves to its host. */
export class MachineStep {
  readonly #tools: StepTools
  readonly #before: MachineState | undefined
  readonly #snapshot: MachineSnapshot
  readonly #children: Record<string, ChildRecord>
  readonly #timers: Record<string, TimerRecord>
  readonly #effects: Effect[] = []
  readonly #sendings: Sending[] = []
  readonly #spawnedHere = new Set<string>()

  constructor(tools: StepTools, before: MachineState | undefined, snapshot: MachineSnapshot) {
    this.#tools = tools
    this.#before = before
    this.#snapshot = snapshot
    this.#children = { ...before?.children }
    this.#timers = { ...before?.timers }
  }

  settle(actions: readonly HostedAction[]): Settled {
    this.#adoptAssigned(actions)
    for (const action of actions) this.#take(action)
    return { state: this.#nextState(), sendings: this.#sendings, effects: this.#effects }
  }

  /** What was spawned while the context was computed is in no action: it is in the children. */
  #adoptAssigned(actions: readonly HostedAction[]): void {
    const byAction = new Set(
      actions.map(({ type, params }) => (type === 'xstate.spawnChild' ? (params as { actorRef?: unknown }).actorRef : undefined)),
    )
    for (const made of Object.values(this.#snapshot.children))
      if (!(made instanceof StandIn) && made !== undefined && !byAction.has(made)) this.#spawn(made as MadeActor)
  }

  #take(action: HostedAction): void {
    const params = action.params as Record<string, unknown> | undefined
    switch (action.type) {
      case 'xstate.raise':
        if (typeof params?.['delay'] === 'number') this.#delay(params, undefined)
        return
      case 'xstate.cancel':
        delete this.#timers[String(params?.['sendId'])]
        return
      case 'xstate.sendTo':
        return this.#send(params ?? {})
      case 'xstate.spawnChild':
        return this.#spawn(params?.['actorRef'] as MadeActor | undefined, params?.['src'])
      case 'xstate.stopChild':
        return this.#stop(params as unknown as { readonly id: string } | undefined)
      case 'xstate.emit':
        this.#effects.push({ type: 'emit', event: params?.['event'] as HostedEvent })
        return
      case 'xstate.log':
        this.#effects.push({ type: 'log', label: params?.['label'] as string | undefined, value: params?.['value'] })
        return
      default:
        this.#effects.push({ type: 'run', action })
    }
  }

  #send(params: Record<string, unknown>): void {
    const address = this.#tools.addressOf(params['to'])
    if (typeof params['delay'] === 'number') return this.#delay(params, storedAddress(address))
    const event = params['event'] as HostedEvent
    if ('actor' in address) {
      this.#sendings.push({ to: address.actor, event })
      return
    }
    const record = this.#children[address.child]
    // One that was stopped in this very step, before it was started, gets nothing.
    if (record !== undefined) this.#effects.push({ type: 'send', id: address.child, record, event })
  }

  #delay(params: Record<string, unknown>, to: StoredRef | undefined): void {
    const number = this.#tools.book()
    const dueAtMs = this.#tools.now() + (params['delay'] as number)
    const event = this.#tools.stored(params['event']) as HostedEvent
    this.#timers[(params['id'] as string | undefined) ?? `x:${number}`] = { number, dueAtMs, ...(to && { to }), event }
  }

  #spawn(made: MadeActor | undefined, source?: unknown): void {
    const src = made?.src ?? source
    if (made === undefined || typeof src !== 'string') throw unknownSource(this.#tools.name, src)
    if (this.#spawnedHere.has(made.id) && this.#children[made.id] !== undefined) return
    const input = this.#tools.stored(made.options?.input)
    const record: ChildRecord = {
      src,
      ...(input !== undefined && { input }),
      ...(made._syncSnapshot === true && { sync: true }),
      session: this.#tools.book(),
    }
    // xstate forgets a child of the same id, which would go on without anybody who knows it.
    this.#stop({ id: made.id })
    this.#spawnedHere.add(made.id)
    this.#children[made.id] = record
    this.#effects.push({ type: 'spawn', id: made.id, record })
  }

  #stop(child: { readonly id: string } | undefined): void {
    const record = child && this.#children[child.id]
    if (child === undefined || record === undefined) return
    delete this.#children[child.id]
    if (record.ended !== true) this.#effects.push({ type: 'stop', id: child.id, record })
  }

  #nextState(): MachineState {
    const { status, value, context, historyValue, output } = this.#snapshot
    const isDone = status === 'done'
    return {
      status: isDone ? 'done' : 'active',
      value,
      context: this.#tools.stored(context, this.#before?.context),
      historyValue: idsOf(historyValue),
      children: isDone ? {} : this.#children,
      timers: isDone ? {} : this.#timers,
      booked: this.#tools.booked(),
      ...(isDone && output !== undefined && { output: this.#tools.stored(output) }),
    }
  }
}

function idsOf(historyValue: MachineSnapshot['historyValue']): MachineState['historyValue'] {
  return Object.fromEntries(Object.entries(historyValue).map(([id, nodes]) => [id, nodes.map((node) => ({ id: node.id }))]))
}

function storedAddress(address: Address): StoredRef {
  return 'child' in address
    ? { xstate$$type: 1, id: address.child }
    : { xstate$$type: 1, id: address.actor, actor: address.actor }
}

/** The logic of an actor has no name by which it could be found again, or none of that name is there. */
export function unknownSource(name: string, src: unknown): ConfigurationError {
  return new ConfigurationError({
    path: `machine "${name}": spawn`,
    rule: 'must name logic that is given to setup({ actors })',
    value: src,
    remedy: 'Logic without a name cannot be found again when the machine is restarted',
  })
}
