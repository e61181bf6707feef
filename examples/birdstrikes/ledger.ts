import { actor, message } from '../../src/index.ts'
import type { Bug } from './bug.ts'
import { link } from './chain.ts'
import type { Report } from './csv.ts'

/** What one operator's ledger has come to. */
export interface LedgerState {
  readonly operator: string
  readonly reports: number
  readonly totalCost: number
  readonly costliest: { readonly row: number; readonly cost: number } | null
  /** A hash over the rows in the order in which they were applied. */
  readonly chain: string
  /** The numbers of the rows in the order in which they were applied. */
  readonly rows: readonly number[]
}

const blank = { reports: 0, totalCost: 0, costliest: null, chain: '', rows: [] }

/** One operator's reports: what they cost in all, and which one cost most. */
export const ledger = (bug: Bug) =>
  actor('ledger', {
    initial: ({ operator }: { operator: string }): LedgerState => ({ ...blank, operator }),
    handlers: ({ call, cast }) => ({
      apply: cast(message<Pick<Report, 'row' | 'cost' | 'text'>>(), ({ state, input, ctx }) => {
        const next = applied(state, input)
        bug('ledger', input.row, ctx.attempt)
        return next
      }),
      balance: call(({ state: { reports, totalCost } }) => ({ reply: { reports, totalCost } })),
    }),
  })

function applied(state: LedgerState, { row, cost, text }: Pick<Report, 'row' | 'cost' | 'text'>): LedgerState {
  const { operator, reports, totalCost, costliest, chain, rows } = state
  return {
    operator,
    reports: reports + 1,
    totalCost: totalCost + cost,
    costliest: costliest === null || cost > costliest.cost ? { row, cost } : costliest,
    chain: link(chain, text),
    rows: [...rows, row],
  }
}
