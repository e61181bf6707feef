import { displayId, type ActorId } from '../protocol/actor-id.ts'
import { CoppiceError } from '../protocol/errors.ts'
import { describeReason, type ExitReason } from '../protocol/exit-reason.ts'
import type { ProcessExit, ProcessLine } from './spawner.ts'

/** A task was not done in time. Its signal was aborted; what it does after that counts no more. */
export class TaskTimeoutError extends CoppiceError {
  override readonly name = 'TaskTimeoutError'
  readonly code = 'timeout'
  readonly task: ActorId
  readonly timeoutMs: number
  constructor(task: ActorId, timeoutMs: number) {
    super(`task ${displayId(task)}: not done within ${timeoutMs} ms; its signal was aborted`)
    this.task = task
    this.timeoutMs = timeoutMs
  }
}

/** A task was cancelled, or ended with its supervisor or caller, before it was done. `cause` is what it was cancelled with. */
export class TaskEndedError extends CoppiceError {
  override readonly name = 'TaskEndedError'
  readonly code = 'task-ended'
  readonly task: ActorId
  readonly reason: ExitReason
  constructor(task: ActorId, reason: ExitReason) {
    const cause = reason.type === 'shutdown' ? reason.cause : undefined
    const options = cause === undefined ? undefined : { cause }
    super(`task ${displayId(task)}: it ended before it was done (${describeReason(reason)})`, options)
    this.task = task
    this.reason = reason
  }
}

/** What a queue could not do. Nothing was put into it or taken out of it. */
export abstract class QueueError extends CoppiceError {
  readonly queue: ActorId
  constructor(queue: ActorId, problem: string, options?: ErrorOptions) {
    super(`queue ${displayId(queue)}: ${problem}`, options)
    this.queue = queue
  }
}

/** There was no room, and there came none in time. Nothing was put into the queue. */
export class QueueFullError extends QueueError {
  override readonly name = 'QueueFullError'
  readonly code = 'queue-full'
  constructor(queue: ActorId, waitedMs: number) {
    super(queue, `there is no room${afterWaiting(waitedMs)}; nothing was put into it`)
  }
}

/** There were not as many items, and there came none in time. Nothing was taken out of the queue. */
export class QueueEmptyError extends QueueError {
  override readonly name = 'QueueEmptyError'
  readonly code = 'queue-empty'
  constructor(queue: ActorId, waitedMs: number) {
    super(queue, `there are not as many items${afterWaiting(waitedMs)}; nothing was taken out of it`)
  }
}

/** The queue has been closed: nothing goes in any more, and what was in it has been taken out or dropped. */
export class QueueClosedError extends QueueError {
  override readonly name = 'QueueClosedError'
  readonly code = 'queue-closed'
  constructor(queue: ActorId, options?: ErrorOptions) {
    super(queue, 'it is closed; nothing was put into it or taken out of it', options)
  }
}

function afterWaiting(waitedMs: number): string {
  return waitedMs === 0 ? '' : `, also after ${waitedMs} ms`
}

/**
 * Why an event manager did not do what was asked of a handler: it is not there (`unknown`) or there already (`present`), it threw
 * (`failed`), it answers no requests (`silent`), or nobody could be told of its end (`outside`).
 */
export type EventHandlerProblem = 'unknown' | 'present' | 'failed' | 'silent' | 'outside'

const handlerProblems: Readonly<Record<EventHandlerProblem, string>> = {
  unknown: 'it is not there; nothing was done',
  present: 'it is there already; nothing was done',
  failed: 'it failed, and is not there any more',
  silent: 'it answers no requests; nothing was done',
  outside: 'only an actor can be told of its end: use ctx.ref(…), or add it without being told; nothing was done',
}

/** An event manager could not do what was asked of one of its handlers. `cause` is what the handler threw. */
export class EventHandlerError extends CoppiceError {
  override readonly name = 'EventHandlerError'
  readonly code = 'event-handler'
  readonly problem: EventHandlerProblem
  readonly manager: ActorId
  readonly handler: string
  constructor({
    manager,
    handler,
    problem,
    cause,
  }: {
    readonly manager: ActorId
    readonly handler: string
    readonly problem: EventHandlerProblem
    readonly cause?: unknown
  }) {
    super(
      `event manager ${displayId(manager)}, handler "${handler}": ${handlerProblems[problem]}`,
      cause === undefined ? undefined : { cause },
    )
    this.problem = problem
    this.manager = manager
    this.handler = handler
  }
}

/** What hosts something did not come up in time. Its signal was aborted; if the thing comes up later, it is stopped at once. */
export class StartTimeoutError extends CoppiceError {
  override readonly name = 'StartTimeoutError'
  readonly code = 'start-timeout'
  readonly actor: ActorId
  readonly timeoutMs: number
  constructor(actor: ActorId, timeoutMs: number, what = 'not started') {
    super(`${displayId(actor)}: ${what} within ${timeoutMs} ms`)
    this.actor = actor
    this.timeoutMs = timeoutMs
  }
}

/**
 * The health of a service was asked so often in vain that it counts as dead. `cause` is what its newest check threw, if it did.
 */
export class UnhealthyError extends CoppiceError {
  override readonly name = 'UnhealthyError'
  readonly code = 'unhealthy'
  readonly service: ActorId
  /** How many checks in a row have failed. */
  readonly failures: number
  constructor(service: ActorId, failures: number, cause: unknown) {
    const options = cause === undefined ? undefined : { cause }
    super(`service ${displayId(service)}: ${failures} health checks in a row have failed`, options)
    this.service = service
    this.failures = failures
  }
}

/** A health check has not answered in time. */
export class HealthTimeoutError extends CoppiceError {
  override readonly name = 'HealthTimeoutError'
  readonly code = 'health-timeout'
  readonly service: ActorId
  readonly timeoutMs: number
  constructor(service: ActorId, timeoutMs: number) {
    super(`service ${displayId(service)}: its health check did not answer within ${timeoutMs} ms`)
    this.service = service
    this.timeoutMs = timeoutMs
  }
}

/** A process has ended otherwise than it should. */
export class ProcessExitError extends CoppiceError {
  override readonly name = 'ProcessExitError'
  readonly code = 'process-exit'
  readonly process: ActorId
  readonly command: string
  /** What it has exited with; nothing if a signal has ended it. */
  readonly exitCode: number | undefined
  /** What has ended it, such as `SIGSEGV`; nothing if it has exited by itself. */
  readonly signal: string | undefined
  /** The last lines that it has written. */
  readonly output: readonly ProcessLine[]
  constructor(process: ActorId, { command, exit, output, when = '' }: ProcessEnd) {
    const how = exit.signal === undefined ? `exited with code ${exit.code ?? 'unknown'}` : `was ended by ${exit.signal}`
    const last = output.at(-1)
    super(`process ${displayId(process)}: ${command} ${how}${when}${last === undefined ? '' : `; its last line: ${last.text}`}`)
    this.process = process
    this.command = command
    this.exitCode = exit.code
    this.signal = exit.signal
    this.output = output
  }
}

export interface ProcessEnd {
  readonly command: string
  readonly exit: ProcessExit
  readonly output: readonly ProcessLine[]
  readonly when?: string
}

/** A process could not be started at all. `cause` says why: there is no such program, or it may not be run. */
export class ProcessStartError extends CoppiceError {
  override readonly name = 'ProcessStartError'
  readonly code = 'process-start'
  readonly process: ActorId
  readonly command: string
  constructor(process: ActorId, command: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause)
    super(`process ${displayId(process)}: ${command} could not be started (${why})`, { cause })
    this.process = process
    this.command = command
  }
}

/** The error with which the end of a task is told to who waits for it: what the task threw, if that is what ended it. */
export function errorOfEnd(task: ActorId, reason: ExitReason): unknown {
  return reason.type === 'error' ? reason.error : new TaskEndedError(task, reason)
}

/** A child of a machine has ended without an error of its own: it was killed, or stopped by somebody else. */
export class ActorEndedError extends CoppiceError {
  override readonly name = 'ActorEndedError'
  readonly code = 'actor-ended'
  readonly actor: ActorId
  readonly reason: ExitReason
  constructor(actor: ActorId, reason: ExitReason) {
    super(`actor ${displayId(actor)}: it ended before it was done (${describeReason(reason)})`)
    this.actor = actor
    this.reason = reason
  }
}
