// Failure scenarios as tests.
export { simulate, type SimulateOptions } from './simulate.ts'
export type { EventPattern, KillPoint, ProcessKillPoint, Sim } from './sim.ts'
export type { Law, Verdict } from './laws.ts'
export { explore, findFailure, type Exploration, type ExploreOptions } from './explore.ts'
export { crashEverywhere, findCrash, type CrashFailure, type CrashOptions, type CrashReport } from './crash-everywhere.ts'
export type { CountsByKind, CrashCoverage } from './crash-coverage.ts'
export { exploreAll, type AnyScenario, type Explorations } from './explore-all.ts'
export { coverMachine, findBrokenCells, type CoverOptions, type MachineCoverage } from './cover-machine.ts'
export { machineScenario, type MachineScenario, type MachineScenarioOptions, type PlannedCell } from './machine-scenario.ts'
export type { MachineFault, MachineStep } from './machine-steps.ts'
export type { CellStatus, MachineCell } from './machine-table.ts'
export type { ModelEvent, ModelState } from './machine-model.ts'
export type { TimeBudget } from './time-budget.ts'
export { scenario, type Invariant, type Invariants, type Scenario, type StepLaw } from './scenario.ts'
export type { Failure, Run } from './run-scenario.ts'
export type { Decision } from './steering.ts'
export type { ToldFault } from './kit-sim.ts'
export type { DeathCount, DeathPoint, Recovery } from './process-death.ts'
export { describeStep, type Handling, type SimStep } from './steps.ts'
export {
  assertBudget,
  assertDeadLetter,
  assertExited,
  assertIdle,
  assertRestarted,
  assertRestoredFrom,
  assertStartedInOrder,
  assertStoppedInOrder,
} from './asserts.ts'
export type { DeadLetterPattern, ExitPattern, Watched } from './checks.ts'
export { mermaidOf, timelineOf } from './drawings.ts'
export {
  CheckFailedError,
  LawBrokenError,
  LeftoverError,
  NeverHappenedError,
  ScenarioFailedError,
  StaleTokenError,
  type FailureReport,
  type FailureSearch,
  type RunSize,
} from './errors.ts'

// Who looks on, and who stands in.
export type { Spy } from './spy.ts'
export type { Answerable, AutoReply, InputPattern, Probe, ProbedMessage } from './probe.ts'
export type {
  CallNames,
  InputFor,
  ReplyTo,
  SpiedMessage,
  SpiedMessageOf,
  SpiedNamed,
  SpiedNotice,
  SpiedResult,
  SpiedSend,
} from './spied-message.ts'
export { stub } from './stub.ts'

// Children that do what they are told.
export {
  Scripted,
  scripted,
  type ScriptedHandlers,
  type ScriptedOptions,
  type ScriptedRef,
  type ScriptedState,
} from './scripted-child.ts'
export type { Act, ChildScript, ScriptedLife, StartAct } from './child-script.ts'

// Simulation of whole trees.
export {
  simulatedSystem,
  type ProcessDiedEvent,
  type SimulatedSystem,
  type SimulationEvent,
  type SimulationOptions,
} from '../app/simulated-system.ts'
export type {
  CheckpointFault,
  ClockFault,
  Fault,
  HookFault,
  MessageFault,
  Misdeed,
  StoreFault,
  StoreOperation,
} from '../simulation/fault-plan.ts'
export type { FaultEvent } from '../simulation/planned-faults.ts'
export type { RealWorldEvent } from '../simulation/real-world.ts'
export {
  ClockReentryError,
  InjectedFaultError,
  ProcessDiedError,
  RealWorldError,
  ScheduleMismatchError,
  StalledError,
  StepLimitError,
} from '../simulation/errors.ts'

// Processes of the operating system, scripted.
export { scriptedSpawner, type ScriptedProcess, type ScriptedSpawner } from './scripted-spawner.ts'

// What supervisors recorded.
export { replay } from './replay.ts'
export type { ReplayedStep } from '../supervision/machine/replay.ts'

// Its parts, for tests of a part.
export { runUntilIdle, type RunUntilIdleOptions } from '../simulation/run-until-idle.ts'
export { createSeededScheduler, type SeededScheduler, type SeededSchedulerOptions } from '../simulation/seeded-scheduler.ts'
export { createVirtualClock, type VirtualClock } from '../simulation/virtual-clock.ts'
export { seededRandom } from '../runtime/random.ts'
