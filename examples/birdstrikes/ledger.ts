import { actor, message } from '../../src/index.ts'
import type { Bug } from './bug.ts'
import type { Report } from './csv.ts'
import { blankLedger, entered, type LedgerState } from './ledger-state.ts'
import type { Notices } from './notices.ts'

/** One operator's reports: what they cost in all, and which one cost most. Damage is passed on as a notice. */
export const ledger = (bug: Bug, notices: Notices) =>
  actor('ledger', {
    initial: ({ operator }: { operator: string }): LedgerState => blankLedger(operator),
    handlers: ({ call, cast }) => ({
      apply: cast(message<Pick<Report, 'row' | 'cost' | 'text' | 'isDamaged'>>(), ({ state, input, ctx }) => {
        // It leaves when the turn is committed: a turn that fails sends nothing, and one that is repeated sends it once.
        if (input.isDamaged) void ctx.ref(notices, 'notices').cast.add(input.row)
        const next = entered(state, input)
        bug('ledger', input.row, ctx.attempt)
        return next
      }),
      balance: call(({ state: { reports, totalCost } }) => ({ reply: { reports, totalCost } })),
    }),
  })
