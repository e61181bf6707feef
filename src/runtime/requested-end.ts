import type { ExitReason } from '../protocol/exit-reason.ts'
import type { Life } from './anatomy.ts'
import type { TrappedExit } from './context.ts'
import type { Message } from './message.ts'

/** The input of the message by which an actor is asked to stop when its turn comes. */
export interface StopRequest {
  readonly reason: ExitReason
  /** Set when the request was what ended the actor. */
  isServed: boolean
}

/** The reason with which a message ends its receiver in place of being handled: an asked stop, or a trapped exit of its parent. */
export function endAskedBy(life: Life, message: Message): ExitReason | undefined {
  if (message.kind !== 'info') return undefined
  if (message.name === 'stop' && life.behavior.stopsInOrder !== true) {
    const request = message.input as StopRequest
    request.isServed = true
    return request.reason
  }
  if (message.name !== 'exit' || life.starter === undefined) return undefined
  const { from, reason } = message.input as TrappedExit
  return from === life.starter ? reason : undefined
}
