import type { ActorId } from '../../protocol/actor-id.ts'
import { durationOrInfinityMs, type DurationOrInfinity } from '../../protocol/duration.ts'
import type { TaskFunction } from '../../behaviors/task-run.ts'
import type { Port } from '../../runtime/context.ts'
import type { SupervisorReply } from '../machine/commands.ts'
import { LaunchedTask, refuseDurableTurn } from './launched-task.ts'
import type { RestartType } from '../specs/restart-type.ts'
import { checkTask } from '../specs/task-rules.ts'
import { taskStream, type StreamFunction, type StreamOptions, type TaskResult } from './task-stream.ts'
import { placed, type OfSupervisor } from './supervisor-place.ts'

/** The tasks of a task supervisor, as those who use them see them. */
export interface TasksRef extends OfSupervisor {
  readonly id: ActorId
  /**
   * Runs a function as a child of the supervisor, which does not start it again. The handle is a promise of the result; it
   * rejects with what the function threw.
   *
   * Called through `ctx.ref(…)`, the task is linked to that actor, as by Elixir's `Task.Supervisor.async`: its crash ends the
   * actor unless that traps exits, and the actor's ends the task. Called from outside, a failure is the rejection alone.
   *
   * @throws {ConfigurationError} if an option breaks a rule; nothing was started.
   * @throws {DurableTurnError} inside a durable turn; nothing was started.
   */
  async<Result, Args = undefined>(
    fn: TaskFunction<Args, Result>,
    ...options: TaskArguments<Args, AsyncOptions>
  ): TaskHandle<Result>
  /** As {@link async}, but the lives of the task and of the actor that starts it are not tied. */
  asyncNolink<Result, Args = undefined>(
    fn: TaskFunction<Args, Result>,
    ...options: TaskArguments<Args, AsyncOptions>
  ): TaskHandle<Result>
  /**
   * Runs a function for each item, for no more than `maxConcurrency` items at once, and gives the results as they are asked for:
   * an item is taken when there is room for it, and what is done and not asked for takes up room. A failure is a result as well.
   * Leaving the loop early cancels what runs, and waits for its end. Nothing is started before the first result is asked for.
   *
   * @throws {ConfigurationError} if an option breaks a rule; nothing was started.
   * @throws {DurableTurnError} inside a durable turn; nothing was started.
   */
  stream<Item, Result>(
    items: Iterable<Item> | AsyncIterable<Item>,
    fn: StreamFunction<Item, Result>,
    options: StreamOptions,
  ): AsyncIterableIterator<TaskResult<Result>>
  /**
   * Runs a function as a child whose result nobody waits for, and which is started again by its restart type. Resolves when it
   * has been started. It is linked to nobody.
   *
   * @throws {ConfigurationError} if an option breaks a rule; nothing was started.
   */
  startChild<Args = undefined>(
    fn: TaskFunction<Args, unknown>,
    ...options: TaskArguments<Args, StartTaskOptions>
  ): Promise<StartedTask>
  /** The tasks that run. */
  count(): Promise<number>
}

/** The promise of what a task gives. If nobody waits for it, a failure is told by the events of the system alone. */
export interface TaskHandle<Result> extends Promise<Result>, StartedTask {}

/** A task that has been started. */
export interface StartedTask {
  readonly id: ActorId
  /**
   * Aborts its signal and unlinks it; its promise rejects with a `TaskEndedError`, and it is not started again. Resolves when it
   * has ended: when the function has, or when the shutdown limit has passed.
   */
  cancel(cause?: unknown): Promise<void>
}

/** How a task is run whose result is awaited. */
export interface AsyncOptions {
  /** When its signal is aborted and it counts as failed; never if not given. */
  readonly timeout?: DurationOrInfinity
  /** Cancels it when aborted. */
  readonly signal?: AbortSignal
}

/** How a task is run whose result is not awaited. */
export interface StartTaskOptions {
  /** Which ends bring it back: failures and time-outs (`transient`, the default), none (`temporary`), every one (`permanent`). */
  readonly restart?: RestartType
  /** For each run of its own; never if not given. */
  readonly timeout?: DurationOrInfinity
}

/** The options of a task: left out where its function takes no arguments. */
export type TaskArguments<Args, Options> = undefined extends Args
  ? [options?: Options & { readonly args?: Args }]
  : [options: Options & { readonly args: Args }]

type AnyOptions = (AsyncOptions & StartTaskOptions & { readonly args?: unknown }) | undefined
interface Manner {
  readonly restart: RestartType
  readonly isLinked: boolean
}
type AnyFunction = TaskFunction<unknown, unknown>

/** Makes the reference of a task supervisor at `id`. */
export function makeTasksRef(port: Port, id: ActorId): TasksRef {
  const launch = (run: unknown, options: AnyOptions, { restart, isLinked }: Manner): LaunchedTask => {
    const { timeout = 'infinity', signal, args } = options ?? {}
    const timeoutMs = durationOrInfinityMs(timeout, 'timeout')
    return new LaunchedTask({ port, supervisor: id, run: run as AnyFunction, args, timeoutMs, restart, isLinked, signal })
  }
  const begin =
    (way: 'async' | 'asyncNolink') =>
    (run: unknown, options?: AnyOptions): TaskHandle<never> => {
      checkTask(id, way, { run, options })
      return handleOf(launch(run, options, { restart: 'temporary', isLinked: way === 'async' }))
    }
  const reference: Omit<TasksRef, keyof OfSupervisor> = {
    id,
    async: begin('async'),
    asyncNolink: begin('asyncNolink'),
    stream: (items, fn, options) => {
      checkTask(id, 'stream', { run: fn, options })
      refuseDurableTurn(port, id)
      return taskStream({ port, supervisor: id, items, fn, options })
    },
    startChild: async (run: unknown, options?: AnyOptions) => {
      checkTask(id, 'startChild', { run, options })
      const task = launch(run, options, { restart: options?.restart ?? 'transient', isLinked: false })
      await task.started
      return { id: task.id, cancel: (cause) => task.cancel(cause) }
    },
    count: async () => {
      const reply = (await port.call(id, 'countChildren', undefined)) as SupervisorReply
      return reply.status === 'counts' ? reply.counts.active : 0
    },
  }
  return placed(reference, { id, port })
}

function handleOf(task: LaunchedTask): TaskHandle<never> {
  const promise = task.outcome.then((outcome) => {
    if (outcome.status === 'failed') throw outcome.error
    // The type of the function says what it is.
    return outcome.value as never
  })
  // That nobody waits for a task is not a failure of its own: its end has been told.
  promise.catch(() => undefined)
  return Object.assign(promise, { id: task.id, cancel: (cause?: unknown) => task.cancel(cause) })
}
