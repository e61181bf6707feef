import type { ActorId } from '../protocol/actor-id.ts'

/** What a name stands for: an actor that runs, or one that is down and will come back under it. */
export interface NameEntry {
  readonly id: ActorId
  readonly status: 'running' | 'restarting'
}

/** The names of one system. One actor a name; a name stays reserved while its actor restarts. */
export class Names {
  readonly #owners = new Map<string, ActorId>()
  readonly #reserved = new Set<string>()

  /** Claims a name; false if another actor has it. Claiming one's own name again is fine. */
  claim(name: string, id: ActorId): boolean {
    const owner = this.#owners.get(name)
    if (owner !== undefined && owner !== id) return false
    this.#owners.set(name, id)
    this.#reserved.delete(name)
    return true
  }

  /** Keeps the name for its actor while that is down. */
  reserve(name: string): void {
    if (this.#owners.has(name)) this.#reserved.add(name)
  }

  release(name: string, id: ActorId): void {
    if (this.#owners.get(name) !== id) return
    this.#owners.delete(name)
    this.#reserved.delete(name)
  }

  lookUp(name: string): NameEntry | undefined {
    const id = this.#owners.get(name)
    return id === undefined ? undefined : { id, status: this.#reserved.has(name) ? 'restarting' : 'running' }
  }
}
