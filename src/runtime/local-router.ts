import { childId, type ActorId } from '../protocol/actor-id.ts'
import { durationOrInfinityMs } from '../protocol/duration.ts'
import type { Envelope } from '../protocol/envelope.ts'
import { NotStorableError } from '../protocol/errors.ts'
import { normal, type ExitReason } from '../protocol/exit-reason.ts'
import type { StateMode } from './actor-spec.ts'
import type { Cell } from './anatomy.ts'
import type { CallOptions, CastOptions, StopOptions } from './context.ts'
import type { Deadlines } from './deadlines.ts'
import { letGo } from './end-for-good.ts'
import { CrashedError, inJournal, InvalidMessageError, NoProcError, UnavailableError } from './errors.ts'
import type { DeadLetterCause, EventSink } from './events.ts'
import { answerBy, fallbackFor } from './fallback.ts'
import { Message, messageInfo, systemMessage } from './message.ts'
import { PendingCall } from './pending-call.ts'
import type { Accepted, Member } from './persistence.ts'
import type { StopRequest } from './requested-end.ts'
import type { Request, Router } from './router.ts'

const defaultTimeoutMs = 5_000

/** What the ways between the actors of one node lead through. */
export interface LocalRouterParts {
  readonly cells: ReadonlyMap<ActorId, Cell>
  readonly deadlines: Deadlines
  readonly sink: EventSink
  /** How an actor keeps its state that has not been started yet; nothing if there is none of that id. */
  readonly modeOf: (id: ActorId) => StateMode | undefined
}

/** The ways between the actors of one node. */
export class LocalRouter implements Router {
  readonly #parts: LocalRouterParts
  /** Mail for members that a supervisor has been asked to start. */
  readonly #awaited = new Map<ActorId, Message[]>()
  #isClosed = false

  constructor(parts: LocalRouterParts) {
    this.#parts = parts
  }

  call(to: ActorId, { name, input, sender, life }: Request, options?: CallOptions): Promise<unknown> {
    const timeoutMs = timeoutOf(name, options)
    const envelope: Envelope = { kind: 'call', name, input, sender, key: options?.id }
    const place = this.#parts.cells.get(to)
    const cell = place?.isRetired === true ? undefined : place
    const fallback = place?.spec.fallback === undefined || this.#isClosed ? undefined : fallbackFor(place, envelope)
    if (cell === undefined && fallback === undefined && !this.#awaited.has(to)) return Promise.reject(new NoProcError(to, name))
    const problem = this.problemWith(to, envelope)
    if (problem !== undefined) return Promise.reject(new InvalidMessageError(to, name, problem))
    const { deadlines } = this.#parts
    const pending = new PendingCall({ target: to, handler: name, timeoutMs, deadlines, signal: options?.signal, sender: life })
    if (options?.signal?.aborted === true) return pending.promise
    const message = new Message(envelope, pending, 0)
    if (fallback !== undefined && place !== undefined) answerBy(fallback, place, { name, input, caller: pending })
    else if (cell?.spec.mode === 'durable') this.#accept(cell, message).catch((error: unknown) => pending.fail(asError(error)))
    else this.deliver(to, message)
    return pending.promise
  }

  cast(to: ActorId, { name, input, sender }: Request, options?: CastOptions): Promise<void> {
    const envelope: Envelope = { kind: 'cast', name, input, sender, key: options?.id }
    const problem = this.problemWith(to, envelope)
    if (problem !== undefined) throw new InvalidMessageError(to, name, problem)
    const cell = this.#reachable(to)
    const message = new Message(envelope, undefined, 0)
    if (cell?.spec.mode === 'durable') return this.#acceptCast(cell, message)
    this.deliver(to, message)
    return Promise.resolve()
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

  problemWith(to: ActorId, message: { readonly kind: string; readonly name: string; readonly input: unknown }): string | undefined {
    const cell = this.#parts.cells.get(to)
    return cell === undefined ? undefined : (cell.life?.behavior ?? cell.spec.behavior).check(message)
  }

  deliver(to: ActorId, message: Message): void {
    const cell = this.#reachable(to)
    if (cell !== undefined) cell.receive(message)
    else if (this.#awaited.has(to)) this.#awaited.get(to)?.push(message)
    else this.drop(to, message, 'noproc')
  }

  deliverJournaled(to: ActorId, message: Message): void {
    this.#parts.sink.emit({ type: 'accepted', id: to, seq: message.seq, kind: message.kind, name: message.name })
    this.#parts.cells.get(to)?.receiveJournaled(message)
  }

  isJournaled(id: ActorId): boolean {
    return (this.#parts.cells.get(id)?.spec.mode ?? this.#parts.modeOf(id)) === 'durable'
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
    message.caller?.fail(new NoProcError(id, message.name, this.#parts.cells.get(id)?.lastExit))
    // What the runtime tells itself is nobody's letter.
    if (message.kind !== 'info') this.#parts.sink.emit({ type: 'dead letter', id, message: messageInfo(message), why })
  }

  #reachable(id: ActorId): Cell | undefined {
    const cell = this.#parts.cells.get(id)
    return cell === undefined || cell.isRetired ? undefined : cell
  }

  #acceptCast(cell: Cell, message: Message): Promise<void> {
    const accepted = this.#accept(cell, message)
    // Whoever does not wait for the acceptance is told of a failure by the event alone.
    accepted.catch(() => this.drop(cell.id, message, 'not accepted'))
    return accepted
  }

  /** Offers a message to the journal; what comes of it is done in the very turn in which the journal's answer arrives. */
  #accept(cell: Cell, message: Message): Promise<void> {
    cell.beginAccept()
    return cell.store.accept(cell.id, message).then(
      (accepted) => {
        message.seq = accepted.seq
        this.#accepted(cell.id, message, accepted)
        cell.endAccept()
      },
      (error: unknown) => {
        cell.endAccept()
        throw refusal(cell.id, message.name, error)
      },
    )
  }

  #accepted(to: ActorId, message: Message, accepted: Accepted): void {
    const { caller, name } = message
    if (accepted.status === 'accepted') this.deliverJournaled(to, message)
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

function refusal(to: ActorId, name: string, error: unknown): Error {
  if (error instanceof NotStorableError) return new InvalidMessageError(to, name, error.message, error)
  return new UnavailableError(to, name, `the store did not take the message (${asError(error).message}); nothing was handled`, error)
}

function timeoutOf(name: string, options: CallOptions | undefined): number {
  return options?.timeout === undefined ? defaultTimeoutMs : durationOrInfinityMs(options.timeout, `call of "${name}": timeout`)
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error), { cause: error })
}
