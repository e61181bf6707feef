import { displayId, type ActorId } from '../protocol/actor-id.ts'
import { CoppiceError, describeValue } from '../protocol/errors.ts'
import { crash, describeReason, noproc, type ExitReason } from '../protocol/exit-reason.ts'

/** Why a call was not answered: recognise the case by `code`. */
export abstract class CallError extends CoppiceError {
  /** Who was called. */
  readonly target: ActorId
  /** The handler that was asked for. */
  readonly handler: string

  constructor(target: ActorId, handler: string, problem: string, options?: ErrorOptions) {
    super(`call of "${handler}" on ${displayId(target)}: ${problem}`, options)
    this.target = target
    this.handler = handler
  }
}

/** There is no such actor: it was never started, or has ended for good. The message was not handled. */
export class NoProcError extends CallError {
  override readonly name = 'NoProcError'
  readonly code = 'noproc'
  /** Why the actor ended, if the message was waiting for it then; else `noproc`. */
  readonly reason: ExitReason
  constructor(target: ActorId, handler: string, reason: ExitReason = noproc) {
    super(target, handler, 'no actor is running under this id; the message was not handled')
    this.reason = reason
  }
}

/** No answer came in time. The message may still be handled; what it replies then is dropped. */
export class CallTimeoutError extends CallError {
  override readonly name = 'CallTimeoutError'
  readonly code = 'timeout'
  /** How long the caller waited; 0 if the deadline had passed before, and nothing was sent. */
  readonly timeoutMs: number
  constructor(target: ActorId, handler: string, timeoutMs: number) {
    super(
      target,
      handler,
      timeoutMs > 0
        ? `no reply within ${timeoutMs} ms; the message may still be handled`
        : 'its deadline has passed; nothing was sent',
    )
    this.timeoutMs = timeoutMs
  }
}

/** An actor called itself, or asked itself to stop: it would wait for itself. Nothing was sent. */
export class CallingSelfError extends CallError {
  override readonly name = 'CallingSelfError'
  readonly code = 'calling-self'
  constructor(target: ActorId, handler: string) {
    super(target, handler, 'an actor cannot wait for itself; nothing was sent')
  }
}

/** The target waits, itself or through others, for the caller: nobody would ever answer. Nothing was sent. */
export class CallCircleError extends CallError {
  override readonly name = 'CallCircleError'
  readonly code = 'call-circle'
  /** Who waits for whom: begins and ends with the caller. */
  readonly path: readonly ActorId[]
  constructor(target: ActorId, handler: string, path: readonly ActorId[]) {
    super(
      target,
      handler,
      `calls in a circle, which nobody would ever answer: ${path.map(displayId).join(' waits for ')}; nothing was sent`,
    )
    this.path = path
  }
}

/** The actor ended while it handled this message. */
export class CrashedError extends CallError {
  override readonly name = 'CrashedError'
  readonly code = 'crashed'
  readonly reason: ExitReason
  constructor(target: ActorId, handler: string, reason: ExitReason) {
    super(
      target,
      handler,
      `the actor ended while handling it (${describeReason(reason)})`,
      reason.type === 'error' ? { cause: reason.error } : undefined,
    )
    this.reason = reason
  }
}

/** The actor is down, and what answers in its place failed. The message was not handled. */
export class FallbackError extends CallError {
  override readonly name = 'FallbackError'
  readonly code = 'fallback'
  /** Why the actor is down; what the fallback threw is the `cause`. */
  readonly reason: ExitReason
  constructor(target: ActorId, handler: string, reason: ExitReason, cause: unknown) {
    const problem = `the actor is down (${describeReason(reason)}), and its fallback failed (${describeReason(crash(cause))})`
    super(target, handler, `${problem}; nothing was handled`, { cause })
    this.reason = reason
  }
}

/** The actor or its store is not to be had now. The message says whether anything was handled, or will be. */
export class UnavailableError extends CallError {
  override readonly name = 'UnavailableError'
  readonly code = 'unavailable'
  /** False if nothing was handled, nor will be. */
  readonly isSent: boolean
  /** The actor is down, and is expected back. */
  readonly isRestarting: boolean
  constructor(
    target: ActorId,
    handler: string,
    problem: string,
    { cause, isSent = true, isRestarting = false }: WhyUnavailable = {},
  ) {
    super(target, handler, problem, cause === undefined ? undefined : { cause })
    this.isSent = isSent
    this.isRestarting = isRestarting
  }
}

export interface WhyUnavailable {
  readonly cause?: unknown
  readonly isSent?: boolean
  readonly isRestarting?: boolean
}

/** The actor has as many messages waiting as its mailbox may hold. This one was not handled, and will not be. */
export class OverloadedError extends CallError {
  override readonly name = 'OverloadedError'
  readonly code = 'overloaded'
  /** How many messages the mailbox may hold. */
  readonly max: number
  constructor(target: ActorId, handler: string, max: number, fate: 'not taken' | 'dropped for a newer one') {
    super(target, handler, `its mailbox is full (${max} messages); the message was ${fate}`)
    this.max = max
  }
}

/** What becomes of a message in the journal of an actor that has ended. */
export const inJournal = 'the actor has ended; the message is in its journal, and is handled when it is started again'

/** The caller's signal was aborted before the reply came. The message may still be handled. */
export class AbortedError extends CallError {
  override readonly name = 'AbortedError'
  readonly code = 'aborted'
  constructor(target: ActorId, handler: string, cause: unknown) {
    super(target, handler, 'aborted by the caller; the message may still be handled', { cause })
  }
}

/** The message does not fit the actor: no such handler, or an input that breaks its schema. Nothing was sent. */
export class InvalidMessageError extends CallError {
  override readonly name = 'InvalidMessageError'
  readonly code = 'invalid'
  constructor(target: ActorId, handler: string, problem: string, cause?: unknown) {
    super(target, handler, `${problem}; nothing was sent`, cause === undefined ? undefined : { cause })
  }
}

/** The handler refused the message by a declared error. The message counts as applied; the actor goes on. */
export class RefusedError extends CallError {
  override readonly name = 'RefusedError'
  readonly code = 'refused'
  /** The code of the declared error. */
  readonly refusal: string
  readonly details: unknown
  constructor(
    target: ActorId,
    handler: string,
    refusal: { readonly refusal: string; readonly message: string; readonly details: unknown },
  ) {
    super(target, handler, `refused: ${refusal.message}`)
    this.refusal = refusal.refusal
    this.details = refusal.details
  }
}

/** The message that is being handled cannot be put aside. Where nobody catches it, handling the message has failed. */
export class StashError extends CoppiceError {
  override readonly name = 'StashError'
  readonly code = 'stash'
  readonly actor: ActorId
  constructor(actor: ActorId, problem: string) {
    super(`${displayId(actor)}: stash: ${problem}`)
    this.actor = actor
  }
}

/** Thrown inside a durable turn by what cannot be undone when the turn is dropped. The turn was not applied. */
export class DurableTurnError extends CoppiceError {
  override readonly name = 'DurableTurnError'
  readonly code = 'durable-turn'
}

/** An incarnation was asked to do something it no longer may: it has ended, or a newer one has begun. Nothing was written. */
export class FencedError extends CoppiceError {
  override readonly name = 'FencedError'
  readonly code = 'fenced'
  constructor(problem: string) {
    super(`${problem}; nothing was written`)
  }
}

/** Why a store is not to be had. */
export type StoreProblem =
  | 'locked'
  | 'read-only'
  | 'not-a-store'
  | 'newer-schema'
  | 'damaged'
  | 'missing'
  | 'full'
  | 'io'
  | 'closed'
  | 'unsupported'
  /** A new file was to be written where there is one. */
  | 'exists'
  /** What was to be forgotten is in use. */
  | 'in-use'
  /** The file was deleted or replaced while it was in use. */
  | 'replaced'
  /** The file is older than its witness says, another one, or gone; see `witness` of `sqlite`. */
  | 'regressed'
  /** It holds as much as it may by its options. */
  | 'limit'

/** A store cannot be opened, read or written. */
export class StoreError extends CoppiceError {
  override readonly name = 'StoreError'
  readonly code = 'store'
  readonly problem: StoreProblem
  /** Where the store is. */
  readonly location: string
  constructor({
    problem,
    location,
    message,
    cause,
  }: {
    readonly problem: StoreProblem
    readonly location: string
    readonly message: string
    readonly cause?: unknown
  }) {
    super(`store ${describeValue(location)} ${message}`, cause === undefined ? undefined : { cause })
    this.problem = problem
    this.location = location
  }
}

/** The state of an actor cannot be brought back, and beginning anew would lose it without a word. Nothing was changed. */
export class StateUnreadableError extends CoppiceError {
  override readonly name = 'StateUnreadableError'
  readonly code = 'state-unreadable'
  readonly actor: ActorId
  constructor(actor: ActorId, problem: string) {
    super(`the state of ${displayId(actor)} cannot be brought back: ${problem}; the store was left as it is`)
    this.actor = actor
  }
}

/** Thrown by `initial` to fail the start with a reason of its own in place of a crash. */
export class StartFailure extends CoppiceError {
  override readonly name = 'StartFailure'
  readonly code = 'start-failed'
  readonly reason: ExitReason
  constructor(reason: ExitReason) {
    super(`the start failed (${describeReason(reason)})`)
    this.reason = reason
  }
}

/** Thrown in a handler, in `initial` or in `term`: the incarnation ends with this reason. OTP's `exit/1`. */
export class ExitError extends CoppiceError {
  override readonly name = 'ExitError'
  readonly code = 'exit'
  readonly reason: ExitReason
  constructor(reason: ExitReason) {
    super(`the actor ends by itself (${describeReason(reason)})`)
    this.reason = reason
  }
}

/** Thrown by `initial`: there is nothing to do, and no actor comes to be. OTP's `ignore`. */
export class IgnoreError extends CoppiceError {
  override readonly name = 'IgnoreError'
  readonly code = 'ignore'
  constructor() {
    super('the start is ignored')
  }
}

/** Why a spawn gave no actor; `not-running`: its system has been stopped, or has given up. */
export type SpawnProblem = 'ignored' | 'already-started' | 'timeout' | 'failed' | 'not-running'

/** No actor came of a spawn; nothing of it is left. */
export class SpawnError extends CoppiceError {
  override readonly name = 'SpawnError'
  readonly code = 'spawn'
  readonly problem: SpawnProblem
  readonly actor: ActorId
  /** Why the start failed; `normal` if it was ignored. */
  readonly reason: ExitReason
  /** Who has the name, if it was taken. */
  readonly owner: ActorId | undefined
  constructor({
    problem,
    actor,
    reason,
    owner,
  }: {
    problem: SpawnProblem
    actor: ActorId
    reason: ExitReason
    owner?: ActorId | undefined
  }) {
    const taken = owner === undefined ? '' : `; the name belongs to ${displayId(owner)}`
    super(`spawn of ${displayId(actor)}: ${problem} (${describeReason(reason)})${taken}`)
    this.problem = problem
    this.actor = actor
    this.reason = reason
    this.owner = owner
  }
}

/** An actor that had ended was not started again as its monitor asked. Nothing of that start is left. */
export class RevivalError extends CoppiceError {
  override readonly name = 'RevivalError'
  readonly code = 'revival'
  readonly actor: ActorId
  constructor(actor: ActorId, problem: string, cause?: unknown) {
    super(`${displayId(actor)} was not started by its monitor: ${problem}`, cause === undefined ? undefined : { cause })
    this.actor = actor
  }
}

/** The reason that follows from something thrown: the one it carries, or a crash. */
export function reasonOfThrown(error: unknown): ExitReason {
  return error instanceof ExitError || error instanceof StartFailure ? error.reason : crash(error)
}
