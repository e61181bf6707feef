import type { StartCause } from '../../runtime/behavior.ts'
import type { ConfigurationError } from '../../protocol/errors.ts'
import type { ExitReason } from '../../protocol/exit-reason.ts'
import type { ActorId } from '../../protocol/actor-id.ts'
import type { Cut, CutProblem } from '../../runtime/cuts/cut.ts'
import type { MessageInfo } from '../../runtime/message.ts'
import type { ChildSpec, ShutdownLimit } from '../specs/child-spec.ts'
import type { Intensity } from '../specs/intensity.ts'
import type { Occasion } from './occasion.ts'

/** One child to start. */
export interface StartOrder {
  readonly spec: ChildSpec
  /** `first` in the supervisor's own start, `exit`, `sibling`, `request` or `monitor`. */
  readonly cause: StartCause
  /** Why the incarnation before ended, if it is known. */
  readonly reason: ExitReason | undefined
  /** Start it at the same time as the one before it. */
  readonly joins?: true
}

/** One child to stop. */
export interface StopOrder {
  readonly id: string
  readonly incarnation: number
  readonly shutdown: ShutdownLimit
  /** Stop it at the same time as the one before it. */
  readonly joins?: true
}

/** The answer to a call, as data; the shell turns errors into rejections. */
export type SupervisorReply =
  | { readonly status: 'ok' }
  | { readonly status: 'started'; readonly id: string; readonly incarnation: number }
  | { readonly status: 'ignored'; readonly id: string }
  | { readonly status: 'spec'; readonly spec: ChildSpec }
  | { readonly status: 'children'; readonly children: readonly ChildInfo[] }
  | { readonly status: 'counts'; readonly counts: ChildCounts }
  | { readonly status: 'cut'; readonly cut: Cut }
  | { readonly status: 'error'; readonly error: SupervisorProblem }

/** Why a call to a supervisor was refused. The names are OTP's. */
export type SupervisorProblem =
  | { readonly type: 'already_started'; readonly id: string; readonly incarnation: number }
  | { readonly type: 'already_present' | 'not_found' | 'running' | 'restarting'; readonly id: string }
  /** `isTriedAgain`: its backoff goes on. */
  | { readonly type: 'start_failed'; readonly id: string; readonly reason: ExitReason; readonly isTriedAgain?: boolean }
  | { readonly type: 'shutting_down'; readonly id: string }
  /** The request is not for a dynamic supervisor. */
  | { readonly type: 'simple_one_for_one'; readonly id: string; readonly request: string }
  /** A child that is to be added breaks a rule. */
  | { readonly type: 'invalid_spec'; readonly id: string; readonly error: ConfigurationError }
  /** There is no cut, or no way back to one; `actors` are those who stand in the way, `cause` what a store has failed with. */
  | {
      readonly type: 'no_cut'
      readonly id: string
      readonly problem: CutProblem
      readonly actors: readonly ActorId[]
      readonly cause?: unknown
    }

/** One row of `whichChildren`. */
export interface ChildInfo {
  readonly id: string
  readonly type: 'worker' | 'supervisor'
  readonly status: 'running' | 'restarting' | 'stopped'
  /** The number of the running incarnation. */
  readonly incarnation: number | undefined
  /** Given if it runs and has said that it is not well. */
  readonly isHealthy?: false
}

/** What `countChildren` counts, as OTP's `count_children`. */
export interface ChildCounts {
  readonly specs: number
  /** Children with a running incarnation. */
  readonly active: number
  readonly supervisors: number
  readonly workers: number
}

/** Why a supervisor did what it did after an exit or a failed start, for a person and for the log. */
export interface Decision {
  readonly child: string
  readonly incarnation: number | undefined
  readonly reason: ExitReason
  /** What it was handling when it ended; nothing if that was nothing, and for a failed start. */
  readonly message: MessageInfo | undefined
  readonly decided: 'restart' | 'retry' | 'leave' | 'remove' | 'shut down' | 'give up' | 'escalate' | 'wait'
  /** One sentence. */
  readonly why: string
  /** Restarts that are left in the window; after a give-up 0. */
  readonly budgetLeft: number
  /** What it is left of. */
  readonly limit: Intensity
}

/** What a supervisor's machine wants done. Of `start` and `stop` at most one comes in a step, and it comes last. */
export type Command =
  /** Start these one after another, or with the one before; no more after the first failure. Answered by the fact `started`. */
  | { readonly type: 'start'; readonly orders: readonly StartOrder[] }
  /** Stop these one after another in this order, or all at once. Answered by the fact `stopped`. */
  | { readonly type: 'stop'; readonly orders: readonly StopOrder[]; readonly together: boolean }
  /** After a time within this range, put the fact `due` with this round into the supervisor's own queue. */
  | { readonly type: 'delay'; readonly id: string; readonly round: number; readonly fromMs: number; readonly toMs: number }
  /** Put a retry for this child at the end of the supervisor's own queue. */
  | { readonly type: 'retry'; readonly id: string }
  /** The message that this child was handling when it ended is a dead letter: its next incarnation must not try it again. */
  | { readonly type: 'setAside'; readonly id: string }
  | { readonly type: 'reply'; readonly ticket: number; readonly reply: SupervisorReply }
  /** The child is no longer in the table: what is kept of it beyond the table can go. */
  | { readonly type: 'forget'; readonly id: string }
  /** Something was decided about a child; `explain` says it for a person. */
  | { readonly type: 'decided'; readonly occasion: Occasion }
  /** The initial start is complete. */
  | { readonly type: 'up' }
  /** The supervisor ends: no child lives. After a failed initial start with the cause of the failure. */
  | { readonly type: 'exit'; readonly reason: ExitReason }
