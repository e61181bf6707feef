import type { LinkStore } from '../runtime/linked/link-store.ts'
import type { LinkEvent } from './events.ts'

export interface OutboxRoomParts {
  readonly store: LinkStore
  /** How many messages may wait before turns do. */
  readonly mostOf: (link: string) => number
  readonly emit: (event: LinkEvent) => void
}

/** Who waits for room in the outboxes. */
export class OutboxRoom {
  readonly #parts: OutboxRoomParts
  readonly #lines = new Map<string, (() => void)[]>()
  /** Links of which it was told that they are full. */
  readonly #told = new Set<string>()

  constructor(parts: OutboxRoomParts) {
    this.#parts = parts
  }

  /** Resolves when there is room, or was at some moment since. */
  wait(link: string): Promise<void> {
    const line = this.#lines.get(link) ?? []
    this.#lines.set(link, line)
    const room = new Promise<void>((resolve) => line.push(resolve))
    void this.#look(link)
    return room
  }

  /** Some have left. */
  freed(link: string): void {
    const line = this.#lines.get(link)
    this.#lines.delete(link)
    if (line === undefined) this.#told.delete(link)
    else for (const resolve of line) resolve()
  }

  /** Some may have left between the answer of the store and this. */
  async #look(link: string): Promise<void> {
    const { store, mostOf, emit } = this.#parts
    // A store that has failed is opened again, and what waits there leaves one day.
    const waiting = await store.waiting(link).catch(() => Infinity)
    if (waiting < mostOf(link)) this.freed(link)
    else if (!this.#told.has(link)) {
      this.#told.add(link)
      emit({ type: 'link outbox full', link, waiting })
    }
  }
}
