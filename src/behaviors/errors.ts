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
