import { childId, type ActorId } from '../protocol/actor-id.ts'
import { shutdown } from '../protocol/exit-reason.ts'
import type { ActorSpec } from '../runtime/actor-spec.ts'
import type { ActorSystem } from '../runtime/system.ts'
import type { Starter } from '../supervision/starter.ts'

/** Starts and stops children in the same thread as their supervisor. */
export function localStarter(system: ActorSystem, parent: { readonly id: ActorId; readonly incarnation: number }): Starter {
  return {
    start: ({ spec, cause, reason }) =>
      // The specs of a local tree hold what the local system starts from.
      system.start(spec.start as ActorSpec, { cause, reason, parent: system.incarnationOf(parent.id, parent.incarnation) }),
    stop: ({ id, incarnation, shutdown: limit }) => system.stop(childId(parent.id, id), { incarnation, reason: shutdown, limit }),
    retire: (id, options) => system.retire(childId(parent.id, id), options),
    forgetAll: () => system.forgetBelow(parent.id),
  }
}
