/** A timer that has been set. Cancelling it after it fired does nothing. */
export interface ClockTimer {
  cancel(): void
}

/** Time, as everything in coppice sees it: no other code asks the machine what time it is, or to be woken. */
export interface Clock {
  /** Milliseconds on a clock that never jumps and never goes back; its zero has no meaning. */
  now(): number
  /** Milliseconds since 1970 by the wall clock, which may jump: for due times that outlive the process, and for reports. */
  wallNow(): number
  /** To read it costs as much as a tenth of a call: times that are far away may be counted from a little later. */
  readonly isCostly?: boolean
  /**
   * Runs `run` once, `delayMs` (>= 0, any size) from now, never before `setTimer` has returned.
   * A timer with `keepsAlive: false` does not keep the process running.
   */
  setTimer(delayMs: number, run: () => void, options?: { readonly keepsAlive: boolean }): ClockTimer
}
