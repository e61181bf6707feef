import { displayId, type ActorId } from '../../protocol/actor-id.ts'
import { CoppiceError } from '../../protocol/errors.ts'

/** Something was asked for that a handler of a stream cannot do: it runs beside the turns. Nothing was done. */
export class StreamError extends CoppiceError {
  override readonly name = 'StreamError'
  readonly code = 'stream'
  readonly actor: ActorId
  constructor(actor: ActorId, problem: string) {
    super(`${displayId(actor)}: ${problem}`)
    this.actor = actor
  }
}
