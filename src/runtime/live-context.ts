import { checkKey, childId, type ActorId } from '../protocol/actor-id.ts'
import { durationMs, durationOrInfinityMs, type Duration } from '../protocol/duration.ts'
import type { Envelope, MessageHeaders } from '../protocol/envelope.ts'
import { ConfigurationError } from '../protocol/errors.ts'
import { messageId, type MessageId } from '../protocol/message-id.ts'
import { actorOf } from '../protocol/ref-data.ts'
import { linkedActors, noLinks } from './linked/linked-actors.ts'
import type { LinkedActors } from './linked/linked-ref.ts'
import { killed, normal, type ExitReason } from '../protocol/exit-reason.ts'
import type { Cell, Life } from './anatomy.ts'
import { broadcast, checkGroup, checkTopic, publish, type Announcer } from './announcing.ts'
import type {
  CallOptions,
  CastOptions,
  Context,
  Deferred,
  Down,
  KeepOption,
  MemberReferable,
  MonitorOptions,
  MonitorRef,
  NameOwner,
  Port,
  Referable,
  Spawnable,
  Spawned,
  SpawnFromActorOptions,
  StopOptions,
  TimerRef,
  WhenUpOptions,
} from './context.ts'
import type { Effect, EffectOutcome } from './effects/effect.ts'
import { EffectError } from './effects/effect-error.ts'
import { AbortedError, CallingSelfError, DurableTurnError, ExitError, InvalidMessageError, NoProcError } from './errors.ts'
import type { GroupMember } from './group-member.ts'
import { repeat, runBeside } from './life-timers.ts'
import { Message } from './message.ts'
import { noHeaders } from './middleware-chain.ts'
import { checkAction } from './monitor-options.ts'
import { ownCopy } from './own-copy.ts'
import { nameKey, type InNamespace, type NamedActor } from './names.ts'
import type { Random } from './random.ts'
import { ReceiveError } from './receiving/receive-errors.ts'
import { matchOf, type ReceiveOptions, type Wanting } from './receiving/received.ts'
import type { CheckpointOptions, CheckpointTaken } from './checkpoint-request.ts'
import { failureOf, type Answer, type RequestOptions } from './requests.ts'
import type { ExitSignal } from './signals.ts'
import { sleep } from './sleep.ts'
import type { PartsOptions, PartStream } from './streams/part-stream.ts'
import { ownershipOf, spawnedId, spawnedSpec } from './spawned-spec.ts'
import { supervisedId, supervisionOf } from './supervised-spawn.ts'

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
    return this.idOf(this.current)
  }

  get sender(): ActorId | undefined {
    return this.current?.sender
  }

  get attempt(): number {
    return this.current?.attempt ?? 1
  }

  get deadline(): number | undefined {
    return this.deadlineOf(this.current)
  }

  get headers(): MessageHeaders {
    return this.headersOf(this.current)
  }

  get callSignal(): AbortSignal {
    return this.callSignalOf(this.current)
  }

  get random(): Random {
    return this.cell.world.random
  }

  /** The message that is being handled; nothing between turns. */
  protected get current(): Message | undefined {
    return this.life.turns.current
  }

  protected get cell(): Cell {
    return this.life.cell
  }

  now(): number {
    return this.cell.world.clock.wallNow()
  }

  ref<Ref>(definition: Referable<Ref>, path: string | object): Ref {
    return definition.reference(this, typeof path === 'string' ? path : actorOf(path, this.systemId()))
  }

  linked(link: string): LinkedActors {
    const { world } = this.cell
    if (world.links === undefined) throw noLinks(link)
    world.links.check(link)
    return linkedActors(this, link)
  }

  member<Args, Ref>(definition: MemberReferable<Args, Ref>, path: string, key: string, args: Args): Ref {
    checkKey(key, `${this.cell.label}: key of a member of ${path}`)
    const id = childId(path, key)
    if (this.mayAct('start of a member')) this.cell.world.router.startMember({ supervisor: path, key, args }, { isSaved: false })
    return definition.reference(this, id)
  }

  call(to: ActorId, name: string, input: unknown, options?: CallOptions): Promise<unknown> {
    if (!this.mayAct(`call of ${name}`)) return Promise.reject(new NoProcError(to, name))
    if (to === this.id) return Promise.reject(new CallingSelfError(to, name))
    const message = this.current
    const origin = message && { id: this.id, message }
    return this.cell.world.router.call(to, { name, input, sender: this.id, life: this.life, origin }, options)
  }

  stream(to: ActorId, name: string, input: unknown, options?: PartsOptions): PartStream<unknown> {
    const message = this.current
    const origin = message && { id: this.id, message }
    return this.cell.world.router.stream(to, { name, input, sender: this.id, origin, ending: this.signal }, options)
  }

  cast(to: ActorId, name: string, input: unknown, options?: CastOptions): Promise<void> {
    if (!this.mayAct(`cast of ${name}`)) return Promise.resolve()
    return this.cell.world.router.cast(to, { name, input, sender: this.id }, options)
  }

  stopActor(to: ActorId, reason?: ExitReason, options?: StopOptions): Promise<void> {
    if (!this.mayAct('stop of an actor')) return Promise.reject(new NoProcError(to, 'stop'))
    if (to === this.id) return Promise.reject(new CallingSelfError(to, 'stop'))
    return this.cell.world.router.stop(to, reason, options)
  }

  checkpointActor(to: ActorId, options?: CheckpointOptions): Promise<CheckpointTaken> {
    if (!this.mayAct('checkpoint of an actor')) return Promise.reject(new NoProcError(to, 'checkpoint'))
    if (to === this.id) return Promise.reject(new CallingSelfError(to, 'checkpoint'))
    return this.cell.world.router.checkpoint(to, options)
  }

  whenUp(id: ActorId, options?: WhenUpOptions): Promise<number> {
    if (!this.mayAct('wait for an actor')) return Promise.reject(new NoProcError(id, 'whenUp'))
    return this.cell.world.whenUp(id, options)
  }

  isJournaled(to: ActorId): boolean {
    return this.cell.world.router.isJournaled(to)
  }

  sleep(time: Duration, signal?: AbortSignal): Promise<void> {
    return sleep(this.cell.world.clock, time, signal)
  }

  show(id: ActorId): unknown {
    return this.cell.world.show(id)
  }

  systemId(): string {
    return this.cell.world.systemId()
  }

  get unowned(): Port {
    return this.cell.world.outside
  }

  nextNumber(): number {
    return this.cell.world.nextNumber()
  }

  async spawn<Args, Ref>(
    definition: Spawnable<Args, Ref>,
    key: string,
    args: Args,
    options: SpawnFromActorOptions = {},
  ): Promise<Spawned<Ref>> {
    const { world } = this.cell
    const supervision = supervisionOf(options)
    const id = supervision === undefined ? spawnedId(this.id, key) : supervisedId(key)
    if (!this.mayAct('spawn')) throw new NoProcError(id, 'spawn')
    const timeoutMs =
      options.timeout === undefined ? Infinity : durationOrInfinityMs(options.timeout, `${this.cell.label}: spawn: timeout`)
    const number = options.monitor === true ? world.nextNumber() : undefined
    const given = world.spawn({
      spec: spawnedSpec(definition, id, args, options),
      starter: this.life,
      link: options.link === true,
      monitor: number,
      timeoutMs,
      owned: ownershipOf(options),
      ifExists: options.ifExists,
      supervision,
    })
    const spawned = typeof given === 'string' ? given : await given
    return {
      ref: definition.reference(this, spawned),
      monitor: number === undefined ? undefined : { monitor: number, target: spawned },
    }
  }

  request(to: { readonly id: ActorId }, name: string, input: unknown, { then, timeout }: RequestOptions): string {
    const request = this.newRequestId()
    if (!this.mayAct(`request of ${name}`)) return request
    const { router } = this.cell.world
    const headers = this.headersNow()
    const { life } = this
    // An earlier incarnation is not told, and nothing is said of a turn that waits: none does.
    const tell = (answer: Answer): void => {
      life.asked?.delete(request)
      this.cell.receive(
        new Message(
          { kind: 'cast', name: then, input: answer, sender: to.id, key: undefined, headers },
          undefined,
          this.incarnation,
        ),
      )
    }
    const answer = router.call(to.id, { name, input, sender: this.id }, timeout === undefined ? undefined : { timeout })
    ;(life.asked ??= new Map()).set(request, { request, then, to: to.id, answer })
    answer.then(
      (value) => tell({ request, status: 'replied', value }),
      (error: unknown) => tell(failureOf(request, error)),
    )
    return request
  }

  forward({ id: to }: { readonly id: ActorId }, name: string, input: unknown): void {
    const message = this.current
    if (message?.kind !== 'call' || !this.mayAct(`forward of ${name}`)) return
    const { caller, call, sender } = message
    message.caller = undefined
    if (caller !== undefined) {
      const origin = { id: this.id, message }
      this.cell.world.router.forward(to, { name, input, sender, origin }, { caller, call })
    }
  }

  defer(): Deferred {
    const message = this.current
    const caller = message?.caller
    if (message !== undefined && caller !== undefined) {
      message.caller = undefined
      this.life.deferred.add(caller)
    }
    return {
      get isAwaited() {
        return caller?.isWaiting === true
      },
      reply: (value) => {
        if (caller === undefined || !this.life.deferred.delete(caller)) return
        caller.settle({ status: 'replied', value: this.passing(value) })
      },
    }
  }

  continueWith(name: string, input?: unknown): void {
    if (this.mayAct('continue')) this.life.followUps.continueWith(this.#messageToSelf(name, input))
  }

  idleTimeout(delay: Duration, name: string, input?: unknown): void {
    const delayMs = durationMs(delay, `${this.cell.label}: idleTimeout`)
    if (this.mayAct('idle timeout')) this.life.followUps.idle(delayMs, this.#messageToSelf(name, input))
  }

  stash(): void {
    if (this.mayAct('stash')) this.life.turns.putAside()
  }

  async receive(wanted: Wanting, options?: ReceiveOptions): Promise<never> {
    const match = matchOf(wanted)
    const path = `${this.cell.label}: receive`
    if (match === undefined)
      throw new ConfigurationError({ path, rule: 'must be given names with schemas, names, or a function', value: wanted })
    const limitMs = options?.timeout === undefined ? 5_000 : durationOrInfinityMs(options.timeout, `${path}: timeout`)
    if (!this.mayAct('receive')) throw new ReceiveError(this.id, 'the incarnation has ended')
    const dueMs = this.current?.call?.dueMs ?? Infinity
    const timeoutMs = dueMs === Infinity ? limitMs : Math.min(limitMs, dueMs - this.cell.world.clock.now())
    // Which message it is, is known by who asks.
    return this.life.turns.receive(match, timeoutMs) as Promise<never>
  }

  unstashAll(): void {
    if (this.mayAct('unstash')) this.cell.unstash()
  }

  trapExits(flag: boolean): boolean {
    const { trapsExits } = this.life
    if (this.mayAct('trapping of exits')) this.life.trapsExits = flag
    return trapsExits
  }

  sendSelf(name: string, input?: unknown): void {
    void this.cast(this.id, name, input)
  }

  sendAfter(delay: Duration, name: string, input?: unknown): TimerRef {
    const delayMs = durationMs(delay, `${this.cell.label}: sendAfter`)
    const id = this.newTimerId()
    const envelope = this.envelopeToSelf(name, input)
    if (this.mayAct('timer'))
      this.life.setTimer(id, delayMs, () => this.cell.receive(new Message(envelope, undefined, this.incarnation)), { envelope })
    return { id }
  }

  setTimeout(run: () => unknown, delay: Duration): TimerRef {
    const delayMs = durationMs(delay, `${this.cell.label}: setTimeout`)
    const id = this.newTimerId()
    if (this.mayAct('timer')) this.life.setTimer(id, delayMs, () => runBeside(this.life, run))
    return { id }
  }

  interval(every: Duration, name: string, input?: unknown): TimerRef {
    const path = `${this.cell.label}: interval`
    const everyMs = durationMs(every, path)
    if (everyMs === 0) throw new ConfigurationError({ path, rule: 'must be longer than 0 ms', value: every })
    if (this.cell.spec.mode === 'durable')
      throw new DurableTurnError(`${path}: is not for a durable actor: use sendAfter; nothing was set`)
    const id = this.newTimerId()
    const headers = this.headersNow()
    const message = (): Message => this.#messageToSelf(name, input, headers)
    message()
    if (this.mayAct('timer')) repeat(this.life, { id, everyMs, message })
    return { id }
  }

  effect<Value>(name: string, _effect: Effect<Value>): Promise<EffectOutcome<Value>> {
    const problem =
      this.cell.spec.mode === 'durable'
        ? 'is for handlers of messages: nothing brings it back outside a turn'
        : "is for a durable actor, which has a journal to keep it in: child(…, { state: 'durable' })"
    return Promise.reject(new EffectError(this.id, name, problem))
  }

  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    if (!this.mayAct('fetch')) return Promise.reject(new AbortedError(this.id, 'fetch', this.signal.reason))
    const given = init?.signal ?? (input instanceof Request ? input.signal : undefined)
    const signal = given === undefined ? this.signal : AbortSignal.any([this.signal, given])
    return fetch(input, { ...init, signal })
  }

  cancelTimer(timer: TimerRef): void {
    this.life.cancelTimer(timer.id)
  }

  monitor(target: ActorId | NamedActor, { action }: MonitorOptions = {}): MonitorRef {
    checkAction(action)
    const { world } = this.cell
    const act = action && ((down: Down): void => world.actions.begin(action, down, this.life))
    const monitor = world.nextNumber()
    const { id, name } = this.monitored(target)
    if (this.mayAct('monitor')) this.life.monitor(monitor, world.lifeOf(id), id, name, act)
    return { monitor, target: id }
  }

  demonitor({ monitor }: MonitorRef, options?: { readonly flush: boolean }): boolean {
    const wasActive = this.life.demonitor(monitor) || this.cell.world.actions.cancel(monitor)
    if (options?.flush === true) this.life.takeBackNotice(monitor)
    return wasActive
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
    this.signalTo(id, { type: id === this.id ? 'self' : 'exit', reason })
  }

  kill(id: ActorId): void {
    this.signalTo(id, { type: 'kill', reason: killed })
  }

  register(name: string, id = this.id, options?: InNamespace): boolean {
    const { world } = this.cell
    if (!this.mayAct('register')) return false
    const life = id === this.id ? this.life : world.lifeOf(id)
    return life !== undefined && world.names.register(nameKey(name, options), id, life.number)
  }

  unregister(name: string, options?: InNamespace): boolean {
    return this.mayAct('unregister') && this.cell.world.names.unregister(nameKey(name, options))
  }

  whereis(name: string, options?: InNamespace): NameOwner | undefined {
    return this.cell.world.whereis(name, options)
  }

  join(group: string, value?: unknown, options?: KeepOption): void {
    checkGroup(group)
    if (this.mayAct('join')) this.cell.world.groups.join(group, this.life, value, options)
  }

  leave(group: string): boolean {
    return this.mayAct('leave') && this.cell.world.groups.leave(group, this.life)
  }

  membersOf(group: string): readonly GroupMember[] {
    return this.cell.world.groups.members(group)
  }

  broadcast(group: string, name: string, input?: unknown): number {
    return this.mayAct('broadcast') ? broadcast(this.cell.world.groups, { group, name, input }, this.#announcer()) : 0
  }

  subscribe(topic: string, handler?: string, options?: KeepOption): void {
    checkTopic(topic)
    if (this.mayAct('subscribe')) this.cell.world.topics.join(topic, this.life, handler, options)
  }

  unsubscribe(topic: string): boolean {
    return this.mayAct('unsubscribe') && this.cell.world.topics.leave(topic, this.life)
  }

  publish(topic: string, value: unknown): number {
    return this.mayAct('publish') ? publish(this.cell.world.topics, { topic, value }, this.#announcer()) : 0
  }

  stop(reason: ExitReason = normal): void {
    if (!this.mayAct('stop')) return
    this.life.stopReason ??= reason
    // Outside a turn there is none to wait for.
    if (this.life.status === 'idle') this.life.end(this.life.stopReason, 'orderly')
  }

  reportHealth(isHealthy: boolean): void {
    if (this.mayAct('report of its health')) this.life.reportHealth(isHealthy)
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

  /** Puts a notice into a mailbox. */
  protected tell(to: ActorId, message: Message): void {
    this.cell.world.router.deliver(to, message)
  }

  #announcer(): Announcer {
    const { world } = this.cell
    return {
      router: world.router,
      sender: this.id,
      cast: (to, name, input) => this.cast(to, name, input),
      tell: (to, message) => this.tell(to, message),
      emit: (event) => world.emit(event),
    }
  }

  protected signalTo(id: ActorId, signal: ExitSignal): void {
    if (!this.mayAct('exit signal')) return
    const isInTurn = this.life.status === 'busy'
    this.cell.world.lifeOf(id)?.receiveSignal(signal, this.id)
    // Nobody sees this: the turn that it leaves belongs to an incarnation that has ended.
    if (id === this.id && isInTurn && !this.life.isActive) throw new ExitError(signal.reason)
  }

  protected monitored(target: ActorId | NamedActor): { readonly id: ActorId; readonly name?: string } {
    if (typeof target === 'string') return { id: target }
    return { id: this.cell.world.names.ownerOf(nameKey(target.name, target)) ?? target.name, name: target.name }
  }

  #messageToSelf(name: string, input: unknown, headers = this.headersNow()): Message {
    const envelope = { ...this.envelopeToSelf(name, input), headers }
    const problem = this.life.behavior.check(envelope)
    if (problem !== undefined) throw new InvalidMessageError(this.id, name, problem)
    return new Message(envelope, undefined, this.incarnation)
  }

  /** Its own in every process: no incarnation has the number of an earlier one where it matters. */
  protected newRequestId(): string {
    return `${this.id}/${this.newTimerId()}`
  }

  protected newTimerId(): string {
    return `${this.incarnation}.${this.cell.world.nextNumber()}`
  }

  protected envelopeToSelf(name: string, input: unknown): Envelope {
    return { kind: 'cast', name, input: this.passing(input), sender: this.id, key: undefined, headers: this.headersNow() }
  }

  /** What is sent is what the value is now; see `ownCopy`. */
  protected passing(value: unknown): unknown {
    const { copiesMessages } = this.cell.world
    return copiesMessages && this.life.behavior.sharesMessages !== true ? ownCopy(value) : value
  }

  /** The headers of the message that is being handled, which go with what it brings about; nothing without middleware. */
  protected headersNow(): MessageHeaders | undefined {
    return this.cell.world.middleware === undefined ? undefined : this.headers
  }

  protected headersOf(message: Message | undefined): MessageHeaders {
    return this.cell.world.middleware?.headersOf(message) ?? message?.headers ?? noHeaders
  }

  protected deadlineOf(message: Message | undefined): number | undefined {
    const dueMs = message?.call?.dueMs ?? Infinity
    const { clock } = this.cell.world
    return dueMs === Infinity ? undefined : clock.wallNow() + dueMs - clock.now()
  }

  protected callSignalOf(message: Message | undefined): AbortSignal {
    const ofCall = message?.call?.signal
    return ofCall === undefined ? this.signal : AbortSignal.any([ofCall, this.signal])
  }

  protected idOf(message: Message | undefined): MessageId {
    const storeId = this.cell.world.persistence?.info.storeId ?? 'memory'
    return messageId(storeId, this.id, message?.seq ?? 0)
  }
}
