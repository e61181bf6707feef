import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { readValue, type OwnHandle, type SqlRow, type SqlValue } from './sqlite-handle.ts'
import { exportFormat, type ExportEnd, type ExportHead, type ExportRow } from './sqlite-export-format.ts'
import { rowsOf, tablesOf } from './sqlite-tables.ts'

/** What an export holds. */
export interface ExportReport {
  readonly path: string
  /** How many rows of each table. */
  readonly rows: Readonly<Record<string, number>>
}

/** How many characters are written at once; meanwhile others have their turn. */
const piece = 256 * 1024

/** Writes everything in a database that nobody uses as lines of JSON. */
export async function writeExport(handle: OwnHandle, path: string, wallMs: number): Promise<ExportReport['rows']> {
  const file = await open(path, 'w', 0o600)
  const sum = createHash('sha256')
  const rows: Record<string, number> = {}
  let text = `${JSON.stringify(headOf(handle, wallMs))}\n`
  const flush = async (): Promise<void> => {
    sum.update(text)
    await file.appendFile(text)
    text = ''
  }
  try {
    for (const table of tablesOf(handle)) {
      rows[table] = 0
      for (const row of rowsOf(handle, table)) {
        // It says what the last owner wrote last, to itself.
        if (table === 'meta' && row['name'] === 'last_group') continue
        rows[table] += 1
        text += `${JSON.stringify(lineOf(table, row))}\n`
        if (text.length >= piece) await flush()
      }
    }
    await flush()
    const end: ExportEnd = { end: { rows, sha256: sum.digest('hex') } }
    await file.appendFile(`${JSON.stringify(end)}\n`)
    return rows
  } finally {
    await file.close()
  }
}

function headOf(handle: OwnHandle, wallMs: number): ExportHead {
  const fact = (name: string): unknown => readValue(handle, `SELECT value FROM meta WHERE name = '${name}'`)
  return {
    coppice: 'export',
    format: exportFormat,
    schema: Number(readValue(handle, 'PRAGMA user_version')),
    storeId: String(fact('store_id')),
    epoch: Number(fact('epoch')),
    exportedAt: new Date(wallMs).toISOString(),
  }
}

function lineOf(table: string, row: SqlRow): ExportRow {
  // Our tables hold texts and numbers only.
  return { table, row: row as Readonly<Record<string, SqlValue>> }
}
