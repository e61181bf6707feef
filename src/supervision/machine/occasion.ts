import type { ExitReason } from '../../protocol/exit-reason.ts'
import type { MessageInfo } from '../../runtime/message.ts'
import type { DelayRange } from '../specs/backoff.ts'
import type { ChildSpec } from '../specs/child-spec.ts'
import type { Wish } from '../specs/decide.ts'
import type { Intensity } from '../specs/intensity.ts'
import type { Strategy } from '../specs/strategy.ts'

/** What a supervisor makes of an exit or of a failed start. */
export type Verdict =
  /** Of an exit. */
  | 'restart'
  | 'leave'
  | 'remove'
  | 'shut down'
  | 'give up'
  | 'escalate'
  | 'hold'
  /** Of a gate that has opened. */
  | 'pass'
  /** Of a failed restart, the second one when its retry finds no budget. */
  | 'retry'
  | 'give up retrying'
  /** Of a failed start of the supervisor's own, of `startChild`, of `restartChild`. */
  | 'not started'
  | 'not added'
  | 'still down'

/** A verdict, and what a sentence about it needs. */
export interface Occasion {
  readonly verdict: Verdict
  readonly spec: ChildSpec
  readonly incarnation: number | undefined
  readonly reason: ExitReason
  readonly message?: MessageInfo | undefined
  /** Whom the restart takes along. */
  readonly strategy: Strategy
  /** What the restart waits for. */
  readonly pause?: Pause | undefined
  /** It would have been restarted, but for its own limit. */
  readonly isFinal?: boolean | undefined
  /** What `decide` said of the exit, and how it failed if it did. */
  readonly wish?: Wish | undefined
  readonly problem?: ExitReason | undefined
  readonly budgetLeft: number
  readonly limit: Intensity
}

/** A delay, or that of a sibling. */
export type Pause = DelayRange | 'group'
