import type { ActorId } from '../../protocol/actor-id.ts'
import type { Life } from '../anatomy.ts'
import type { CastOptions, Deferred } from '../context.ts'
import { LiveContext } from '../live-context.ts'
import type { Message } from '../message.ts'
import { StreamError } from './stream-errors.ts'

/** The context of a handler that makes the parts of one stream, beside the turns of its incarnation. */
export class StreamContext extends LiveContext {
  readonly #message: Message

  constructor(life: Life, message: Message) {
    super(life)
    this.#message = message
  }

  protected override get current(): Message {
    return this.#message
  }

  override cast(to: ActorId, name: string, input: unknown, options?: CastOptions): Promise<void> {
    if (!this.mayAct(`cast of ${name}`)) return Promise.resolve()
    const origin = { id: this.id, message: this.#message }
    return this.cell.world.router.cast(to, { name, input, sender: this.id, origin }, options)
  }

  override forward(_to: { readonly id: ActorId }, name: string): void {
    throw this.#refusal('forward', `hand "${name}" on`)
  }

  override defer(): Deferred {
    throw this.#refusal('defer', 'answer later')
  }

  override stash(): void {
    throw this.#refusal('stash', 'put its message aside')
  }

  override receive(): Promise<never> {
    return Promise.reject(this.#refusal('receive', 'take messages'))
  }

  #refusal(method: string, problem: string): StreamError {
    return new StreamError(this.id, `${method}: the handler of a stream cannot ${problem}: it yields parts; nothing was done`)
  }
}
