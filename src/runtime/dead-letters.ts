import { displayId, type ActorId } from '../protocol/actor-id.ts'
import { CoppiceError } from '../protocol/errors.ts'
import type { Clock } from './clock.ts'
import type { DeadLetterCause, EventSink } from './events.ts'
import { messageInfo, type Message, type MessageInfo } from './message.ts'
import type { KeptDeadLetter } from './persistence.ts'
import { RingQueue } from './ring-queue.ts'

/** A message that was never applied. */
export interface DeadLetter {
  /** Counts up from 1, in the order in which they died; those of earlier processes come first. */
  readonly number: number
  /** Whom it was for. */
  readonly id: ActorId
  /** `attempt` says how often it was handled in vain. */
  readonly message: MessageInfo
  /** What was sent. */
  readonly input: unknown
  readonly cause: DeadLetterCause
  /** Wall clock, milliseconds since 1970. */
  readonly atMs: number
  /** It died in an earlier process, and comes from the store. */
  readonly isEarlier: boolean
  /** What is wrong with it, where the store has it and it cannot be read: then it cannot be sent again. */
  readonly problem?: string
}

/** A dead letter cannot be sent again. Nothing was sent, and one that is kept still stays. */
export class DeadLetterError extends CoppiceError {
  override readonly name = 'DeadLetterError'
  readonly code = 'dead-letter'
  constructor(number: number, problem = 'was sent again already, or is no longer kept') {
    super(`dead letter ${number} ${problem}; nothing was sent`)
  }
}

/** What the dead letters of a system need. */
export interface DeadLettersParts {
  /** How many are kept: the newest. */
  readonly keep: number
  readonly clock: Clock
  readonly sink: EventSink
}

/** The newest messages that were never applied, oldest first. */
export class DeadLetters {
  readonly #parts: DeadLettersParts
  readonly #kept = new RingQueue<DeadLetter>()
  /** Those that can be sent again still. */
  readonly #unsent = new Map<number, DeadLetter>()
  #count = 0

  constructor(parts: DeadLettersParts) {
    this.#parts = parts
  }

  /** How many are kept. */
  get most(): number {
    return this.#parts.keep
  }

  /** Those of earlier processes, before any of this one. */
  recall(letters: readonly KeptDeadLetter[]): void {
    for (const { id, seq, envelope, problem, attempts: attempt, why, atMs } of letters) {
      const { kind, name, sender, input } = envelope
      const message = { kind, name, sender, seq, attempt }
      const cause = seq < 0 && problem === undefined ? 'noproc' : causeOf(why, problem)
      const told = { id, message, input, cause, atMs, isEarlier: true }
      this.#keep(problem === undefined ? told : { ...told, problem })
    }
  }

  add(id: ActorId, message: Message, cause: DeadLetterCause): void {
    const { clock, sink } = this.#parts
    const info = messageInfo(message)
    this.#keep({ id, message: info, input: message.input, cause, atMs: clock.wallNow(), isEarlier: false })
    sink.emit({ type: 'dead letter', id, message: info, why: cause })
  }

  read(): DeadLetter[] {
    return [...this.#unsent.values()]
  }

  /** @throws {DeadLetterError} if it has been taken, or is not kept any more. */
  take(number: number): DeadLetter {
    const letter = this.#unsent.get(number)
    if (letter === undefined) throw new DeadLetterError(number)
    this.#unsent.delete(number)
    return letter
  }

  /** One that was taken has not been sent. */
  putBack(letter: DeadLetter): void {
    const later = this.read().filter(({ number }) => number > letter.number)
    for (const { number } of later) this.#unsent.delete(number)
    for (const each of [letter, ...later]) this.#unsent.set(each.number, each)
  }

  #keep(told: Omit<DeadLetter, 'number'>): void {
    this.#count += 1
    const letter = { number: this.#count, ...told }
    this.#kept.push(letter)
    this.#unsent.set(letter.number, letter)
    if (this.#kept.length > this.#parts.keep) this.#unsent.delete(this.#kept.shift()?.number ?? 0)
  }
}

/** Why nobody can be sent this letter again; nothing if somebody can. */
export function obstacleTo(
  { id, problem }: DeadLetter,
  receiver: { readonly isDurable: boolean } | undefined,
): string | undefined {
  if (problem !== undefined) return `cannot be read (${problem})`
  if (receiver === undefined) return `is for ${displayId(id)}, which does not run here: start it first`
  return receiver.isDurable
    ? undefined
    : `was in the journal of ${displayId(id)}, which has none any more: its state is not durable`
}

/** As its actor said it; other words are those of a store that could not read it. */
function causeOf(why: string, problem: string | undefined): DeadLetterCause {
  return problem === undefined && why === 'crashed' ? 'crashed' : 'unreadable'
}
