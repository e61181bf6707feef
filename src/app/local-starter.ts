import { childId, type ActorId } from '../protocol/actor-id.ts'
import { killed, shutdown } from '../protocol/exit-reason.ts'
import type { ActorSpec } from '../runtime/actor-spec.ts'
import { ownCopy } from '../runtime/own-copy.ts'
import type { StartOrigin } from '../runtime/starting.ts'
import type { ActorSystem } from '../runtime/system.ts'
import type { Starter } from '../supervision/starter.ts'

/** What the local system starts a child from. */
export interface LocalStart extends ActorSpec, Pick<StartOrigin, 'bind'> {}

/** Starts and stops children in the same thread as their supervisor. */
export function localStarter(system: ActorSystem, parent: { readonly id: ActorId; readonly incarnation: number }): Starter {
  return {
    start: ({ spec, cause, reason }) => {
      const life = system.incarnationOf(parent.id, parent.incarnation)
      // What is left of a supervisor that was killed starts nobody.
      if (life?.isActive !== true) return { status: 'failed', reason: killed }
      // The specs of a local tree hold what the local system starts from.
      const start = spec.start as LocalStart
      return system.start(start, { cause, reason, parent: life, bind: start.bind })
    },
    stop: ({ id, incarnation, shutdown: limit }) => system.stop(childId(parent.id, id), { incarnation, reason: shutdown, limit }),
    runs: (id, incarnation) => system.lifeOf(childId(parent.id, id))?.number === incarnation,
    retire: (id, options) => system.retire(childId(parent.id, id), options),
    setAside: (id) => system.setAside(childId(parent.id, id)),
    lastOf: (id, incarnation) => {
      const memory = system.memoryOf(childId(parent.id, id), incarnation)
      if (memory === undefined) return undefined
      const { behavior, state, frontier } = memory
      return { behavior: behavior.name, version: behavior.version, state: ownCopy(state), frontier }
    },
    cut: (order) => system.cuts.take(parent.id, order),
    problemWithCut: (cut) => system.cuts.problemWith(parent.id, cut),
    goBackTo: (cut) => system.cuts.putBack(cut),
    // One that has ended since over what was in its mail comes back.
    missingOf: ({ members }) => members.flatMap(({ id }) => ((system.infoOf(id)?.status ?? 'stopped') === 'stopped' ? [id] : [])),
    forgetAll: ({ except }) => system.forgetBelow(parent.id, new Set(except.map((id) => childId(parent.id, id)))),
  }
}
