import type { ActorId } from '../protocol/actor-id.ts'
import type { CallOrigin, Message } from './message.ts'

/** Which message an actor is handling; nothing if it has none in hand. */
export type CurrentOf = (id: ActorId) => Message | undefined

/**
 * Who waits for whom, if a call to `to` from the turn `origin` would never be answered: the caller, the target, those between, and
 * the caller again. Nothing if there is no such circle. Only turns that are under way wait, and only for calls that they have made
 * themselves: who has gone on, or answers later, is free, and to be busy is no circle.
 */
export function circleOf(to: ActorId, origin: CallOrigin, currentOf: CurrentOf): readonly ActorId[] | undefined {
  const met = new Set<ActorId>()
  const search = (id: ActorId, path: readonly ActorId[]): readonly ActorId[] | undefined => {
    if (id === origin.id) return [...path, id]
    if (met.has(id)) return undefined
    met.add(id)
    for (const { target } of currentOf(id)?.waits ?? []) {
      const found = search(target, [...path, id])
      if (found !== undefined) return found
    }
    return undefined
  }
  return currentOf(to)?.waits === undefined ? undefined : search(to, [origin.id])
}
