import type { ActorId } from '../protocol/actor-id.ts'
import { CoppiceError } from '../protocol/errors.ts'
import type { Clock } from './clock.ts'
import type { DeadLetterCause, EventSink } from './events.ts'
import { messageInfo, type Message, type MessageInfo } from './message.ts'
import { RingQueue } from './ring-queue.ts'

/** A message that was never applied. */
export interface DeadLetter {
  /** Counts up from 1, in the order in which they died. */
  readonly number: number
  /** Whom it was for. */
  readonly id: ActorId
  readonly message: MessageInfo
  /** What was sent. */
  readonly input: unknown
  readonly cause: DeadLetterCause
  /** Wall clock, milliseconds since 1970. */
  readonly atMs: number
}

/** A dead letter cannot be sent again: it has been, or is no longer kept. Nothing was sent. */
export class DeadLetterError extends CoppiceError {
  override readonly name = 'DeadLetterError'
  readonly code = 'dead-letter'
  constructor(number: number) {
    super(`dead letter ${number} was sent again already, or is no longer kept; nothing was sent`)
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

  add(id: ActorId, message: Message, cause: DeadLetterCause): void {
    const { keep, clock, sink } = this.#parts
    const info = messageInfo(message)
    this.#count += 1
    const letter: DeadLetter = { number: this.#count, id, message: info, input: message.input, cause, atMs: clock.wallNow() }
    this.#kept.push(letter)
    this.#unsent.set(letter.number, letter)
    if (this.#kept.length > keep) this.#unsent.delete(this.#kept.shift()?.number ?? 0)
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
}
