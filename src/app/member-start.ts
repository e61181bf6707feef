import type { ActorId } from '../protocol/actor-id.ts'
import type { ActorSpec } from '../runtime/actor-spec.ts'
import type { LocalStart } from './local-starter.ts'

/** What a member has of its own. */
type Own = Pick<LocalStart, 'id' | 'args' | 'bind'>

/** What a member of a dynamic supervisor is started from: what all members have in common is there once. */
export class MemberStart implements LocalStart {
  readonly id: ActorId
  readonly args: unknown
  readonly bind: LocalStart['bind']
  readonly #common: ActorSpec

  constructor({ id, args, bind, common }: Own & { readonly common: ActorSpec }) {
    this.id = id
    this.args = args
    this.bind = bind
    this.#common = common
  }

  get isMember(): true {
    return true
  }

  get behavior(): ActorSpec['behavior'] {
    return this.#common.behavior
  }

  get mode(): ActorSpec['mode'] {
    return this.#common.mode
  }

  get hooks(): ActorSpec['hooks'] {
    return this.#common.hooks
  }

  get termLimitMs(): number {
    return this.#common.termLimitMs
  }

  get maxAttempts(): number {
    return this.#common.maxAttempts
  }

  get allowStateLoss(): boolean | undefined {
    return this.#common.allowStateLoss
  }

  get checkpoints(): ActorSpec['checkpoints'] {
    return this.#common.checkpoints
  }

  get fallback(): ActorSpec['fallback'] {
    return this.#common.fallback
  }

  get retries(): number | undefined {
    return this.#common.retries
  }

  get whenDown(): ActorSpec['whenDown'] {
    return this.#common.whenDown
  }

  get mailbox(): ActorSpec['mailbox'] {
    return this.#common.mailbox
  }

  get name(): string | undefined {
    return this.#common.name
  }
}
