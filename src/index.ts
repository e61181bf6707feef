// The words that travel.
export { ConfigurationError, CoppiceError, InternalError, NotStorableError, type Violation } from './protocol/errors.ts'
export {
  crash,
  describeReason,
  isAbnormal,
  killed,
  noproc,
  normal,
  shutdown,
  shutdownBecause,
  type ExitReason,
} from './protocol/exit-reason.ts'
export { ForeignRefError, StoredRefError, type RefData } from './protocol/ref-data.ts'
export { keyedMap, type KeyedEntries, type KeyedMap } from './protocol/keyed-map.ts'
export type { ActorId } from './protocol/actor-id.ts'
export type { Duration, DurationOrInfinity } from './protocol/duration.ts'
export type { Envelope, MessageHeaders, MessageKind } from './protocol/envelope.ts'
export type { MessageId } from './protocol/message-id.ts'

// Actors, and what they run on.
export {
  AbortedError,
  CallError,
  CallCircleError,
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
  OverloadedError,
  RefusedError,
  RevivalError,
  SpawnError,
  StashError,
  StateUnreadableError,
  StoreError,
  UnavailableError,
  type SpawnProblem,
  type StoreProblem,
} from './runtime/errors.ts'
export { CheckpointError, CheckpointTooLargeError } from './runtime/checkpoint-errors.ts'
export type { CheckpointOptions, CheckpointTaken } from './runtime/checkpoint-request.ts'
export type { Checkpointable, ExpiredContext, LoadContext, LoadedState, SaveContext } from './runtime/checkpointable.ts'
export { StateMigrationError, StateVersionError } from './runtime/migration.ts'
export type { StateMode } from './runtime/actor-spec.ts'
export type { SupervisedSpawnOptions } from './runtime/supervised-options.ts'
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
export type {
  CheckpointContext,
  CheckpointEvery,
  CheckpointLimits,
  OnLoadFailure,
  ShouldCheckpoint,
} from './runtime/checkpoint-settings.ts'
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
export type { Effect, EffectCall, EffectOutcome, Probed } from './runtime/effects/effect.ts'
export { EffectError } from './runtime/effects/effect-error.ts'
export type { Answer, Callable, RequestInput, RequestOptions } from './runtime/requests.ts'
export type { PartsOptions, PartStream } from './runtime/streams/part-stream.ts'
export type { Parts } from './runtime/streams/pump.ts'
export { StreamError } from './runtime/streams/stream-errors.ts'
export type {
  Fitting,
  FittingOutput,
  Received,
  ReceivedOf,
  ReceiveOptions,
  WantedMessages,
} from './runtime/receiving/received.ts'
export { ReceiveError, ReceiveTimeoutError } from './runtime/receiving/receive-errors.ts'
export { DeadLetterError, type DeadLetter } from './runtime/dead-letters.ts'
export type { FallbackCall } from './runtime/fallback.ts'
export type { ActorEvent, DeadLetterCause, EventSink } from './runtime/events.ts'
export type { GroupMember } from './runtime/group-member.ts'
export type { InNamespace, NamedActor } from './runtime/names.ts'
export type { LastExit } from './runtime/last-exit.ts'
export type { LifeDown, LifeEvent, LifeEvents, LifeGone, LifeRestored, LifeUp } from './runtime/life-listeners.ts'
export type {
  ArrivedMessage,
  Handled,
  HandleMiddleware,
  MessageChange,
  Middleware,
  MiddlewareKit,
  SendMiddleware,
  SentMessage,
} from './runtime/middleware.ts'
export { MiddlewareError, NextError, RejectedError } from './runtime/middleware-errors.ts'
export type { Caller, Message, MessageInfo } from './runtime/message.ts'
export type {
  Accepted,
  ActorBack,
  BackJournal,
  BackMail,
  Checkpoint,
  CheckpointCause,
  CheckpointInfo,
  CheckpointOrder,
  Commit,
  Committed,
  DurableTimer,
  EffectId,
  EffectRecord,
  EffectResult,
  ExitNote,
  GoingBack,
  Journaled,
  JournaledSend,
  KeptDeadLetter,
  KeptExits,
  LastWill,
  Member,
  Outcome,
  Persistence,
  Renumbered,
  RestartCount,
  Revived,
  Snapshot,
  Store,
  StoreInfo,
  TurnRecord,
  TurnNotes,
} from './runtime/persistence.ts'
export type { FullestMailbox } from './runtime/crowd.ts'
export type { OverloadEvent, OverloadInfo } from './runtime/overload-watch.ts'
export type { WhenFull } from './runtime/mailbox-gate.ts'
export type { ActorInfo } from './runtime/system.ts'
export { cutFromText, cutToText } from './persistence/cut-text.ts'
export type { KeptCuts } from './app/kept-cuts.ts'
export type { Cut, CutGroup, CutMember, CutMessage, CutProblem, CutRequest, CutTimer } from './runtime/cuts/cut.ts'
export type { Random } from './runtime/random.ts'
export type { Runnable, Scheduler } from './runtime/scheduler.ts'

// Kinds of actors.
export { actor, type ActorDefinition, type ActorOptions, type Info } from './behaviors/actor.ts'
export type { Kind, KindDefaults } from './behaviors/kind.ts'
export { behavior, type BehaviorDefinition, type BehaviorInfo, type BehaviorOptions } from './behaviors/function-behavior.ts'
export { Become, become, type AcquaintancesOf, type BehaviorFunction, type Bindable } from './behaviors/become.ts'
export type { BehaviorRef, MessageTo, Reachable, ReplyOf } from './behaviors/behavior-ref.ts'
export { memo, type MemoDefinition, type MemoOptions } from './behaviors/memo.ts'
export type { MemoRef } from './behaviors/memo-ref.ts'
export { agent, type AgentDefinition } from './behaviors/agent.ts'
export type { AgentRef } from './behaviors/agent-ref.ts'
export { queue, type QueueDefinition, type QueueOptions } from './behaviors/queue.ts'
export type { QueueState } from './behaviors/queue-handlers.ts'
export type { ChunkedList } from './behaviors/chunked-list.ts'
export type { CloseOptions, PutOptions, QueueRef, WaitOptions } from './behaviors/queue-ref.ts'
export { QueueClosedError, QueueEmptyError, QueueError, QueueFullError } from './behaviors/errors.ts'
export {
  eventHandler,
  RemoveHandler,
  removeHandler,
  type AnyEventHandler,
  type EventHandler,
  type EventHandlerOptions,
  type HandlerAnswer,
  type HandlerEnd,
  type HandlerEnded,
  type HandlerFunctions,
  type HandlerResult,
} from './behaviors/event-handler.ts'
export { eventManager, type EventManagerDefinition } from './behaviors/event-manager.ts'
export type { EventManagerRef, EventOf, HandlerArguments, HandlerId, SupervisedOptions } from './behaviors/event-manager-ref.ts'
export type { EventManagerState, InstalledHandler } from './behaviors/handler-room.ts'
export { EventHandlerError, type EventHandlerProblem } from './behaviors/errors.ts'
export type {
  ActorRef,
  CallMethods,
  CallMethodsOf,
  CallsIn,
  CastMethods,
  CastMethodsOf,
  CastsIn,
  InputArgument,
  SeparateHandlers,
  StreamMethods,
} from './behaviors/actor-ref.ts'
export type { CommonRef } from './behaviors/common-ref.ts'
export {
  NoReply,
  noReply,
  Refusal,
  refuse,
  type AnyCallResult,
  type AnyHandler,
  type CallHandler,
  type CallResult,
  type CastHandler,
  type CastResult,
  type HandlerKit,
  type ReplyIn,
  type StreamHandler,
  type StreamTurn,
  type Turn,
} from './behaviors/handlers.ts'
export { message, type InputOf, type OutputOf, type SchemaResult, type StandardSchema } from './behaviors/schema.ts'
export { machine, type MachineDefinition, type MachineOptions } from './behaviors/machine.ts'
export { logic, type LogicDefinition, type LogicHandlers, type LogicOptions } from './behaviors/actor-logic.ts'
export type {
  AskKit,
  Asks,
  EventHandlers,
  EventPayload,
  EventType,
  NoPayload,
  OptionalPayload,
} from './behaviors/hosting/machine-asks.ts'
export type { MachineState, TimerRecord } from './behaviors/hosting/machine-state.ts'
export type { ChildRecord } from './behaviors/hosting/child-order.ts'
export type { StateValue } from './behaviors/hosting/hosted-logic.ts'
export { NotThereError, type StoredRef } from './behaviors/hosting/stand-in.ts'
export { service, type ServiceDefinition, type ServiceOptions } from './behaviors/service.ts'
export type { ServiceRef } from './behaviors/service-ref.ts'
export type { ServiceHealth, ServiceKit, ServiceStop } from './behaviors/service-run.ts'
export { HealthTimeoutError, StartTimeoutError, UnhealthyError } from './behaviors/errors.ts'
export {
  childProcess,
  type ChildProcessOptions,
  type ProcessDefinition,
  type ProcessHandlers,
} from './behaviors/child-process.ts'
export type { ProcessInfo } from './behaviors/process-run.ts'
export type {
  OutputStream,
  ProcessExit,
  ProcessLine,
  ProcessListener,
  ProcessOrder,
  SpawnedProcess,
  Spawner,
} from './behaviors/spawner.ts'
export { ProcessExitError, ProcessStartError } from './behaviors/errors.ts'
export { task, type TaskDefinition, type TaskOptions } from './behaviors/task.ts'
export type { TaskFunction, TaskKit } from './behaviors/task-run.ts'
export { ActorEndedError, TaskEndedError, TaskTimeoutError } from './behaviors/errors.ts'

// Trees.
export { child, dynamicSupervisor, supervisor } from './supervision/trees/tree.ts'
export { describeTree, drawTree } from './supervision/telling/tree-diagram.ts'
export type {
  ChildList,
  ChildNode,
  ChildNodeOf,
  ChildOptionsOf,
  ChildOptionsWithArgs,
  Declarable,
  Directory,
  DirectoryOf,
  DynamicNode,
  DynamicSupervisorOptions,
  HandlersOf,
  MembersOf,
  SupervisorNode,
  TreeNode,
} from './supervision/trees/tree.ts'
export {
  partitionSupervisor,
  type PartitionArguments,
  type PartitionSupervisorOptions,
} from './supervision/trees/partition-supervisor.ts'
export type { PartitionKey } from './supervision/trees/partition-hash.ts'
export { taskSupervisor, type TaskSupervisorOptions } from './supervision/trees/task-supervisor.ts'
export type {
  AsyncOptions,
  StartedTask,
  StartTaskOptions,
  TaskArguments,
  TaskHandle,
  TasksRef,
} from './supervision/trees/tasks-ref.ts'
export type { StreamFunction, StreamOptions, TaskResult } from './supervision/trees/task-stream.ts'
export type { PartitionsRef } from './supervision/trees/partitions-ref.ts'
export {
  AlreadyPresentError,
  AlreadyStartedError,
  ChildRestartingError,
  ChildRunningError,
  ChildStartFailedError,
  CutError,
  GroupAttemptsError,
  DynamicSupervisorError,
  SupervisorError,
  SupervisorStoppingError,
  UnknownChildError,
} from './supervision/errors.ts'
export type { MemberArguments, MembersRef } from './supervision/trees/members-ref.ts'
export { supervisorOf, type CutOptions, type MemberAddress, type SupervisorRef } from './supervision/trees/supervisor-ref.ts'
export { runOrRestore, type Attempt, type RunOrRestoreOptions } from './supervision/trees/run-or-restore.ts'
export type { SupervisorInfo } from './supervision/shell/supervisor-info.ts'
export type { OfSupervisor, SupervisorPlace } from './supervision/trees/supervisor-place.ts'
export { checkChildSpecs, type CheckChildSpecsOptions } from './supervision/trees/check-children.ts'
export type { BackoffOption, Jitter } from './supervision/specs/backoff.ts'
export type { ChildExit, Decide, LastState, Wish } from './supervision/specs/decide.ts'
export type { ChildExtraOptions } from './supervision/specs/child-extras.ts'
export type { CheckpointOption } from './supervision/specs/checkpoint-option.ts'
export type { ChildOptions, FallbackOptions } from './supervision/specs/child-options.ts'
export type {
  DynamicOptions,
  IntensityOption,
  SupervisorInit,
  SupervisorOptions,
} from './supervision/specs/supervisor-options.ts'
export type { GroupRestore } from './supervision/specs/group-restore.ts'
export type { AutoShutdown } from './supervision/specs/auto-shutdown.ts'
export type { MailboxOption } from './supervision/specs/mailbox-option.ts'
export type { RestartType } from './supervision/specs/restart-type.ts'
export type { Strategy } from './supervision/specs/strategy.ts'

// What a supervisor tells of its decisions.
export type { SupervisorEvent } from './supervision/events.ts'
export type { Comeback, DecisionRecord } from './supervision/shell/decision-log.ts'
export { describeCause } from './supervision/telling/describe-cause.ts'
export { describeDecision } from './supervision/telling/describe-decision.ts'
export type {
  ChildCounts,
  ChildInfo,
  Command,
  Decision,
  StartOrder,
  StopOrder,
  SupervisorProblem,
  SupervisorReply,
} from './supervision/machine/commands.ts'
export type { Fact, StartResult, SupervisorRequest } from './supervision/machine/facts.ts'
export type { Restarts, SupervisorInput } from './supervision/machine/decider.ts'
export type { SupervisorState } from './supervision/machine/machine-table.ts'
export type { Occasion, Pause, Verdict } from './supervision/machine/occasion.ts'
export type { Backoff, DelayRange } from './supervision/specs/backoff.ts'
export type { ChildExtras } from './supervision/specs/child-extras.ts'
export type { ChildSpec, ShutdownLimit } from './supervision/specs/child-spec.ts'
export type { Intensity } from './supervision/specs/intensity.ts'
export type { Escalated, FailedToStart, GaveUp } from './supervision/machine/exit-causes.ts'

// State that survives.
export { atomicFile, type FileData } from './persistence/checkpoint-file.ts'
export { memory } from './persistence/memory-store.ts'
export {
  sqlite,
  type Link,
  type SqliteOptions,
  type SqlHandle,
  type SqlStatement,
  type SqlValue,
} from './persistence/sqlite-store.ts'
export type { Sync } from './persistence/sqlite-settings.ts'
export type { LostState } from './runtime/persistence.ts'
export type { KeepOptions, KeptKinds, LimitOptions } from './persistence/bounds-option.ts'
export type { BackupOptions, BackupReport, SqliteStore } from './persistence/sqlite-upkeep.ts'
export type { CopyListener, CopyProgress } from './persistence/copy-progress.ts'
export type { ExportReport } from './persistence/sqlite-export.ts'
export type { ImportReport } from './persistence/sqlite-import.ts'
export type { ForgetOptions, Forgotten } from './persistence/forgetting.ts'
export type { StoreFinding, VerifyReport } from './persistence/sqlite-verify.ts'

// Levels of checkpoints.
export { checkpoints, type LevelDefinition, type LevelOptions } from './levels/checkpoints.ts'
export type { LevelRef } from './levels/level-ref.ts'
export type { Attachable } from './levels/attaching.ts'
export type { Checkpointed, LevelForgetOptions, LevelCheckpointOptions, RestoreOptions, Restored } from './levels/upwards.ts'
export type { IntervalOptions, Intervals } from './levels/intervals.ts'
export type { LevelFile } from './levels/level-file.ts'
export type { LevelInfo, Saved, Survives } from './levels/level.ts'
export type { LevelState } from './levels/level-handlers.ts'
export type { Gathered, LevelPlace } from './levels/entry.ts'
export {
  LevelCycleError,
  LevelFileError,
  LevelOrderError,
  LevelUnavailableError,
  type LevelFileProblem,
} from './levels/errors.ts'

// Running.
export { start } from './app/start.ts'
export type { App } from './app/app.ts'
export type { StartOptions } from './app/start-options.ts'
export type { MiddlewareOption } from './app/middleware-option.ts'
export type { OverloadOption } from './app/overload-option.ts'
export { stopOnSignals, type StopOnSignalsOptions } from './app/stop-on-signals.ts'
export type { Health, HealthProblem } from './app/health.ts'
export { healthHandler, type HealthHandler, type HealthRequest, type HealthResponse } from './app/health-handler.ts'
export { TreeStartError } from './app/errors.ts'
export type { DetachedInfo } from './app/detached.ts'
export type { CoppiceEvent, DetachedEvent, EventListener } from './app/events.ts'
export type { KeptDecisionsEvent } from './app/kept-decisions.ts'
export type { RestartsNotCounted } from './app/store-lifetimes.ts'

// What some of these are made of.
export type { CallInfo, Waiting } from './runtime/message.ts'
export type { WhyUnavailable } from './runtime/errors.ts'
export type { InfoResult, InfoTurn } from './behaviors/actor.ts'
export type { CallHandlerOptions } from './behaviors/handlers.ts'
export type { ProcessEnd } from './behaviors/errors.ts'

// Links to other stores.
export type { LinkEvent, LinkRefusal } from './distribution/events.ts'
export type { LinkOptions } from './distribution/link-options.ts'
export type { LinkInfo } from './distribution/link-table.ts'
export { ipcWire, type IpcEnd } from './distribution/ipc-wire.ts'
export { portWire, type MessageEnd } from './distribution/port-wire.ts'
export type { Wire } from './distribution/wire.ts'
export type { LinkHandle } from './app/linked.ts'
export type { Askable, LinkedActors, LinkedRef, Refers } from './runtime/linked/linked-ref.ts'
export type {
  LinkArrival,
  LinkedMessage,
  LinkId,
  LinkMark,
  LinkPair,
  LinkPeer,
  LinkReceipt,
  LinkStore,
  Meeting,
  OutboxMessage,
} from './runtime/linked/link-store.ts'
