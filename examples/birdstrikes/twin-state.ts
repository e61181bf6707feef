import { createReadStream, existsSync, readFileSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Position } from './csv.ts'
import type { LedgerState } from './ledger-state.ts'
import { blankStatistics, type StatisticsState } from './statistics-state.ts'

/** The two files of the plain twin. */
export interface TwinPlace {
  /** Totals and offset. */
  readonly totals: string
  /** A line for each notice, only ever appended to. */
  readonly notices: string
}

/** What the plain twin knows. */
export interface TwinState {
  position: Position
  ledgers: LedgerState[]
  statistics: StatisticsState
  /** The rows that the statistics have seen. */
  measuredRows: number[]
}

export function twinIn(directory: string): TwinPlace {
  return { totals: join(directory, 'twin.json'), notices: join(directory, 'twin-notices.txt') }
}

/** What was saved last, or the state of a twin that has not begun. */
export function loadTwin({ totals }: TwinPlace): TwinState {
  if (existsSync(totals)) return JSON.parse(readFileSync(totals, 'utf8')) as TwinState
  return { position: { offset: 0, rows: 0, columns: null }, ledgers: [], statistics: blankStatistics, measuredRows: [] }
}

/** Totals and offset are there together, or those from before: as safe as one file can be made. */
export async function saveTwin({ totals }: TwinPlace, state: TwinState): Promise<void> {
  const file = await open(`${totals}.new`, 'w')
  try {
    await file.writeFile(JSON.stringify(state))
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${totals}.new`, totals)
}

/** The rows that notices were given for, in their order. */
export async function noticedRows({ notices }: TwinPlace): Promise<readonly number[]> {
  if (!existsSync(notices)) return []
  const rows: number[] = []
  for await (const line of createInterface({ input: createReadStream(notices) })) rows.push(Number(line))
  return rows
}
