import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { OwnHandle, SqlStatement } from './sqlite-handle.ts'
import {
  exportFormat,
  importFailure,
  isEnd,
  isHead,
  isRow,
  notWhole,
  readLine,
  type ExportEnd,
  type ExportHead,
  type ExportRow,
} from './sqlite-export-format.ts'
import { createSchema, schemaVersion, upgradeSchema } from './sqlite-schema.ts'
import { columnsOf, tablesOf } from './sqlite-tables.ts'

/** What has been imported. */
export interface ImportReport {
  readonly storeId: string
  /** How many rows of each table were in the export. */
  readonly rows: Readonly<Record<string, number>>
}

/**
 * Fills a new database with what is in an export, and brings it up to date. All of it is read before anything counts: what is
 * cut off or changed is refused.
 */
export async function readExport(from: string, handle: OwnHandle): Promise<ImportReport> {
  handle.exec('PRAGMA synchronous = OFF')
  handle.exec('BEGIN IMMEDIATE')
  const reader = new ExportReader(from, handle)
  for await (const line of linesOf(from)) reader.take(line)
  const report = reader.end()
  handle.exec('COMMIT')
  return report
}

class ExportReader {
  readonly #from: string
  readonly #handle: OwnHandle
  readonly #sum = createHash('sha256')
  readonly #inserts = new Map<string, Insert>()
  readonly #rows: Record<string, number> = {}
  #head: ExportHead | undefined
  #end: ExportEnd['end'] | undefined

  constructor(from: string, handle: OwnHandle) {
    this.#from = from
    this.#handle = handle
  }

  take(text: string): void {
    if (this.#end !== undefined) throw notWhole(this.#from, 'goes on behind its last line')
    if (this.#head === undefined) this.#begin(text)
    else {
      const line = readLine(text, this.#from)
      if (isEnd(line)) {
        this.#end = line.end
        return
      }
      if (!isRow(line)) throw notWhole(this.#from, 'has two first lines')
      this.#add(line)
    }
    this.#sum.update(`${text}\n`)
  }

  end(): ImportReport {
    const [head, end] = [this.#head, this.#end]
    if (head === undefined) throw noExport(this.#from)
    if (end === undefined) throw notWhole(this.#from, 'has no last line: it was cut off')
    if (end.sha256 !== this.#sum.digest('hex')) throw notWhole(this.#from, 'is not what was written: its checksum does not match')
    upgradeSchema(this.#handle, this.#from, head.schema)
    return { storeId: head.storeId, rows: this.#rows }
  }

  #begin(text: string): void {
    const head = headIn(text)
    if (head === undefined) throw noExport(this.#from)
    if (head.format !== exportFormat || head.schema > schemaVersion)
      throw importFailure(
        this.#from,
        'newer-schema',
        `was written by a newer coppice (format ${head.format}, schema ${head.schema}). Update coppice`,
      )
    createSchema(this.#handle, head.schema)
    for (const table of tablesOf(this.#handle)) {
      this.#inserts.set(table, insertInto(this.#handle, table))
      this.#rows[table] = 0
    }
    this.#head = head
  }

  #add({ table, row }: ExportRow): void {
    const insert = this.#inserts.get(table)
    const names = Object.keys(row)
    if (insert === undefined || names.length !== insert.columns.length || !insert.columns.every((name) => name in row))
      throw notWhole(this.#from, `has a row of ${JSON.stringify(table)} that does not fit into its tables`)
    insert.statement.run(...insert.columns.map((name) => row[name] ?? null))
    this.#rows[table] = (this.#rows[table] ?? 0) + 1
  }
}

interface Insert {
  readonly columns: readonly string[]
  readonly statement: SqlStatement
}

function insertInto(handle: OwnHandle, table: string): Insert {
  const columns = columnsOf(handle, table)
  const places = columns.map(() => '?').join(', ')
  return { columns, statement: handle.prepare(`INSERT INTO "${table}" (${columns.join(', ')}) VALUES (${places})`) }
}

function headIn(text: string): ExportHead | undefined {
  try {
    const line = readLine(text, '')
    return isHead(line) && Number.isSafeInteger(line.schema) && line.schema >= 1 ? line : undefined
  } catch {
    return undefined
  }
}

function noExport(from: string): Error {
  return importFailure(from, 'not-a-store', 'is no export of a store. Give the path of one that exportTo has written')
}

/** The lines of a file, without what ends them; a last line that does not end is none. */
async function* linesOf(path: string): AsyncGenerator<string> {
  let begun: Buffer[] = []
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    let start = 0
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      yield Buffer.concat([...begun, chunk.subarray(start, end)]).toString('utf8')
      begun = []
      start = end + 1
    }
    if (start < chunk.length) begun.push(chunk.subarray(start))
  }
  if (begun.length > 0) yield Buffer.concat(begun).toString('utf8')
}
