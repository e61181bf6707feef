import type { SimulationOptions } from '../app/simulated-system.ts'
import type { SqlHandle } from '../persistence/sqlite-handle.ts'
import type { Store } from '../runtime/persistence.ts'
import type { Fault } from '../simulation/fault-plan.ts'
import type { SupervisorNode } from '../supervision/trees/tree.ts'
import type { Verdict } from './laws.ts'
import type { Sim } from './sim.ts'

/** As a law, for a scenario: it is given the simulation. One that is asked at the end may let it run, as `sim.until` does. */
export type Invariant<Tree> = (sim: Sim<Tree>) => Verdict | Promise<Verdict>

/** As a law, for a scenario: it is given the simulation, and looks only. */
export type StepLaw<Tree> = (sim: Sim<Tree>) => Verdict

/** What must hold, by its name in words. */
export interface Invariants<Tree> {
  /** Asked when everything has come to rest. */
  readonly invariants?: Readonly<Record<string, Invariant<Tree>>>
  /** Asked after every step. */
  readonly always?: Readonly<Record<string, StepLaw<Tree>>>
}

/** A small story of a tree that can be played again and again, each time from the beginning. */
export interface Scenario<Tree, Item = unknown> extends Invariants<Tree> {
  readonly tree: SupervisorNode<Tree>
  /** What the story is told with, such as messages to send: fewer of them are tried when a failure is made shorter. */
  readonly items?: readonly Item[]
  /** What goes wrong, and when: fewer are tried too. */
  readonly faults?: readonly Fault[]
  /** Plays the story. It need not wait for its end: everything comes to rest afterwards. What it throws is a failure. */
  readonly run: (sim: Sim<Tree>, items: readonly Item[]) => unknown
  /**
   * Where state is kept: each run has its own. `memory`, the default of `explore`, is several times faster; `sqlite`, the
   * default of `crashEverywhere`, can tear checkpoints; `false` for a tree without a store; or what makes one.
   */
  readonly store?: 'memory' | 'sqlite' | false | (() => Store | SqlHandle)
  /** The name under which it is exported, for tests that are written for you. `scenario` if not given. */
  readonly name?: string
  /** `import.meta.url` of the file that exports it. */
  readonly file?: string
  /** How the tree is started, as for `simulatedSystem`. */
  readonly options?: Pick<
    SimulationOptions,
    'behaviors' | 'detached' | 'freezeStates' | 'messages' | 'nestedCalls' | 'limit' | 'middleware' | 'overload' | 'allowReal'
  >
}

/**
 * Gives a scenario as it is, with the types of its tree and of its items.
 *
 * @throws nothing: what is wrong with it is told by what plays it.
 */
export function scenario<Tree, Item = never>(given: Scenario<Tree, Item>): Scenario<Tree, Item> {
  return given
}
