import { ConfigurationError } from '../protocol/errors.ts'
import type { SupervisorNode } from '../supervision/trees/tree.ts'
import { Simulation } from './simulation.ts'
import type { SimulatedSystem, SimulationOptions } from './simulation-options.ts'

export type { ProcessDiedEvent, SimulatedSystem, SimulationEvent, SimulationOptions } from './simulation-options.ts'

/**
 * Starts a tree in a simulation: the same actors, supervisors, group commits and SQL, on a clock that moves when it is told to,
 * with every order decided by a seed. Resolves when the tree is up.
 *
 * Nothing happens by itself: `settle`, `advance` and `until` run it. One seed gives one order of events, always; another seed
 * another one. The schedule of a run that went wrong can be printed and replayed.
 *
 * What actors call of the real world (timers, time of day, chance, files) throws, and rejects what runs the simulation: no seed
 * decides it. It is found in handlers and hooks up to their first `await`; what comes behind one is not seen.
 *
 * @throws {ConfigurationError} if an option, a fault or the tree breaks a rule; nothing was started.
 * @throws {TreeStartError} if a child could not be started, as `start` does.
 * @throws {RealWorldError} from what runs the simulation, if an actor called something real.
 * @throws {StepLimitError} from what runs the simulation, if it does not come to rest within `limit` steps.
 * @throws {ScheduleMismatchError} if `replay` does not fit what can happen.
 * @example
 * ```ts
 * import { actor, child, supervisor } from 'coppice'
 * import { simulatedSystem } from 'coppice/testing'
 *
 * const Counter = actor('counter', {
 *   initial: () => ({ count: 0 }),
 *   handlers: ({ call }) => ({ next: call(({ state }) => ({ reply: state.count + 1, state: { count: state.count + 1 } })) }),
 * })
 * const tree = supervisor({}, { counter: child(Counter, { state: 'durable' }) })
 * await using sim = await simulatedSystem(tree, { seed: 7, faults: [{ at: 'message', actor: 'counter', nth: 2, do: 'crash' }] })
 * await sim.until(sim.tree.counter.call.next())
 * console.log(await sim.until(sim.tree.counter.call.next())) // => 2
 * for (const event of sim.events) if (event.type === 'fault') console.log(event.what) // => counter crashes in message #2
 * ```
 */
export async function simulatedSystem<Tree>(
  tree: SupervisorNode<Tree>,
  options: SimulationOptions = {},
): Promise<SimulatedSystem<Tree>> {
  checkOptions(options)
  const simulation = new Simulation(tree, options)
  try {
    await simulation.begin()
  } catch (error) {
    simulation.close()
    throw error
  }
  return simulation
}

const optionNames: readonly string[] = [
  'seed',
  'faults',
  'store',
  'onEvent',
  'replay',
  'allowReal',
  'limit',
  'clock',
  'behaviors',
  'detached',
  'freezeStates',
  'messages',
  'nestedCalls',
  'keepDecisions',
  'keepDeadLetters',
  'middleware',
  'overload',
  'links',
]

/** @throws {ConfigurationError} if an option breaks a rule. */
export function checkOptions(options: SimulationOptions): void {
  for (const [name, value] of Object.entries(options))
    if (!optionNames.includes(name)) {
      const remedy = `The options are ${optionNames.join(', ')}`
      throw new ConfigurationError({ path: `simulatedSystem: ${name}`, rule: 'is not an option', value, remedy })
    }
  const { seed } = options
  if (seed !== undefined && !Number.isInteger(seed))
    throw new ConfigurationError({ path: 'simulatedSystem: seed', rule: 'must be a whole number', value: seed })
}
