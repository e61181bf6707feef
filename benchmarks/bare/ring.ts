/** A queue in an array that doubles when it is full. */
export class Ring<Item> {
  #items: (Item | undefined)[] = [undefined, undefined, undefined, undefined]
  #head = 0
  #length = 0

  get length(): number {
    return this.#length
  }

  get first(): Item | undefined {
    return this.#items[this.#head]
  }

  push(item: Item): void {
    if (this.#length === this.#items.length) this.#grow()
    this.#items[(this.#head + this.#length) & (this.#items.length - 1)] = item
    this.#length += 1
  }

  shift(): Item | undefined {
    if (this.#length === 0) return undefined
    const item = this.#items[this.#head]
    this.#items[this.#head] = undefined
    this.#head = (this.#head + 1) & (this.#items.length - 1)
    this.#length -= 1
    return item
  }

  #grow(): void {
    const old = this.#items
    const items = new Array<Item | undefined>(old.length * 2).fill(undefined)
    for (let index = 0; index < this.#length; index += 1) items[index] = old[(this.#head + index) & (old.length - 1)]
    this.#items = items
    this.#head = 0
  }
}
