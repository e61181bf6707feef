import { displayId } from '../protocol/actor-id.ts'
import { StoreError } from '../runtime/errors.ts'
import type { ActorEntry } from './actor-table.ts'
import type { Bounds } from './bounds.ts'

/** Refuses new messages where there is no room for them, before anything of them is written. */
export class Limits {
  readonly #bounds: Pick<Bounds, 'maxFileBytes' | 'maxQueued'>
  readonly #usedBytes: () => number
  readonly #location: string
  /** What the database held when this group began, and what was accepted since; nothing before somebody has asked. */
  #used: number | undefined

  constructor({ bounds, usedBytes, location }: { bounds: Bounds; usedBytes: () => number; location: string }) {
    this.#bounds = bounds
    this.#usedBytes = usedBytes
    this.#location = location
  }

  /** Another group begins. */
  beginGroup(): void {
    this.#used = undefined
  }

  /** @throws {StoreError} `limit`, if a message of this length would be too much. */
  check(to: ActorEntry, length: number): void {
    const { maxQueued, maxFileBytes } = this.#bounds
    const waiting = to.nextSeq - 1 - to.frontier
    if (waiting >= maxQueued) {
      const remedy = 'Wait until it has handled some, or raise limits.maxQueued'
      throw this.#refusal(`takes no more messages for ${displayId(to.id)}, of which ${waiting} wait already. ${remedy}`)
    }
    if (maxFileBytes === Infinity) return
    this.#used ??= this.#usedBytes()
    if (this.#used + length > maxFileBytes) {
      const remedy = 'Forget what is not needed any more, or raise limits.maxFileBytes'
      throw this.#refusal(`takes no more messages: it holds ${this.#used} bytes of ${maxFileBytes}. ${remedy}`)
    }
    this.#used += length
  }

  #refusal(message: string): StoreError {
    return new StoreError({ problem: 'limit', location: this.#location, message: `${message}; nothing was accepted` })
  }
}
