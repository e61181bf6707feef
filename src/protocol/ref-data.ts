import { displayId, type ActorId } from './actor-id.ts'
import { CoppiceError, describeValue } from './errors.ts'

/** A reference as plain data: what `JSON.stringify` and the store make of it. */
export interface RefData {
  readonly actor: ActorId
  /** Whose actor it is: the id of the store, or one of this run where there is none. */
  readonly system: string
}

/** The method of a reference that gives its data; what has it is stored as a reference. */
export const refMark: unique symbol = Symbol.for('coppice.ref')

/** The data of a live or stored reference; nothing for everything else. */
export function refDataOf(value: object): RefData | undefined {
  return refMark in value ? (value as { readonly [refMark]: () => RefData })[refMark]() : undefined
}

/** A reference of one system was given to another, or something that is no reference at all. Nothing was sent. */
export class ForeignRefError extends CoppiceError {
  override readonly name = 'ForeignRefError'
  readonly code = 'foreign-ref'
  constructor(problem: string) {
    super(`${problem}; nothing was sent`)
  }
}

/** A reference that came out of a store was used before it was brought back to life. Nothing was sent. */
export class StoredRefError extends CoppiceError {
  override readonly name = 'StoredRefError'
  readonly code = 'stored-ref'
  constructor(actor: ActorId) {
    super(
      `the reference to ${displayId(actor)} comes from a store: make it live by ctx.ref(definition, it) or app.refOf(it, definition); nothing was sent`,
    )
  }
}

/** A reference that came out of a store: it says whose it is, and becomes live by `ctx.ref` or `app.refOf`. */
export class StoredRef {
  readonly id: ActorId
  readonly #system: string

  constructor({ actor, system }: RefData) {
    this.id = actor
    this.#system = system
  }

  get call(): never {
    throw new StoredRefError(this.id)
  }

  get cast(): never {
    throw new StoredRefError(this.id)
  }

  stop(): never {
    throw new StoredRefError(this.id)
  }

  toString(): string {
    return `actor ${displayId(this.id)}`
  }

  toJSON(): RefData {
    return { actor: this.id, system: this.#system }
  }

  [refMark](): RefData {
    return this.toJSON()
  }
}

/**
 * The actor that a reference is about: its data, a live one or a stored one.
 *
 * @throws {ForeignRefError} if it is no reference, or one of another system than `system`
 */
export function actorOf(given: unknown, system: string): ActorId {
  const data = typeof given === 'object' && given !== null ? (refDataOf(given) ?? (given as Partial<RefData>)) : {}
  if (typeof data.actor !== 'string' || typeof data.system !== 'string')
    throw new ForeignRefError(`${describeValue(given)} is no reference: give what ref.toJSON() gave`)
  if (data.system !== system)
    throw new ForeignRefError(
      `the reference to ${displayId(data.actor)} is of the system ${describeValue(data.system)}, and this one is ${describeValue(system)}`,
    )
  return data.actor
}
