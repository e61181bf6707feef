import Database from 'better-sqlite3'
import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { numberIn, readAll } from './csv.ts'
import type { LedgerState } from './ledger.ts'
import type { ReaderState } from './reader.ts'
import type { StatisticsState } from './statistics.ts'

/** What the database holds, compared with the file. */
export interface Comparison {
  /** Rows of the file. */
  readonly rows: number
  readonly operators: number
  readonly appliedOnce: number
  readonly lost: number
  readonly twice: number
  /** Everything that differs, a sentence each; empty if the database is exact. */
  readonly differences: readonly string[]
}

/** Everything in the file, added up in one straight pass. */
interface Expected {
  readonly ledgers: ReadonlyMap<string, Omit<LedgerState, 'operator'>>
  readonly statistics: StatisticsState
  readonly rows: number
}

type Growing<T> = { -readonly [Field in keyof T]: T[Field] extends readonly (infer Item)[] ? Item[] : T[Field] }

interface ActorRow {
  readonly actor: string
  readonly state: string
}

/** Everything in the database, read by plain SQL. */
interface Found {
  readonly ledgers: ReadonlyMap<string, LedgerState>
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
    ...differencesBetween('statistics', expected.statistics, found.statistics),
    ...differencesBetween('reader', { offset: statSync(file).size, rows: expected.rows, isDone: true }, found.reader),
  ]
  return { rows: expected.rows, operators: expected.ledgers.size, ...counts, differences }
}

async function addUp(file: string): Promise<Expected> {
  const ledgers = new Map<string, Growing<Omit<LedgerState, 'operator'>>>()
  const statistics: Growing<StatisticsState> = { measured: 0, refused: 0, sumOfKnots: 0, fastest: null, chain: '' }
  let rows = 0
  for await (const { row, operator, cost, speed, text } of readAll(file)) {
    rows += 1
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
  return { ledgers, statistics, rows }
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

/** Counts in the ledgers, row by row; a row that is in the ledger of another operator is lost. */
function countRows({ ledgers, rows }: Expected, found: Found): Pick<Comparison, 'appliedOnce' | 'lost' | 'twice'> {
  let [appliedOnce, lost, twice] = [0, 0, 0]
  for (const [operator, { rows: own }] of ledgers) {
    const times = new Map<number, number>()
    for (const row of found.ledgers.get(operator)?.rows ?? []) times.set(row, (times.get(row) ?? 0) + 1)
    for (const row of own) {
      const applied = times.get(row) ?? 0
      if (applied === 0) lost += 1
      else if (applied === 1) appliedOnce += 1
      else twice += 1
    }
  }
  if (appliedOnce + lost + twice !== rows) throw new Error(`${rows} rows were read, and ${appliedOnce + lost + twice} counted`)
  return { appliedOnce, lost, twice }
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

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
