import type { Message } from '../message.ts'

const keptLost = 1_000

/** By what numbers messages are in the cuts of a process. */
export class CutNumbers {
  readonly #nextNumber: () => number
  readonly #numbers = new WeakMap<Message, number>()
  /** The newest of those whose handling ended an incarnation. */
  readonly #lost = new Set<number>()

  constructor(nextNumber: () => number) {
    this.#nextNumber = nextNumber
  }

  /** The number of a message, if it is in a cut. */
  known(message: Message): number | undefined {
    return this.#numbers.get(message)
  }

  /** The number of a message, which gets one if it has none. */
  of(message: Message): number {
    const number = this.#numbers.get(message) ?? this.#nextNumber()
    this.name(message, number)
    return number
  }

  name(message: Message, number: number): void {
    this.#numbers.set(message, number)
    // A long mailbox makes another object of a message of which nothing is known but what was sent.
    message.waits ??= []
  }

  /** The handling of a message has ended an incarnation. */
  noteLost(message: Message): void {
    const number = this.#numbers.get(message)
    if (number === undefined) return
    this.#lost.add(number)
    for (const oldest of this.#lost) {
      if (this.#lost.size <= keptLost) break
      this.#lost.delete(oldest)
    }
  }

  isLost(number: number): boolean {
    return this.#lost.has(number)
  }
}
