import type { Life } from './anatomy.ts'
import { ownCopy } from './own-copy.ts'
import type { Outcome } from './persistence.ts'

/** An answer as it is now, whatever becomes of the values that it was made of. */
export function passing(life: Life, outcome: Outcome): Outcome {
  if (!life.cell.world.copiesMessages || life.behavior.sharesMessages === true) return outcome
  if (outcome.status === 'replied')
    return isChangeable(outcome.value) ? { status: 'replied', value: ownCopy(outcome.value) } : outcome
  return outcome.status === 'refused' && isChangeable(outcome.details)
    ? { ...outcome, details: ownCopy(outcome.details) }
    : outcome
}

function isChangeable(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}
