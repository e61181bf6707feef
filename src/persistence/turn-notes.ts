import type { ActorId } from '../protocol/actor-id.ts'
import type { TurnNotes } from '../runtime/persistence.ts'

/** Where it is written what is being handled; as {@link TurnNotes}, but for every message. */
export interface TurnNotebook {
  begin(actor: ActorId, seq: number, slot: number | undefined): number
  end(slot: number): void
  /** Nothing is handled any more, and nothing was interrupted. */
  close(): void
}

/**
 * How many messages are noted between two commits: where more are handled, a note for each would cost as much as the messages do,
 * and where few are, it costs next to nothing beside the commit.
 */
const mostPerCommit = 16

/** The notes of one opening of a store. */
export class BoundedTurnNotes implements TurnNotes {
  readonly #notebook: TurnNotebook
  #left = mostPerCommit

  constructor(notebook: TurnNotebook) {
    this.#notebook = notebook
  }

  begin(actor: ActorId, seq: number, slot: number | undefined): number | undefined {
    if (this.#left > 0) {
      this.#left -= 1
      return this.#notebook.begin(actor, seq, slot)
    }
    if (slot !== undefined) this.#notebook.end(slot)
    return undefined
  }

  end(slot: number): void {
    this.#notebook.end(slot)
  }

  /** The store has committed. */
  committed(): void {
    this.#left = mostPerCommit
  }

  close(): void {
    this.#left = 0
    this.#notebook.close()
  }
}
