import { killed, shutdown, shutdownBecause, type ExitReason } from '../protocol/exit-reason.ts'
import type { ChildSpec } from './child-spec.ts'
import type { Intensity } from './restart-intensity.ts'

/** The cause in the `shutdown` with which a supervisor fails to start. They nest: `reason` may be that of a supervisor below. */
export interface FailedToStart {
  readonly type: 'failed_to_start_child'
  readonly id: string
  readonly reason: ExitReason
}

/** The cause in the `shutdown` with which a supervisor gives up; OTP drops it. */
export interface GaveUp {
  readonly type: 'reached_max_restart_intensity'
  /** The child that was not restarted any more. */
  readonly id: string
  /** Why it was down: the reason of its exit, or of its last failed start. */
  readonly reason: ExitReason
  readonly restarts: number
  readonly withinMs: number
}

/** The cause in the `shutdown` of a supervisor that leaves the exit of a child to the one above. */
export interface Escalated {
  readonly type: 'escalated'
  /** The child whose `decide` asked for it. */
  readonly id: string
  /** Why the child ended. */
  readonly reason: ExitReason
  /** Set where `decide` did not ask for it, but failed. */
  readonly problem?: ExitReason
}

/** The exit reason of a supervisor that leaves it to its own. Not abnormal, as when it gives up. */
export function escalated(id: string, reason: ExitReason, problem?: ExitReason): ExitReason {
  return shutdownBecause({ type: 'escalated', id, reason, ...(problem !== undefined && { problem }) } satisfies Escalated)
}

/** The exit reason of a supervisor of which one child did not start. */
export function failedToStart(id: string, reason: ExitReason): ExitReason {
  return shutdownBecause({ type: 'failed_to_start_child', id, reason } satisfies FailedToStart)
}

/** The exit reason of a supervisor that gives up. Not abnormal, as in OTP: a transient supervisor is not restarted for it. */
export function gaveUp(id: string, reason: ExitReason, { restarts, withinMs }: Intensity): ExitReason {
  return shutdownBecause({ type: 'reached_max_restart_intensity', id, reason, restarts, withinMs } satisfies GaveUp)
}

/** With what a child ends that its supervisor stops, as far as the supervisor can know. */
export function reasonOfStop(spec: ChildSpec): ExitReason {
  return spec.shutdown === 'kill' ? killed : shutdown
}
