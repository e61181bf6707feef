import type { Clock, ClockTimer } from './clock.ts'

/** What setTimeout can count to; a longer delay would fire at once. */
const longestDelayMs = 2 ** 31 - 1

const neverFires: ClockTimer = { cancel: () => undefined }

/** The clock of this machine. */
export function createSystemClock(): Clock {
  return { now: () => performance.now(), wallNow: () => Date.now(), setTimer, isCostly: true }
}

function setTimer(delayMs: number, run: () => void, options?: { readonly keepsAlive: boolean }): ClockTimer {
  if (delayMs === Infinity) return neverFires
  const dueMs = performance.now() + delayMs
  // Looking at the clock again serves both long delays, which come in parts, and setTimeout, which may fire a little early.
  const wake = (): void => {
    const leftMs = dueMs - performance.now()
    if (leftMs > 0) handle = arm(leftMs)
    else run()
  }
  const arm = (ms: number): NodeJS.Timeout => {
    const armed = setTimeout(wake, Math.min(ms, longestDelayMs))
    return options?.keepsAlive === false ? armed.unref() : armed
  }
  let handle = arm(delayMs)
  return { cancel: () => clearTimeout(handle) }
}
