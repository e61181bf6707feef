import { childId, type ActorId } from '../protocol/actor-id.ts'
import { durationOrInfinityMs } from '../protocol/duration.ts'
import { isLinked, linkOf } from '../protocol/linked-id.ts'
import type { Envelope } from '../protocol/envelope.ts'
import { NotStorableError } from '../protocol/errors.ts'
import { normal, type ExitReason } from '../protocol/exit-reason.ts'
import type { StateMode } from './actor-spec.ts'
import { Admission } from './admission.ts'
import type { Cell } from './anatomy.ts'
import type { Behavior } from './behavior.ts'
import { circleOf } from './call-circle.ts'
import { checkCallOptions } from './call-options.ts'
import type { Clock } from './clock.ts'
import type { CheckpointOptions, CheckpointTaken } from './checkpoint-request.ts'
import type { CallOptions, CastOptions, StopOptions } from './context.ts'
import type { Deadlines } from './deadlines.ts'
import {
  CallCircleError,
  CallTimeoutError,
  CrashedError,
  inJournal,
  InvalidMessageError,
  NoProcError,
  UnavailableError,
} from './errors.ts'
import type { Links } from './linked/links.ts'
import { letGo } from './end-for-good.ts'
import type { DeadLetterCause, EventSink } from './events.ts'
import { answerBy, fallbackFor } from './fallback.ts'
import type { MailboxGate } from './mailbox-gate.ts'
import { Message, systemMessage, type CallOrigin } from './message.ts'
import type { SentMessage } from './middleware.ts'
import type { MiddlewareChain } from './middleware-chain.ts'
import { RejectedError } from './middleware-errors.ts'
import { ownCopy } from './own-copy.ts'
import { PendingCall } from './pending-call.ts'
import type { Accepted, Member, Persistence } from './persistence.ts'
import { askForCheckpoint } from './requested-checkpoint.ts'
import type { StopRequest } from './requested-end.ts'
import type { Request, Router, StreamRequest } from './router.ts'
import { openStream, type StreamParts } from './streams/open-stream.ts'
import { PartStream, type PartsOptions } from './streams/part-stream.ts'
import type { StreamLink } from './streams/stream-link.ts'

const defaultTimeoutMs = 5_000

/** Between two attempts at a store that has refused a message; doubled each time. */
const shortestPauseMs = 10
const longestPauseMs = 1_000

type Way = 'call' | 'cast' | 'forward' | 'stream'

/** What the ways between the actors of one node lead through. */
export interface LocalRouterParts {
  readonly cells: ReadonlyMap<ActorId, Cell>
  readonly clock: Clock
  readonly deadlines: Deadlines
  readonly sink: EventSink
  /** Keeps and tells of a message that will not be handled. */
  readonly deadLetter: (id: ActorId, message: Message, why: DeadLetterCause) => void
  /** How an actor keeps its state that has not been started yet; nothing if there is none of that id. */
  readonly modeOf: (id: ActorId) => StateMode | undefined
  /** Messages are copied when they are sent; see `ownCopy`. */
  readonly copies: boolean
  /** A call made while a call is handled does not outlast it, and closes no circle. */
  readonly boundsNestedCalls: boolean
  /** Runs around sends; nothing if there is none. */
  readonly middleware: MiddlewareChain | undefined
  /** For what goes to other stores; nothing if there are no links. */
  readonly persistence: Persistence | undefined
  readonly links: Links | undefined
}

/** The ways between the actors of one node. */
export class LocalRouter implements Router {
  readonly #parts: LocalRouterParts
  /** Mail for members that a supervisor has been asked to start. */
  readonly #awaited = new Map<ActorId, Message[]>()
  readonly #admission: Admission
  readonly #streamParts: StreamParts
  onSent: ((message: SentMessage) => void) | undefined = undefined
  #isClosed = false

  constructor(parts: LocalRouterParts) {
    this.#parts = parts
    this.#streamParts = {
      clock: parts.clock,
      boundsNestedCalls: parts.boundsNestedCalls,
      circleOf: (to, origin) => this.#circleOf(to, origin),
      begin: (to, request, link) => this.#begin(to, request, link),
    }
    this.#admission = new Admission(parts)
  }

  call(to: ActorId, request: Request, options?: CallOptions): Promise<unknown> {
    const { name, input, sender, life, origin, headers } = request
    if (options !== undefined) checkCallOptions(name, options)
    const middleware = this.#middlewareFor('call', to, request)
    if (middleware !== undefined)
      return middleware.send(this.#sent('call', to, request), (passed) =>
        this.call(to, { ...request, ...whatOf(passed) }, options),
      )
    const timeoutMs = this.#timeoutOf(name, options, origin)
    const envelope: Envelope = { kind: 'call', name, input, sender, key: options?.id, headers }
    const place = this.#parts.cells.get(to)
    const cell = place === undefined || isGone(place) ? undefined : place
    const fallback = place?.spec.fallback === undefined || this.#isClosed ? undefined : fallbackFor(place, envelope)
    if (cell === undefined && fallback === undefined && !this.#awaited.has(to))
      return Promise.reject(isLinked(to) ? noCallOver(to, name) : new NoProcError(to, name))
    const problem = this.problemWith(to, envelope)
    if (problem !== undefined) return Promise.reject(new InvalidMessageError(to, name, problem))
    const { signal, dropExpired, whenDown = cell?.spec.whenDown } = options ?? {}
    if (whenDown === 'reject' && fallback === undefined && cell?.life?.isBorn !== true) return Promise.reject(downNow(to, name))
    if (timeoutMs <= 0) return Promise.reject(new CallTimeoutError(to, name, 0))
    const circle = this.#circleOf(to, origin)
    if (circle !== undefined) return Promise.reject(new CallCircleError(to, name, circle))
    const { deadlines } = this.#parts
    const retries = options?.retries ?? retriesOf(cell, name)
    const pending = new PendingCall({
      target: to,
      handler: name,
      timeoutMs,
      deadlines,
      signal,
      sender: life,
      origin,
      dropExpired,
      retries,
    })
    if (signal?.aborted === true) return pending.promise
    const message = this.#messageOf(envelope, cell, pending)
    if (cell?.spec.mode === 'durable' && pending.isRetried) pending.tryAgain = this.#again(to, message, pending)
    if (fallback !== undefined && place !== undefined) answerBy(fallback, place, { name, input: message.input, caller: pending })
    else if (cell === undefined) this.deliver(to, message)
    else if (cell.mailbox.gate !== undefined) this.#admitCall(cell, cell.mailbox.gate, message, pending)
    else if (cell.spec.mode === 'durable') void this.#acceptCall(cell, message)
    else cell.receive(message)
    return pending.promise
  }

  forward(to: ActorId, request: Request, waiting: Pick<Message, 'caller' | 'call'>): void {
    const { name, input, sender, headers } = request
    const { caller, call } = waiting
    const middleware = this.#middlewareFor('forward', to, request)
    if (middleware !== undefined) {
      const leave = (passed: SentMessage): Promise<void> => {
        this.forward(to, { ...request, ...whatOf(passed) }, waiting)
        return Promise.resolve()
      }
      middleware.send(this.#sent('forward', to, request), leave).catch((error: unknown) => caller?.fail(asError(error)))
      return
    }
    const envelope: Envelope = { kind: 'call', name, input, sender, key: undefined, headers }
    const problem = this.problemWith(to, envelope)
    if (problem !== undefined) {
      caller?.fail(new InvalidMessageError(to, name, problem))
      return
    }
    const cell = this.#reachable(to)
    const message = this.#messageOf(envelope, cell, undefined)
    message.caller = caller
    message.call = call
    if (cell?.spec.mode === 'durable' && cell.mailbox.gate === undefined) void this.#acceptCall(cell, message)
    else this.deliver(to, message)
  }

  cast(to: ActorId, request: Request, options?: CastOptions): Promise<void> {
    const { name, input, sender, headers } = request
    const middleware = this.#middlewareFor('cast', to, request)
    if (middleware !== undefined) return this.#castThrough(middleware, to, request, options)
    const place = this.#parts.cells.get(to)
    const message = new Message({ kind: 'cast', name, input, sender, key: options?.id, headers }, undefined, 0)
    const problem = place && behaviorOf(place).check(message)
    if (problem !== undefined) throw new InvalidMessageError(to, name, problem)
    const cell = place === undefined || isGone(place) ? undefined : place
    if (!this.#isShared(cell)) message.input = ownCopy(input)
    if (cell === undefined && isLinked(to)) return this.#post(to, message)
    if (cell === undefined) this.deliver(to, message)
    else if (cell.mailbox.gate !== undefined) return this.#admitCast(cell, cell.mailbox.gate, message, options)
    else if (cell.spec.mode === 'durable') return this.#acceptCast(cell, message)
    else cell.receive(message)
    return taken
  }

  stream(to: ActorId, request: StreamRequest, options: PartsOptions = {}): PartStream<unknown> {
    return new PartStream(() => openStream(to, request, options, this.#streamParts))
  }

  /** Puts the message that begins a stream on its way; what keeps it from that ends the stream. */
  #begin(to: ActorId, request: Request, link: StreamLink): void {
    const { name, input, sender, headers } = request
    const middleware = this.#middlewareFor('stream', to, request)
    if (middleware !== undefined) {
      const leave = (passed: SentMessage): Promise<void> => {
        this.#begin(to, { ...request, ...whatOf(passed) }, link)
        return Promise.resolve()
      }
      middleware.send(this.#sent('stream', to, request), leave).catch((error: unknown) => link.giveUp(asError(error)))
      return
    }
    const envelope: Envelope = { kind: 'stream', name, input, sender, key: undefined, headers }
    const cell = this.#reachable(to)
    const problem = this.problemWith(to, envelope)
    if (problem !== undefined) link.fail(new InvalidMessageError(to, name, problem))
    else if (cell?.spec.whenDown === 'reject' && cell.life?.isBorn !== true) link.fail(downNow(to, name))
    if (link.isClosed) return
    const message = new Message(envelope, link, 0)
    message.call = link
    if (this.#parts.copies) message.input = ownCopy(input)
    this.deliver(to, message)
  }

  checkpoint(to: ActorId, options?: CheckpointOptions): Promise<CheckpointTaken> {
    return askForCheckpoint(to, { cell: this.#reachable(to), deadlines: this.#parts.deadlines }, options)
  }

  async stop(to: ActorId, reason: ExitReason = normal, options?: StopOptions): Promise<void> {
    const timeoutMs = options?.timeout === undefined ? Infinity : durationOrInfinityMs(options.timeout, 'stop: timeout')
    const life = this.#parts.cells.get(to)?.life
    if (life?.isBorn !== true) throw new NoProcError(to, 'stop')
    const { deadlines } = this.#parts
    const pending = new PendingCall({ target: to, handler: 'stop', timeoutMs, deadlines, signal: undefined, sender: undefined })
    const request: StopRequest = { reason, isServed: false }
    const { supervisor } = life.cell
    const isFinal = options?.restart === false && supervisor !== undefined
    // Its supervisor learns of its end by being asked to keep it down.
    if (isFinal) life.isAwaited = true
    life.whenEnded((final) => {
      const tell = (): void => {
        if (request.isServed && final === reason) pending.settle({ status: 'replied', value: undefined })
        else pending.fail(new CrashedError(to, 'stop', final))
      }
      if (isFinal) void letGo(to, supervisor, this).then(tell)
      else tell()
    })
    life.cell.receive(systemMessage('stop', request, life.number))
    await pending.promise
  }

  problemWith(
    to: ActorId,
    message: { readonly kind: string; readonly name: string; readonly input: unknown },
  ): string | undefined {
    const cell = this.#parts.cells.get(to)
    return cell && behaviorOf(cell).check(message)
  }

  deliver(to: ActorId, message: Message): void {
    const cell = this.#reachable(to)
    if (cell !== undefined) {
      const { gate } = cell.mailbox
      if (gate === undefined) cell.receive(message)
      else void this.#admitCast(cell, gate, message, undefined)
    } else if (this.#awaited.has(to)) this.#awaited.get(to)?.push(message)
    else this.drop(to, message, 'noproc')
  }

  deliverJournaled(to: ActorId, message: Message): void {
    const { sink, cells } = this.#parts
    if (sink.isMute !== true) sink.emit({ type: 'accepted', id: to, seq: message.seq, kind: message.kind, name: message.name })
    const cell = cells.get(to)
    // Of one that was let go nobody takes it here: whoever starts it again finds it in the journal.
    if (cell?.isRetired === true && cell.life === undefined && !cell.journal.isOpening) return
    cell?.receiveJournaled(message)
  }

  isJournaled(id: ActorId): boolean {
    return (this.#parts.cells.get(id)?.spec.mode ?? this.#parts.modeOf(id)) === 'durable' || isLinked(id)
  }

  isMember(id: ActorId): boolean {
    return this.#parts.cells.get(id)?.isRetired === false
  }

  /** True if mail waits for an actor that a supervisor has been asked to start. */
  isAwaited(id: ActorId): boolean {
    return this.#awaited.has(id)
  }

  startMember({ supervisor, key, args }: Member, { isSaved }: { readonly isSaved: boolean }): void {
    const id = childId(supervisor, key)
    if (!this.isMember(id) && !this.#awaited.has(id) && this.#reachable(supervisor) !== undefined) this.#awaited.set(id, [])
    this.#parts.cells.get(supervisor)?.receive(systemMessage('member', { key, args, isSaved }, 0))
  }

  /** The mail that has come for a member before it was there; from now on it is. */
  takeAwaited(id: ActorId): readonly Message[] {
    const messages = this.#awaited.get(id) ?? []
    this.#awaited.delete(id)
    return messages
  }

  /** Nobody comes back any more: nothing stands for them either. */
  close(): void {
    this.#isClosed = true
  }

  /** A message that waited for an actor which stays down: answered in its place, if that can be, or dropped. */
  release(cell: Cell, message: Message): void {
    const { caller, name, input } = message
    const fallback = this.#isClosed || message.kind !== 'call' || message.seq > 0 ? undefined : fallbackFor(cell, message)
    if (fallback === undefined || caller === undefined) this.drop(cell.id, message, 'stopped')
    else answerBy(fallback, cell, { name, input, caller })
  }

  /** A message that will not be handled: who waits for it is told. */
  drop(id: ActorId, message: Message, why: DeadLetterCause): void {
    if (message.seq > 0) {
      message.caller?.fail(new UnavailableError(id, message.name, inJournal))
      return
    }
    const { lastExit } = this.#parts.cells.get(id) ?? {}
    // One that was to be tried again has been handled, in vain.
    const wasTried = message.attempt > 0 && lastExit !== undefined
    message.caller?.fail(wasTried ? new CrashedError(id, message.name, lastExit) : new NoProcError(id, message.name, lastExit))
    // What the runtime tells itself is nobody's letter.
    if (message.kind !== 'info') this.#parts.deadLetter(id, message, why)
  }

  /** Nobody waits longer than the caller of the call that is being handled. */
  #timeoutOf(name: string, options: CallOptions | undefined, origin: CallOrigin | undefined): number {
    const { clock } = this.#parts
    let timeoutMs =
      options?.timeout === undefined ? defaultTimeoutMs : durationOrInfinityMs(options.timeout, `call of "${name}": timeout`)
    if (options?.deadline !== undefined) timeoutMs = Math.min(timeoutMs, options.deadline - clock.wallNow())
    const outer = origin?.message.call
    // In whole milliseconds: each length of time has a queue of its own.
    if (outer === undefined || outer.dueMs === Infinity || !this.#parts.boundsNestedCalls) return timeoutMs
    return Math.min(timeoutMs, outer.isGivenUp ? 0 : Math.floor(outer.dueMs - clock.now()))
  }

  #circleOf(to: ActorId, origin: CallOrigin | undefined): readonly ActorId[] | undefined {
    if (origin === undefined || !this.#parts.boundsNestedCalls) return undefined
    return circleOf(to, origin, (id) => this.#parts.cells.get(id)?.life?.turns.current)
  }

  /** What a message has to pass still; nothing on its way to a behavior of the runtime itself. */
  #middlewareFor(way: Way, to: ActorId, request: Request): MiddlewareChain | undefined {
    const { headers } = request
    if (this.onSent !== undefined && headers === undefined) this.onSent(this.#sent(way, to, request))
    const { middleware, cells } = this.#parts
    if (middleware === undefined || headers !== undefined || cells.get(to)?.spec.behavior.sharesMessages === true)
      return undefined
    return middleware
  }

  #sent(way: Way, to: ActorId, { name, input, sender, origin }: Request): SentMessage {
    const { middleware, cells } = this.#parts
    const handled = origin?.message ?? (sender === undefined ? undefined : cells.get(sender)?.life?.turns.current)
    const headers = middleware?.headersOf(handled) ?? {}
    return { kind: way === 'forward' ? 'call' : way, to, name, input, sender, headers, isForwarded: way === 'forward' }
  }

  #castThrough(middleware: MiddlewareChain, to: ActorId, request: Request, options: CastOptions | undefined): Promise<void> {
    const { name, input, sender } = request
    const leave = (passed: SentMessage): Promise<void> => this.cast(to, { ...request, ...whatOf(passed) }, options)
    const sent = middleware.send(this.#sent('cast', to, request), leave).then(() => undefined)
    // Whoever does not wait for it is told by the event alone.
    sent.catch((error: unknown) => {
      if (!(error instanceof RejectedError) || error.isSent) return
      this.drop(to, new Message({ kind: 'cast', name, input, sender, key: options?.id }, undefined, 0), 'rejected')
    })
    return sent
  }

  #messageOf(envelope: Envelope, cell: Cell | undefined, caller: PendingCall | undefined): Message {
    const message = new Message(envelope, caller, 0)
    message.call = caller
    if (!this.#isShared(cell)) message.input = ownCopy(envelope.input)
    return message
  }

  /** What is sent to a journal is made into text at once, and comes from there. */
  #isShared(cell: Cell | undefined): boolean {
    return !this.#parts.copies || cell?.spec.mode === 'durable' || cell?.spec.behavior.sharesMessages === true
  }

  #reachable(id: ActorId): Cell | undefined {
    const cell = this.#parts.cells.get(id)
    return cell === undefined || isGone(cell) ? undefined : cell
  }

  #admitCall(cell: Cell, gate: MailboxGate, message: Message, pending: PendingCall): void {
    this.#admission.call({ cell, gate, message, enter: () => this.#enter(cell, message) }, pending)
  }

  #admitCast(cell: Cell, gate: MailboxGate, message: Message, options: CastOptions | undefined): Promise<void> {
    const timeoutMs = castTimeoutOf(message.name, options)
    return this.#admission.cast({ cell, gate, message, enter: () => this.#enter(cell, message), timeoutMs })
  }

  /** Where a message goes for which there is room. */
  #enter(cell: Cell, message: Message): Promise<void> | undefined {
    if (cell.spec.mode === 'durable' && (message.kind === 'call' || message.kind === 'cast'))
      return message.kind === 'call' ? this.#acceptCall(cell, message) : this.#acceptCast(cell, message)
    cell.receive(message)
    return undefined
  }

  #acceptCall(cell: Cell, message: Message): Promise<void> {
    return this.#accept(cell, message, (error) => message.caller?.fail(error))
  }

  /** Tries a call again that was not accepted; or one with an id, whose answer is in the journal if it was. */
  #again(to: ActorId, message: Message, pending: PendingCall): (error: UnavailableError) => boolean {
    let pauseMs = shortestPauseMs
    return (error) => {
      if ((error.isSent && message.key === undefined) || !pending.takeRetry()) return false
      this.#parts.clock.setTimer(pauseMs, () => {
        const cell = this.#reachable(to)
        if (cell === undefined) pending.fail(error)
        else if (!pending.isGivenUp) void this.#acceptCall(cell, anew(message))
      })
      pauseMs = Math.min(pauseMs * 2, longestPauseMs)
      return true
    }
  }

  #acceptCast(cell: Cell, message: Message): Promise<void> {
    const accepted = this.#accept(cell, message, (error) => {
      // Whoever does not wait for the acceptance is told of a failure by the event alone.
      accepted.catch(() => this.drop(cell.id, message, 'not accepted'))
      throw error
    })
    return accepted
  }

  /** Puts a message into the outbox of its link, in a transaction of its own. */
  #post(to: ActorId, message: Message): Promise<void> {
    const { persistence, links } = this.#parts
    const sent =
      persistence === undefined || links === undefined
        ? Promise.reject(new NoProcError(to, message.name))
        : persistence.accept(to, message).then(
            () => links.posted(linkOf(to)),
            (error: unknown) => {
              throw refusal(to, message.name, error)
            },
          )
    sent.catch(() => this.drop(to, message, 'not accepted'))
    return sent
  }

  /** Offers a message to the journal; what comes of it is done in the very turn in which the journal's answer arrives. */
  #accept(cell: Cell, message: Message, refused: (error: Error) => void): Promise<void> {
    const { gate } = cell.mailbox
    cell.journal.beginAccept()
    gate?.reserve()
    return cell.store
      .accept(cell.id, message, (input) => (message.input = input))
      .then(
        (accepted) => {
          message.seq = accepted.seq
          gate?.unreserve()
          this.#accepted(cell.id, message, accepted)
          cell.endAccept()
          gate?.admit()
        },
        (error: unknown) => {
          gate?.unreserve()
          cell.endAccept()
          gate?.admit()
          refused(refusal(cell.id, message.name, error))
        },
      )
  }

  #accepted(to: ActorId, message: Message, accepted: Accepted): void {
    const { caller, name } = message
    if (accepted.status === 'accepted') {
      this.deliverJournaled(to, message)
      if (caller === undefined) return
    }
    if (accepted.status === 'answered') {
      if (accepted.outcome !== undefined) caller?.settle(accepted.outcome)
      else caller?.fail(new UnavailableError(to, name, 'a message without an answer had the same id, and has been handled'))
      return
    }
    // Meanwhile it may have ended for good, or another one may have taken its place.
    const cell = this.#reachable(to)
    if (cell === undefined) caller?.fail(new UnavailableError(to, name, inJournal))
    else if (accepted.status === 'pending' && caller !== undefined) cell.attach(accepted.seq, caller)
  }
}

/** What the middleware may change. */
function whatOf({ input, headers }: SentMessage): Pick<Request, 'input' | 'headers'> {
  return { input, headers }
}

function noCallOver(to: ActorId, name: string): UnavailableError {
  const problem = 'an answer cannot be waited for over a link: ask with ctx.request in a durable actor, or cast; nothing was sent'
  return new UnavailableError(to, name, problem, { isSent: false })
}

function downNow(to: ActorId, name: string): UnavailableError {
  return new UnavailableError(to, name, 'the actor is down, and its restart was not to be waited for; nothing was sent', {
    isSent: false,
    isRestarting: true,
  })
}

/** What most casts give: they are taken at once. */
const taken = Promise.resolve()

function behaviorOf({ life, spec }: Cell): Behavior {
  return life?.behavior ?? spec.behavior
}

/** Nobody will handle what is sent to it now. */
function isGone(cell: Cell): boolean {
  return cell.isRetired || (cell.life === undefined && cell.mailbox.gate?.settings.onRestart === 'drop')
}

function retriesOf(cell: Cell | undefined, name: string): number {
  if (cell === undefined) return 0
  return behaviorOf(cell).retriesOf?.(name) ?? cell.spec.retries ?? 0
}

function anew(message: Message): Message {
  const again = new Message(message, message.caller, 0)
  again.call = message.call
  return again
}

function refusal(to: ActorId, name: string, error: unknown): Error {
  if (error instanceof NotStorableError) return new InvalidMessageError(to, name, error.message, error)
  return new UnavailableError(to, name, `the store did not take the message (${asError(error).message}); nothing was handled`, {
    cause: error,
    isSent: false,
  })
}

function castTimeoutOf(name: string, options: CastOptions | undefined): number {
  return options?.timeout === undefined ? defaultTimeoutMs : durationOrInfinityMs(options.timeout, `cast of "${name}": timeout`)
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error), { cause: error })
}
