import { killed, shutdown, shutdownBecause, type ExitReason } from '../../protocol/exit-reason.ts'
import type { MessageInfo } from '../../runtime/message.ts'
import type { ChildSpec } from '../specs/child-spec.ts'
import type { RestartIntensity } from './restart-intensity.ts'

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
  /** What it was handling when it ended; nothing if that was nothing, and for a failed start. */
  readonly message?: MessageInfo | undefined
  /** Of a failed start: the end of the incarnation before, which had made it necessary. */
  readonly before?: { readonly reason: ExitReason; readonly message?: MessageInfo | undefined }
  readonly restarts: number
  readonly withinMs: number
  /** When the restarts that were counted were done, oldest first: so many milliseconds before it gave up. */
  readonly agesMs: readonly number[]
}

/** The cause in the `shutdown` of a supervisor that leaves the exit of a child to the one above. */
export interface Escalated {
  readonly type: 'escalated'
  /** The child whose `decide` asked for it. */
  readonly id: string
  /** Why the child ended. */
  readonly reason: ExitReason
  /** What it was handling when it ended; nothing if that was nothing. */
  readonly message?: MessageInfo | undefined
  /** Set where `decide` did not ask for it, but failed. */
  readonly problem?: ExitReason
}

/** The exit reason of a supervisor that leaves it to its own. Not abnormal, as when it gives up. */
export function escalated({ id, reason, message, problem }: Omit<Escalated, 'type'>): ExitReason {
  const cause: Escalated = { type: 'escalated', id, reason, message }
  return shutdownBecause(problem === undefined ? cause : { ...cause, problem })
}
/** Why a child is down that is not restarted any more. */
export type LastStraw = Pick<GaveUp, 'id' | 'reason' | 'message' | 'before'>

/** The exit reason of a supervisor of which one child did not start. */
export function failedToStart(id: string, reason: ExitReason): ExitReason {
  return shutdownBecause({ type: 'failed_to_start_child', id, reason } satisfies FailedToStart)
}

/** The exit reason of a supervisor that gives up. Not abnormal, as in OTP: a transient supervisor is not restarted for it. */
export function gaveUp({ id, reason, message, before }: LastStraw, budget: RestartIntensity, nowMs: number): ExitReason {
  const { restarts, withinMs } = budget.limit
  return shutdownBecause({
    type: 'reached_max_restart_intensity',
    id,
    reason,
    ...(message && { message }),
    ...(before && { before }),
    restarts,
    withinMs,
    agesMs: budget.agesMs(nowMs),
  } satisfies GaveUp)
}

/** With what a child ends that its supervisor stops, as far as the supervisor can know. */
export function reasonOfStop(spec: ChildSpec): ExitReason {
  return spec.shutdown === 'kill' ? killed : shutdown
}
