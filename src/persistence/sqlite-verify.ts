import { displayId, type ActorId } from '../protocol/actor-id.ts'
import { CoppiceError } from '../protocol/errors.ts'
import { superjsonCodec } from '../serialization/superjson-codec.ts'
import { ActorTable } from './actor-table.ts'
import type { Checked } from './records.ts'
import { readRemains } from './reviving.ts'
import { readValue, type OwnHandle, type SqlRow } from './sqlite-handle.ts'
import { toLink, toOutbox, toPair } from './sqlite-link-records.ts'
import { SqliteRecords } from './sqlite-records.ts'
import { toAnswer, toEffect, toEntry, toExit, toMember, toPastEntry, toRestarts } from './sqlite-rows.ts'
import { rowsOf } from './sqlite-tables.ts'
import { StoredValues } from './stored-values.ts'

/** Something that is wrong with a store. */
export interface StoreFinding {
  /**
   * `pages`: the database itself. `checkpoint`: one that cannot be read, and is passed over for the one before. `actor`: what is
   * kept of it does not fit together, or holds a row that is not what was written; it cannot be started. `row`: another row that
   * is not what was written.
   */
  readonly problem: 'pages' | 'checkpoint' | 'actor' | 'row'
  /** Whose it is, where that is known. */
  readonly actor: ActorId | undefined
  /** In words. */
  readonly text: string
}

/** What was found in a store. */
export interface VerifyReport {
  /** Nothing was found. */
  readonly isSound: boolean
  /** At most 100 of them. */
  readonly findings: readonly StoreFinding[]
  /** How many actors were looked at. */
  readonly actors: number
  readonly bytes: number
}

const mostFindings = 100

/** Reads everything in a database that nobody uses. */
// Async, as those who give it a copy are.
// eslint-disable-next-line @typescript-eslint/require-await
export async function verifyDatabase(handle: OwnHandle, location: string): Promise<VerifyReport> {
  const findings: StoreFinding[] = []
  const found = (finding: StoreFinding): void => {
    if (findings.length < mostFindings) findings.push(finding)
  }
  for (const text of brokenPages(handle)) found({ problem: 'pages', actor: undefined, text })
  const bytes = Number(readValue(handle, 'PRAGMA page_count')) * Number(readValue(handle, 'PRAGMA page_size'))
  let actors = 0
  // A tree of pages that is broken cannot be gone through.
  if (findings.length === 0) {
    actors = checkActors(handle, location, found)
    for (const [table, read] of checkedTables) checkRows(handle, { table, read, found })
  }
  return { isSound: findings.length === 0, findings, actors, bytes }
}

function brokenPages(handle: OwnHandle): readonly string[] {
  try {
    const rows = handle.prepare(`PRAGMA integrity_check(${mostFindings})`).all() as SqlRow[]
    return rows.map(({ integrity_check }) => String(integrity_check)).filter((text) => text !== 'ok')
  } catch (error) {
    return [messageOf(error)]
  }
}

function checkActors(handle: OwnHandle, location: string, found: (finding: StoreFinding) => void): number {
  const records = new SqliteRecords(handle, location)
  const values = new StoredValues(superjsonCodec(), location)
  const ids = records.actorIds()
  for (const actor of ids) {
    try {
      const entry = new ActorTable(records, { lost: new Set(), open: new Set() }).get(actor)
      const { revived } = readRemains({ records, values, entry, rung: 0 })
      for (const { number, problem } of revived.damaged)
        found({ problem: 'checkpoint', actor, text: `checkpoint ${number} of ${displayId(actor)} cannot be read: ${problem}` })
    } catch (error) {
      if (!(error instanceof CoppiceError)) throw error
      found({ problem: 'actor', actor, text: error.message })
    }
  }
  return ids.length
}

type Reader = (columns: SqlRow) => Checked<unknown>

/** Tables with rows that no actor is started from. */
const checkedTables: readonly (readonly [table: string, read: Reader])[] = [
  ['answer', toAnswer],
  ['effect', toEffect],
  ['entry', toEntry],
  ['entry_before', toPastEntry],
  ['member', toMember],
  ['restarts', toRestarts],
  ['exits', toExit],
  ['link', toLink],
  ['link_in', toPair],
  ['link_out', toPair],
  ['outbox', toOutbox],
]

function checkRows(
  handle: OwnHandle,
  { table, read, found }: { readonly table: string; readonly read: Reader; readonly found: (finding: StoreFinding) => void },
): void {
  for (const columns of rowsOf(handle, table)) {
    if (read(columns).isIntact) continue
    const link = columns['link']
    const actor = typeof link === 'string' ? undefined : String(columns['actor'] ?? columns['supervisor'])
    const whose = actor === undefined ? `the link ${JSON.stringify(link)}` : displayId(actor)
    found({ problem: 'row', actor, text: `${table} has a row of ${whose} that is not what was written` })
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
