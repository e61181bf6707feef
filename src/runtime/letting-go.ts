import type { ExitReason } from '../protocol/exit-reason.ts'
import type { Life } from './anatomy.ts'
import { isThenable } from './thenable.ts'

/** Lets the behavior of an incarnation that has ended let go of what it holds; whatever comes of that, the end goes on. */
export function letGo(life: Life, reason: ExitReason): void {
  const { behavior, cell, state } = life
  if (behavior.ended === undefined) return
  const failed = (error: unknown): void => cell.world.emit({ type: 'term failed', id: life.id, incarnation: life.number, error })
  try {
    const letting = cell.world.attribution.run(life, () => behavior.ended?.(state, reason))
    if (isThenable(letting)) letting.then(undefined, failed)
  } catch (error) {
    failed(error)
  }
}
