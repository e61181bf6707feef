import type { Context, Deferred, TimerRef } from '../runtime/context.ts'

/** A caller that waits for its turn, with what it has brought. */
export interface WaitingCaller<Brought> {
  readonly asker: Deferred
  readonly brought: Brought
  /** Names it in the message of its timer. */
  readonly ticket: number
  readonly timer: TimerRef | undefined
}

/** The callers that wait in one incarnation, first come, first served. Those that have given up are passed over. */
export class WaitingCallers<Brought> {
  #callers: WaitingCaller<Brought>[] = []
  #tidyAt = 64

  add(caller: WaitingCaller<Brought>): void {
    this.#callers.push(caller)
    if (this.#callers.length < this.#tidyAt) return
    this.#dropUnawaited()
    this.#tidyAt = Math.max(64, 2 * this.#callers.length)
  }

  /** The first one that waits still; it waits no longer. */
  take(ctx: Context): WaitingCaller<Brought> | undefined {
    for (let next = this.#callers.shift(); next !== undefined; next = this.#callers.shift()) {
      if (next.timer !== undefined) ctx.cancelTimer(next.timer)
      if (next.asker.isAwaited) return next
      next.asker.reply(undefined)
    }
    return undefined
  }

  /** The one whose timer has fired; nothing if it has been served. */
  takeExpired(ticket: number): WaitingCaller<Brought> | undefined {
    const at = this.#callers.findIndex((caller) => caller.ticket === ticket)
    return at < 0 ? undefined : this.#callers.splice(at, 1)[0]
  }

  /** How many wait still. */
  get count(): number {
    this.#dropUnawaited()
    return this.#callers.length
  }

  #dropUnawaited(): void {
    this.#callers = this.#callers.filter(({ asker }) => {
      // So that the runtime forgets it as well.
      if (!asker.isAwaited) asker.reply(undefined)
      return asker.isAwaited
    })
  }
}
