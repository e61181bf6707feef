/** A queue, first in first out, in an array that grows when it is full and shrinks when it is nearly empty. */
export class RingQueue<Item> {
  #items: (Item | undefined)[]
  #head = 0
  #length = 0
  readonly #smallest: number

  /** `smallest`, a power of two, is the room that the queue never goes below. */
  constructor(smallest = 16) {
    this.#smallest = smallest
    this.#items = emptySlots(smallest)
  }

  get length(): number {
    return this.#length
  }

  /** Puts `item` last. */
  push(item: Item): void {
    if (this.#length === this.#items.length) this.#resize(this.#items.length * 2)
    this.#items[(this.#head + this.#length) & (this.#items.length - 1)] = item
    this.#length += 1
  }

  /** The first item; nothing if there is none. */
  get first(): Item | undefined {
    return this.#length === 0 ? undefined : this.#items[this.#head]
  }

  /** Takes the first item out; nothing if there is none. */
  shift(): Item | undefined {
    if (this.#length === 0) return undefined
    const item = this.#items[this.#head]
    // A taken item must not be kept alive by its old slot.
    this.#items[this.#head] = undefined
    this.#head = (this.#head + 1) & (this.#items.length - 1)
    this.#length -= 1
    // Halving only at a quarter keeps a queue that swings around one size from copying itself again and again.
    if (this.#items.length > this.#smallest && this.#length <= this.#items.length / 4) this.#resize(this.#items.length / 2)
    return item
  }

  #resize(size: number): void {
    const old = this.#items
    const items = emptySlots<Item>(size)
    for (let index = 0; index < this.#length; index += 1) items[index] = old[(this.#head + index) & (old.length - 1)]
    this.#items = items
    this.#head = 0
  }
}

function emptySlots<Item>(size: number): (Item | undefined)[] {
  return new Array<Item | undefined>(size).fill(undefined)
}
