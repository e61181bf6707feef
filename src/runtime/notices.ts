import type { Message } from './message.ts'

/** How many are remembered before those that have been handled are looked for. */
const fewest = 64

/** The notices of monitors that one incarnation has been sent: each can be taken back without a search through the mailbox. */
export class Notices {
  readonly #byMonitor = new Map<number, Message>()
  #sweepAt = fewest

  add(monitor: number, message: Message): void {
    this.#byMonitor.set(monitor, message)
    if (this.#byMonitor.size < this.#sweepAt) return
    for (const [handled, { attempt }] of this.#byMonitor) if (attempt > 0) this.#byMonitor.delete(handled)
    this.#sweepAt = Math.max(fewest, this.#byMonitor.size * 2)
  }

  /** One that waits still is skipped when its turn comes. */
  takeBack(monitor: number): void {
    const message = this.#byMonitor.get(monitor)
    this.#byMonitor.delete(monitor)
    if (message?.attempt === 0) message.incarnation = nobody
  }
}

/** No incarnation has this number. */
const nobody = -1
