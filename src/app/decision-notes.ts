import { childId } from '../protocol/actor-id.ts'
import { describeReason } from '../protocol/exit-reason.ts'
import type { ExitNote } from '../runtime/persistence.ts'
import { plainReason } from '../serialization/plain-reason.ts'
import type { Comeback, DecisionRecord } from '../supervision/shell/decision-log.ts'

/** What the store keeps of a decision beside what it has columns for. */
type Details = Pick<DecisionRecord, 'supervisorIncarnation' | 'reason' | 'message' | 'budgetLeft' | 'limit' | 'back'>

/** How long a reason is that a person reads in one line. */
const longestReason = 500

/** A decision as the store keeps it, by the process with this epoch. */
export function noteOf(record: DecisionRecord, epoch: number): ExitNote {
  const { supervisor, number, atMs, child, incarnation, decided, why } = record
  const { supervisorIncarnation, message, budgetLeft, limit } = record
  const reason = plainReason(record.reason)
  const back = record.back.map(plainComeback)
  return {
    supervisor,
    epoch,
    number,
    atMs,
    child,
    incarnation,
    reason: describeReason(reason).slice(0, longestReason),
    decided,
    why,
    details: { supervisorIncarnation, reason, message, budgetLeft, limit, back } satisfies Details,
  }
}

/** The decision of a note; nothing if it is not one that was made of a decision. */
export function recordOf({ details, decided, reason: _, ...note }: ExitNote): DecisionRecord | undefined {
  if (!isDetails(details)) return undefined
  return {
    ...note,
    ...details,
    // It was written from one of these.
    decided: decided as DecisionRecord['decided'],
    isEarlier: true,
    id: childId(note.supervisor, note.child),
  }
}

function plainComeback(comeback: Comeback): Comeback {
  return comeback.status === 'failed' ? { ...comeback, reason: plainReason(comeback.reason) } : comeback
}

function isDetails(details: unknown): details is Details {
  if (typeof details !== 'object' || details === null) return false
  const { reason, limit, back } = details as Partial<Details>
  return typeof reason?.type === 'string' && typeof limit === 'object' && Array.isArray(back)
}
