import { displayId, type ActorId } from '../../protocol/actor-id.ts'
import { CoppiceError } from '../../protocol/errors.ts'

/** No message that was waited for has come in time. None was taken. Where nobody catches it, handling the message has failed. */
export class ReceiveTimeoutError extends CoppiceError {
  override readonly name = 'ReceiveTimeoutError'
  readonly code = 'receive-timeout'
  readonly actor: ActorId
  readonly timeoutMs: number
  constructor(actor: ActorId, timeoutMs: number) {
    super(`${displayId(actor)}: receive: no such message within ${timeoutMs} ms; none was taken`)
    this.actor = actor
    this.timeoutMs = timeoutMs
  }
}

/** A message cannot be waited for here. None was taken. */
export class ReceiveError extends CoppiceError {
  override readonly name = 'ReceiveError'
  readonly code = 'receive'
  readonly actor: ActorId
  constructor(actor: ActorId, problem: string) {
    super(`${displayId(actor)}: receive: ${problem}; no message was taken`)
    this.actor = actor
  }
}
