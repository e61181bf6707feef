import type { ActorId } from '../protocol/actor-id.ts'
import type { StateSource } from '../runtime/behavior.ts'
import {
  checkBudget,
  checkDeadLetter,
  checkExited,
  checkIdle,
  checkRestarted,
  checkRestoredFrom,
  checkStartedInOrder,
  checkStoppedInOrder,
  describeCheck,
  type Check,
  type DeadLetterPattern,
  type ExitPattern,
  type Watched,
} from './checks.ts'
import { CheckFailedError } from './errors.ts'

// The matchers of `coppice/vitest` as functions, for every other way to test. Each throws a CheckFailedError.

/** An actor was restarted so many times; at least once if that is not said. The death of the process does not count. */
export function assertRestarted(sim: Watched, path: ActorId, times?: number): void {
  insist(checkRestarted(sim, path, times))
}

/** An incarnation of an actor has ended, for this reason if one is given. */
export function assertExited(sim: Watched, path: ActorId, reason?: ExitPattern): void {
  insist(checkExited(sim, path, reason))
}

/** These actors started in this order, by their first starts. */
export function assertStartedInOrder(sim: Watched, paths: readonly ActorId[]): void {
  insist(checkStartedInOrder(sim, paths))
}

/** These actors ended in this order, by their last ends. */
export function assertStoppedInOrder(sim: Watched, paths: readonly ActorId[]): void {
  insist(checkStoppedInOrder(sim, paths))
}

/** Nothing is scheduled any more: what has not happened does not happen. */
export function assertIdle(sim: Watched): void {
  insist(checkIdle(sim))
}

/** A supervisor may still do so many restarts within its window. */
export function assertBudget(sim: Watched, path: ActorId, left: number): void {
  insist(checkBudget(sim, path, left))
}

/** The newest incarnation of an actor began with a state from there. */
export function assertRestoredFrom(sim: Watched, path: ActorId, level: StateSource): void {
  insist(checkRestoredFrom(sim, path, level))
}

/** A message for an actor was never applied. */
export function assertDeadLetter(sim: Watched, path: ActorId, pattern?: DeadLetterPattern): void {
  insist(checkDeadLetter(sim, path, pattern))
}

function insist(check: Check): void {
  if (!check.passes) throw new CheckFailedError(describeCheck(check, false), check)
}
