import { displayId, keyOf, type ActorId } from '../../protocol/actor-id.ts'
import { InternalError } from '../../protocol/errors.ts'
import { crash, type ExitReason } from '../../protocol/exit-reason.ts'
import type { Behavior, Step } from '../../runtime/behavior.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { ChildExited, Context, HealthReport } from '../../runtime/context.ts'
import type { NoCut } from '../../runtime/cuts/cut.ts'
import { StartFailure } from '../../runtime/errors.ts'
import type { EventSink } from '../../runtime/events.ts'
import { systemMessage, type Message } from '../../runtime/message.ts'
import { isThenable } from '../../runtime/thenable.ts'
import { askPrefix, requestOf, type AboutCuts, type Question } from './asking.ts'
import type { ChildSpec } from '../specs/child-spec.ts'
import type { Command, StartOrder, SupervisorReply } from '../machine/commands.ts'
import { Breath } from './breath.ts'
import { GroupCuts, type KeptCut } from './group-cuts.ts'
import { judge, type Judgement, type LastState } from '../specs/decide.ts'
import { createDecider, type Decider, type SupervisorInput } from '../machine/decider.ts'
import type { DecisionLog } from './decision-log.ts'
import { Delays } from './delays.ts'
import type { SupervisorEvent } from '../events.ts'
import { isStale } from '../machine/exits.ts'
import { explain, outcomeOf } from '../machine/explain.ts'
import type { Fact, StartResult, SupervisorRequest } from '../machine/facts.ts'
import { isCounted } from '../machine/lifetime.ts'
import type { Lifetimes } from './lifetimes.ts'
import type { Members } from './members.ts'
import type { Occasion } from '../machine/occasion.ts'
import { Rows } from './rows.ts'
import type { Starter } from '../starter.ts'
import type { SupervisorInit } from '../specs/supervisor-options.ts'
import { supervisorInfo, type SupervisorInfo } from './supervisor-info.ts'

/** What a supervisor is made of. */
export interface SupervisorParts {
  /** How often its children were restarted; outlives its incarnations, and nothing else changes it. */
  readonly restarts: Map<string, number>
  /** What it goes back to where its group is restarted together. */
  readonly kept: KeptCut
  /** Keeps that for children whose state outlives the process; nothing without a store. */
  readonly lifetimes: Lifetimes | undefined
  /** What its machine starts with; `members` are those that the store knows of a dynamic supervisor. */
  readonly input: (members: readonly ChildSpec[]) => SupervisorInput
  /** How it starts and stops the children of one of its incarnations. */
  readonly starter: (parent: { readonly id: ActorId; readonly incarnation: number }) => Starter
  /** Keeps the members of a dynamic supervisor; nothing for one with declared children. */
  readonly members: Members | undefined
  /** The checked spec of a child that is added at run time; throws ConfigurationError. */
  readonly specOf: ((key: unknown, node: unknown) => ChildSpec) | undefined
  /** Runs before anything of an incarnation does. */
  readonly init: SupervisorInit | undefined
  /** Goes on once the event loop has had its turn: a long row of starts or stops must not keep it out. */
  readonly breathe: (label: string) => Promise<void>
  /** Puts a message into the supervisor's own mailbox. */
  readonly sendSelf: (id: ActorId, message: Message) => void
  readonly clock: Clock
  readonly sink: EventSink<SupervisorEvent>
  /** Keeps what the incarnations of a supervisor decided. */
  readonly logOf: (id: ActorId) => DecisionLog
}

/**
 * A supervisor as an actor: its mailbox brings facts, its machine makes commands of them, and this shell carries them out one
 * after another. Everything else waits in the mailbox meanwhile, as in OTP.
 */
export function supervisorBehavior(parts: SupervisorParts): Behavior<Shell, undefined> {
  return {
    name: 'supervisor',
    version: 1,
    hooks: {},
    trapsExits: true,
    stopsInOrder: true,
    startsAnew: true,
    sharesMessages: true,
    check: () => undefined,
    initial: (_, ctx) => bootShell(parts, ctx),
    handle: (shell, message) => shell.handle(message),
    show: (shell) => shell.show(),
    isMeantForOne: isAsked,
  }
}

async function bootShell(parts: SupervisorParts, ctx: Context): Promise<Shell> {
  await parts.init?.({ id: ctx.id, incarnation: ctx.incarnation })
  const known = (await parts.members?.load()) ?? []
  const input = parts.input(known)
  if (parts.lifetimes !== undefined && parts.restarts.size === 0)
    for (const [id, restarts] of await parts.lifetimes.load(input.children)) parts.restarts.set(id, restarts)
  const shell = new Shell(parts, ctx, withRestarts(input, parts.restarts))
  await shell.boot()
  return shell
}

/** What is known of its children from the incarnations before. */
function withRestarts(input: SupervisorInput, restarts: ReadonlyMap<string, number>): SupervisorInput {
  return restarts.size === 0 ? input : { ...input, restarts: [...restarts] }
}

class Shell {
  readonly #parts: SupervisorParts
  readonly #ctx: Context
  readonly #starter: Starter
  readonly #decider: Decider
  readonly #input: SupervisorInput
  readonly #delays: Delays
  readonly #rows: Rows
  readonly #log: DecisionLog
  readonly #cuts: GroupCuts
  #reply: SupervisorReply | undefined = undefined
  #exit: ExitReason | undefined = undefined
  /** Whom the step that is under way has let go. */
  #letGo: string | undefined = undefined

  constructor(parts: SupervisorParts, ctx: Context, input: SupervisorInput) {
    this.#parts = parts
    this.#ctx = ctx
    this.#starter = parts.starter({ id: ctx.id, incarnation: ctx.incarnation })
    this.#decider = createDecider(input)
    this.#cuts = new GroupCuts(ctx.id, { starter: this.#starter, kept: parts.kept, tell: (problem) => this.#tellNoCut(problem) })
    this.#input = input
    this.#delays = new Delays(ctx)
    this.#rows = new Rows(this.#starter, new Breath(parts.clock, () => parts.breathe(displayId(ctx.id))))
    this.#log = parts.logOf(ctx.id)
    this.#log.begin()
    parts.sink.emit({ type: 'supervisor began', id: ctx.id, incarnation: ctx.incarnation, input })
  }

  /** The initial start: all children or none. */
  async boot(): Promise<void> {
    // Nobody has let go of what an earlier incarnation had that this one does not begin with.
    this.#starter.forgetAll({ except: this.#input.children.map(({ id }) => id) })
    const commands = this.#decider.start()
    this.#record(undefined, commands)
    await this.#carryOut(commands)
    if (this.#exit !== undefined) throw new StartFailure(this.#exit)
    if (this.#cuts.needsFirst) this.#parts.sendSelf(this.#ctx.id, systemMessage('firstCut', undefined, this.#ctx.incarnation))
  }

  handle(message: Message): Step<Shell> | PromiseLike<Step<Shell>> {
    this.#reply = undefined
    this.#letGo = undefined
    const request = this.#prepare(message)
    if (isThenable(request)) return request.then((fact) => this.#follow(message, fact))
    return this.#follow(message, request)
  }

  show(): SupervisorInfo {
    const nowMs = this.#parts.clock.now()
    return supervisorInfo({ id: this.#ctx.id, input: this.#input, decider: this.#decider, decisions: this.#log.records, nowMs })
  }

  #follow(message: Message, fact: Fact | SupervisorReply | undefined): Step<Shell> | PromiseLike<Step<Shell>> {
    if (fact === undefined) return { state: this }
    if ('status' in fact) return { state: this, outcome: { status: 'replied', value: fact } }
    const wasRestarting = this.#isRestarting(fact)
    const isRegrouping = this.#cuts.isGoingBack && this.#parts.members !== undefined
    const done = isRegrouping ? this.#regroup(fact, this.#parts.members) : this.#decide(fact)
    if (isThenable(done)) return done.then(() => this.#conclude(message, fact))
    // It was to bring its group back as well.
    if (wasRestarting && !this.#isRestarting(fact)) this.#retireAllDown()
    return this.#conclude(message, fact)
  }

  /** What a message tells the machine; a reply if it need not be asked. */
  #prepare(message: Message): Fact | SupervisorReply | undefined | Promise<Fact | SupervisorReply | undefined> {
    const nowMs = this.#parts.clock.now()
    if (message.kind === 'call') return this.#requestOf(message)
    switch (message.name) {
      case 'exited': {
        const exited = message.input as ChildExited
        const { id, incarnation, reason, message: handled } = exited
        // News of one that had the same number before the place was given up: the one that runs now has not ended.
        if (this.#starter.runs(keyOf(id), incarnation)) return undefined
        // One that it has stopped itself: the machine would let it pass, but a group of thousands leaves thousands of them.
        if (isStale(this.#decider, { id: keyOf(id), incarnation })) return undefined
        return { type: 'exited', id: keyOf(id), incarnation, reason, message: handled, ...this.#judge(exited), nowMs }
      }
      case 'retry':
        return { type: 'retry', id: (message.input as { id: string }).id, nowMs }
      case 'due':
        return { type: 'due', ...(message.input as { id: string; round: number }), nowMs }
      case 'health': {
        const { id, ...health } = message.input as HealthReport
        return { type: 'health', id: keyOf(id), ...health, nowMs }
      }
      case 'stop': {
        const request = message.input as { reason: ExitReason; isServed?: boolean }
        request.isServed = true
        return { type: 'shutdown', reason: request.reason, nowMs }
      }
      case 'firstCut':
        return this.#firstCut()
      case 'member':
        return this.#memberFact(message.input as MemberInput)
      default:
        return undefined
    }
  }

  async #firstCut(): Promise<undefined> {
    const failed = await this.#cuts.takeFirst()
    if (failed !== undefined) this.#tellNoCut(failed)
  }

  #tellNoCut({ problem, actors }: NoCut): void {
    const { id, incarnation } = this.#ctx
    this.#parts.sink.emit({ type: 'no cut', id, incarnation, why: problem, actors })
  }

  /** What the child's own `decide` says of its exit. */
  #judge({ id, incarnation, reason, message }: ChildExited): Judgement {
    const child = this.#decider.children.get(keyOf(id))
    const { decide } = child?.spec ?? {}
    if (child === undefined || decide === undefined) return {}
    const error = reason.type === 'error' ? reason.error : undefined
    const last = (): LastState | undefined => this.#starter.lastOf(keyOf(id), incarnation)
    return judge(decide, { id: keyOf(id), incarnation, reason, error, message, restarts: child.restarts, last })
  }

  #requestOf(message: Message): Fact | SupervisorReply | undefined | Promise<Fact | SupervisorReply | undefined> {
    if (isAsked(message)) {
      const { members, specOf } = this.#parts
      const question = message.input as Question
      const ofCut = this.#cuts.answer(question)
      if (ofCut !== undefined)
        return isThenable(ofCut) || 'status' in ofCut
          ? ofCut
          : { type: 'asked', ticket: message.seq, request: ofCut, nowMs: this.#parts.clock.now() }
      const asked = { id: this.#ctx.id, isDynamic: members !== undefined, specOf, children: this.#decider.children }
      const request = requestOf(question as Exclude<Question, AboutCuts>, asked)
      if ('status' in request) return request
      return { type: 'asked', ticket: message.seq, request, nowMs: this.#parts.clock.now() }
    }
    switch (message.name) {
      case 'startMember':
        return this.#memberFact(message.input as MemberInput)
      case 'revive':
        return this.#revival(message)
      case 'ensureMember': {
        const { key } = message.input as MemberInput
        const known = this.#decider.children.get(key)
        return known === undefined
          ? this.#memberFact(message.input as MemberInput)
          : { status: 'started', id: key, incarnation: known.incarnation }
      }
      default: {
        const request = { type: message.name, ...(message.input as object | undefined) } as SupervisorRequest
        return { type: 'asked', ticket: message.seq, request, nowMs: this.#parts.clock.now() }
      }
    }
  }

  /** A monitor asks for a child that is down: for one that has left the table, by the spec that it was declared with. */
  #revival(message: Message): Fact | SupervisorReply | Promise<Fact | SupervisorReply> {
    const { key, args } = message.input as MemberInput
    const cause = 'monitor'
    const nowMs = this.#parts.clock.now()
    const asked = (request: SupervisorRequest): Fact => ({ type: 'asked', ticket: message.seq, request, nowMs })
    if (this.#decider.children.get(key) !== undefined) return asked({ type: 'restartChild', id: key, cause })
    if (this.#parts.members !== undefined)
      return this.#memberFact({ key, args }).then((fact) =>
        'request' in fact && fact.request.type === 'startChild' ? { ...fact, request: { ...fact.request, cause } } : fact,
      )
    const spec = this.#parts.input([]).children.find(({ id }) => id === key)
    if (spec === undefined) return { status: 'error', error: { type: 'not_found', id: key } }
    return asked({ type: 'startChild', spec, cause })
  }

  /** Goes back to a cut with exactly the members that it has. Where the store does not take it, all are there again as before. */
  async #regroup(restartAll: Fact, members: Members): Promise<void> {
    const asked = (request: SupervisorRequest): Fact => ({ type: 'asked', ticket: 0, request, nowMs: this.#parts.clock.now() })
    const specs = this.#cuts.membersWanted.map(({ key, args }) => members.spec(key, args))
    const wanted = new Set(specs.map(({ id }) => id))
    const before = this.#decider.children.all().map(({ spec }) => spec)
    const strangers = before.filter(({ id }) => !wanted.has(id))
    for (const { id } of strangers.toReversed())
      await this.#decide(asked({ type: 'terminateMember', id, incarnation: undefined }))
    await this.#decide(restartAll)
    await this.#cuts.putBack()
    for (const spec of this.#cuts.hasGoneBack ? specs : strangers)
      if (this.#decider.children.get(spec.id) === undefined) await this.#decide(asked({ type: 'startChild', spec }))
  }

  /** A member is in the store before it is started: whoever is told that it runs can rely on its coming back. */
  async #memberFact({ key, args, isSaved }: MemberInput): Promise<Fact | SupervisorReply> {
    const { members } = this.#parts
    if (members === undefined) throw new InternalError('a supervisor with declared children was asked for a member', key)
    const isNew = this.#decider.children.get(key) === undefined
    try {
      if (isNew && isSaved !== true) await members.save(key, args)
    } catch (error) {
      if (!this.#ctx.signal.aborted) this.#starter.retire(key, { forget: true })
      return { status: 'error', error: { type: 'start_failed', id: key, reason: crash(error) } }
    }
    const spec = members.spec(key, args)
    return {
      type: 'asked',
      ticket: 0,
      request: { type: 'startChild', spec, isPromised: isSaved === true },
      nowMs: this.#parts.clock.now(),
    }
  }

  #conclude(message: Message, fact: Fact): Step<Shell> {
    if (this.#ctx.signal.aborted) return { state: this }
    if (fact.type === 'exited' || fact.type === 'retry' || fact.type === 'asked') this.#retireIfDown(fact)
    if (fact.type === 'asked' && 'id' in fact.request) this.#stopWaiting(fact.request.id)
    if (fact.type === 'asked') this.#reply = this.#cuts.afterStep(this.#reply)
    const stop = this.#exit === undefined ? {} : { stop: this.#exit }
    const outcome =
      message.kind === 'call' && this.#reply !== undefined ? { outcome: { status: 'replied', value: this.#reply } as const } : {}
    return { state: this, ...outcome, ...stop }
  }

  /** True if it is asked about a child that waits for another attempt. */
  #isRestarting(fact: Fact): boolean {
    if (fact.type !== 'asked' || !('id' in fact.request)) return false
    return this.#decider.children.get(fact.request.id)?.status === 'restarting'
  }

  #hasRestarting(): boolean {
    return this.#decider.strategy !== 'one_for_one' && this.#decider.children.all().some(({ status }) => status === 'restarting')
  }

  #retireAllDown(): void {
    if (this.#hasRestarting()) return
    for (const { spec, status } of this.#decider.children.all())
      if (status === 'stopped') this.#starter.retire(spec.id, { forget: false })
  }

  /** A child that stays down keeps nobody waiting. */
  #retireIfDown(fact: Extract<Fact, { readonly type: 'exited' | 'retry' | 'asked' }>): void {
    const id = fact.type !== 'asked' ? fact.id : 'id' in fact.request ? fact.request.id : undefined
    const child = id === undefined ? undefined : this.#decider.children.get(id)
    if (id !== undefined && child !== undefined && isCounted(child)) this.#parts.restarts.set(id, child.restarts)
    // One that waits for the retry of a sibling, or that ends with a supervisor that gave up, is expected back.
    if (fact.type !== 'asked' && id !== this.#letGo) return
    if (id !== undefined && child?.status === 'stopped') this.#starter.retire(id, { forget: false })
  }

  /** A call may have hurried the child, or have it stay down. */
  #stopWaiting(id: string): void {
    if (this.#decider.children.get(id)?.wait?.for !== 'delay') this.#delays.cancel(id)
  }

  /** One that was killed meanwhile decides nothing any more: the children are another incarnation's by now. */
  #decide(fact: Fact): void | PromiseLike<void> {
    if (this.#ctx.signal.aborted) return undefined
    this.#log.follow(fact)
    const commands = this.#decider.decide(fact)
    this.#record(fact, commands)
    if (fact.type === 'exited' && this.#parts.lifetimes !== undefined) this.#count(fact.id, this.#parts.lifetimes)
    return this.#carryOut(commands)
  }

  /** Before it is started again: an incarnation that has begun has been counted. */
  #count(id: string, lifetimes: Lifetimes): void {
    const child = this.#decider.children.get(id)
    if (child !== undefined && child.status === 'restarting' && isCounted(child)) lifetimes.save(child.spec, child.restarts)
  }

  #carryOut(commands: readonly Command[]): void | PromiseLike<void> {
    for (const command of commands) {
      switch (command.type) {
        case 'start': {
          const { orders } = command
          const back = this.#cuts.beforeStart(this.#decider)
          return back === undefined ? this.#start(orders) : back.then(() => this.#start(orders))
        }
        case 'stop': {
          const stopped = this.#rows.stop(command.orders, command.together)
          return isThenable(stopped) ? stopped.then(() => this.#stopped()) : this.#stopped()
        }
        case 'retry':
          this.#parts.sendSelf(this.#ctx.id, systemMessage('retry', { id: command.id }, this.#ctx.incarnation))
          break
        case 'delay':
          this.#delays.arm(command)
          break
        case 'setAside':
          this.#starter.setAside(command.id)
          break
        case 'reply':
          this.#reply = command.reply
          break
        case 'forget':
          this.#forget(command.id)
          break
        case 'decided':
          this.#noteDecision(command.occasion)
          break
        case 'exit':
          this.#exit = command.reason
          this.#letMembersGo()
          break
        case 'up':
          break
      }
    }
  }

  #start(orders: readonly StartOrder[]): void | PromiseLike<void> {
    const results = this.#rows.start(orders)
    return isThenable(results) ? results.then((late) => this.#started(late)) : this.#started(results)
  }

  #started(results: readonly StartResult[]): void | PromiseLike<void> {
    this.#log.cameBack(results)
    // One that ignores its start is not there, and keeps nobody waiting.
    for (const { id, status } of results) if (status === 'ignored') this.#starter.retire(id, { forget: false })
    return this.#decide({ type: 'started', results, nowMs: this.#parts.clock.now() })
  }

  #stopped(): void | PromiseLike<void> {
    return this.#decide({ type: 'stopped', nowMs: this.#parts.clock.now() })
  }

  /** A member that is gone for good; one that only goes down with its supervisor comes back with it. */
  #forget(id: string): void {
    this.#starter.retire(id, { forget: true })
    this.#parts.restarts.delete(id)
    if (this.#decider.state === 'terminating' || this.#decider.state === 'done') return
    // The members of a cut are written with it.
    if (!this.#cuts.isGoingBack) this.#parts.members?.drop(id)
    this.#parts.lifetimes?.drop(id)
  }

  /** Declared children come back with their supervisor; members only if they are kept. */
  #letMembersGo(): void {
    if (this.#parts.members?.areKept !== false) return
    for (const { spec } of this.#decider.children.all()) this.#starter.retire(spec.id, { forget: true })
    this.#parts.restarts.clear()
  }

  #noteDecision(occasion: Occasion): void {
    const decided = outcomeOf(occasion.verdict)
    if (decided === 'leave' || decided === 'shut down') this.#letGo = occasion.spec.id
    const { id, incarnation } = this.#ctx
    this.#log.add(incarnation, occasion)
    const { sink } = this.#parts
    if (sink.isMute !== true) sink.emit({ type: 'decided', id, incarnation, decision: explain(occasion) })
  }

  #record(fact: Fact | undefined, commands: readonly Command[]): void {
    if (this.#parts.sink.isMute === true) return
    this.#parts.sink.emit({ type: 'supervisor step', id: this.#ctx.id, incarnation: this.#ctx.incarnation, fact, commands })
  }
}

/** True for a call through a `SupervisorRef`. */
function isAsked({ kind, name }: Message): boolean {
  return kind === 'call' && name.startsWith(askPrefix)
}

interface MemberInput {
  readonly key: string
  readonly args: unknown
  readonly isSaved?: boolean
}
