import type { ActorId } from '../../protocol/actor-id.ts'
import type { Port } from '../../runtime/context.ts'

/** Where a reference keeps which supervisor it belongs to, out of the way of the keys of its children. */
export const placeOfSupervisor: unique symbol = Symbol('coppice.supervisor')

/** A reference that belongs to a supervisor: a directory, or the members of a dynamic supervisor. */
// Not an interface: the values of a directory are typed only if all of it can have an index signature.
export type OfSupervisor = { readonly [placeOfSupervisor]: SupervisorPlace }

/** Which supervisor, and the way to it. */
export interface SupervisorPlace {
  readonly id: ActorId
  readonly port: Port
}

/** Gives a reference its place, unseen by whoever lists what is in it. */
export function placed<Reference extends object>(reference: Reference, place: SupervisorPlace): Reference & OfSupervisor {
  return Object.defineProperty(reference, placeOfSupervisor, { value: place }) as Reference & OfSupervisor
}
