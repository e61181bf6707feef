import type { ActorId } from '../protocol/actor-id.ts'

/** The names of one system. One actor a name; a name stays with its actor over restarts, and is free when that ends for good. */
export class Names {
  readonly #owners = new Map<string, ActorId>()
  readonly #names = new Map<ActorId, string[]>()

  /** Claims a name; false if another actor has it. Claiming one's own name again is fine. */
  claim(name: string, id: ActorId): boolean {
    const owner = this.#owners.get(name)
    if (owner !== undefined) return owner === id
    this.#owners.set(name, id)
    const own = this.#names.get(id)
    if (own === undefined) this.#names.set(id, [name])
    else own.push(name)
    return true
  }

  /** Gives back every name of an actor. */
  release(id: ActorId): void {
    for (const name of this.#names.get(id) ?? []) this.#owners.delete(name)
    this.#names.delete(id)
  }

  ownerOf(name: string): ActorId | undefined {
    return this.#owners.get(name)
  }
}
