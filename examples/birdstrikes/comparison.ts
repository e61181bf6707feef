import Database from 'better-sqlite3'
import { statSync } from 'node:fs'
import { addUp, type Expected } from './expected.ts'
import type { LedgerState } from './ledger-state.ts'
import type { NoticesState } from './notices.ts'
import type { ReaderState } from './reader.ts'
import type { StatisticsState } from './statistics-state.ts'
import { tally, type Tally } from './tally.ts'

/** What the database holds, compared with the file. */
export interface Comparison extends Tally {
  /** Rows of the file. */
  readonly rows: number
  readonly operators: number
  /** Everything that differs, a sentence each; empty if the database is exact. */
  readonly differences: readonly string[]
}

interface ActorRow {
  readonly actor: string
  readonly state: string
}

/** Everything in the database, read by plain SQL. */
interface Found {
  readonly ledgers: ReadonlyMap<string, LedgerState>
  readonly notices: NoticesState | undefined
  readonly statistics: StatisticsState | undefined
  readonly reader: ReaderState | undefined
  /** What must not be there, by what it is. */
  readonly leftovers: Readonly<Record<string, number>>
  readonly integrity: string
}

/** Compares a database with the file that it was made from. It knows the tables and nothing of the library that wrote them. */
export async function compare({ database, file }: { readonly database: string; readonly file: string }): Promise<Comparison> {
  const expected = await addUp(file)
  const found = readDatabase(database)
  const counts = countRows(expected, found)
  const differences = [
    ...(found.integrity === 'ok' ? [] : [`SQLite finds the file damaged: ${found.integrity}`]),
    ...Object.entries(found.leftovers).flatMap(([what, count]) => (count === 0 ? [] : [`${what}: ${count}, expected 0`])),
    ...ledgerDifferences(expected, found),
    ...noticeDifferences(expected, found),
    ...differencesBetween('statistics', expected.statistics, found.statistics),
    ...differencesBetween('reader', { offset: statSync(file).size, rows: expected.rows, isDone: true }, found.reader),
  ]
  return { rows: expected.rows, operators: expected.ledgers.size, ...counts, differences }
}

function readDatabase(path: string): Found {
  const database = new Database(path, { readonly: true, fileMustExist: true })
  try {
    const count = (sql: string): number => Number(database.prepare(sql).pluck().get())
    const rows = database.prepare('SELECT actor, state FROM actors_now WHERE state IS NOT NULL').all() as ActorRow[]
    // A state is JSON in a wrapper: {"json": …}.
    const states = new Map(rows.map(({ actor, state }) => [actor, (JSON.parse(state) as { json: unknown }).json]))
    const ledgers = [...states].filter(([actor]) => actor.startsWith('ledgers/')).map(([, state]) => state as LedgerState)
    return {
      ledgers: new Map(ledgers.map((state) => [state.operator, state])),
      notices: states.get('notices') as NoticesState | undefined,
      statistics: states.get('statistics') as StatisticsState | undefined,
      reader: states.get('reader') as ReaderState | undefined,
      leftovers: {
        'messages accepted and not applied': count('SELECT count(*) FROM waiting'),
        'dead letters': count('SELECT count(*) FROM dead_letter'),
        'timers': count('SELECT count(*) FROM timer'),
      },
      integrity: String(database.pragma('integrity_check', { simple: true })),
    }
  } finally {
    database.close()
  }
}

/** Counts row by row in ledgers and notices; that the statistics have each row once is seen from their chain. */
function countRows({ ledgers, damaged, rows }: Expected, found: Found): Tally {
  return tally(rows, [
    ...[...ledgers].map(([operator, { rows: wanted }]) => ({ wanted, found: found.ledgers.get(operator)?.rows ?? [] })),
    { wanted: damaged, found: found.notices?.rows ?? [] },
  ])
}

/** Ledgers give notices side by side: their order among each other is open. */
function noticeDifferences({ damaged }: Expected, { notices }: Found): readonly string[] {
  const inOrder = notices && { rows: notices.rows.toSorted((a, b) => a - b) }
  return differencesBetween('notices', { rows: damaged }, inOrder)
}

function ledgerDifferences({ ledgers }: Expected, found: Found): readonly string[] {
  const nameOf = (operator: string): string => `ledger of ${operator}`
  const strangers = [...found.ledgers.keys()].filter((operator) => !ledgers.has(operator))
  return [
    ...[...ledgers].flatMap(([operator, ledger]) => differencesBetween(nameOf(operator), ledger, found.ledgers.get(operator))),
    ...strangers.map((operator) => `${nameOf(operator)}: it is not in the file`),
  ]
}

function differencesBetween(what: string, expected: object, found: object | undefined): readonly string[] {
  if (found === undefined) return [`${what}: it is not in the database`]
  const values: Readonly<Record<string, unknown>> = { ...found }
  return Object.entries(expected).flatMap(([field, value]) => {
    const [wanted, got] = [JSON.stringify(value), JSON.stringify(values[field]) ?? 'nothing']
    return wanted === got ? [] : [`${what}: ${field} is ${shortened(got)}, expected ${shortened(wanted)}`]
  })
}

function shortened(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 40)}… (${text.length} characters)`
}
