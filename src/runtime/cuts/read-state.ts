import type { ActorCell } from '../actor-cell.ts'
import type { Memory, World } from '../anatomy.ts'
import { migrateState } from '../migration.ts'
import { ownCopy } from '../own-copy.ts'
import type { CutMember } from './cut.ts'

/** The state of a member as this program has it; nothing if it cannot read it. */
export function readState(world: World, cell: ActorCell | undefined, member: CutMember): Memory | undefined {
  const { behavior: name, version, state, frontier, incarnation } = member
  const own = cell?.spec.behavior
  const behavior = own?.name === name ? own : world.catalogue.find(name)
  if (behavior === undefined) return undefined
  const checkpoint = { number: 0, incarnation, behavior: name, version, frontier, cause: 'cut', takenAtMs: 0 } as const
  try {
    const read = migrateState(behavior, { ...checkpoint, state: ownCopy(state) })
    // The store may have had a later one, which must not be taken for newer.
    return { behavior, state: read, frontier: Math.max(frontier, cell?.memory?.frontier ?? 0) }
  } catch {
    return undefined
  }
}
