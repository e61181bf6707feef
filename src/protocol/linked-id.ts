import { keyOf, type ActorId } from './actor-id.ts'
import { ConfigurationError } from './errors.ts'

/**
 * The identity of an actor of another store, as it is written here: `//`, the name of the link to that store, and its identity
 * there. No actor of this store can have it, since no key is empty.
 */
const mark = '//'

/** The identity of the actor `id` behind a link. */
export function linkedId(link: string, id: ActorId): ActorId {
  return `${mark}${link}/${id}`
}

export function isLinked(id: ActorId): boolean {
  return id.startsWith(mark)
}

/** The name of the link behind which an actor is, for an identity that is linked. */
export function linkOf(id: ActorId): string {
  return id.slice(mark.length, behindLink(id) - 1)
}

/** The identity of an actor where it is, for an identity that is linked. */
export function idBehindLink(id: ActorId): ActorId {
  return id.slice(behindLink(id))
}

/** A few letters that mean nothing in any transport. */
const linkName = /^[A-Za-z0-9_-]{1,64}$/

/** Throws {@link ConfigurationError} unless `name` can be the name of a link. */
export function checkLinkName(name: unknown, path: string): asserts name is string {
  if (typeof name !== 'string' || !linkName.test(name))
    throw new ConfigurationError({ path, rule: 'must be 1 to 64 letters, digits, - or _', value: name })
}

/** True if this could be the identity of an actor that somebody else has written. */
export function isActorPath(id: string): boolean {
  if (id.length > longestPath || isLinked(id)) return false
  return id.split('/').every((segment) => segment.length > 0 && keyOf(segment).length > 0)
}

const longestPath = 4_096

function behindLink(id: ActorId): number {
  const slash = id.indexOf('/', mark.length)
  return slash === -1 ? id.length + 1 : slash + 1
}
