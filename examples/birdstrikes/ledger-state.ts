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

export function blankLedger(operator: string): LedgerState {
  return { operator, reports: 0, totalCost: 0, costliest: null, chain: '', rows: [] }
}

/** A ledger with one more report. */
export function entered(state: LedgerState, { row, cost, text }: Pick<Report, 'row' | 'cost' | 'text'>): LedgerState {
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
