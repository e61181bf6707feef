import { delayAfter } from '../specs/backoff.ts'
import type { Child, Wait } from './children.ts'
import type { Command } from './commands.ts'
import { childOf, type Memory } from './memory.ts'
import type { Pause } from './occasion.ts'

/** What a child that has to be restarted waits for first. */
export interface Postponed {
  readonly wait: Wait | undefined
  /** How often it has failed in a row, this time included. */
  readonly failures: number
  readonly round: number
  /** What an explanation says of it. */
  readonly pause: Pause | undefined
  readonly commands: readonly Command[]
}

/** True if the restart of this child is not to be begun at once: for its own backoff, or for that of its group. */
export function hasToWait(memory: Memory, id: string): boolean {
  const child = childOf(memory, id)
  return (child.spec.backoff !== undefined && !isFree(child)) || joinsGroup(memory)
}

/**
 * What a child waits for that has just failed. Under the strategies that restart groups at most one group waits: who fails
 * meanwhile joins it.
 */
export function postpone(memory: Memory, child: Child, nowMs: number): Postponed {
  const { id, backoff } = child.spec
  if (backoff !== undefined && !isFree(child)) {
    const round = memory.round + 1
    const failures = wasWell(child, nowMs) ? 1 : child.failures + 1
    const range = delayAfter(failures, backoff)
    return { wait: { for: 'delay', round }, failures, round, pause: range, commands: [{ type: 'delay', id, round, ...range }] }
  }
  const unchanged = { failures: child.failures, round: memory.round, commands: [] }
  if (!joinsGroup(memory)) return { ...unchanged, wait: undefined, pause: undefined }
  return { ...unchanged, wait: { for: 'group' }, pause: 'group' }
}

/** True if the restart of this child is not counted: it has waited for its gate. */
export function isFree({ wait }: Child): boolean {
  return wait?.for === 'turn'
}

function joinsGroup({ strategy, children }: Memory): boolean {
  return strategy !== 'one_for_one' && children.delayed > 0
}

/** It ran so long before it failed that its earlier failures do not count; one that could not be started did not run at all. */
function wasWell({ spec: { backoff }, status, upSinceMs }: Child, nowMs: number): boolean {
  return status === 'running' && backoff !== undefined && nowMs - upSinceMs >= backoff.resetAfterMs
}
