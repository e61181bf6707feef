/** How many restarts a supervisor may do within a time before it gives up: OTP's intensity and period. */
export interface Intensity {
  /** 0: the first crash ends the supervisor. */
  readonly restarts: number
  readonly withinMs: number
}
