import { createHash } from 'node:crypto'
import { numberIn, readAll } from './csv.ts'
import type { LedgerState } from './ledger-state.ts'
import type { StatisticsState } from './statistics-state.ts'

/** Everything in the file, added up in one straight pass. */
export interface Expected {
  readonly ledgers: ReadonlyMap<string, Omit<LedgerState, 'operator'>>
  readonly statistics: StatisticsState
  /** The rows that report damage. */
  readonly damaged: readonly number[]
  readonly rows: number
}

type Growing<T> = { -readonly [Field in keyof T]: T[Field] extends readonly (infer Item)[] ? Item[] : T[Field] }

/** Adds a file up by its own lines: it shares no rule with those who are checked. */
export async function addUp(file: string): Promise<Expected> {
  const ledgers = new Map<string, Growing<Omit<LedgerState, 'operator'>>>()
  const statistics: Growing<StatisticsState> = { measured: 0, refused: 0, sumOfKnots: 0, fastest: null, chain: '' }
  const damaged: number[] = []
  let rows = 0
  for await (const { row, operator, cost, speed, isDamaged, text } of readAll(file)) {
    rows += 1
    if (isDamaged) damaged.push(row)
    const ledger = ledgers.get(operator) ?? { reports: 0, totalCost: 0, costliest: null, chain: '', rows: [] }
    ledgers.set(operator, ledger)
    ledger.reports += 1
    ledger.totalCost += cost
    if (ledger.costliest === null || cost > ledger.costliest.cost) ledger.costliest = { row, cost }
    ledger.chain = sha256(`${ledger.chain}\n${text}`)
    ledger.rows.push(row)
    statistics.chain = sha256(`${statistics.chain}\n${row} ${speed}`)
    const knots = numberIn(speed)
    if (knots === undefined) {
      statistics.refused += 1
      continue
    }
    statistics.measured += 1
    statistics.sumOfKnots += knots
    if (statistics.fastest === null || knots > statistics.fastest.knots) statistics.fastest = { row, knots }
  }
  return { ledgers, statistics, damaged, rows }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
