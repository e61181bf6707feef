import { ConfigurationError } from '../protocol/errors.ts'
import type { Clock, ClockTimer } from '../runtime/clock.ts'
import { DueQueue, type Due } from './due-queue.ts'
import { ClockReentryError } from './errors.ts'

/** A clock that stands still until it is moved. Its `now()` begins at 0. */
export interface VirtualClock extends Clock {
  /** Timers that have been set and have neither fired nor been cancelled. One that is due never is not counted. */
  readonly pending: number
  /** When the next timer is due, on the scale of `now()`; nothing if none is pending. */
  nextDueMs(): number | undefined
  /** Moves to the next timer and fires it, this one only; false if none is pending. */
  runNext(): boolean
  /**
   * Moves on by `ms`, from timer to timer: each fires at its own time, also one that was set by another on the way. Timers
   * that are due at the same time fire in the order in which they were set.
   */
  advance(ms: number): void
  /** As {@link advance}, to a time on the scale of `now()`, which must not be over yet. */
  advanceTo(ms: number): void
}

/** Makes a clock for tests: nothing happens between two timers, so an hour takes no time. */
export function createVirtualClock({ wallStartMs = year2000Ms }: { readonly wallStartMs?: number } = {}): VirtualClock {
  const timers = new DueQueue<VirtualTimer>()
  let nowMs = 0
  let timersSet = 0
  let pending = 0
  let isFiring = false

  const setTimer = (delayMs: number, run: () => void): ClockTimer => {
    if (!(delayMs >= 0)) throw notMilliseconds('setTimer: delayMs', delayMs)
    const timer: VirtualTimer = { dueMs: nowMs + delayMs, order: timersSet, run }
    timersSet += 1
    if (timer.dueMs < Infinity) {
      timers.push(timer)
      pending += 1
    }
    return { cancel: () => cancel(timer) }
  }

  // A cancelled timer stays in the queue until it is at the front: taking it out of the middle would need a search.
  const cancel = (timer: VirtualTimer): void => {
    if (timer.run === undefined) return
    timer.run = undefined
    if (timer.dueMs < Infinity) pending -= 1
  }

  const next = (): VirtualTimer | undefined => {
    while (timers.length > 0 && timers.peek()?.run === undefined) timers.shift()
    return timers.peek()
  }

  const runNext = (): boolean => {
    if (isFiring) throw new ClockReentryError()
    const timer = next()
    if (timer?.run === undefined) return false
    const { run } = timer
    timers.shift()
    cancel(timer)
    nowMs = timer.dueMs
    isFiring = true
    try {
      run()
    } finally {
      isFiring = false
    }
    return true
  }

  const advanceTo = (ms: number): void => {
    if (!(ms >= nowMs && ms < Infinity))
      throw new ConfigurationError({ path: 'advanceTo: ms', rule: `must be a time from now (${nowMs}) on`, value: ms })
    if (isFiring) throw new ClockReentryError()
    while ((next()?.dueMs ?? Infinity) <= ms) runNext()
    nowMs = ms
  }

  const advance = (ms: number): void => {
    if (!(ms >= 0 && ms < Infinity)) throw notMilliseconds('advance: ms', ms)
    advanceTo(nowMs + ms)
  }

  return {
    now: () => nowMs,
    wallNow: () => wallStartMs + nowMs,
    setTimer,
    get pending() {
      return pending
    },
    nextDueMs: () => next()?.dueMs,
    runNext,
    advance,
    advanceTo,
  }
}

/** A timer with nothing to run has fired or was cancelled. */
interface VirtualTimer extends Due {
  run: (() => void) | undefined
}

function notMilliseconds(path: string, value: number): ConfigurationError {
  return new ConfigurationError({ path, rule: 'must be milliseconds >= 0', value })
}

// Any fixed moment would do: what a test prints must not depend on the day on which it runs.
const year2000Ms = Date.UTC(2000, 0, 1)
