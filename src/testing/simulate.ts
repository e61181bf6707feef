import type { SimulationOptions } from '../app/simulated-system.ts'
import { checkOptions } from '../app/simulated-system.ts'
import type { SupervisorNode } from '../supervision/trees/tree.ts'
import { LeftoverError } from './errors.ts'
import { KitSim } from './kit-sim.ts'
import { leftoversOf } from './leftovers.ts'
import type { Sim } from './sim.ts'
import { bySeed, Steering } from './steering.ts'

/** How a tree is simulated by {@link simulate}. */
export interface SimulateOptions extends Omit<SimulationOptions, 'replay'> {
  /** Does not look for what is left when the tree has been stopped. `false` if not given. */
  readonly allowLeftovers?: boolean
  /** Faults of the plan need not come about: for plans that chance has made. `false` if not given. */
  readonly allowUnusedFaults?: boolean
}

/**
 * Starts a tree in a simulation, plays with it, stops it, and looks whether anything is left: an actor, a timer, a fault that
 * has not come about. Resolves with what `play` gives. For tests of any kind, and for scripts: it knows no test runner.
 *
 * The tree runs as in `simulatedSystem`: on a virtual clock, by the orders of a seed, with the faults of a plan.
 *
 * @throws {ConfigurationError} if an option, a fault or the tree breaks a rule; nothing was started.
 * @throws {LawBrokenError} if a law does not hold that was given to `sim.always`, also if `play` has caught it.
 * @throws {LeftoverError} if something is left.
 * @throws whatever `play` throws; the tree ends as it is.
 * @example
 * ```ts
 * import { actor, child, supervisor } from 'coppice'
 * import { simulate } from 'coppice/testing'
 *
 * const Counter = actor('counter', {
 *   initial: () => ({ count: 0 }),
 *   handlers: ({ call }) => ({ next: call(({ state }) => ({ reply: state.count + 1, state: { count: state.count + 1 } })) }),
 * })
 * const tree = supervisor({}, { counter: child(Counter, { state: 'durable' }) })
 * await simulate(tree, {}, async (sim) => {
 *   await sim.until(sim.tree.counter.call.next())
 *   await sim.killProcess()
 *   console.log(sim.peek('counter')) // => { count: 1 }
 * })
 * ```
 */
export async function simulate<Tree, Result>(
  tree: SupervisorNode<Tree>,
  options: SimulateOptions,
  play: (sim: Sim<Tree>) => Promise<Result> | Result,
): Promise<Result> {
  const { allowLeftovers = false, allowUnusedFaults = false, ...rest } = options
  checkOptions(rest)
  const { seed = 1 } = rest
  const sim = new KitSim(tree, { options: rest, steering: new Steering(bySeed(seed * 4)), takesFault: () => true })
  try {
    await sim.begin()
    const result = await play(sim)
    await sim.until(sim.app.stop())
    const leftovers = allowLeftovers ? [] : leftoversOf(sim, allowUnusedFaults)
    if (leftovers.length > 0) throw new LeftoverError(leftovers)
    return result
  } finally {
    sim.close()
  }
}
