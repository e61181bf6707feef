import type { ActorId } from '../protocol/actor-id.ts'
import { Crowd, crowdedFrom, type Crowded } from './crowd.ts'
import type { MailboxGate } from './mailbox-gate.ts'
import type { Message } from './message.ts'
import { MessageRing } from './message-ring.ts'

/**
 * The queue of one actor: messages wait in the order in which they came. It belongs to the identity, so that what is queued
 * survives a restart. Most mailboxes never hold more than one message, and have no queue.
 */
export class Mailbox implements Crowded {
  readonly owner: ActorId
  readonly #crowd: Crowd
  #first: Message | undefined = undefined
  /** What is behind the first; nothing of a mailbox that has run empty. */
  #rest: MessageRing | undefined = undefined
  #taken = 0
  #gate: MailboxGate | undefined = undefined

  constructor(owner: ActorId = '', crowd = new Crowd()) {
    this.owner = owner
    this.#crowd = crowd
  }

  get size(): number {
    return this.#first === undefined ? 0 : 1 + (this.#rest?.size ?? 0)
  }

  get taken(): number {
    return this.#taken
  }

  /** What counts its messages; nothing for one without a bound. */
  get gate(): MailboxGate | undefined {
    return this.#gate
  }

  /** Has its messages counted from now on, those that are in it included. */
  countBy(gate: MailboxGate): void {
    this.#gate = gate
    for (let offset = 0, { size } = this; offset < size; offset += 1) {
      const message = this.#at(offset)
      if (message !== undefined) gate.entered(message)
    }
  }

  push(message: Message): void {
    if (this.#first === undefined) this.#first = message
    else {
      const rest = (this.#rest ??= new MessageRing())
      rest.push(message)
      if (rest.size === crowdedFrom - 1) this.#crowd.add(this)
    }
    this.#gate?.entered(message)
  }

  /** Puts a message back at the head, where it came from. */
  putBack(message: Message): void {
    if (this.#first !== undefined) {
      const rest = (this.#rest ??= new MessageRing())
      rest.unshift(this.#first)
      if (rest.size === crowdedFrom - 1) this.#crowd.add(this)
    }
    this.#first = message
    this.#taken -= 1
    this.#gate?.entered(message)
  }

  shift(): Message | undefined {
    const message = this.#first
    if (message === undefined) return undefined
    const rest = this.#rest
    this.#first = rest?.shift()
    if (rest !== undefined && this.#first === undefined) this.#empty()
    this.#taken += 1
    this.#gate?.left(message)
    return message
  }

  /** Takes out the first message for which `test` holds. It costs as much as there are others before it. */
  takeFirst(test: (message: Message) => boolean): Message | undefined {
    const rest = this.#rest
    const size = this.size
    for (let offset = 0; offset < size; offset += 1) {
      const message = this.#at(offset)
      if (message === undefined || !test(message)) continue
      for (let before = offset; before > 0; before -= 1) rest?.set(before - 1, this.#at(before - 1))
      this.#first = message
      return this.shift()
    }
    return undefined
  }

  /** The message with this number in the journal; it stays where it is. Those that have one stand in its order. */
  find(seq: number): Message | undefined {
    let low = 0
    let high = this.size
    while (low < high) {
      const middle = (low + high) >> 1
      let probe = middle
      while (probe < high && this.#isPlainAt(probe)) probe += 1
      const message = probe < high ? this.#at(probe) : undefined
      if (message?.seq === seq) return message
      if (message !== undefined && message.seq < seq) low = probe + 1
      else high = middle
    }
    return undefined
  }

  /** True if `test` holds for a message; they stay where they are. */
  some(test: (message: Message) => boolean): boolean {
    for (let offset = 0, { size } = this; offset < size; offset += 1) {
      const message = this.#at(offset)
      if (message !== undefined && test(message)) return true
    }
    return false
  }

  /** Everything, in order; it stays where it is. */
  all(): Message[] {
    const all: Message[] = []
    for (let offset = 0, { size } = this; offset < size; offset += 1) {
      const message = this.#at(offset)
      if (message !== undefined) all.push(message)
    }
    return all
  }

  /** Takes everything out, in order. */
  takeAll(): Message[] {
    const all = this.all()
    this.#empty()
    this.#gate?.emptied()
    return all
  }

  #empty(): void {
    if ((this.#rest?.capacity ?? 0) >= crowdedFrom - 1) this.#crowd.delete(this)
    this.#first = this.#rest = undefined
  }

  #at(offset: number): Message | undefined {
    return offset === 0 ? this.#first : this.#rest?.at(offset - 1)
  }

  /** True if the message there is in no journal. */
  #isPlainAt(offset: number): boolean {
    return offset === 0 ? this.#first?.seq === 0 : this.#rest?.isPlainAt(offset - 1) === true
  }
}
