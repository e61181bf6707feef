import { childId, type ActorId } from '../protocol/actor-id.ts'
import type { ActorSpec } from '../runtime/actor-spec.ts'
import type { EventSink } from '../runtime/events.ts'
import type { Persistence } from '../runtime/persistence.ts'
import { isLimited } from '../supervision/machine/lifetime.ts'
import type { Lifetimes } from '../supervision/shell/lifetimes.ts'
import type { ChildSpec } from '../supervision/specs/child-spec.ts'

/** The store did not take how often a child has been restarted: if the process dies now, the last restarts are not counted. */
export interface RestartsNotCounted {
  readonly type: 'restarts not counted'
  readonly id: ActorId
  readonly error: unknown
}

/**
 * How often the children of one supervisor were restarted, in the store: of those whose restarts are limited and whose state
 * outlives the process. A life is as long as what is remembered of it.
 */
export function storeLifetimes({
  supervisor,
  persistence,
  sink,
}: {
  readonly supervisor: ActorId
  readonly persistence: Persistence
  readonly sink: EventSink<RestartsNotCounted>
}): Lifetimes {
  /** Children of which the store knows a count. */
  const counted = new Set<string>()
  const write = (child: string, restarts: number): void => {
    const told = (error: unknown): void => sink.emit({ type: 'restarts not counted', id: childId(supervisor, child), error })
    persistence.countRestarts({ supervisor, child, restarts }).catch(told)
  }
  return {
    load: async (children) => {
      if (!children.some(isKept)) return []
      const known = await persistence.restarts(supervisor)
      const kept = new Set(children.filter(isKept).map(({ id }) => id))
      for (const { child } of known) counted.add(child)
      return known.filter(({ child }) => kept.has(child)).map(({ child, restarts }) => [child, restarts] as const)
    },
    save: (spec, restarts) => {
      if (!isKept(spec)) return
      counted.add(spec.id)
      write(spec.id, restarts)
    },
    drop: (id) => {
      if (counted.delete(id)) write(id, 0)
    },
  }
}

function isKept(spec: ChildSpec): boolean {
  // The specs of a local tree hold what the local system starts from.
  return isLimited(spec) && (spec.start as ActorSpec).mode !== 'volatile'
}
