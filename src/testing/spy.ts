import type { ActorId } from '../protocol/actor-id.ts'
import type { SentMessage } from '../runtime/middleware.ts'
import { ownCopy } from '../runtime/own-copy.ts'
import { isThenable } from '../runtime/thenable.ts'
import type { AnyStep, WatchedHandling } from '../simulation/faulty-behavior.ts'
import { MessageLog, overhear, type LoggedMessage } from './message-log.ts'
import type { SpiedMessage, SpiedNotice, SpiedSend } from './spied-message.ts'

/** What an actor is sent, what it makes of it, and what it sends: from the moment it is spied on, in all its incarnations. */
export interface Spy<Handlers = unknown> {
  readonly id: ActorId
  /**
   * What it has begun to handle, oldest first, with what has become of it so far. Not what waits, nor what a durable actor runs
   * through again to come back.
   */
  readonly received: readonly SpiedMessage<Handlers>[]
  /** What the runtime has told it. */
  readonly notices: readonly SpiedNotice[]
  /** What it has sent, oldest first, whether it has arrived or not; also in a durable turn that was dropped. No timers. */
  readonly sent: readonly SpiedSend[]
  /** Forgets all of it. */
  clear(): void
}

/** A spy, and what it is told. */
export class LiveSpy implements Spy {
  readonly id: ActorId
  readonly #log = new MessageLog()
  readonly #sent: SpiedSend[] = []

  constructor(id: ActorId) {
    this.id = id
  }

  get received(): readonly SpiedMessage[] {
    return this.#log.messages.map((message) => message.shown())
  }

  get notices(): readonly SpiedNotice[] {
    return this.#log.notices
  }

  get sent(): readonly SpiedSend[] {
    return [...this.#sent]
  }

  clear(): void {
    this.#log.clear()
    this.#sent.length = 0
  }

  hasSent({ kind, to, name, input }: SentMessage): void {
    this.#sent.push({ kind, to, name, input: ownCopy(input) })
  }

  /** Looks on while a message is handled, and gives what came of it as it is. */
  watch(handling: WatchedHandling, handle: () => AnyStep): AnyStep {
    const logged = this.#log.begin(handling)
    if (logged === undefined) return handle()
    overhear(handling.message, logged)
    const step = watched(logged, handle)
    // Nobody waits for this one: what is given is the very promise of the handler, so that no order changes.
    if (isThenable(step))
      step.then(
        (late) => logged.stepped(late),
        (error: unknown) => logged.threw(error),
      )
    else logged.stepped(step)
    return step
  }
}

function watched(logged: LoggedMessage, handle: () => AnyStep): AnyStep {
  try {
    return handle()
  } catch (error) {
    logged.threw(error)
    throw error
  }
}
