import { displayId, type ActorId } from '../protocol/actor-id.ts'
import type { Envelope } from '../protocol/envelope.ts'
import { StoreError } from '../runtime/errors.ts'
import type { Journaled, KeptDeadLetter } from '../runtime/persistence.ts'
import type { Codec } from '../serialization/codec.ts'
import { envelopeFromText, journaledFromRow } from './envelope-text.ts'
import type { DeadLetterRow, EnvelopeText, MessageRow } from './records.ts'

/** Reads values out of the rows of one store, and says whose they were if they cannot be read. */
export class StoredValues {
  readonly codec: Codec
  readonly #location: string

  constructor(codec: Codec, location: string) {
    this.codec = codec
    this.#location = location
  }

  value(actor: ActorId, text: string): unknown {
    return this.reading(actor, () => this.codec.decode(text))
  }

  envelope(actor: ActorId, text: EnvelopeText): Envelope {
    return this.reading(actor, () => envelopeFromText(this.codec, text))
  }

  message(row: MessageRow): Journaled {
    return this.reading(row.actor, () => journaledFromRow(this.codec, row))
  }

  /** One that cannot be read is none the less there. */
  deadLetter({ actor: id, seq, attempts, why, diedAtMs: atMs, ...text }: DeadLetterRow): KeptDeadLetter {
    const told = { id, seq, attempts, why, atMs }
    try {
      return { ...told, envelope: envelopeFromText(this.codec, text) }
    } catch (error) {
      const { kind, name, sender, key } = text
      const envelope = { kind, name, input: undefined, sender: sender ?? undefined, key: key ?? undefined }
      return { ...told, envelope, problem: error instanceof Error ? error.message : String(error) }
    }
  }

  /** The failure of a store that does not hold what it should. */
  damaged(message: string, cause?: unknown): StoreError {
    return new StoreError({ problem: 'damaged', location: this.#location, message: `${message}; nothing was changed`, cause })
  }

  /** What `read` gives; says whose it was if it throws. */
  reading<T>(actor: ActorId, read: () => T): T {
    try {
      return read()
    } catch (cause) {
      const problem = cause instanceof Error ? cause.message : String(cause)
      throw this.damaged(`holds something of ${displayId(actor)} that cannot be read: ${problem}`, cause)
    }
  }
}
