import { expect, test, type TestAPI } from 'vitest'
import type { ActorId } from '../protocol/actor-id.ts'
import { ConfigurationError } from '../protocol/errors.ts'
import type { StateSource } from '../runtime/behavior.ts'
import type { SupervisorNode } from '../supervision/trees/tree.ts'
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
import { timelineOf } from './drawings.ts'
import type { Sim } from './sim.ts'
import { simulate, type SimulateOptions } from './simulate.ts'

export type { DeadLetterPattern, ExitPattern, Watched } from './checks.ts'

/** What `expect(sim)` can be asked, once this module is imported. */
export interface CoppiceMatchers {
  /** An actor was restarted so many times; at least once if that is not said. The death of the process does not count. */
  toHaveRestarted(path: ActorId, times?: number): void
  /** An incarnation has ended: `'killed'`, `/no such table/`, `{ type: 'error' }`, or for any reason. */
  toHaveExited(path: ActorId, reason?: ExitPattern): void
  /** These actors started in this order, by their first starts. */
  toHaveStartedInOrder(paths: readonly ActorId[]): void
  /** These actors ended in this order, by their last ends. */
  toHaveStoppedInOrder(paths: readonly ActorId[]): void
  /** Nothing is scheduled any more, no turn, no commit, no timer: what has not happened does not happen. */
  toBeIdle(): void
  /** A supervisor may still do so many restarts within its window; the root is `''`. */
  toHaveBudget(path: ActorId, left: number): void
  /** The newest incarnation began with a state from there. */
  toHaveRestoredFrom(path: ActorId, level: StateSource): void
  /** A message for an actor was never applied. */
  toHaveDeadLetter(path: ActorId, pattern?: DeadLetterPattern): void
}

declare global {
  // Vitest takes over what is declared for chai. Its own interface for this has other type parameters in each of its versions.
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace Chai {
    // eslint-disable-next-line @typescript-eslint/no-empty-object-type
    interface Assertion extends CoppiceMatchers {}
  }
}

expect.extend({
  toHaveRestarted: (sim: Watched, path: ActorId, times?: number) => verdict(checkRestarted(sim, path, times)),
  toHaveExited: (sim: Watched, path: ActorId, reason?: ExitPattern) => verdict(checkExited(sim, path, reason)),
  toHaveStartedInOrder: (sim: Watched, paths: readonly ActorId[]) => verdict(checkStartedInOrder(sim, paths)),
  toHaveStoppedInOrder: (sim: Watched, paths: readonly ActorId[]) => verdict(checkStoppedInOrder(sim, paths)),
  toBeIdle: (sim: Watched) => verdict(checkIdle(sim)),
  toHaveBudget: (sim: Watched, path: ActorId, left: number) => verdict(checkBudget(sim, path, left)),
  toHaveRestoredFrom: (sim: Watched, path: ActorId, level: StateSource) => verdict(checkRestoredFrom(sim, path, level)),
  toHaveDeadLetter: (sim: Watched, path: ActorId, pattern?: DeadLetterPattern) => verdict(checkDeadLetter(sim, path, pattern)),
})

// A simulation in a snapshot is its timeline: without times of day, numbers of processes and the like.
expect.addSnapshotSerializer({
  test: (value: unknown) => isSim(value),
  serialize: (value: unknown) => timelineOf((value as Sim<unknown>).steps),
})

/**
 * A `test` of vitest whose tests get a tree in a simulation of their own, as `sim`. When a test has ended, the tree is stopped,
 * and the test fails if anything is left; see `simulate`.
 *
 * @throws {ConfigurationError} if it is given no tree, but a test.
 * @example
 * ```ts no-run
 * import { expect } from 'vitest'
 * import { actor, child, supervisor } from 'coppice'
 * import { simTest } from 'coppice/vitest'
 *
 * const Fragile = actor('fragile', {
 *   initial: () => ({}),
 *   handlers: ({ cast }) => ({
 *     fall: cast(() => {
 *       throw new Error('broken')
 *     }),
 *   }),
 * })
 * const test = simTest(supervisor({}, { vase: child(Fragile) }), { store: false })
 *
 * test('a broken vase is replaced', async ({ sim }) => {
 *   void sim.tree.vase.cast.fall()
 *   await sim.settle()
 *   expect(sim).toHaveExited('vase', /broken/)
 *   expect(sim).toHaveRestarted('vase', 1)
 * })
 * ```
 */
export function simTest<Tree>(tree: SupervisorNode<Tree>, options: SimulateOptions = {}): TestAPI<{ sim: Sim<Tree> }> {
  if (typeof tree !== 'object')
    throw new ConfigurationError({
      path: 'simTest: tree',
      rule: 'must be a supervisor',
      value: tree,
      remedy: "Write const test = simTest(supervisor(…)), and then test('…', async ({ sim }) => …)",
    })
  return test.extend<{ sim: Sim<Tree> }>({
    // The first parameter has to be written as a pattern: vitest reads from it what the fixture needs.
    sim: async ({}, use) => simulate(tree, options, (sim) => use(sim)),
  })
}

function verdict(check: Check): { pass: boolean; message: () => string; expected?: unknown; actual?: unknown } {
  const { passes, claim, expected, actual } = check
  if (passes) return { pass: true, message: () => describeCheck(check, true) }
  return { pass: false, message: () => `expected that ${claim}`, expected, actual }
}

function isSim(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'steps' in value && 'peek' in value && 'killProcess' in value
}
