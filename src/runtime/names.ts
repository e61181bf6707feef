import type { ActorId } from '../protocol/actor-id.ts'

/** The names of one system. One actor a name; a name stays with its actor over restarts, and is free when that ends for good. */
export class Names {
  readonly #owners = new Map<string, ActorId>()
  /** The incarnations that registered their names themselves. */
  readonly #claimedBy = new Map<string, number>()
  readonly #names = new Map<ActorId, string[]>()

  /** Claims a name for an actor that has none, or again for the next incarnation; false if the name is used. */
  register(name: string, id: ActorId, incarnation: number): boolean {
    const owner = this.#owners.get(name)
    const isAgain = owner === id && (this.#claimedBy.get(name) ?? incarnation) < incarnation
    if (!isAgain && (owner !== undefined || this.#names.has(id))) return false
    this.#claimedBy.set(name, incarnation)
    return this.claim(name, id)
  }

  /** Frees one name; false if nobody has it. */
  unregister(name: string): boolean {
    const owner = this.#owners.get(name)
    if (owner === undefined) return false
    this.#owners.delete(name)
    this.#claimedBy.delete(name)
    const left = (this.#names.get(owner) ?? []).filter((own) => own !== name)
    if (left.length === 0) this.#names.delete(owner)
    else this.#names.set(owner, left)
    return true
  }

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
    for (const name of this.#names.get(id) ?? []) {
      this.#owners.delete(name)
      this.#claimedBy.delete(name)
    }
    this.#names.delete(id)
  }

  ownerOf(name: string): ActorId | undefined {
    return this.#owners.get(name)
  }
}
