import type { ActorId } from '../protocol/actor-id.ts'
import { Crowd, crowdedFrom, type Crowded } from './crowd.ts'
import type { MailboxGate } from './mailbox-gate.ts'
import type { Message } from './message.ts'
import { MessageRing } from './message-ring.ts'

/** Up to how many slots a ring that has run empty is kept. */
const smallEnough = 2

/**
 * The queue of one actor: messages wait in the order in which they came. It belongs to the identity, so that what is queued
 * survives a restart.
 */
export class Mailbox implements Crowded {
  readonly owner: ActorId
  readonly #crowd: Crowd
  readonly #ring = new MessageRing()
  #taken = 0
  #gate: MailboxGate | undefined = undefined

  constructor(owner: ActorId = '', crowd = new Crowd()) {
    this.owner = owner
    this.#crowd = crowd
  }

  get size(): number {
    return this.#ring.size
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
    for (let offset = 0; offset < this.#ring.size; offset += 1) {
      const message = this.#ring.at(offset)
      if (message !== undefined) gate.entered(message)
    }
  }

  push(message: Message): void {
    this.#ring.push(message)
    if (this.#ring.size === crowdedFrom) this.#crowd.add(this)
    this.#gate?.entered(message)
  }

  /** Puts a message back at the head, where it came from. */
  putBack(message: Message): void {
    this.#ring.unshift(message)
    if (this.#ring.size === crowdedFrom) this.#crowd.add(this)
    this.#taken -= 1
    this.#gate?.entered(message)
  }

  shift(): Message | undefined {
    const message = this.#ring.shift()
    if (message === undefined) return undefined
    this.#taken += 1
    if (this.#ring.size === 0 && this.#ring.capacity > smallEnough) this.#empty()
    this.#gate?.left(message)
    return message
  }

  /** Takes out the first message for which `test` holds. It costs as much as there are others before it. */
  takeFirst(test: (message: Message) => boolean): Message | undefined {
    for (let offset = 0; offset < this.#ring.size; offset += 1) {
      const message = this.#ring.at(offset)
      if (message === undefined || !test(message)) continue
      for (let before = offset; before > 0; before -= 1) this.#ring.set(before, this.#ring.at(before - 1))
      this.#ring.set(0, message)
      return this.shift()
    }
    return undefined
  }

  /** The message with this number in the journal; it stays where it is. Those that have one stand in its order. */
  find(seq: number): Message | undefined {
    let low = 0
    let high = this.#ring.size
    while (low < high) {
      const middle = (low + high) >> 1
      let probe = middle
      while (probe < high && this.#ring.isPlainAt(probe)) probe += 1
      const message = probe < high ? this.#ring.at(probe) : undefined
      if (message?.seq === seq) return message
      if (message !== undefined && message.seq < seq) low = probe + 1
      else high = middle
    }
    return undefined
  }

  /** Takes everything out, in order. */
  takeAll(): Message[] {
    const all: Message[] = []
    for (let offset = 0; offset < this.#ring.size; offset += 1) {
      const message = this.#ring.at(offset)
      if (message !== undefined) all.push(message)
    }
    this.#empty()
    this.#gate?.emptied()
    return all
  }

  #empty(): void {
    if (this.#ring.capacity >= crowdedFrom) this.#crowd.delete(this)
    this.#ring.clear()
  }
}
