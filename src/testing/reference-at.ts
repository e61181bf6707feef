import { keyOf, parentOf, rootId, type ActorId } from '../protocol/actor-id.ts'

/** The keys that lead from the root of a tree to a path. */
export function keysOf(path: ActorId): readonly string[] {
  const keys: string[] = []
  for (let id = path; id !== rootId; id = parentOf(id) ?? rootId) keys.unshift(keyOf(id))
  return keys
}

/** What is at a path of a tree of references; nothing if there is no such place. */
export function referenceAt(tree: unknown, path: ActorId): unknown {
  let place = tree
  for (const key of keysOf(path)) place = (place as Readonly<Record<string, unknown>> | undefined)?.[key]
  return typeof place === 'object' || typeof place === 'function' ? place : undefined
}
