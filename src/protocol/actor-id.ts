import { ConfigurationError } from './errors.ts'

/**
 * The identity of an actor on its node: the keys from the root of the tree down to it, joined by `/`. Inside a key `/` and
 * `%` are escaped, so that any string can be a key. The root itself is `''`.
 */
export type ActorId = string

/** The identity of the root supervisor. */
export const rootId: ActorId = ''

/** The longest key that an actor may have, in UTF-16 units. */
export const maxKeyLength = 512

/** The identity of the child `key` of `parent`. */
export function childId(parent: ActorId, key: string): ActorId {
  const segment = escapeKey(key)
  return parent === rootId ? segment : `${parent}/${segment}`
}

/** The identity of the supervisor that `id` belongs to; the root has none. */
export function parentOf(id: ActorId): ActorId | undefined {
  if (id === rootId) return undefined
  const slash = id.lastIndexOf('/')
  return slash === -1 ? rootId : id.slice(0, slash)
}

/** The key of `id` under its parent, as it was given. */
export function keyOf(id: ActorId): string {
  const segment = id.slice(id.lastIndexOf('/') + 1)
  return segment.includes('%') ? segment.replaceAll('%2F', '/').replaceAll('%25', '%') : segment
}

/** True if `id` is a child of `ancestor`, or further down. */
export function isBelow(ancestor: ActorId, id: ActorId): boolean {
  return ancestor === rootId ? id !== rootId : id.startsWith(`${ancestor}/`)
}

/** How an identity is written for a person: the root has a name of its own. */
export function displayId(id: ActorId): string {
  return id === rootId ? 'the root' : id
}

/** Throws {@link ConfigurationError} unless `key` can be the key of an actor. */
export function checkKey(key: unknown, path: string): asserts key is string {
  if (typeof key !== 'string' || key.length === 0 || key.length > maxKeyLength)
    throw new ConfigurationError({ path, rule: `must be a string of 1 to ${maxKeyLength} characters`, value: key })
}

function escapeKey(key: string): string {
  return key.includes('%') || key.includes('/') ? key.replaceAll('%', '%25').replaceAll('/', '%2F') : key
}
