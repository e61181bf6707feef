import type { ActorId } from '../protocol/actor-id.ts'
import type { ExitReason } from '../protocol/exit-reason.ts'
import type { MessageInfo } from './message.ts'

/** How an incarnation ended, or a start failed. */
export interface LastExit {
  readonly reason: ExitReason
  /** The message that it was handling; nothing if there was none. */
  readonly message: MessageInfo | undefined
  /** Wall clock, milliseconds since 1970. */
  readonly atMs: number
  readonly incarnation: number
  /** False if it never came up: its start failed. */
  readonly wasUp: boolean
}

/** How many actors that are gone are remembered; the oldest is forgotten first. */
const mostRemembered = 1_000

/** How actors ended that nothing else is left of. */
export class Obituaries {
  readonly #kept = new Map<ActorId, LastExit>()

  keep(id: ActorId, exit: LastExit | undefined): void {
    if (exit === undefined) return
    this.#kept.delete(id)
    this.#kept.set(id, exit)
    if (this.#kept.size <= mostRemembered) return
    for (const oldest of this.#kept.keys()) {
      this.#kept.delete(oldest)
      break
    }
  }

  of(id: ActorId): LastExit | undefined {
    return this.#kept.get(id)
  }
}
