import type { ActorId } from '../protocol/actor-id.ts'
import { Crowd, crowdedFrom, type Crowded } from './crowd.ts'
import type { MailboxGate } from './mailbox-gate.ts'
import type { Message } from './message.ts'

const smallest = 2

/** The ring of a mailbox that nothing is in: it is replaced before anything is written. */
const noRing: (Message | undefined)[] = []
Object.freeze(noRing)

/**
 * The queue of one actor: messages wait in the order in which they came. It belongs to the identity, so that what is queued
 * survives a restart. A ring that grows by doubling and lets go of its memory when it runs empty.
 */
export class Mailbox implements Crowded {
  readonly owner: ActorId
  readonly #crowd: Crowd
  #ring = noRing
  #head = 0
  #size = 0
  #taken = 0
  #gate: MailboxGate | undefined = undefined

  constructor(owner: ActorId = '', crowd = new Crowd()) {
    this.owner = owner
    this.#crowd = crowd
  }

  get size(): number {
    return this.#size
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
    for (let offset = 0; offset < this.#size; offset += 1) {
      const message = this.#at(offset)
      if (message !== undefined) gate.entered(message)
    }
  }

  push(message: Message): void {
    if (this.#size === this.#ring.length) this.#grow()
    this.#ring[(this.#head + this.#size) & (this.#ring.length - 1)] = message
    this.#size += 1
    this.#gate?.entered(message)
  }

  /** Puts a message back at the head, where it came from. */
  putBack(message: Message): void {
    if (this.#size === this.#ring.length) this.#grow()
    this.#head = (this.#head - 1) & (this.#ring.length - 1)
    this.#ring[this.#head] = message
    this.#size += 1
    this.#taken -= 1
    this.#gate?.entered(message)
  }

  shift(): Message | undefined {
    if (this.#size === 0) return undefined
    const message = this.#ring[this.#head]
    this.#ring[this.#head] = undefined
    this.#head = (this.#head + 1) & (this.#ring.length - 1)
    this.#size -= 1
    this.#taken += 1
    if (this.#size === 0 && this.#ring.length > smallest) this.#empty()
    if (this.#gate !== undefined && message !== undefined) this.#gate.left(message)
    return message
  }

  /** Takes out the first message for which `test` holds. It costs as much as there are others before it. */
  takeFirst(test: (message: Message) => boolean): Message | undefined {
    for (let offset = 0; offset < this.#size; offset += 1) {
      const message = this.#at(offset)
      if (message === undefined || !test(message)) continue
      for (let before = offset; before > 0; before -= 1) this.#ring[this.#slot(before)] = this.#at(before - 1)
      this.#ring[this.#head] = message
      return this.shift()
    }
    return undefined
  }

  /** The message with this number in the journal; it stays where it is. Those that have one stand in its order. */
  find(seq: number): Message | undefined {
    let low = 0
    let high = this.#size
    while (low < high) {
      const middle = (low + high) >> 1
      let probe = middle
      while (probe < high && this.#at(probe)?.seq === 0) probe += 1
      const message = probe < high ? this.#at(probe) : undefined
      if (message?.seq === seq) return message
      if (message !== undefined && message.seq < seq) low = probe + 1
      else high = middle
    }
    return undefined
  }

  /** True if `test` holds for a message; they stay where they are. */
  some(test: (message: Message) => boolean): boolean {
    for (let offset = 0; offset < this.#size; offset += 1) {
      const message = this.#at(offset)
      if (message !== undefined && test(message)) return true
    }
    return false
  }

  /** Everything, in order; it stays where it is. */
  all(): Message[] {
    const all: Message[] = []
    for (let offset = 0; offset < this.#size; offset += 1) {
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
    if (this.#ring.length >= crowdedFrom) this.#crowd.delete(this)
    this.#ring = noRing
    this.#head = this.#size = 0
  }

  #slot(offset: number): number {
    return (this.#head + offset) & (this.#ring.length - 1)
  }

  #at(offset: number): Message | undefined {
    return this.#ring[this.#slot(offset)]
  }

  #grow(): void {
    const larger = new Array<Message | undefined>(Math.max(smallest, this.#ring.length * 2))
    for (let offset = 0; offset < this.#size; offset += 1)
      larger[offset] = this.#ring[(this.#head + offset) & (this.#ring.length - 1)]
    this.#ring = larger
    this.#head = 0
    if (larger.length >= crowdedFrom) this.#crowd.add(this)
  }
}
