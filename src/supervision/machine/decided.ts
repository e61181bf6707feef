import type { ExitReason } from '../../protocol/exit-reason.ts'
import type { MessageInfo } from '../../runtime/message.ts'
import type { ChildSpec } from '../specs/child-spec.ts'
import type { Command } from './commands.ts'
import type { Wish } from '../specs/decide.ts'
import type { Memory } from './memory.ts'
import type { Pause, Verdict } from './occasion.ts'

/** What it is decided on: an exit, or a failed start. */
interface Cause {
  /** Which incarnation ended; nothing for a failed start, which has none. */
  readonly incarnation?: number
  readonly reason: ExitReason
  /** What it was handling, if it was handling anything. */
  readonly message?: MessageInfo | undefined
  /** What `decide` said of the exit, and how it failed if it did. */
  readonly wish?: Wish
  readonly problem?: ExitReason
  readonly nowMs: number
}

/** Tells what is made of an exit or of a failed start. A restart that is done for it has been counted already. */
export function decided(
  memory: Memory,
  what: {
    readonly verdict: Verdict
    readonly spec: ChildSpec
    readonly fact: Cause
    /** Nobody goes along with its restart. */
    readonly isAlone?: boolean
    /** What its restart waits for. */
    readonly pause?: Pause | undefined
    /** It would have been restarted, but for its own limit. */
    readonly isFinal?: boolean
  },
): Command {
  const { verdict, spec, fact, isAlone = false, pause, isFinal } = what
  const { incarnation, reason, message, wish, problem, nowMs } = fact
  const { budget } = memory
  return {
    type: 'decided',
    occasion: {
      verdict,
      spec,
      incarnation,
      reason,
      message,
      strategy: isAlone ? 'one_for_one' : memory.strategy,
      pause,
      isFinal,
      wish,
      problem,
      budgetLeft: budget.budgetLeft(nowMs),
      limit: budget.limit,
    },
  }
}
