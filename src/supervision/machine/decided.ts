import type { ExitReason } from '../../protocol/exit-reason.ts'
import type { MessageInfo } from '../../runtime/message.ts'
import type { ChildSpec } from '../specs/child-spec.ts'
import type { Command } from './commands.ts'
import type { Wish } from '../specs/decide.ts'
import { explain, type Verdict } from './explain.ts'
import type { Memory } from './memory.ts'
import type { Pause } from './postponing.ts'

/** Tells what is made of an exit or of a failed start. A restart that is done for it has been counted already. */
export function decided(
  memory: Memory,
  what: {
    readonly verdict: Verdict
    readonly spec: ChildSpec
    /** Which incarnation ended; nothing for a failed start, which has none. */
    readonly incarnation?: number
    readonly reason: ExitReason
    /** What it was handling, if it was handling anything. */
    readonly message?: MessageInfo | undefined
    /** Nobody goes along with its restart. */
    readonly isAlone?: boolean
    /** What its restart waits for. */
    readonly pause?: Pause | undefined
    /** It would have been restarted, but for its own limit. */
    readonly isFinal?: boolean
    /** What `decide` said of the exit, and how it failed if it did. */
    readonly wish?: Wish
    readonly problem?: ExitReason
    readonly nowMs: number
  },
): Command {
  const { verdict, spec, incarnation, reason, message, pause, isFinal, wish, problem, nowMs } = what
  const { budget } = memory
  const strategy = what.isAlone === true ? 'one_for_one' : memory.strategy
  const budgetLeft = budget.budgetLeft(nowMs)
  const told = { verdict, spec, incarnation, reason, message, pause, isFinal, wish, problem }
  const occasion = { ...told, strategy, budgetLeft, limit: budget.limit }
  return { type: 'decided', decision: explain(occasion) }
}
