import type { ActorId } from '../protocol/actor-id.ts'
import { killed, type ExitReason } from '../protocol/exit-reason.ts'
import type { Cell, FollowUps, Life, Manner, Status } from './anatomy.ts'
import type { Behavior } from './behavior.ts'
import { Bonds } from './bonds.ts'
import type { ClockTimer } from './clock.ts'
import type { Context, Down, HealthReport } from './context.ts'
import type { CutTimer } from './cuts/cut.ts'
import type { KeptTimer, OpenRequest } from './cuts/kept-work.ts'
import { CrashedError } from './errors.ts'
import { followUps } from './follow-ups.ts'
import { leave } from './leaving.ts'
import { letGo } from './letting-go.ts'
import { systemMessage, type Caller, type MessageInfo } from './message.ts'
import type { MessageTaker } from './receiving/received.ts'
import { effectOf, type ExitSignal } from './signals.ts'
import { overrideHooks } from './start-plan.ts'
import { messageAtEnd, type Turns } from './turns.ts'

/** One life of an actor: what begins with a start and ends with an exit. */
export class Incarnation implements Life {
  readonly cell: Cell
  readonly number: number
  /** The supervisor's incarnation that started this one. */
  readonly parent: Life | undefined
  status: Status = 'starting'
  behavior: Behavior
  state: unknown = undefined
  frontier = 0
  trapsExits: boolean
  starter: ActorId | undefined = undefined
  madeFollowUps: FollowUps | undefined = undefined
  receiver: MessageTaker | undefined = undefined
  asked: Map<string, OpenRequest> | undefined = undefined
  isBorn = false
  isAwaited = false
  stopReason: ExitReason | undefined = undefined
  scope: Life['scope'] = 0
  // Both are set by the start, before anything can run.
  context!: Context
  turns!: Turns
  #abort: AbortController | undefined = undefined
  #bonds: Bonds | undefined = undefined
  #children: Set<Life> | undefined = undefined
  #timers: Map<string, ClockTimer> | undefined = undefined
  #keptTimers: Map<string, KeptTimer & { readonly dueMs: number }> | undefined = undefined
  #whenEnded: ((reason: ExitReason) => void)[] | undefined = undefined
  #endReason: ExitReason | undefined = undefined
  #deferred: Set<Caller> | undefined = undefined

  constructor(cell: Cell, { number, behavior, parent }: { number: number; behavior: Behavior; parent: Life | undefined }) {
    this.cell = cell
    this.number = number
    this.behavior = behavior
    this.trapsExits = behavior.trapsExits ?? false
    this.parent = parent
    parent?.adopt(this)
  }

  get id(): ActorId {
    return this.cell.id
  }

  get followUps(): FollowUps {
    return (this.madeFollowUps ??= followUps(this))
  }

  get isActive(): boolean {
    return this.status === 'starting' || this.status === 'idle' || this.status === 'busy'
  }

  // Made when it is first asked for: most actors never owe an answer.
  get deferred(): Set<Caller> {
    return (this.#deferred ??= new Set())
  }

  /** Why it ends or has ended. */
  get endReason(): ExitReason | undefined {
    return this.#endReason
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController()
      if (!this.isActive) this.#abort.abort(this.#endReason)
    }
    return this.#abort.signal
  }

  receiveSignal(signal: ExitSignal, from: ActorId): void {
    const effect = effectOf(signal, this.trapsExits)
    if (effect.type === 'message') this.cell.receive(systemMessage('exit', { from, reason: signal.reason }, this.number))
    else if (effect.type === 'end') this.end(effect.reason, signal.type === 'kill' ? 'kill' : 'signal')
  }

  requestStop(reason: ExitReason): void {
    if (!this.isActive || this.stopReason !== undefined) return
    if (this.behavior.stopsInOrder === true) {
      this.cell.receive(systemMessage('stop', { reason }, this.number))
      return
    }
    this.stopReason = reason
    if (this.status === 'idle') this.end(reason, 'orderly')
    else {
      this.receiver?.end(reason)
      this.turns.hurry?.()
    }
  }

  orphan(reason: ExitReason): void {
    const keepsOrder = this.behavior.stopsInOrder === true
    // Nobody is left to hurry one that waits for a start or a stop of its own.
    if (this.status === 'starting' || (keepsOrder && this.status === 'busy')) this.end(killed, 'kill')
    else if (keepsOrder) this.requestStop(reason)
    else if (this.trapsExits) this.#endInTime(reason)
    else this.end(reason, 'signal')
  }

  goesOn(): boolean {
    if (this.status !== 'busy') return false
    this.status = 'idle'
    if (this.stopReason === undefined) return true
    this.end(this.stopReason, 'orderly')
    return false
  }

  end(reason: ExitReason, manner: Manner): void {
    if (this.status === 'ended') return
    if (this.status === 'ending') {
      if (manner === 'kill') this.finish(killed)
      // What is kept in a store is sealed first.
      else if (manner === 'signal' && this.cell.spec.mode === 'volatile') this.finish(reason)
      return
    }
    const wasStarting = this.status === 'starting'
    this.status = 'ending'
    this.#endReason = reason
    this.#abort?.abort(reason)
    this.#dropTimers()
    this.madeFollowUps?.drop()
    this.receiver?.end(reason)
    if (wasStarting || manner === 'kill' || !this.#hasLastWill(manner)) this.finish(reason)
    else void leave(this, reason, manner)
  }

  finish(reason: ExitReason): void {
    if (this.status === 'ended') return
    this.status = 'ended'
    this.#endReason = reason
    const { cell } = this
    if (cell.life === this) cell.life = undefined
    const message = this.isBorn ? messageAtEnd(this.turns) : undefined
    cell.lastEnd = { reason, message, atMs: cell.world.clock.wallNow(), incarnation: this.number, wasUp: this.isBorn }
    if (cell.spec.mode === 'durable') cell.journal.handledAtEnd = this.turns.blamed ?? this.turns.current?.seq
    if (this.isBorn) this.#leaveTrace(reason, message)
    if (this.isBorn) letGo(this, reason)
    this.turns.abandon(reason)
    cell.incarnationEnded(reason)
    if (this.#deferred !== undefined) this.#failDeferred(this.#deferred, reason)
    this.#failCallsMeantForIt(reason)
    this.#bonds?.sever(reason)
    this.#abandonChildren(reason)
    this.parent?.childEnded(this, reason, message)
    if (cell.isFleeting) cell.world.retire(this.id, { forget: true })
    const told = this.#whenEnded
    this.#whenEnded = undefined
    if (told !== undefined) for (const tell of told) tell(reason)
  }

  whenEnded(tell: (reason: ExitReason) => void): void {
    if (this.status === 'ended') tell(this.#endReason ?? killed)
    else (this.#whenEnded ??= []).push(tell)
  }

  tellNoMore(tell: (reason: ExitReason) => void): void {
    const at = this.#whenEnded?.indexOf(tell) ?? -1
    if (at >= 0) this.#whenEnded?.splice(at, 1)
  }

  link(other: Life): void {
    if (other === this) return
    this.addLink(other)
    other.addLink(this)
  }

  unlink(other: Life): void {
    this.dropLink(other)
    other.dropLink(this)
  }

  addLink(other: Life): void {
    this.#bond().addLink(other)
  }

  dropLink(other: Life): void {
    this.#bonds?.dropLink(other)
  }

  monitor(monitor: number, target: Life | undefined, id: ActorId, name?: string, tell?: (down: Down) => void): void {
    this.#bond().monitor(monitor, target, id, name, tell)
  }

  demonitor(monitor: number): boolean {
    return this.#bonds?.demonitor(monitor) ?? false
  }

  takeBackNotice(monitor: number): void {
    this.#bonds?.takeBackNotice(monitor)
  }

  watchedBy(monitor: number, watcher: (reason: ExitReason) => void): void {
    this.#bond().watchedBy(monitor, watcher)
  }

  unwatch(monitor: number): void {
    this.#bonds?.unwatch(monitor)
  }

  adopt(child: Life): void {
    ;(this.#children ??= new Set()).add(child)
  }

  childEnded(child: Life, reason: ExitReason, message: MessageInfo | undefined): void {
    if (this.#children?.delete(child) !== true || this.status === 'ended' || !child.isBorn || child.isAwaited) return
    this.cell.receive(systemMessage('exited', { id: child.id, incarnation: child.number, reason, message }, this.number))
  }

  reportHealth(isHealthy: boolean): void {
    const { id, number: incarnation, parent } = this
    const report: HealthReport = { id, incarnation, isHealthy }
    parent?.cell.receive(systemMessage('health', report, parent.number))
  }

  setTimer(id: string, delayMs: number, fire: () => void, kept?: KeptTimer): void {
    this.cancelTimer(id)
    const { clock } = this.cell.world
    const timer = clock.setTimer(delayMs, () => {
      this.#timers?.delete(id)
      this.#keptTimers?.delete(id)
      fire()
    })
    ;(this.#timers ??= new Map()).set(id, timer)
    if (kept !== undefined) (this.#keptTimers ??= new Map()).set(id, { ...kept, dueMs: clock.now() + delayMs })
  }

  cancelTimer(id: string): void {
    this.#timers?.get(id)?.cancel()
    this.#timers?.delete(id)
    this.#keptTimers?.delete(id)
  }

  timersNow(): readonly CutTimer[] {
    const nowMs = this.cell.world.clock.now()
    const timers = [...(this.#keptTimers ?? [])].sort(([, a], [, b]) => a.dueMs - b.dueMs)
    return timers.map(([id, { dueMs, ...kept }]) => ({ id, leftMs: Math.max(0, dueMs - nowMs), ...kept }))
  }

  /** An orderly end, for which nobody waits: what takes longer than it may is killed by nobody but the clock. */
  #endInTime(reason: ExitReason): void {
    this.requestStop(reason)
    const { world, spec } = this.cell
    if (this.status !== 'busy' || spec.termLimitMs === Infinity) return
    const timer = world.clock.setTimer(spec.termLimitMs, () => this.end(killed, 'kill'))
    this.whenEnded(() => timer.cancel())
  }

  #bond(): Bonds {
    return (this.#bonds ??= new Bonds(this))
  }

  #hasLastWill(manner: Manner): boolean {
    const { spec } = this.cell
    return spec.mode !== 'volatile' || (manner === 'orderly' && this.hooks.term !== undefined)
  }

  #failDeferred(deferred: ReadonlySet<Caller>, reason: ExitReason): void {
    this.#deferred = undefined
    for (const caller of deferred) caller.fail(new CrashedError(this.id, 'call', reason))
  }

  /** What is left for the next incarnation and for those who watch the system. */
  #leaveTrace(reason: ExitReason, message: MessageInfo | undefined): void {
    const { cell, behavior, state, frontier } = this
    if (behavior.startsAnew !== true) cell.memory = { behavior, state, frontier }
    cell.world.emit({ type: 'exited', id: this.id, incarnation: this.number, reason, message })
  }

  get hooks(): Behavior['hooks'] {
    return overrideHooks(this.behavior.hooks, this.cell.spec.hooks)
  }

  /** A supervisor that ends with children alive was killed: nobody stops them in order, they end because it has. */
  #abandonChildren(reason: ExitReason): void {
    const children = this.#children
    this.#children = undefined
    if (children !== undefined) for (const child of children) child.orphan(reason)
  }

  #failCallsMeantForIt(reason: ExitReason): void {
    const { behavior } = this
    const { mailbox } = this.cell
    if (!this.isBorn || behavior.isMeantForOne === undefined) return
    for (const message of mailbox.takeAll()) {
      if (behavior.isMeantForOne(message)) message.caller?.fail(new CrashedError(this.id, message.name, reason))
      else mailbox.push(message)
    }
  }

  #dropTimers(): void {
    const timers = this.#timers
    this.#timers = this.#keptTimers = undefined
    if (timers !== undefined) for (const timer of timers.values()) timer.cancel()
  }
}
