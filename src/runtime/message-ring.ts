import type { ActorId } from '../protocol/actor-id.ts'
import { Message } from './message.ts'

const smallest = 2
/** From how many slots on plain casts are kept in pieces. */
const largeFrom = 32

/** The slots of a ring that nothing is in: they are replaced before anything is written. */
const noSlots: unknown[] = []
Object.freeze(noSlots)

/**
 * A queue of messages: a ring that grows by doubling and lets go of its memory when it runs empty. In a long one a plain cast is
 * kept as its name, its sender and its input, and becomes a message again when it is looked at: a collector of garbage that has
 * to move a million waiting messages takes three times as long for them as for their pieces.
 */
export class MessageRing {
  /** A message, or the input of one that is kept in pieces. */
  #slots = noSlots
  /** Name and sender of each slot whose message is kept in pieces; nothing while the ring is short. */
  #pieces: (string | undefined)[] | undefined = undefined
  #head = 0
  #size = 0

  get size(): number {
    return this.#size
  }

  /** How many messages have their place before it has to grow. */
  get capacity(): number {
    return this.#slots.length
  }

  /** The message that has so many before it. */
  at(offset: number): Message | undefined {
    const slot = this.#slotOf(offset)
    const message = this.#read(slot)
    if (message !== undefined) this.#write(slot, message)
    return message
  }

  /** True if the one at `offset` is in no journal; asks less than `at`. */
  isPlainAt(offset: number): boolean {
    const slot = this.#slotOf(offset)
    return this.#pieces?.[slot * 2] !== undefined || (this.#slots[slot] as Message | undefined)?.seq === 0
  }

  /** Puts `message` in the place of the one at `offset`. */
  set(offset: number, message: Message | undefined): void {
    this.#write(this.#slotOf(offset), message)
  }

  push(message: Message): void {
    if (this.#size === this.#slots.length) this.#grow()
    const slot = this.#slotOf(this.#size)
    const pieces = this.#pieces
    if (pieces !== undefined && isPlain(message)) {
      pieces[slot * 2] = message.name
      pieces[slot * 2 + 1] = message.sender
      this.#slots[slot] = message.input
    } else this.#slots[slot] = message
    this.#size += 1
  }

  unshift(message: Message): void {
    if (this.#size === this.#slots.length) this.#grow()
    this.#head = (this.#head - 1) & (this.#slots.length - 1)
    this.#slots[this.#head] = message
    this.#size += 1
  }

  shift(): Message | undefined {
    if (this.#size === 0) return undefined
    const message = this.#read(this.#head)
    this.#write(this.#head, undefined)
    this.#head = (this.#head + 1) & (this.#slots.length - 1)
    this.#size -= 1
    return message
  }

  clear(): void {
    this.#slots = noSlots
    this.#pieces = undefined
    this.#head = this.#size = 0
  }

  #slotOf(offset: number): number {
    return (this.#head + offset) & (this.#slots.length - 1)
  }

  #read(slot: number): Message | undefined {
    const name = this.#pieces?.[slot * 2]
    if (name === undefined) return this.#slots[slot] as Message | undefined
    const sender: ActorId | undefined = this.#pieces?.[slot * 2 + 1]
    return new Message({ kind: 'cast', name, input: this.#slots[slot], sender, key: undefined }, undefined, 0)
  }

  #write(slot: number, message: Message | undefined): void {
    this.#slots[slot] = message
    if (this.#pieces !== undefined) this.#pieces[slot * 2] = this.#pieces[slot * 2 + 1] = undefined
  }

  #grow(): void {
    const length = Math.max(smallest, this.#slots.length * 2)
    const slots = new Array<unknown>(length)
    const pieces = length < largeFrom ? undefined : new Array<string | undefined>(length * 2)
    for (let offset = 0; offset < this.#size; offset += 1) {
      const slot = this.#slotOf(offset)
      slots[offset] = this.#slots[slot]
      if (pieces === undefined || this.#pieces === undefined) continue
      pieces[offset * 2] = this.#pieces[slot * 2]
      pieces[offset * 2 + 1] = this.#pieces[slot * 2 + 1]
    }
    this.#slots = slots
    this.#pieces = pieces
    this.#head = 0
  }
}

/** True for a message of which nothing is known in this process but what was sent. */
function isPlain(message: Message): boolean {
  return (
    message.kind === 'cast' &&
    message.incarnation === 0 &&
    message.seq === 0 &&
    message.attempt === 0 &&
    message.caller === undefined &&
    message.call === undefined &&
    message.key === undefined &&
    message.headers === undefined &&
    message.sent === undefined &&
    message.waits === undefined
  )
}
