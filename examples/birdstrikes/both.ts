import { grouped } from './narrator.ts'
import type { Outages } from './outages.ts'
import { tableOf } from './table.ts'
import type { Tally } from './tally.ts'
import { rowsPerSave } from './twin.ts'

/** One of the two programs, after its run. */
export interface Contender {
  readonly name: string
  readonly rows: number
  readonly tally: Tally
  readonly crashes: number
  readonly kills: number
  readonly outages: Outages
}

const head = ['', 'rows', 'applied once', 'lost', 'applied twice', 'crashes', 'kills', 'working again after a kill']

/** What became of the rows in both programs, and how the numbers are to be read. */
export function bothPrograms(contenders: readonly Contender[]): readonly string[] {
  return [...tableOf([head, ...contenders.map(cellsOf)]), '', ...legend]
}

function cellsOf({ name, rows, tally, crashes, kills, outages }: Contender): readonly string[] {
  const numbers = [rows, tally.appliedOnce, tally.lost, tally.twice, crashes, kills]
  return [name, ...numbers.map(grouped), timesOf(outages)]
}

function timesOf({ summary }: Outages): string {
  if (summary === undefined) return 'never killed'
  return `median ${Math.round(summary.medianMs)} ms, worst ${Math.round(summary.worstMs)} ms`
}

const legend = [
  'applied     once in the ledger of its operator, once in the statistics and, where it reports damage, one notice; lost: one of',
  '            them is missing; twice: one of them is there again. Counted from the files that each program left',
  `plain twin  the same job without coppice: saves totals and offset in one file, atomically, every ${rowsPerSave} rows; appends`,
  '            notices to a file at once; logs a row that throws and goes on (to try it again would repeat what had been done).',
  '            Lost by crashes: what a row had not done when it threw. Twice by kills: notices given since the last save',
  'coppice     keeps notices in its own file, as a durable actor; an effect outside of it can be repeated by a kill as well',
]
