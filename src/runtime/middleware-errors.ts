import { displayId, type ActorId } from '../protocol/actor-id.ts'
import { CoppiceError } from '../protocol/errors.ts'
import { crash, describeReason } from '../protocol/exit-reason.ts'
import { CallError } from './errors.ts'

/** A middleware of the sender has rejected the message; what it threw is the `cause`. */
export class RejectedError extends CallError {
  override readonly name = 'RejectedError'
  readonly code = 'rejected'
  /** False if nothing was sent. */
  readonly isSent: boolean
  constructor(target: ActorId, handler: string, cause: unknown, isSent: boolean) {
    const fate = isSent ? 'after it was sent' : 'nothing was sent'
    super(target, handler, `a middleware rejected it (${describeReason(crash(cause))}); ${fate}`, { cause })
    this.isSent = isSent
  }
}

/** Middleware around a handling has failed, not what it is around. What it threw is the `cause`; the incarnation has ended. */
export class MiddlewareError extends CoppiceError {
  override readonly name = 'MiddlewareError'
  readonly code = 'middleware'
  /** How the middleware is called; its place in the list if it has no name. */
  readonly middleware: string
  readonly actor: ActorId
  /** The handler that the message is for. */
  readonly handler: string
  constructor(middleware: string, { actor, handler, cause }: { actor: ActorId; handler: string; cause: unknown }) {
    super(`middleware ${middleware} around "${handler}" of ${displayId(actor)}: ${describeReason(crash(cause))}`, { cause })
    this.middleware = middleware
    this.actor = actor
    this.handler = handler
  }
}

/** `next` was called a second time, or too late. */
export class NextError extends CoppiceError {
  override readonly name = 'NextError'
  readonly code = 'middleware-next'
}
