import type { ActorRef } from '../behaviors/actor-ref.ts'
import type { ActorId } from '../protocol/actor-id.ts'
import type { SimulatedSystem, SimulationEvent } from '../app/simulated-system.ts'
import type { Fault } from '../simulation/fault-plan.ts'
import type { Law } from './laws.ts'
import type { Probe } from './probe.ts'
import type { Spy } from './spy.ts'
import type { SimStep } from './steps.ts'

/** Where a process or an actor is to die: at once, or just before or after something is written. */
export type KillPoint = 'now' | 'before commit' | 'after commit'

/** Where a process is to die. `torn commit`: after a commit, and half of every checkpoint that it wrote is missing. */
export type ProcessKillPoint = KillPoint | 'torn commit'

/** Some fields of an event that is waited for: `{ type: 'exited', id: 'bank' }`. */
export type EventPattern = { readonly type: SimulationEvent['type'] } & Readonly<Record<string, unknown>>

/** A tree in a simulation, as a test plays with it. */
export interface Sim<Tree> extends Omit<SimulatedSystem<Tree>, typeof Symbol.asyncDispose> {
  /** What has happened so far, step by step. */
  readonly steps: readonly SimStep[]
  /**
   * The committed state of an actor at this moment; nothing if it does not run. In a law it is never nothing: a law about an
   * actor that does not run is not asked.
   */
  peek<State = unknown>(actor: ActorId | { readonly id: ActorId }): State | undefined
  /**
   * Writes down what an actor is sent from now on, what it makes of it, and what it sends, in all its incarnations. Neither the
   * actor nor any order is changed by it. For the actors of the tree, also those that come and go; of one that was spawned,
   * only what it sends is seen.
   */
  spy<Handlers>(actor: ActorRef<Handlers>): Spy<Handlers>
  spy(actor: ActorId | { readonly id: ActorId }): Spy
  /**
   * Has a probe get the messages of an actor of the tree in its place from now on, in all its incarnations; see `stub` for a
   * child that has no code of its own.
   */
  probe<Handlers>(actor: ActorRef<Handlers>): Probe<Handlers>
  probe(actor: ActorId | { readonly id: ActorId }): Probe
  /**
   * Runs until `what` is true, or until an event comes that has these fields, with as much virtual time as that takes. Resolves
   * with the event. Stops right after the step.
   *
   * @throws {NeverHappenedError} if it never is.
   */
  runUntil(what: () => boolean): Promise<undefined>
  runUntil(what: EventPattern): Promise<SimulationEvent>
  /**
   * Kills the incarnation of one actor that runs now: at once, or when something of it is about to be committed, or has been. Its
   * supervisor decides what follows. Resolves right after.
   *
   * @throws {NeverHappenedError} if it does not run, or never commits anything.
   */
  kill(actor: ActorId | { readonly id: ActorId }, point?: KillPoint): Promise<void>
  /**
   * The process dies as by `kill -9`, and the tree is started again on what was committed: `tree` is another one then. `nth`
   * counts commits from now on, from 1; an actor in its place means the next commit of a turn of that.
   *
   * @throws {NeverHappenedError} if there is no such commit.
   */
  killProcess(point?: ProcessKillPoint, nth?: number | ActorId): Promise<void>
  /**
   * A law that holds from now on, after each step. The first that is broken ends the run: whatever runs the simulation then, and
   * the test with it, rejects with a `LawBrokenError` that names the step.
   */
  always(law: string, holds: Law): void
  /**
   * One more thing that goes wrong. Its count begins now: `nth: 1` is the next one. In a scenario it is left out, as the faults
   * of its plan are, where a failure is made shorter and does not need it.
   *
   * @throws {ConfigurationError} if it breaks a rule; nothing was planned.
   */
  fault(fault: Fault): void
}
