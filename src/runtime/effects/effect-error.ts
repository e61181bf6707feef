import { displayId, type ActorId } from '../../protocol/actor-id.ts'
import { CoppiceError } from '../../protocol/errors.ts'

/** An effect was asked for where there can be none, or was not waited for. */
export class EffectError extends CoppiceError {
  override readonly name = 'EffectError'
  readonly code = 'effect'
  constructor(actor: ActorId, effect: string, problem: string) {
    super(`${displayId(actor)}: effect ${JSON.stringify(effect)} ${problem}`)
  }
}
