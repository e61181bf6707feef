import { InternalError } from '../protocol/errors.ts'
import type { Life } from './anatomy.ts'
import type { Checkpointable } from './checkpointable.ts'
import type { CheckpointCause, CheckpointOrder } from './persistence.ts'

/**
 * Sets a number aside, has the state saved by it, and gives the checkpoint that is then to be written. Whenever the process dies
 * before that there is none, and the next one tells that what is kept by the number can go.
 */
export async function saveElsewhere(
  life: Life,
  keeper: Checkpointable,
  { state, cause, signal }: { readonly state: unknown; readonly cause: CheckpointCause; readonly signal: AbortSignal },
): Promise<CheckpointOrder> {
  const { cell, behavior, frontier, number: incarnation, id } = life
  const { reserved: checkpoint } = await cell.store.commit(id, incarnation, { turns: [], reserves: true })
  if (checkpoint === undefined) throw new InternalError('the store set no number aside', { id })
  try {
    await cell.world.attribution.run(life, async () => keeper.save({ id, incarnation, checkpoint, state, frontier, signal }))
  } catch (error) {
    life.turns.tellExpired?.([checkpoint])
    throw error
  }
  const snapshot = { behavior: behavior.name, version: behavior.version, state: undefined, isElsewhere: true, frontier } as const
  return { snapshot, cause, limits: cell.spec.checkpoints, number: checkpoint }
}
