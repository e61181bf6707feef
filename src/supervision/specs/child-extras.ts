import { readBackoff, type Backoff, type BackoffOption } from './backoff.ts'
import type { Decide } from './decide.ts'

/** What a child may be given that OTP does not have; each is off unless it is given. */
export interface ChildExtraOptions {
  /**
   * Waits before a restart of this child, and before a failed restart is tried again; longer with every failure in a row. The
   * children that the strategy takes along are stopped at once and wait with it. A restart counts when it is decided. Not for
   * `temporary` children.
   */
  readonly backoff?: BackoffOption
  /**
   * How often it is restarted in its life, whatever its supervisor's intensity still allows: an integer >= 0, or `Infinity`.
   * After that its next failure is final, and it stays down. Restarts of its supervisor do not give it new ones, nor does the next
   * process where its state is kept in a store; deleting the child does. Restarts in which it only goes along with a sibling do
   * not count. Not for `temporary` children.
   */
  readonly maxRestarts?: number
  /**
   * Decides about each exit of this child by itself: by the error, the message, the number of restarts. Called once for each,
   * before anything is done about it; it must be quick, and must not wait. What it wants counts against the intensity as any
   * restart does. If it throws, the supervisor ends as for `escalate`.
   */
  readonly decide?: Decide
  /**
   * The key of a sibling that this child depends on. While that one is down, or has called `ctx.reportHealth(false)`, an exit of
   * this child is not answered by a restart and costs none: it waits, and is restarted when its gate is open. The first start,
   * and what a call asks for, do not wait.
   */
  readonly gate?: string
  /**
   * It needs none of the neighbours that are `independent` too: those that stand next to each other start at the same time, and
   * stop at the same time. `false` if not given: it starts when the child before it is up.
   */
  readonly independent?: boolean
}

/** What a child spec may say beyond OTP's, checked and with every default filled in. */
export interface ChildExtras {
  readonly backoff?: Backoff
  readonly maxRestarts?: number
  readonly decide?: Decide
  readonly gate?: string
  readonly independent?: boolean
}

/** The extras of a child whose options the rules have seen. */
export function readExtras({ backoff, maxRestarts, decide, gate, independent }: ChildExtraOptions): ChildExtras {
  return {
    ...(backoff !== undefined && { backoff: readBackoff(backoff) }),
    ...(maxRestarts !== undefined && { maxRestarts }),
    ...(decide !== undefined && { decide }),
    ...(gate !== undefined && { gate }),
    ...(independent === true && { independent }),
  }
}
