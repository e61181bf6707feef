import type { Duration } from '../protocol/duration.ts'
import type { Store } from '../runtime/persistence.ts'
import type { Fault } from '../simulation/fault-plan.ts'
import type { FaultEvent } from '../simulation/planned-faults.ts'
import type { RealWorldEvent } from '../simulation/real-world.ts'
import type { SeededScheduler } from '../simulation/seeded-scheduler.ts'
import type { VirtualClock } from '../simulation/virtual-clock.ts'
import type { SqlHandle } from '../persistence/sqlite-handle.ts'
import type { CoppiceEvent } from './events.ts'
import type { App } from './app.ts'
import type { StartOptions } from './start-options.ts'

/** Everything that happens in a simulation: what the tree tells, faults that come about, calls of the real world, deaths. */
export type SimulationEvent = CoppiceEvent | FaultEvent | RealWorldEvent | ProcessDiedEvent

/** The simulated process has died; the tree is started again. */
export interface ProcessDiedEvent {
  readonly type: 'process died'
  /** In words: `before commit 3`. */
  readonly at: string
}

/** How a tree is simulated. */
export interface SimulationOptions extends Pick<
  StartOptions,
  | 'behaviors'
  | 'detached'
  | 'freezeStates'
  | 'messages'
  | 'nestedCalls'
  | 'keepDecisions'
  | 'keepDeadLetters'
  | 'overload'
  | 'middleware'
  | 'links'
> {
  /** Decides every order, and `ctx.random`. 1 if not given. */
  readonly seed?: number
  /** What goes wrong, and when. */
  readonly faults?: readonly Fault[]
  /**
   * Where state is kept: a SQLite database in memory if not given. An open database, as for `sqlite`, or a store of any kind;
   * checkpoints can be torn in a database only. `false` starts the tree without a store.
   */
  readonly store?: Store | SqlHandle | false
  /** Told of each event while it happens. */
  readonly onEvent?: (event: SimulationEvent) => void
  /** A schedule that was printed: the same choices are made again. After its last one the seed decides. */
  readonly replay?: string
  /** Lets actors use real timers, time, chance and files, at the price of being repeatable. `false` if not given. */
  readonly allowReal?: boolean
  /** Steps after which `settle`, `advance` and `until` give up; 100,000 if not given. */
  readonly limit?: number
  /** A clock to go on with, for one that several simulations share. It begins at 0 if not given. */
  readonly clock?: VirtualClock
}

/** A tree on a virtual clock, whose every order one seed decides. */
export interface SimulatedSystem<Tree> extends AsyncDisposable {
  /** The tree that runs now; another one after {@link restart}. */
  readonly app: App<Tree>
  /** A reference to every declared actor, as in `app.tree`. */
  readonly tree: Tree
  /** Everything that has happened, oldest first, in all processes. */
  readonly events: readonly SimulationEvent[]
  readonly clock: VirtualClock
  /** For single steps: `scheduler.step()`. */
  readonly scheduler: SeededScheduler
  /** The choices so far as text, one in a line, for `replay`. */
  readonly schedule: string
  /** Faults of the plan that have not come about. */
  readonly unusedFaults: readonly Fault[]
  /** Runs until nothing can happen any more without time going by. */
  settle(): Promise<void>
  /** Runs, and lets so much virtual time go by. */
  advance(time: Duration): Promise<void>
  /**
   * Runs until the promise settles, with as much virtual time as that takes.
   *
   * @throws {StalledError} if nothing can happen any more before.
   */
  until<T>(promise: Promise<T>): Promise<T>
  /** The process dies where it is, as by `kill -9`, and the tree is started again on what was committed. */
  restart(): Promise<void>
}
