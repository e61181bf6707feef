/** Something that is due at a moment; `order` decides between two that are due at the same one. */
export interface Due {
  readonly dueMs: number
  readonly order: number
}

/** What is due, earliest first: a binary heap, so that a million waiting timers stay cheap. */
export class DueQueue<Item extends Due> {
  readonly #heap: Item[] = []

  get length(): number {
    return this.#heap.length
  }

  /** What is due first, still in the queue. */
  peek(): Item | undefined {
    return this.#heap[0]
  }

  push(item: Item): void {
    const heap = this.#heap
    let index = heap.length
    while (index > 0) {
      const parentIndex = (index - 1) >> 1
      const parent = heap[parentIndex]
      if (parent === undefined || !isBefore(item, parent)) break
      heap[index] = parent
      index = parentIndex
    }
    heap[index] = item
  }

  /** Takes out what is due first. */
  shift(): Item | undefined {
    const first = this.#heap[0]
    const last = this.#heap.pop()
    if (last !== undefined && last !== first) this.#sink(last)
    return first
  }

  #sink(item: Item): void {
    const heap = this.#heap
    let index = 0
    for (;;) {
      const left = 2 * index + 1
      const childIndex = earlier(heap, left, left + 1)
      const child = heap[childIndex]
      if (child === undefined || !isBefore(child, item)) break
      heap[index] = child
      index = childIndex
    }
    heap[index] = item
  }
}

function isBefore(a: Due, b: Due): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order)
}

function earlier(heap: readonly Due[], left: number, right: number): number {
  const a = heap[left]
  const b = heap[right]
  return a !== undefined && b !== undefined && isBefore(b, a) ? right : left
}
