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

/** The health of a service was asked so often in vain that it counts as dead. `cause` is what its newest check threw, if it did. */
export class UnhealthyError extends CoppiceError {
  override readonly name = 'UnhealthyError'
  readonly code = 'unhealthy'
  readonly service: ActorId
  /** How many checks in a row have failed. */
  readonly failures: number
  constructor(service: ActorId, failures: number, cause: unknown) {
    super(`service ${displayId(service)}: ${failures} health checks in a row have failed`, cause === undefined ? undefined : { cause })
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

interface ProcessEnd {
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
    super(`process ${displayId(process)}: ${command} could not be started (${cause instanceof Error ? cause.message : String(cause)})`, { cause })
    this.process = process
    this.command = command
  }
}

/** The error with which the end of a task is told to who waits for it: what the task threw, if that is what ended it. */
export function errorOfEnd(task: ActorId, reason: ExitReason): unknown {
  return reason.type === 'error' ? reason.error : new TaskEndedError(task, reason)
}
