import type { ActorId } from '../protocol/actor-id.ts'

/** Where a name is looked for. */
export interface InNamespace {
  /** Names of different namespaces never meet. The one without a name, if not given. */
  readonly namespace?: string | undefined
}

/** An actor by its name. */
export interface NamedActor extends InNamespace {
  readonly name: string
}

/** A name and its namespace as one text; no other name and namespace have the same. */
export function nameKey(name: string, { namespace }: InNamespace = {}): string {
  return namespace === undefined ? name : `${namespace}${separator}${name}`
}

/** The name and the namespace of a key. */
export function splitName(key: string): { readonly name: string; readonly namespace: string | undefined } {
  const end = key.indexOf(separator)
  return end === -1 ? { name: key, namespace: undefined } : { name: key.slice(end + 1), namespace: key.slice(0, end) }
}

/** A name for a person. */
export function describeName(key: string): string {
  const [namespace, ...rest] = key.split(separator)
  return rest.length === 0 ? key : `${rest.join(separator)} in ${namespace}`
}

const separator = '\u0000'

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
