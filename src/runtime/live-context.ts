import { checkKey, childId, type ActorId } from '../protocol/actor-id.ts'
import { durationMs, type Duration } from '../protocol/duration.ts'
import type { Envelope } from '../protocol/envelope.ts'
import { messageId, type MessageId } from '../protocol/message-id.ts'
import { normal, type ExitReason } from '../protocol/exit-reason.ts'
import type { Cell, Life } from './anatomy.ts'
import type { CallOptions, CastOptions, Context, MemberReferable, MonitorRef, NameOwner, Referable, TimerRef } from './context.ts'
import { NoProcError } from './errors.ts'
import { Message } from './message.ts'
import type { Random } from './random.ts'

/** The context of one incarnation: what it does takes effect at once, and nothing once the incarnation has ended. */
export class LiveContext implements Context {
  readonly life: Life

  constructor(life: Life) {
    this.life = life
  }

  get id(): ActorId {
    return this.life.id
  }

  get incarnation(): number {
    return this.life.number
  }

  get signal(): AbortSignal {
    return this.life.signal
  }

  get messageId(): MessageId {
    return this.idOf(this.life.turns.current)
  }

  get attempt(): number {
    return this.life.turns.current?.attempt ?? 1
  }

  get random(): Random {
    return this.cell.world.random
  }

  protected get cell(): Cell {
    return this.life.cell
  }

  now(): number {
    return this.cell.world.clock.wallNow()
  }

  ref<Ref>(definition: Referable<Ref>, path: string): Ref {
    return definition.reference(this, path)
  }

  member<Args, Ref>(definition: MemberReferable<Args, Ref>, path: string, key: string, args: Args): Ref {
    checkKey(key, `${this.cell.label}: key of a member of ${path}`)
    const id = childId(path, key)
    if (this.mayAct('start of a member')) this.cell.world.router.startMember({ supervisor: path, key, args }, { isSaved: false })
    return definition.reference(this, id)
  }

  call(to: ActorId, name: string, input: unknown, options?: CallOptions): Promise<unknown> {
    if (!this.mayAct(`call of ${name}`)) return Promise.reject(new NoProcError(to, name))
    return this.cell.world.router.call(to, { name, input, sender: this.id }, options)
  }

  cast(to: ActorId, name: string, input: unknown, options?: CastOptions): Promise<void> {
    if (!this.mayAct(`cast of ${name}`)) return Promise.resolve()
    return this.cell.world.router.cast(to, { name, input, sender: this.id }, options)
  }

  sendSelf(name: string, input?: unknown): void {
    void this.cast(this.id, name, input)
  }

  sendAfter(delay: Duration, name: string, input?: unknown): TimerRef {
    const delayMs = durationMs(delay, `${this.cell.label}: sendAfter`)
    const id = this.newTimerId()
    const envelope = this.envelopeToSelf(name, input)
    if (this.mayAct('timer'))
      this.life.setTimer(id, delayMs, () => this.cell.receive(new Message(envelope, undefined, this.incarnation)))
    return { id }
  }

  cancelTimer(timer: TimerRef): void {
    this.life.cancelTimer(timer.id)
  }

  monitor(id: ActorId): MonitorRef {
    const monitor = this.cell.world.nextNumber()
    if (this.mayAct('monitor')) this.life.monitor(monitor, this.cell.world.lifeOf(id), id)
    return { monitor, target: id }
  }

  demonitor({ monitor }: MonitorRef, options?: { readonly flush: boolean }): void {
    this.life.demonitor(monitor)
    if (options?.flush === true) this.cell.mailbox.removeDown(monitor)
  }

  link(id: ActorId): void {
    if (!this.mayAct('link')) return
    const other = this.cell.world.lifeOf(id)
    if (other !== undefined) this.life.link(other)
    else if (this.life.trapsExits) this.life.receiveSignal({ type: 'exit', reason: { type: 'noproc' } }, id)
    else throw new NoProcError(id, 'link')
  }

  unlink(id: ActorId): void {
    const other = this.cell.world.lifeOf(id)
    if (other !== undefined) this.life.unlink(other)
  }

  exit(id: ActorId, reason: ExitReason): void {
    if (this.mayAct('exit signal'))
      this.cell.world.lifeOf(id)?.receiveSignal({ type: id === this.id ? 'self' : 'exit', reason }, this.id)
  }

  register(name: string): boolean {
    return this.mayAct('register') && this.cell.world.names.claim(name, this.id)
  }

  whereis(name: string): NameOwner | undefined {
    return this.cell.world.whereis(name)
  }

  stop(reason: ExitReason = normal): void {
    if (!this.mayAct('stop')) return
    this.life.stopReason ??= reason
    // Outside a turn there is none to wait for.
    if (this.life.status === 'idle') this.life.end(this.life.stopReason, 'orderly')
  }

  checkpoint(): void {
    if (this.mayAct('checkpoint')) this.life.turns.wantCheckpoint()
  }

  /** False, and counted, if the incarnation has ended: nothing that it still tries has an effect. */
  protected mayAct(what: string): boolean {
    if (this.life.isActive) return true
    this.cell.world.emit({ type: 'late', id: this.id, incarnation: this.incarnation, what })
    return false
  }

  protected newTimerId(): string {
    return `${this.incarnation}.${this.cell.world.nextNumber()}`
  }

  protected envelopeToSelf(name: string, input: unknown): Envelope {
    return { kind: 'cast', name, input, sender: this.id, key: undefined }
  }

  protected idOf(message: Message | undefined): MessageId {
    const storeId = this.cell.world.persistence?.info.storeId ?? 'memory'
    return messageId(storeId, this.id, message?.seq ?? 0)
  }
}
