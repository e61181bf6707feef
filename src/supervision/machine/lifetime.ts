import type { ChildSpec } from '../specs/child-spec.ts'
import type { Child } from './children.ts'

/** True if the child has been restarted as often as it may be in its life: the next exit that would restart it is final. */
export function isSpent({ spec: { maxRestarts = Infinity }, restarts }: Child): boolean {
  return restarts >= maxRestarts
}

/** True if its restarts are counted for longer than its supervisor lives. */
export function isCounted({ spec }: Child): boolean {
  return isLimited(spec)
}

/** True if a child of this spec may be restarted only so often in its life. */
export function isLimited({ maxRestarts }: ChildSpec): boolean {
  return maxRestarts !== undefined && maxRestarts !== Infinity
}
