import { readBackoff, type Backoff, type BackoffOption } from './backoff.ts'

/** What a child may be given that OTP does not have; each is off unless it is given. */
export interface ChildExtraOptions {
  /**
   * Waits before a restart of this child, and before a failed restart is tried again; longer with every failure in a row. The
   * children that the strategy takes along are stopped at once and wait with it. A restart counts when it is decided. Not for
   * `temporary` children.
   */
  readonly backoff?: BackoffOption
}

/** What a child spec may say beyond OTP's, checked and with every default filled in. */
export interface ChildExtras {
  readonly backoff?: Backoff
}

/** The extras of a child whose options the rules have seen. */
export function readExtras({ backoff }: ChildExtraOptions): ChildExtras {
  return { ...(backoff !== undefined && { backoff: readBackoff(backoff) }) }
}
