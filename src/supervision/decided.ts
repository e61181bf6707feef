import type { ExitReason } from '../protocol/exit-reason.ts'
import type { MessageInfo } from '../runtime/message.ts'
import type { ChildSpec } from './child-spec.ts'
import type { Command } from './commands.ts'
import { explain, type Verdict } from './explain.ts'
import type { Memory } from './memory.ts'

/** Tells what is made of an exit or of a failed start. A restart that is done for it has been counted already. */
export function decided(memory: Memory, what: {
  readonly verdict: Verdict
  readonly spec: ChildSpec
  /** Which incarnation ended; nothing for a failed start, which has none. */
  readonly incarnation?: number
  readonly reason: ExitReason
  /** What it was handling, if it was handling anything. */
  readonly message?: MessageInfo | undefined
  /** Nobody goes along with its restart. */
  readonly isAlone?: boolean
  readonly nowMs: number
}): Command {
  const { verdict, spec, incarnation, reason, message, nowMs } = what
  const { budget } = memory
  const strategy = what.isAlone === true ? 'one_for_one' : memory.strategy
  const budgetLeft = budget.budgetLeft(nowMs)
  const occasion = { verdict, spec, incarnation, reason, message, strategy, budgetLeft, limit: budget.limit }
  return { type: 'decided', decision: explain(occasion) }
}
