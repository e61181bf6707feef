import type { Clock, ClockTimer } from './clock.ts'

/** Something with a deadline. The links belong to {@link Deadlines}. */
export interface Timed {
  dueMs: number
  previous: Timed | undefined
  next: Timed | undefined
  expire(): void
}

interface Queue {
  head: Timed | undefined
  tail: Timed | undefined
  /** The first of those at the end whose time-outs have not begun to count. */
  fresh: Timed | undefined
}

/** Shorter time-outs count from the moment of the call on every clock. */
const farAwayMs = 100

/**
 * The deadlines of all pending calls. Calls with the same time-out fall due in the order in which they were made, so each
 * time-out has one queue and the whole has one timer: setting and removing a deadline costs no search and no timer. The timer
 * stays when the last deadline is removed, because the next call would only set it again.
 *
 * On a clock that is costly to read, time-outs that are far away begin to count when the event loop has its next turn: most calls
 * are answered by then.
 */
export class Deadlines {
  readonly #clock: Clock
  readonly #queues = new Map<number, Queue>()
  #sweep: ClockTimer | undefined
  #begin: ClockTimer | undefined
  #sweepAtMs = Infinity

  constructor(clock: Clock) {
    this.#clock = clock
  }

  add(entry: Timed, timeoutMs: number): void {
    const queue = this.#queueOf(timeoutMs)
    const isFresh = timeoutMs >= farAwayMs && this.#clock.isCostly === true
    entry.dueMs = isFresh ? NaN : this.#clock.now() + timeoutMs
    if (isFresh) queue.fresh ??= entry
    entry.previous = queue.tail
    if (queue.tail === undefined) queue.head = entry
    else queue.tail.next = entry
    queue.tail = entry
    if (isFresh) this.#begin ??= this.#clock.setTimer(0, () => this.begin())
    else if (entry.dueMs < this.#sweepAtMs) this.#sweepAt(entry.dueMs)
  }

  /** All time-outs count from now on that do not yet. */
  begin(): void {
    this.#begin?.cancel()
    this.#begin = undefined
    const nowMs = this.#clock.now()
    for (const [timeoutMs, queue] of this.#queues) {
      const dueMs = nowMs + timeoutMs
      if (queue.fresh !== undefined && dueMs < this.#sweepAtMs) this.#sweepAt(dueMs)
      for (; queue.fresh !== undefined; queue.fresh = queue.fresh.next) queue.fresh.dueMs = dueMs
    }
  }

  remove(entry: Timed, timeoutMs: number): void {
    const queue = this.#queues.get(timeoutMs)
    if (queue === undefined) return
    if (queue.fresh === entry) queue.fresh = entry.next
    if (entry.previous === undefined) {
      if (queue.head !== entry) return
      queue.head = entry.next
    } else entry.previous.next = entry.next
    if (entry.next === undefined) queue.tail = entry.previous
    else entry.next.previous = entry.previous
    entry.previous = entry.next = undefined
  }

  /** Nothing falls due any more: the timer is given up, which would keep the process running. */
  close(): void {
    this.#sweep?.cancel()
    this.#begin?.cancel()
    this.#sweep = this.#begin = undefined
    this.#sweepAtMs = Infinity
  }

  #queueOf(timeoutMs: number): Queue {
    const known = this.#queues.get(timeoutMs)
    if (known !== undefined) return known
    const queue: Queue = { head: undefined, tail: undefined, fresh: undefined }
    this.#queues.set(timeoutMs, queue)
    return queue
  }

  #sweepAt(dueMs: number): void {
    this.#sweep?.cancel()
    this.#sweepAtMs = dueMs
    // What is due may be over already: time goes by between the deadline and this line.
    this.#sweep = this.#clock.setTimer(Math.max(0, dueMs - this.#clock.now()), () => this.#expireDue(), { keepsAlive: true })
  }

  #expireDue(): void {
    this.#sweepAtMs = Infinity
    this.#sweep = undefined
    const now = this.#clock.now()
    let nextDueMs = Infinity
    for (const [timeoutMs, queue] of this.#queues) {
      for (let entry = queue.head; entry !== undefined && entry.dueMs <= now; entry = queue.head) {
        this.remove(entry, timeoutMs)
        entry.expire()
      }
      if (queue.head === undefined) this.#queues.delete(timeoutMs)
      else if (queue.head !== queue.fresh) nextDueMs = Math.min(nextDueMs, queue.head.dueMs)
    }
    if (nextDueMs < this.#sweepAtMs) this.#sweepAt(nextDueMs)
  }
}
