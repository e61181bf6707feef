import type { ActorId } from '../protocol/actor-id.ts'
import type { Duration } from '../protocol/duration.ts'
import type { Message } from '../runtime/message.ts'
import type { SimulationEvent, SimulationOptions } from '../app/simulated-system.ts'
import { Simulation } from '../app/simulation.ts'
import type { App } from '../app/app.ts'
import { ProcessDiedError, StalledError } from '../simulation/errors.ts'
import type { Fault } from '../simulation/fault-plan.ts'
import type { SeededScheduler } from '../simulation/seeded-scheduler.ts'
import type { VirtualClock } from '../simulation/virtual-clock.ts'
import type { SupervisorNode } from '../supervision/trees/tree.ts'
import { NeverHappenedError } from './errors.ts'
import { matches } from './event-pattern.ts'
import { Laws, NobodyToPeekAt, type Law } from './laws.ts'
import { ProcessDeath, type DeathPoint } from './process-death.ts'
import { Recorder } from './recorder.ts'
import type { EventPattern, KillPoint, ProcessKillPoint, Sim } from './sim.ts'
import type { Steering } from './steering.ts'
import { describeStep, type SimStep } from './steps.ts'
import { Watchers } from './watchers.ts'

/** What a simulation of the kit is made with, besides the tree. */
export interface KitSimParts {
  readonly options: SimulationOptions
  readonly steering: Steering
  /** Promises go on after each step. */
  readonly settlesEachStep?: boolean
  readonly watch?: StepWatch
  /** Where the process is to die, counted from the very beginning. */
  readonly deaths?: readonly DeathPoint[]
  /** The steering decides from the first start of the tree on, and not from when it is up. */
  readonly steersStart?: boolean
  /**
   * Says which faults of those that are added while it runs take part, by their places from 0 on. Every actor then has all hooks,
   * which makes its starts a promise longer.
   */
  readonly takesFault?: (place: number) => boolean
  /** Finds out which commits write checkpoints. */
  readonly countsCheckpoints?: boolean
}

/** A fault that was added while a simulation ran. */
export interface ToldFault {
  /** Counts from 0. */
  readonly place: number
  readonly fault: Fault
  /** False if it was left out. */
  readonly takesPart: boolean
}

/** Is told what a step does, to know which steps depend on each other. */
export interface StepWatch {
  before(labels: readonly string[], chosen: string): void
  asked(): void
  drew(): void
}

/** A simulation that is steered, recorded, and held to laws. */
export class KitSim<Tree> implements Sim<Tree> {
  readonly simulation: Simulation<Tree>
  readonly death: ProcessDeath
  readonly laws = new Laws()
  /** The faults that were added while it ran. */
  readonly told: ToldFault[] = []
  readonly #watchers = new Watchers((id) => this.simulation.system?.lifeOf(id) !== undefined)
  readonly #recorder = new Recorder()
  readonly #steering: Steering
  readonly #steersStart: boolean
  readonly #takesFault: KitSimParts['takesFault']
  readonly #watch: StepWatch | undefined
  readonly #onEvent: ((event: SimulationEvent) => void) | undefined
  #chosen: string | undefined
  /** Between a death and the moment when the tree is up again no law is asked. */
  #isUp = false
  #isHalted = false
  #haltsIf: (() => boolean) | undefined
  #onAsked: ((operation: string, actor: ActorId | undefined) => void) | undefined

  constructor(
    tree: SupervisorNode<Tree>,
    {
      options,
      steering,
      settlesEachStep = false,
      takesFault,
      watch,
      deaths,
      steersStart = false,
      countsCheckpoints,
    }: KitSimParts,
  ) {
    this.#steering = steering
    this.#watch = watch
    this.#onEvent = options.onEvent
    const own = { ...options, onEvent: (event: SimulationEvent) => this.#tell(event) }
    this.simulation = new Simulation(tree, own, {
      choose: (labels) => this.#choose(labels),
      settlesEachStep,
      after: (what) => this.#after(what),
      isHalted: () => this.#isHalted,
      handling: (actor: ActorId, message: Message) => this.#recorder.handling(actor, message),
      watch: this.#watchers.handling,
      sent: this.#watchers.sent,
      asked: (operation, actor) => {
        watch?.asked()
        this.#onAsked?.(operation, actor)
      },
      ...(watch && { drew: () => watch.drew() }),
      takesFaults: takesFault !== undefined,
    })
    this.#takesFault = takesFault
    this.death = new ProcessDeath(this.simulation, deaths, countsCheckpoints)
    this.#steersStart = steersStart
  }

  get app(): App<Tree> {
    return this.simulation.app
  }

  get tree(): Tree {
    return this.simulation.tree
  }

  get events(): readonly SimulationEvent[] {
    return this.simulation.events
  }

  get clock(): VirtualClock {
    return this.simulation.clock
  }

  get scheduler(): SeededScheduler {
    return this.simulation.scheduler
  }

  get schedule(): string {
    return this.simulation.schedule
  }

  get unusedFaults(): readonly Fault[] {
    return this.simulation.unusedFaults
  }

  get steps(): readonly SimStep[] {
    return this.#recorder.steps
  }

  /** Starts the tree; from then on the steering decides, if not from the beginning. */
  async begin(): Promise<void> {
    if (this.#steersStart) this.#steering.begin()
    await this.simulation.begin()
    this.#isUp = true
    this.death.isUpAgain()
    if (!this.#steersStart) this.#steering.begin()
  }

  // Fields, so that they can be taken out of the object.
  readonly settle = (): Promise<void> => this.#alive(() => this.simulation.settle())

  readonly advance = (time: Duration): Promise<void> => this.#alive(() => this.simulation.advance(time))

  readonly until = <T>(promise: Promise<T>): Promise<T> => this.#alive(() => this.simulation.until(promise))

  readonly restart = (): Promise<void> => this.killProcess()

  readonly peek = <State = unknown>(actor: ActorId | { readonly id: ActorId }): State | undefined => {
    const state = this.simulation.system?.lifeOf(idOf(actor))?.state
    if (state === undefined && this.laws.isAsking) throw new NobodyToPeekAt()
    // The test knows what its actors keep.
    return state as State | undefined
  }

  readonly spy = ((actor: ActorId | { readonly id: ActorId }) => this.#watchers.spy(idOf(actor))) as Sim<Tree>['spy']

  readonly probe = ((actor: ActorId | { readonly id: ActorId }) => this.#watchers.probe(idOf(actor), this)) as Sim<Tree>['probe']

  readonly always = (law: string, holds: Law): void => {
    this.laws.add(law, holds)
    this.#checkLaws()
  }

  readonly fault = (fault: Fault): void => {
    const place = this.told.length
    const takesPart = this.#takesFault?.(place) !== false
    if (takesPart) this.simulation.addFault(fault)
    this.told.push({ place, fault, takesPart })
  }

  readonly runUntil = (async (what: (() => boolean) | EventPattern): Promise<SimulationEvent | undefined> => {
    if (typeof what === 'function') {
      await this.#runTo(what, 'what is waited for')
      return undefined
    }
    const seen = this.events.length
    let found: SimulationEvent | undefined
    const isThere = (): boolean => (found ??= this.events.slice(seen).find((event) => matches(event, what))) !== undefined
    await this.#runTo(isThere, `an event ${JSON.stringify(what)}`)
    return found
  }) as Sim<Tree>['runUntil']

  readonly kill = async (actor: ActorId | { readonly id: ActorId }, point: KillPoint = 'now'): Promise<void> => {
    const id = idOf(actor)
    if (point !== 'now') await this.#runToCommit(id, point)
    if (this.simulation.system?.lifeOf(id) === undefined)
      throw new NeverHappenedError(`a moment at which ${JSON.stringify(id)} runs and can be killed`, [])
    await this.until(this.app.kill(id))
  }

  readonly killProcess = async (point: ProcessKillPoint = 'now', nth: number | ActorId = 1): Promise<void> => {
    if (typeof nth === 'string' && point !== 'now') await this.#runToCommit(nth, 'before commit')
    if (point === 'now') this.simulation.dies({ at: 'as it was told to' })
    else this.death.plan({ at: point, nth: this.death.commits + (typeof nth === 'string' ? 1 : nth) })
    try {
      await this.until(new Promise<never>(() => undefined))
    } catch (error) {
      if (error instanceof ProcessDiedError) return
      if (error instanceof StalledError) throw new NeverHappenedError(`the death of the process (${point} ${nth})`, this.#last())
      throw error
    }
  }

  close(): void {
    this.simulation.close()
  }

  /** Runs until an operation for an actor waits to be committed, or has been. */
  async #runToCommit(id: ActorId, point: KillPoint): Promise<void> {
    let isAsked = false
    this.#onAsked = (operation, actor) => {
      if (operation === 'commit' && actor === id) isAsked = true
    }
    try {
      await this.#runTo(() => isAsked, `a commit of ${JSON.stringify(id)}`)
      const { commits } = this.death
      if (point === 'after commit') await this.#runTo(() => this.death.commits > commits, `a commit of ${JSON.stringify(id)}`)
    } finally {
      this.#onAsked = undefined
    }
  }

  async #runTo(isThere: () => boolean, what: string): Promise<void> {
    if (isThere()) return
    this.#haltsIf = isThere
    try {
      await this.until(new Promise<never>(() => undefined))
    } catch (error) {
      if (error instanceof Halted) return
      if (error instanceof StalledError) throw new NeverHappenedError(what, this.#last())
      throw error
    } finally {
      this.#haltsIf = undefined
      this.#isHalted = false
    }
  }

  async #alive<T>(run: () => Promise<T>): Promise<T> {
    if (this.laws.broken !== undefined) throw this.laws.broken
    try {
      return await run()
    } catch (error) {
      if (error instanceof ProcessDiedError) {
        this.#isUp = true
        this.death.isUpAgain()
      }
      throw error
    }
  }

  #choose(labels: readonly string[]): number | undefined {
    if (this.#isHalted) return undefined
    const { length: decided } = this.#steering.decisions
    const index = this.#steering.choose(labels)
    const label = labels[index] ?? ''
    if (this.death.before(label)) return undefined
    this.#watch?.before(labels, label)
    this.#chosen = label
    this.#recorder.begin(label, this.clock.now(), this.#steering.decisions.length > decided)
    return index
  }

  #after(what: 'step' | 'settled'): void {
    if (what === 'step') {
      const label = this.#chosen
      this.#chosen = undefined
      if (label === undefined) this.#recorder.begin(undefined, this.clock.now(), false)
      else this.death.after(label)
    } else if (this.#isHalted) throw new Halted()
    this.#checkLaws()
    if (this.#haltsIf?.() === true) this.#isHalted = true
  }

  #checkLaws(): void {
    if (!this.#isUp) return
    const last = this.steps.at(-1)
    this.laws.check(() => ({ step: last?.number ?? 0, what: last === undefined ? 'the start' : describeStep(last) }))
  }

  #tell(event: SimulationEvent): void {
    if (event.type === 'process died') this.#isUp = false
    this.#recorder.tell(event)
    this.#onEvent?.(event)
  }

  #last(): readonly string[] {
    return this.steps.slice(-5).map(describeStep)
  }
}

/** What is waited for is there: what runs the simulation ends. */
class Halted extends Error {}

function idOf(actor: ActorId | { readonly id: ActorId }): ActorId {
  return typeof actor === 'string' ? actor : actor.id
}
