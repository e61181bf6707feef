import type { ActorId } from '../protocol/actor-id.ts'
import { durationMs, type Duration } from '../protocol/duration.ts'
import { ConfigurationError, InternalError } from '../protocol/errors.ts'
import type { Store } from '../runtime/persistence.ts'
import { seededRandom, type Random } from '../runtime/random.ts'
import { jumpMs, type Fault } from '../simulation/fault-plan.ts'
import { FaultyBehaviors } from '../simulation/faulty-behavior.ts'
import { faultyStore } from '../simulation/faulty-store.ts'
import { StalledError, StepLimitError } from '../simulation/errors.ts'
import { PlannedFaults, type FaultEvent } from '../simulation/planned-faults.ts'
import { createProcessWorld, type ProcessWorld } from '../simulation/process-world.ts'
import { watchRealWorld, type RealWorldEvent, type RealWorldWatch } from '../simulation/real-world.ts'
import { runUntilIdle } from '../simulation/run-until-idle.ts'
import { createSeededScheduler, type SeededScheduler } from '../simulation/seeded-scheduler.ts'
import { createVirtualClock, type VirtualClock } from '../simulation/virtual-clock.ts'
import type { SupervisorNode, TreeNode } from '../supervision/trees/tree.ts'
import type { SqlHandle } from '../persistence/sqlite-handle.ts'
import type { CoppiceEvent } from './events.ts'
import { faultyNode, faultyTree } from './faulty-tree.ts'
import { simulatedDatabase, type SimulatedDatabase } from './simulated-database.ts'
import { startDressed, type App, type StartOptions } from './start.ts'

/** Everything that happens in a simulation: what the tree tells, faults that come about, calls of the real world. */
export type SimulationEvent = CoppiceEvent | FaultEvent | RealWorldEvent

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

/** So often time goes by before `until` gives up: a timer that sets itself again would go on for ever. */
const mostMoments = 100_000

class Simulation<Tree> implements SimulatedSystem<Tree> {
  readonly events: SimulationEvent[] = []
  readonly clock: VirtualClock
  readonly scheduler: SeededScheduler
  readonly #tree: SupervisorNode<Tree>
  readonly #options: SimulationOptions
  readonly #random: Random
  readonly #faults: PlannedFaults
  readonly #database: SimulatedDatabase
  readonly #watch: RealWorldWatch | undefined
  #wallOffsetMs = 0
  #process: ProcessWorld
  #app: App<Tree> | undefined

  constructor(tree: SupervisorNode<Tree>, options: SimulationOptions) {
    const { seed = 1, replay = '', clock = createVirtualClock(), faults = [], allowReal = false } = options
    this.#tree = tree
    this.#options = options
    this.clock = clock
    this.#random = seededRandom(seed)
    this.scheduler = createSeededScheduler({ random: this.#random, replay })
    const emit = (event: SimulationEvent): void => this.#tell(event)
    this.#faults = new PlannedFaults(faults, emit)
    this.#process = this.#newProcess()
    this.#database = simulatedDatabase(options.store, { mustTear: this.#faults.has(({ at }) => at === 'checkpoint') })
    this.#watch = allowReal ? undefined : watchRealWorld({ choice: () => this.scheduler.schedule.at(-1) ?? 'start', emit })
    this.#planJumps()
  }

  get app(): App<Tree> {
    if (this.#app === undefined) throw new InternalError('a simulation was given out before its tree was up')
    return this.#app
  }

  get tree(): Tree {
    return this.app.tree
  }

  get schedule(): string {
    return this.scheduler.print()
  }

  get unusedFaults(): readonly Fault[] {
    return this.#faults.unused
  }

  // Fields, so that they can be taken out of the object.
  readonly settle = async (): Promise<void> => {
    await this.#run('none')
  }

  readonly advance = async (time: Duration): Promise<void> => {
    await this.#run({ untilMs: this.clock.now() + durationMs(time, 'advance: time') })
  }

  readonly until = async <T>(promise: Promise<T>): Promise<T> => {
    let isSettled = false
    const settled = (): void => {
      isSettled = true
    }
    promise.then(settled, settled)
    await this.#run('none')
    for (let moments = 0; !isSettled; moments += 1) {
      const dueMs = this.clock.nextDueMs()
      if (dueMs === undefined) throw new StalledError()
      if (moments === mostMoments)
        throw new StepLimitError({ limit: mostMoments, lastChoices: this.scheduler.schedule.slice(-10) })
      await this.#run({ untilMs: dueMs })
    }
    return promise
  }

  readonly restart = async (): Promise<void> => {
    this.#process.die()
    this.#process = this.#newProcess()
    await this.begin()
  }

  /** Starts the tree in the process that has just begun. */
  async begin(): Promise<void> {
    const {
      behaviors = [],
      detached,
      freezeStates,
      messages,
      nestedCalls,
      keepDecisions,
      keepDeadLetters,
      overload,
      middleware,
    } = this.#options
    const { store } = this.#database
    const process = this.#process
    const faults = this.#faults
    const during: <T>(code: () => T) => T = this.#watch?.during ?? ((code) => code())
    const faulty = new FaultyBehaviors({ faults, clock: process.clock, during })
    const dress = (node: TreeNode, id: ActorId): TreeNode => faultyNode(node, id, faulty)
    const options: StartOptions = {
      ...(store && { store: faultyStore({ store, faults, tear: this.#database.tear }) }),
      ...(freezeStates !== undefined && { freezeStates }),
      ...(messages !== undefined && { messages }),
      ...(nestedCalls !== undefined && { nestedCalls }),
      ...(keepDecisions !== undefined && { keepDecisions }),
      ...(overload !== undefined && { overload }),
      ...(detached !== undefined && { detached }),
      ...(keepDeadLetters !== undefined && { keepDeadLetters }),
      ...(middleware !== undefined && { middleware }),
      behaviors: behaviors.map(({ behavior }) => ({ behavior: faulty.wrap(behavior) })),
      // It listens to the process, which all simulations share, and comes when Node sees fit.
      attribution: 'off',
      clock: process.clock,
      random: this.#random,
      scheduler: process.scheduler,
      onEvent: (event) => this.#tell(event),
    }
    this.#app = await this.until(startDressed(faultyTree(this.#tree, faulty), options, dress))
  }

  close(): void {
    this.#process.die()
    this.#watch?.close()
    this.#database.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      if (this.#app !== undefined) await this.until(this.#app.stop())
    } catch {
      // A tree that cannot be stopped ends with its process. What went wrong in it has been told by its events.
    } finally {
      this.close()
    }
  }

  async #run(timers: 'none' | { readonly untilMs: number }): Promise<void> {
    const { clock, scheduler } = this
    const { limit } = this.#options
    const stretch = (run: () => void): void => {
      this.#refuseCaught()
      run()
      this.#refuseCaught()
    }
    const isInterrupted = (): boolean => this.#watch?.hasCaught === true
    const options = { clock, scheduler, timers, stretch, isInterrupted, firesTogether: true }
    await runUntilIdle(limit === undefined ? options : { ...options, limit })
    this.#refuseCaught()
  }

  #refuseCaught(): void {
    const caught = this.#watch?.take()
    if (caught !== undefined) throw caught
  }

  #newProcess(): ProcessWorld {
    return createProcessWorld({ clock: this.clock, scheduler: this.scheduler, wallOffsetMs: () => this.#wallOffsetMs })
  }

  #planJumps(): void {
    for (const fault of this.#faults.clock)
      this.clock.setTimer(durationMs(fault.after, 'faults: after'), () => {
        this.#wallOffsetMs += jumpMs(fault.jump, 'faults: jump')
        this.#faults.use(fault, undefined)
      })
  }

  #tell(event: SimulationEvent): void {
    this.events.push(event)
    const { onEvent } = this.#options
    if (onEvent === undefined) return
    if (this.#watch === undefined) onEvent(event)
    else this.#watch.lookAway(() => onEvent(event))
  }
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
]

function checkOptions(options: SimulationOptions): void {
  for (const [name, value] of Object.entries(options))
    if (!optionNames.includes(name)) {
      const remedy = `The options are ${optionNames.join(', ')}`
      throw new ConfigurationError({ path: `simulatedSystem: ${name}`, rule: 'is not an option', value, remedy })
    }
  const { seed } = options
  if (seed !== undefined && !Number.isInteger(seed))
    throw new ConfigurationError({ path: 'simulatedSystem: seed', rule: 'must be a whole number', value: seed })
}
