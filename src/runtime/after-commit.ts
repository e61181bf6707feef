import type { Life } from './anatomy.ts'
import { reasonOfThrown } from './errors.ts'

/** Does what a committed turn has asked for. False if the incarnation does not go on: it has ended, or this has ended it. */
export function carryOut(life: Life, after: () => void): boolean {
  if (!life.isActive) return false
  try {
    life.cell.world.attribution.run(life, after)
  } catch (error) {
    // One that has ended itself meanwhile leaves by throwing.
    if (life.isActive) life.end(reasonOfThrown(error), 'orderly')
  }
  return life.isActive
}
