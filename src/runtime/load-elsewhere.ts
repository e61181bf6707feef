import type { Cell, Life } from './anatomy.ts'
import type { Behavior, Offered } from './behavior.ts'
import { StateUnreadableError } from './errors.ts'
import { migrateState, refuseNewer } from './migration.ts'
import type { CheckpointInfo } from './persistence.ts'

/**
 * Asks whoever keeps the states of an actor elsewhere for one of them. What throws half-way has given nothing: it is asked again
 * without the newest, or the start fails. Nothing if it wants to begin anew.
 */
export async function loadElsewhere(
  { cell, life, behavior }: { readonly cell: Cell; readonly life: Life; readonly behavior: Behavior },
  checkpoints: readonly CheckpointInfo[],
): Promise<Offered<unknown> | undefined> {
  const { checkpointable } = behavior
  const { world, id, spec } = cell
  if (checkpointable === undefined)
    throw new StateUnreadableError(
      id,
      `it is kept elsewhere, and the behavior "${behavior.name}" has no checkpointable to load it`,
    )
  const problems: string[] = []
  for (let left = checkpoints.filter(({ isElsewhere }) => isElsewhere); left[0] !== undefined; left = left.slice(1)) {
    const [newest] = left
    refuseNewer(behavior, newest)
    const offered = left
    let loaded: unknown
    try {
      const context = { id, incarnation: life.number, checkpoints: offered, signal: life.signal }
      loaded = await world.attribution.run(life, async () => checkpointable.load(context))
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error)
      world.emit({ type: 'checkpoint damaged', id, number: newest.number, problem })
      problems.push(`${newest.number} (${problem})`)
      if (spec.checkpoints?.onLoadFailure === 'fail') break
      continue
    }
    return loaded === undefined ? undefined : chosen(cell, behavior, { loaded, offered })
  }
  throw new StateUnreadableError(id, `none of its checkpoints could be loaded: ${problems.join(', ')}`)
}

function chosen(
  { id }: Cell,
  behavior: Behavior,
  { loaded, offered }: { readonly loaded: unknown; readonly offered: readonly CheckpointInfo[] },
): Offered<unknown> {
  const { checkpoint, state } = (loaded ?? {}) as { readonly checkpoint?: unknown; readonly state?: unknown }
  const info = offered.find(({ number }) => number === checkpoint)
  if (info === undefined)
    throw new StateUnreadableError(id, `load gave checkpoint ${String(checkpoint)}, which is none of those that were offered`)
  const { number, version, frontier } = info
  return {
    state: migrateState(behavior, { state, version }),
    behavior: behavior.name,
    source: 'checkpoint',
    checkpoint: number,
    frontier,
  }
}
