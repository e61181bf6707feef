import type { ActorId } from '../protocol/actor-id.ts'
import { inJournal, UnavailableError } from './errors.ts'
import { addCaller, type Caller, type Message } from './message.ts'
import { RingQueue } from './ring-queue.ts'

/** What the cell of an actor with a journal knows of its mail; others have none of this. */
export class JournalMail {
  /** The highest journal number that has been put into the mailbox. */
  lastSeq = 0
  /** The message that was being handled when the last incarnation ended. */
  handledAtEnd: number | undefined = undefined
  /** A message that is not to be tried again. */
  setAside: number | undefined = undefined
  /**
   * Messages up to this number may have been what ended the process before: each is handled alone, and counted as an attempt
   * before it is.
   */
  suspectsTo = 0
  /** An incarnation is being opened: what is accepted from now on is not among what it is given. */
  isOpening = false
  #acceptsBegun = 0
  #acceptsDone = 0
  /** Notices that wait for the messages before them to be in the journal. */
  readonly #held = new RingQueue<{ readonly message: Message; readonly after: number }>(2)
  /** Who waits for messages that are still to be recovered, by their numbers. */
  readonly #early = new Map<number, Caller[]>()

  /** How many messages have been offered, and of how many of them is known what came of it: in this order. */
  get accepts(): { readonly begun: number; readonly done: number } {
    return { begun: this.#acceptsBegun, done: this.#acceptsDone }
  }

  /** A message has been offered to the journal; the next ones are offered after it, and are there after it. */
  beginAccept(): void {
    this.#acceptsBegun += 1
  }

  /** The notices that need not wait any more go to `release`, in order. */
  endAccept(release: (message: Message) => void): void {
    this.#acceptsDone += 1
    const held = this.#held
    for (let next = held.first; next !== undefined && next.after <= this.#acceptsDone; next = held.first) {
      held.shift()
      release(next.message)
    }
  }

  /** True if the notice has to wait: what an actor learns of others comes after what they sent before. */
  holdsBack(message: Message): boolean {
    if (this.#acceptsDone >= this.#acceptsBegun) return false
    this.#held.push({ message, after: this.#acceptsBegun })
    return true
  }

  awaitRecovery(seq: number, caller: Caller): void {
    const others = this.#early.get(seq)
    if (others === undefined) this.#early.set(seq, [caller])
    else others.push(caller)
  }

  /** Gives a recovered message the callers that asked for it before it was there. */
  meetEarlyCallers(message: Message): void {
    for (const caller of this.#early.get(message.seq) ?? []) addCaller(message, caller)
    this.#early.delete(message.seq)
  }

  /** Messages have other numbers now; who waits for one that has none does so in vain. */
  renumber(id: ActorId, numbers: ReadonlyMap<number, number>): void {
    const early = [...this.#early]
    this.#early.clear()
    for (const [seq, callers] of early) {
      const now = numbers.get(seq)
      if (now !== undefined) this.#early.set(now, callers)
      else for (const caller of callers) caller.fail(new UnavailableError(id, 'call', 'its group has gone back to a cut'))
    }
  }

  /** Nobody will recover the messages that these callers wait for. */
  dropEarlyCallers(id: ActorId): void {
    for (const callers of this.#early.values())
      for (const caller of callers) caller.fail(new UnavailableError(id, 'call', inJournal))
    this.#early.clear()
  }
}
