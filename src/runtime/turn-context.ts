import { checkKey, childId, type ActorId } from '../protocol/actor-id.ts'
import { durationMs, type Duration } from '../protocol/duration.ts'
import type { Envelope, MessageHeaders } from '../protocol/envelope.ts'
import { killed, noproc, normal, type ExitReason } from '../protocol/exit-reason.ts'
import type { MessageId } from '../protocol/message-id.ts'
import type { Life } from './anatomy.ts'
import type {
  CastOptions,
  Deferred,
  KeepOption,
  MemberReferable,
  MonitorOptions,
  MonitorRef,
  Spawnable,
  Spawned,
  TimerRef,
} from './context.ts'
import { checkGroup, checkTopic } from './announcing.ts'
import { Asked } from './asked.ts'
import type { Effect, EffectOutcome } from './effects/effect.ts'
import { EffectError } from './effects/effect-error.ts'
import { EffectsOfTurn, type EarlierTurns } from './effects/effects-of-turn.ts'
import { DurableTurnError, InvalidMessageError } from './errors.ts'
import { LiveContext } from './live-context.ts'
import { Message } from './message.ts'
import type { SentMessage } from './middleware.ts'
import { RejectedError } from './middleware-errors.ts'
import type { Outcome } from './persistence.ts'
import type { CheckpointTaken } from './checkpoint-request.ts'
import { answerKey, answerOf, failureOf, requestIn, requestKey, type Answer, type RequestOptions } from './requests.ts'
import type { NamedActor } from './names.ts'

/**
 * The context of one durable turn. What the handler sends, starts and sets is collected here and leaves with the commit; if
 * the turn is dropped it is as if it had never been asked for. After the turn nothing more is taken.
 */
export class TurnContext extends LiveContext {
  /** What the handler has asked for; nothing of the many that ask for nothing. */
  asked: Asked | undefined = undefined
  stopWanted: ExitReason | undefined = undefined
  readonly #message: Message
  readonly #earlier: EarlierTurns | undefined
  #effects: EffectsOfTurn | undefined = undefined
  #isOpen = true

  /** `earlier` are the turns before it that are not committed yet; without them it is run for its state alone. */
  constructor(life: Life, message: Message, earlier?: EarlierTurns) {
    super(life)
    this.#message = message
    this.#earlier = earlier
  }

  override get messageId(): MessageId {
    return this.idOf(this.#message)
  }

  override get sender(): ActorId | undefined {
    return this.#message.sender
  }

  override get attempt(): number {
    return this.#message.attempt
  }

  override get deadline(): number | undefined {
    return this.deadlineOf(this.#message)
  }

  override get headers(): MessageHeaders {
    return this.headersOf(this.#message)
  }

  override get callSignal(): AbortSignal {
    return this.callSignalOf(this.#message)
  }

  /** The handler has ended: what it asked for is complete. */
  close(): void {
    this.#isOpen = false
    this.#effects?.leave()
  }

  override member<Args, Ref>(definition: MemberReferable<Args, Ref>, path: string, key: string, args: Args): Ref {
    checkKey(key, `${this.cell.label}: key of a member of ${path}`)
    const id = childId(path, key)
    if (this.mayAct('start of a member') && !this.cell.world.router.isMember(id))
      this.#asking.members.push({ supervisor: path, key, args })
    return definition.reference(this, id)
  }

  override call(to: ActorId, name: string): Promise<unknown> {
    const error = new DurableTurnError(
      `${this.cell.label}: a durable turn cannot wait for another actor ("${name}" on ${to}), because a question that was asked cannot be ` +
        'taken back when the turn is dropped. Cast, and let the answer come as a message; nothing was sent',
    )
    return Promise.reject(error)
  }

  override stream(to: ActorId, name: string): never {
    throw this.#refusal('stream', `wait for the parts of "${name}" of ${to}`)
  }

  override cast(to: ActorId, name: string, input: unknown, options?: CastOptions): Promise<void> {
    if (!this.mayAct(`cast of ${name}`)) return Promise.resolve()
    const { router, middleware } = this.cell.world
    const envelope: Envelope = { kind: 'cast', name, input, sender: this.id, key: options?.id }
    router.onSent?.(this.#sent('cast', to, envelope))
    if (middleware === undefined) return this.#cast(to, envelope)
    const sent = middleware
      .send(this.#sent('cast', to, envelope), (passed) =>
        this.#cast(to, { ...envelope, input: passed.input, headers: passed.headers }),
      )
      .then(() => undefined)
    sent.catch((error: unknown) => {
      if (error instanceof RejectedError && !error.isSent) router.drop(to, new Message(envelope, undefined, 0), 'rejected')
    })
    return sent
  }

  #cast(to: ActorId, sent: Envelope): Promise<void> {
    const { router } = this.cell.world
    const problem = router.problemWith(to, sent)
    if (problem !== undefined) throw new InvalidMessageError(to, sent.name, problem)
    const envelope = { ...sent, input: this.passing(sent.input) }
    if (router.isJournaled(to)) this.#asking.sends.push({ to, envelope })
    else this.#asking.unjournaled.push(() => router.deliver(to, new Message(envelope, undefined, 0)))
    return Promise.resolve()
  }

  #sent(kind: 'call' | 'cast', to: ActorId, { name, input }: Envelope): SentMessage {
    return { kind, to, name, input, sender: this.id, headers: this.headers, isForwarded: false }
  }

  override request(to: { readonly id: ActorId }, name: string, input: unknown, options: RequestOptions): string {
    const request = this.newRequestId()
    if (!this.mayAct(`request of ${name}`)) return request
    const { router, middleware } = this.cell.world
    const envelope: Envelope = { kind: 'call', name, input, sender: this.id, key: requestKey(options.then, request) }
    // What goes through no journal is told of by the router, when it leaves.
    if (middleware !== undefined || router.isJournaled(to.id)) router.onSent?.(this.#sent('call', to.id, envelope))
    if (middleware === undefined) {
      this.#request(to.id, envelope, request, options)
      return request
    }
    const leave = (passed: SentMessage): Promise<void> => {
      this.#request(to.id, { ...envelope, input: passed.input, headers: passed.headers }, request, options)
      return Promise.resolve()
    }
    middleware.send(this.#sent('call', to.id, envelope), leave).catch((error: unknown) => {
      if (error instanceof RejectedError && !error.isSent) this.#tellLater(to.id, options.then, failureOf(request, error))
    })
    return request
  }

  #request(to: ActorId, sent: Envelope, request: string, { then, timeout }: RequestOptions): void {
    const { router } = this.cell.world
    const { name, headers } = sent
    const problem = router.problemWith(to, sent)
    if (problem !== undefined) throw new InvalidMessageError(to, name, problem)
    const envelope = { ...sent, input: this.passing(sent.input) }
    if (router.isJournaled(to)) {
      this.#asking.sends.push({ to, envelope })
      return
    }
    const { life } = this
    const tell = (answer: Answer): void => {
      life.asked?.delete(request)
      this.#tellLater(to, then, answer)
    }
    this.#asking.unjournaled.push(() => {
      const { input, sender } = envelope
      const answer = router.call(to, { name, input, sender, headers }, timeout === undefined ? undefined : { timeout })
      ;(life.asked ??= new Map()).set(request, { request, then, to, answer })
      answer.then(
        (value) => tell({ request, status: 'replied', value }),
        (error: unknown) => tell(failureOf(request, error)),
      )
    })
  }

  /** The answer to a request goes with the commit of its turn. */
  answerRequest(outcome: Outcome): void {
    const asked = requestIn(this.#message)
    if (asked === undefined) return
    const { to, then, request } = asked
    const input = answerOf(request, outcome)
    const headers = this.headersNow()
    const envelope = { kind: 'cast', name: then, input, sender: this.id, key: answerKey(request), headers } as const
    this.#asking.sends.push({ to, envelope })
  }

  override forward(to: { readonly id: ActorId }, name: string): void {
    throw this.#refusal('forward', `hand "${name}" on to ${to.id}: the reply is part of the commit`)
  }

  override sendAfter(delay: Duration, name: string, input?: unknown): TimerRef {
    const delayMs = durationMs(delay, `${this.cell.label}: sendAfter`)
    const id = this.newTimerId()
    if (this.mayAct('timer'))
      this.#asking.timersSet.push({ id, dueAtMs: this.now() + delayMs, envelope: this.envelopeToSelf(name, input) })
    return { id }
  }

  override stopActor(to: ActorId): Promise<void> {
    return Promise.reject(this.#refusal('stop', `wait for the end of ${to}`))
  }

  override checkpointActor(to: ActorId): Promise<CheckpointTaken> {
    return Promise.reject(this.#refusal('checkpoint', `wait for a checkpoint of ${to}`))
  }

  override whenUp(id: ActorId): Promise<number> {
    return Promise.reject(this.#refusal('whenUp', `wait for ${id} to be up`))
  }

  override spawn<Args, Ref>(_definition: Spawnable<Args, Ref>, key: string): Promise<Spawned<Ref>> {
    return Promise.reject(
      this.#refusal('spawn', `spawn "${key}": start a member of a dynamic supervisor, which is part of the commit`),
    )
  }

  override defer(): Deferred {
    throw this.#refusal('defer', 'answer later: the reply is part of the commit')
  }

  override continueWith(name: string): void {
    throw this.#refusal('continueWith', `continue with "${name}": send it to itself with sendSelf`)
  }

  override idleTimeout(_delay: Duration, name: string): void {
    throw this.#refusal('idleTimeout', `set an idle timeout ("${name}"): use sendAfter, whose timer is in the commit`)
  }

  override setTimeout(): TimerRef {
    throw this.#refusal('setTimeout', 'leave a function behind, which would be in no commit: use sendAfter')
  }

  override effect<Value>(name: string, effect: Effect<Value>): Promise<EffectOutcome<Value>> {
    this.#effects ??= new EffectsOfTurn({
      life: this.life,
      message: this.#message,
      earlier: this.#earlier,
      isOver: () => !this.#isOpen || !this.life.isActive,
    })
    return this.#effects.begin(name, effect)
  }

  /** @throws {EffectError} if the handler, which is over, has not waited for one. */
  leaveEffects(): void {
    const left = this.#effects?.leave()
    if (left !== undefined) throw new EffectError(this.id, left, 'was not waited for: the handler has to await it')
  }

  override fetch(): Promise<Response> {
    const problem = 'ask somebody outside, who cannot forget it when the turn is dropped: do it in ctx.effect'
    return Promise.reject(this.#refusal('fetch', problem))
  }

  override trapExits(flag: boolean): boolean {
    if (this.mayAct('trapping of exits')) this.#asking.bonds.push(() => void (this.life.trapsExits = flag))
    return this.life.trapsExits
  }

  override kill(id: ActorId): void {
    if (id === this.id) super.kill(id)
    else if (this.mayAct('kill'))
      this.#asking.bonds.push(() => this.cell.world.lifeOf(id)?.receiveSignal({ type: 'kill', reason: killed }, this.id))
  }

  override monitor(target: ActorId | NamedActor, { action }: MonitorOptions = {}): MonitorRef {
    if (action !== undefined)
      throw this.#refusal('monitor', 'leave an action behind, which would be in no commit: let the message `down` come')
    const monitor = this.cell.world.nextNumber()
    const { id, name } = this.monitored(target)
    if (this.mayAct('monitor')) this.#asking.bonds.push(() => this.life.monitor(monitor, this.cell.world.lifeOf(id), id, name))
    return { monitor, target: id }
  }

  override demonitor(monitor: MonitorRef, options?: { readonly flush: boolean }): boolean {
    if (this.mayAct('demonitor')) this.#asking.bonds.push(() => void super.demonitor(monitor, options))
    return true
  }

  override link(id: ActorId): void {
    if (!this.mayAct('link')) return
    this.#asking.bonds.push(() => {
      const other = this.cell.world.lifeOf(id)
      if (other !== undefined) this.life.link(other)
      else this.life.receiveSignal({ type: 'exit', reason: noproc }, id)
    })
  }

  override reportHealth(isHealthy: boolean): void {
    if (this.mayAct('report of its health')) this.#asking.bonds.push(() => this.life.reportHealth(isHealthy))
  }

  override unlink(id: ActorId): void {
    if (this.mayAct('unlink')) this.#asking.bonds.push(() => super.unlink(id))
  }

  override exit(id: ActorId, reason: ExitReason): void {
    if (id === this.id) super.exit(id, reason)
    else if (this.mayAct('exit signal'))
      this.#asking.bonds.push(() => this.cell.world.lifeOf(id)?.receiveSignal({ type: 'exit', reason }, this.id))
  }

  override cancelTimer({ id }: TimerRef): void {
    if (!this.mayAct('cancelled timer')) return
    const set = this.#asking.timersSet.findIndex((timer) => timer.id === id)
    if (set < 0) this.#asking.timersCancelled.push(id)
    else this.#asking.timersSet.splice(set, 1)
  }

  override stop(reason: ExitReason = normal): void {
    if (this.mayAct('stop')) this.stopWanted ??= reason
  }

  /** What is no message that this actor takes is a dead letter; the store tells of its own failures by itself. */
  #tellLater(sender: ActorId, then: string, input: Answer): void {
    const { router } = this.cell.world
    const headers = this.headers
    const envelope = { kind: 'cast', name: then, input, sender, key: answerKey(input.request) } as const
    if (router.problemWith(this.id, envelope) !== undefined) router.drop(this.id, new Message(envelope, undefined, 0), 'noproc')
    else void router.cast(this.id, { name: then, input, sender, headers }, { id: envelope.key }).catch(() => undefined)
  }

  override join(group: string, value?: unknown, options?: KeepOption): void {
    checkGroup(group)
    if (this.mayAct('join')) this.#asking.bonds.push(() => this.cell.world.groups.join(group, this.life, value, options))
  }

  override leave(group: string): boolean {
    if (!this.mayAct('leave')) return false
    this.#asking.bonds.push(() => void this.cell.world.groups.leave(group, this.life))
    return this.cell.world.groups.members(group).some(({ id }) => id === this.id)
  }

  override subscribe(topic: string, handler?: string, options?: KeepOption): void {
    checkTopic(topic)
    if (this.mayAct('subscribe')) this.#asking.bonds.push(() => this.cell.world.topics.join(topic, this.life, handler, options))
  }

  override unsubscribe(topic: string): boolean {
    if (!this.mayAct('unsubscribe')) return false
    this.#asking.bonds.push(() => void this.cell.world.topics.leave(topic, this.life))
    return this.cell.world.topics.members(topic).some(({ id }) => id === this.id)
  }

  protected override tell(to: ActorId, message: Message): void {
    this.#asking.unjournaled.push(() => this.cell.world.router.deliver(to, message))
  }

  get #asking(): Asked {
    return (this.asked ??= new Asked())
  }

  #refusal(method: string, problem: string): DurableTurnError {
    return new DurableTurnError(`${this.cell.label}: ${method}: a durable turn cannot ${problem}; nothing was done`)
  }

  protected override mayAct(what: string): boolean {
    if (!super.mayAct(what)) return false
    if (this.#isOpen) return true
    this.cell.world.emit({ type: 'late', id: this.id, incarnation: this.incarnation, what: `${what} after its turn` })
    return false
  }
}
