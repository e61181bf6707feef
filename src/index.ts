// The words that travel.
export { ConfigurationError, CoppiceError, InternalError, NotStorableError, type Violation } from './protocol/errors.ts'
export { crash, describeReason, isAbnormal, killed, noproc, normal, shutdown, shutdownBecause, type ExitReason } from './protocol/exit-reason.ts'
export type { ActorId } from './protocol/actor-id.ts'
export type { Duration, DurationOrInfinity } from './protocol/duration.ts'
export type { Envelope, MessageKind } from './protocol/envelope.ts'
export type { MessageId } from './protocol/message-id.ts'

// Actors, and what they run on.
export {
  AbortedError,
  CallError,
  CallingSelfError,
  CallTimeoutError,
  CrashedError,
  DurableTurnError,
  ExitError,
  FallbackError,
  FencedError,
  IgnoreError,
  InvalidMessageError,
  NoProcError,
  RefusedError,
  RevivalError,
  SpawnError,
  StateUnreadableError,
  StoreError,
  UnavailableError,
  type SpawnProblem,
  type StoreProblem,
} from './runtime/errors.ts'
export { StateVersionError } from './runtime/migration.ts'
export type { StateMode } from './runtime/actor-spec.ts'
export type {
  Behavior,
  Hooks,
  Offered,
  PlanResult,
  StartCause,
  StartContext,
  StartPlan,
  StateSource,
  Step,
  TermContext,
} from './runtime/behavior.ts'
export type { Beginning } from './runtime/beginning.ts'
export type { Clock, ClockTimer } from './runtime/clock.ts'
export type {
  CallOptions,
  CastOptions,
  Context,
  Deferred,
  Down,
  KeepOption,
  MemberReferable,
  MonitorAction,
  MonitorController,
  MonitorOptions,
  MonitorRef,
  NameOwner,
  Port,
  Published,
  Referable,
  Spawnable,
  Spawned,
  SpawnFromActorOptions,
  SpawnOptions,
  StopOptions,
  TimerRef,
  TrappedExit,
  WhenUpOptions,
} from './runtime/context.ts'
export type { FallbackCall } from './runtime/fallback.ts'
export type { ActorEvent, DeadLetterCause, EventSink } from './runtime/events.ts'
export type { GroupMember } from './runtime/group-member.ts'
export type { InNamespace, NamedActor } from './runtime/names.ts'
export type { LastExit } from './runtime/last-exit.ts'
export type { LifeDown, LifeEvent, LifeEvents, LifeGone, LifeRestored, LifeUp } from './runtime/life-listeners.ts'
export type { Caller, Message, MessageInfo } from './runtime/message.ts'
export type {
  Accepted,
  Checkpoint,
  CheckpointCause,
  CheckpointInfo,
  Commit,
  Committed,
  DurableTimer,
  Journaled,
  JournaledSend,
  LastWill,
  Member,
  Outcome,
  Persistence,
  Revived,
  Snapshot,
  Store,
  StoreInfo,
  TurnRecord,
} from './runtime/persistence.ts'
export type { ActorInfo } from './runtime/system.ts'
export type { Random } from './runtime/random.ts'
export type { Runnable, Scheduler } from './runtime/scheduler.ts'

// Kinds of actors.
export { actor, type ActorDefinition, type ActorOptions, type Info } from './behaviors/actor.ts'
export type { ActorRef, CallMethods, CastMethods, InputArgument } from './behaviors/actor-ref.ts'
export { NoReply, noReply, Refusal, refuse, type AnyHandler, type CallHandler, type CallResult, type CastHandler, type CastResult, type HandlerKit, type Turn } from './behaviors/handlers.ts'
export { message, type InputOf, type OutputOf, type SchemaResult, type StandardSchema } from './behaviors/schema.ts'
export { task, type TaskDefinition, type TaskOptions } from './behaviors/task.ts'
export type { TaskFunction, TaskKit } from './behaviors/task-run.ts'
export { TaskEndedError, TaskTimeoutError } from './behaviors/errors.ts'

// Trees.
export { child, dynamicSupervisor, supervisor } from './supervision/tree.ts'
export { describeTree, drawTree } from './supervision/tree-diagram.ts'
export type {
  ChildList,
  ChildNode,
  Directory,
  DynamicNode,
  DynamicSupervisorOptions,
  SupervisorNode,
  TreeNode,
} from './supervision/tree.ts'
export { partitionSupervisor, type PartitionArguments, type PartitionSupervisorOptions } from './supervision/partition-supervisor.ts'
export type { PartitionKey } from './supervision/partition-hash.ts'
export { taskSupervisor, type TaskSupervisorOptions } from './supervision/task-supervisor.ts'
export type { AsyncOptions, StartedTask, StartTaskOptions, TaskArguments, TaskHandle, TasksRef } from './supervision/tasks-ref.ts'
export type { StreamFunction, StreamOptions, TaskResult } from './supervision/task-stream.ts'
export type { PartitionsRef } from './supervision/partitions-ref.ts'
export {
  AlreadyPresentError,
  AlreadyStartedError,
  ChildRestartingError,
  ChildRunningError,
  ChildStartFailedError,
  DynamicSupervisorError,
  SupervisorError,
  SupervisorStoppingError,
  UnknownChildError,
} from './supervision/errors.ts'
export type { MemberArguments, MembersRef } from './supervision/members-ref.ts'
export { supervisorOf, type MemberAddress, type SupervisorRef } from './supervision/supervisor-ref.ts'
export type { SupervisorInfo } from './supervision/supervisor-info.ts'
export type { OfSupervisor, SupervisorPlace } from './supervision/supervisor-place.ts'
export { checkChildSpecs, type CheckChildSpecsOptions } from './supervision/check-children.ts'
export type { BackoffOption, Jitter } from './supervision/backoff.ts'
export type { ChildExit, Decide, Wish } from './supervision/decide.ts'
export type { ChildExtraOptions } from './supervision/child-extras.ts'
export type { ChildOptions, FallbackOptions } from './supervision/child-options.ts'
export type { DynamicOptions, IntensityOption, SupervisorInit, SupervisorOptions } from './supervision/supervisor-options.ts'
export type { AutoShutdown } from './supervision/auto-shutdown.ts'
export type { RestartType } from './supervision/restart-type.ts'
export type { Strategy } from './supervision/strategy.ts'

// What a supervisor tells of its decisions.
export type { SupervisorEvent } from './supervision/events.ts'
export type { Comeback, DecisionRecord } from './supervision/decision-log.ts'
export { describeCause } from './supervision/describe-cause.ts'
export { describeDecision } from './supervision/describe-decision.ts'
export type { ChildCounts, ChildInfo, Command, Decision, StartOrder, StopOrder, SupervisorProblem, SupervisorReply } from './supervision/commands.ts'
export type { Fact, StartResult, SupervisorRequest } from './supervision/facts.ts'
export type { SupervisorInput } from './supervision/decider.ts'
export type { SupervisorState } from './supervision/machine-table.ts'
export type { Backoff, DelayRange } from './supervision/backoff.ts'
export type { ChildExtras } from './supervision/child-extras.ts'
export type { ChildSpec, ShutdownLimit } from './supervision/child-spec.ts'
export type { Intensity } from './supervision/restart-intensity.ts'
export type { Escalated, FailedToStart, GaveUp } from './supervision/exit-causes.ts'

// State that survives.
export { memory } from './persistence/memory-store.ts'
export { sqlite, type Link, type SqliteOptions, type SqlHandle, type SqlStatement, type SqlValue } from './persistence/sqlite-store.ts'
export type { Sync } from './persistence/sqlite-settings.ts'

// Running.
export { start, type App, type StartOptions } from './app/start.ts'
export { stopOnSignals, type StopOnSignalsOptions } from './app/stop-on-signals.ts'
export type { Health, HealthProblem } from './app/health.ts'
export { healthHandler, type HealthHandler, type HealthRequest, type HealthResponse } from './app/health-handler.ts'
export { TreeStartError } from './app/errors.ts'
export type { CoppiceEvent, EventListener } from './app/events.ts'
