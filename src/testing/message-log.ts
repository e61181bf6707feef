import type { ActorId } from '../protocol/actor-id.ts'
import type { Step } from '../runtime/behavior.ts'
import type { Message } from '../runtime/message.ts'
import { ownCopy } from '../runtime/own-copy.ts'
import type { Outcome } from '../runtime/persistence.ts'
import type { WatchedHandling } from '../simulation/faulty-behavior.ts'
import type { SpiedMessage, SpiedNotice, SpiedResult } from './spied-message.ts'

/** A message that is being handled, or was, with what has become of it so far. */
export class LoggedMessage {
  readonly kind: 'call' | 'cast' | 'stream'
  readonly name: string
  readonly input: unknown
  readonly sender: ActorId | undefined
  readonly incarnation: number
  readonly attempt: number
  result: SpiedResult = { status: 'open' }

  constructor({ message, incarnation }: WatchedHandling, kind: 'call' | 'cast' | 'stream') {
    this.kind = kind
    this.name = message.name
    // Its handler may do with it as it likes.
    this.input = ownCopy(message.input)
    this.sender = message.sender
    this.incarnation = incarnation
    this.attempt = message.attempt
  }

  /** The message as it is now. */
  shown(): SpiedMessage {
    const { kind, name, input, sender, incarnation, attempt, result } = this
    return { kind, name, input, sender, incarnation, attempt, result }
  }

  /** A handler has come to its end. */
  stepped({ outcome }: Step<unknown>): void {
    if (outcome !== undefined) this.settle(outcome)
    // A call that is not answered now is answered later.
    else if (this.kind === 'cast') this.#become({ status: 'handled' })
  }

  settle(outcome: Outcome): void {
    if (outcome.status === 'crashed') this.threw(new Error(outcome.message))
    else this.#become(outcome.status === 'replied' ? { status: 'replied', value: ownCopy(outcome.value) } : outcome)
  }

  threw(error: unknown): void {
    this.#become({ status: 'thrown', error })
  }

  #become(result: SpiedResult): void {
    if (this.result.status === 'open') this.result = result
  }
}

/** What an actor has begun to handle, oldest first. */
export class MessageLog {
  readonly #messages: LoggedMessage[] = []
  readonly #notices: SpiedNotice[] = []

  get messages(): readonly LoggedMessage[] {
    return this.#messages
  }

  get notices(): readonly SpiedNotice[] {
    return [...this.#notices]
  }

  /** Nothing for what the runtime tells, which is logged apart. */
  begin(handling: WatchedHandling): LoggedMessage | undefined {
    const { message, incarnation } = handling
    const { kind, name } = message
    if (kind === 'info') {
      this.#notices.push({ name, input: ownCopy(message.input), incarnation })
      return undefined
    }
    const logged = new LoggedMessage(handling, kind)
    this.#messages.push(logged)
    return logged
  }

  clear(): void {
    this.#messages.length = 0
    this.#notices.length = 0
  }
}

/** Has whoever answers a call write it down too: it may be long after its turn, or somebody else. */
export function overhear(message: Message, logged: LoggedMessage): void {
  const { caller, kind } = message
  if (caller === undefined || kind !== 'call') return
  message.caller = {
    get isWaiting() {
      return caller.isWaiting
    },
    settle: (outcome) => {
      logged.settle(outcome)
      caller.settle(outcome)
    },
    fail: (error) => {
      logged.threw(error)
      caller.fail(error)
    },
  }
}
