import type { ActorId } from '../protocol/actor-id.ts'
import { durationMs, type Duration } from '../protocol/duration.ts'
import { InternalError } from '../protocol/errors.ts'
import type { Store } from '../runtime/persistence.ts'
import { seededRandom, type Random } from '../runtime/random.ts'
import type { ActorSystem } from '../runtime/system.ts'
import { jumpMs, type ClockFault, type Fault } from '../simulation/fault-plan.ts'
import { FaultyBehaviors } from '../simulation/faulty-behavior.ts'
import { faultyStore } from '../simulation/faulty-store.ts'
import { ProcessDiedError, StalledError, StepLimitError } from '../simulation/errors.ts'
import { mortalStore } from '../simulation/mortal-store.ts'
import { PlannedFaults } from '../simulation/planned-faults.ts'
import { createProcessWorld, type ProcessWorld } from '../simulation/process-world.ts'
import { watchRealWorld, type RealWorldWatch } from '../simulation/real-world.ts'
import { runUntilIdle } from '../simulation/run-until-idle.ts'
import { createSeededScheduler, type SeededScheduler } from '../simulation/seeded-scheduler.ts'
import { createVirtualClock, type VirtualClock } from '../simulation/virtual-clock.ts'
import type { SupervisorNode, TreeNode } from '../supervision/trees/tree.ts'
import { faultyNode, faultyTree } from './faulty-tree.ts'
import { cannotTear, simulatedDatabase, type SimulatedDatabase } from './simulated-database.ts'
import type { Death, SimulationControls } from './simulation-controls.ts'
import type { SimulatedSystem, SimulationEvent, SimulationOptions } from './simulation-options.ts'
import type { App } from './app.ts'
import { startDressed } from './start.ts'
import type { StartOptions } from './start-options.ts'

/** So often time goes by before `until` gives up: a timer that sets itself again would go on for ever. */
const mostMoments = 100_000

/** A simulation, and the strings that move it. */
export class Simulation<Tree> implements SimulatedSystem<Tree> {
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
  readonly #controls: SimulationControls
  #process: ProcessWorld
  #app: App<Tree> | undefined
  #system: ActorSystem | undefined
  #death: Death | undefined

  constructor(tree: SupervisorNode<Tree>, options: SimulationOptions, controls: SimulationControls = {}) {
    const { seed = 1, replay = '', clock = createVirtualClock(), faults = [], allowReal = false } = options
    const { choose, drew, takesFaults } = controls
    this.#tree = tree
    this.#options = options
    this.#controls = controls
    this.clock = clock
    this.#random = counted(seededRandom(seed), drew)
    this.scheduler = createSeededScheduler({ random: this.#random, replay, ...(choose && { choose }) })
    const emit = (event: SimulationEvent): void => this.#tell(event)
    this.#faults = new PlannedFaults(faults, emit, takesFaults)
    this.#process = this.#newProcess()
    this.#database = simulatedDatabase(options.store, { mustTear: faults.some(({ at }) => at === 'checkpoint') })
    this.#watch = allowReal ? undefined : watchRealWorld({ choice: () => this.scheduler.schedule.at(-1) ?? 'start', emit })
    for (const fault of this.#faults.clock) this.#planJump(fault)
  }

  get app(): App<Tree> {
    if (this.#app === undefined) throw new InternalError('a simulation was given out before its tree was up')
    return this.#app
  }

  get tree(): Tree {
    return this.app.tree
  }

  /** The system of the process that runs now; nothing before there is one. */
  get system(): ActorSystem | undefined {
    return this.#system
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

  /** Adds a fault to the plan, which counts from now on. */
  addFault(fault: Fault): void {
    if (fault.at === 'checkpoint' && !this.#database.canTear) throw cannotTear(fault)
    this.#faults.add(fault)
    if (fault.at === 'clock') this.#planJump(fault)
  }

  /** The newest checkpoint of each actor; nothing where none can be torn. */
  newestCheckpoints(): ReadonlyMap<ActorId, number> | undefined {
    return this.#database.newestCheckpoints()
  }

  /**
   * The process dies as soon as promises have gone on: no choice is made any more, and what the store answers reaches nobody. The
   * tree is started again on what was committed, and what runs the simulation rejects with a `ProcessDiedError`.
   */
  dies(death: Death): void {
    this.#death ??= death
  }

  /** Starts the tree in the process that has just begun. */
  async begin(): Promise<void> {
    try {
      await this.#begin()
    } catch (error) {
      // The tree of the process that came after it is up.
      if (!(error instanceof ProcessDiedError)) throw error
    }
  }

  async #begin(): Promise<void> {
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
      links,
    } = this.#options
    const { store } = this.#database
    const process = this.#process
    const faults = this.#faults
    const during: <T>(code: () => T) => T = this.#watch?.during ?? ((code) => code())
    const { handling, watch, sent } = this.#controls
    const faulty = new FaultyBehaviors({ faults, clock: process.clock, during, handling, watch })
    const dress = (node: TreeNode, id: ActorId): TreeNode => faultyNode(node, id, faulty)
    const options: StartOptions = {
      ...(store && { store: this.#mortal(faultyStore({ store, faults, tear: this.#database.tear }), process) }),
      ...(freezeStates !== undefined && { freezeStates }),
      ...(messages !== undefined && { messages }),
      ...(nestedCalls !== undefined && { nestedCalls }),
      ...(keepDecisions !== undefined && { keepDecisions }),
      ...(overload !== undefined && { overload }),
      ...(detached !== undefined && { detached }),
      ...(keepDeadLetters !== undefined && { keepDeadLetters }),
      ...(middleware !== undefined && { middleware }),
      ...(links !== undefined && { links }),
      behaviors: behaviors.map(({ behavior }) => ({ behavior: faulty.wrap(behavior) })),
      // It listens to the process, which all simulations share, and comes when Node sees fit.
      attribution: 'off',
      clock: process.clock,
      random: this.#random,
      scheduler: process.scheduler,
      onEvent: (event) => this.#tell(event),
    }
    const seen = (system: ActorSystem): void => {
      this.#system = system
      system.router.onSent = sent
    }
    this.#app = await this.until(startDressed(faultyTree(this.#tree, faulty), options, dress, seen))
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
    const { settlesEachStep = false, after: told, isHalted } = this.#controls
    const isInterrupted = (): boolean => this.#watch?.hasCaught === true || this.#death !== undefined || isHalted?.() === true
    const after = (what: 'step' | 'settled'): void => {
      if (this.#death === undefined) told?.(what)
      if (what === 'settled' && this.#death !== undefined) throw new ProcessDiedError(this.#death.at)
    }
    const options = { clock, scheduler, timers, stretch, isInterrupted, firesTogether: true, settlesEachStep, after }
    try {
      await runUntilIdle(limit === undefined ? options : { ...options, limit })
    } catch (error) {
      if (this.#death !== undefined && error instanceof ProcessDiedError) await this.#revive(this.#death)
      throw error
    }
    this.#refuseCaught()
  }

  async #revive({ at, torn = [] }: Death): Promise<void> {
    this.#death = undefined
    this.#tell({ type: 'process died', at })
    for (const { actor, number } of torn) this.#database.tear(actor, number)
    await this.restart()
  }

  /** Only who steers the simulation has its process die in the middle of something. */
  #mortal(store: Store, process: ProcessWorld): Store {
    const { asked, choose } = this.#controls
    if (choose === undefined) return store
    return mortalStore(store, () => this.#process === process && this.#death === undefined, asked ?? (() => undefined))
  }

  #refuseCaught(): void {
    const caught = this.#watch?.take()
    if (caught !== undefined) throw caught
  }

  #newProcess(): ProcessWorld {
    return createProcessWorld({ clock: this.clock, scheduler: this.scheduler, wallOffsetMs: () => this.#wallOffsetMs })
  }

  #planJump(fault: ClockFault): void {
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

function counted(random: Random, drew: (() => void) | undefined): Random {
  if (drew === undefined) return random
  const draw = <T>(number: T): T => {
    drew()
    return number
  }
  return { next: () => draw(random.next()), integer: (below) => draw(random.integer(below)) }
}
