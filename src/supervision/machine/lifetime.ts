import type { Child } from './children.ts'

/** True if the child has been restarted as often as it may be in its life: the next exit that would restart it is final. */
export function isSpent({ spec: { maxRestarts = Infinity }, restarts }: Child): boolean {
  return restarts >= maxRestarts
}

/** True if its restarts are counted for longer than its supervisor lives. */
export function isCounted({ spec: { maxRestarts } }: Child): boolean {
  return maxRestarts !== undefined && maxRestarts !== Infinity
}
