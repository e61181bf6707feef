import type { Context, TimerRef } from '../../runtime/context.ts'
import type { Command } from '../machine/commands.ts'

type Delay = Extract<Command, { readonly type: 'delay' }>

/**
 * The timers of the children that wait for their backoff; chance chooses each within its range. They belong to the incarnation
 * of the supervisor: none outlives it.
 */
export class Delays {
  readonly #ctx: Context
  readonly #timers = new Map<string, TimerRef>()

  constructor(ctx: Context) {
    this.#ctx = ctx
  }

  arm({ id, round, fromMs, toMs }: Delay): void {
    this.cancel(id)
    const delayMs = fromMs + Math.round(this.#ctx.random.next() * (toMs - fromMs))
    this.#timers.set(id, this.#ctx.sendAfter(delayMs, 'due', { id, round }))
  }

  /** A delay that is over, or that nobody waits for any more. */
  cancel(id: string): void {
    const timer = this.#timers.get(id)
    if (timer === undefined) return
    this.#ctx.cancelTimer(timer)
    this.#timers.delete(id)
  }
}
