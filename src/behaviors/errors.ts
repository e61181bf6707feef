import { displayId, type ActorId } from '../protocol/actor-id.ts'
import { CoppiceError } from '../protocol/errors.ts'
import { describeReason, type ExitReason } from '../protocol/exit-reason.ts'

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
