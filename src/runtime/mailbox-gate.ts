import type { ActorId } from '../protocol/actor-id.ts'
import type { Message } from './message.ts'

/** What happens to a message that comes to a mailbox which is full. */
export type WhenFull = 'wait' | 'reject' | 'dropOldest' | 'dropNewest'

/** How much a mailbox holds, checked and with every default filled in. */
export interface MailboxSettings {
  /** Messages that may wait; `Infinity` for any number. */
  readonly max: number
  readonly full: WhenFull
  /** What becomes of what is queued when an incarnation ends and another one may follow. */
  readonly onRestart: 'queue' | 'drop'
  /** Messages that may be put aside. */
  readonly stash: number
}

export const unboundedMailbox: MailboxSettings = { max: Infinity, full: 'reject', onRestart: 'queue', stash: 1_000 }

/** A message that waits for room. The links belong to {@link MailboxGate}. */
export interface Waiting {
  readonly message: Message
  /** There is room: the message goes on its way. */
  readonly admit: () => void
  /** There will be none any more. */
  readonly refuse: () => void
  isWaiting: boolean
  previous: Waiting | undefined
  next: Waiting | undefined
}

/**
 * Counts what a bounded mailbox holds, and keeps those in line who wait for room, in the order in which they came. What the
 * runtime sends (signals, notices, timers) and what an actor sends to itself is not counted and never waits.
 */
export class MailboxGate {
  readonly #owner: ActorId
  #settings: MailboxSettings
  #held = 0
  /** On their way into the journal. */
  #reserved = 0
  #first: Waiting | undefined = undefined
  #last: Waiting | undefined = undefined

  constructor(owner: ActorId, settings: MailboxSettings) {
    this.#owner = owner
    this.#settings = settings
  }

  get settings(): MailboxSettings {
    return this.#settings
  }

  /** True if a message that comes now may go in: nobody has come before it and waits. */
  get hasRoom(): boolean {
    return this.#first === undefined && this.#hasPlace
  }

  /** Another bound from now on; what is in the mailbox stays there. */
  change(settings: MailboxSettings): void {
    this.#settings = settings
    this.admit()
  }

  counts(message: Message): boolean {
    return message.kind !== 'info' && message.incarnation === 0 && message.sender !== this.#owner
  }

  entered(message: Message): void {
    if (this.counts(message)) this.#held += 1
  }

  left(message: Message): void {
    if (!this.counts(message)) return
    this.#held -= 1
    if (this.#first !== undefined) this.admit()
  }

  /** Everything has been taken out at once. Nobody is let in, because it may be put in again. */
  emptied(): void {
    this.#held = 0
  }

  reserve(): void {
    this.#reserved += 1
  }

  unreserve(): void {
    this.#reserved -= 1
  }

  /** Puts a message at the end of the line. */
  wait(message: Message, { admit, refuse }: Pick<Waiting, 'admit' | 'refuse'>): Waiting {
    const waiting: Waiting = { message, admit, refuse, isWaiting: true, previous: this.#last, next: undefined }
    if (this.#last === undefined) this.#first = waiting
    else this.#last.next = waiting
    this.#last = waiting
    return waiting
  }

  /** Takes one out of the line, who does not wait any longer. */
  leave(waiting: Waiting): void {
    if (!waiting.isWaiting) return
    waiting.isWaiting = false
    const { previous, next } = waiting
    if (previous === undefined) this.#first = next
    else previous.next = next
    if (next === undefined) this.#last = previous
    else next.previous = previous
    waiting.previous = waiting.next = undefined
  }

  /** Lets in as many as there is room for. */
  admit(): void {
    while (this.#hasPlace) {
      const waiting = this.#first
      if (waiting === undefined) return
      this.leave(waiting)
      waiting.admit()
    }
  }

  /** What waits for room, the first one first. */
  get line(): readonly Message[] {
    const line: Message[] = []
    for (let waiting = this.#first; waiting !== undefined; waiting = waiting.next) line.push(waiting.message)
    return line
  }

  /** These are not let in any more. */
  refuseThose(test: (message: Message) => boolean): void {
    const line: Waiting[] = []
    for (let waiting = this.#first; waiting !== undefined; waiting = waiting.next) if (test(waiting.message)) line.push(waiting)
    for (const waiting of line) {
      this.leave(waiting)
      waiting.refuse()
    }
  }

  /** Nobody is let in any more. */
  refuseAll(): void {
    for (let waiting = this.#first; waiting !== undefined; waiting = this.#first) {
      this.leave(waiting)
      waiting.refuse()
    }
  }

  get #hasPlace(): boolean {
    return this.#held + this.#reserved < this.#settings.max
  }
}
