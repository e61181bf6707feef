import { createReadStream } from 'node:fs'
import { parse, type Info, type Options } from 'csv-parse'

/** The columns that this job needs. */
const columnOf = { operator: 'Aircraft Airline Operator', cost: 'Cost Total $', speed: 'Speed IAS in knots' } as const

/** A file without this column reports no damage; all others only become part of a row's text. */
const damageColumn = 'Effect Amount of damage'

/** One row of the file. */
export interface Report {
  /** Counts from 1, the line of column names not included. */
  readonly row: number
  readonly operator: string
  /** In dollars; 0 where the file says none. */
  readonly cost: number
  /** As the file has it: empty in many rows. */
  readonly speed: string
  /** True if the aircraft was damaged. */
  readonly isDamaged: boolean
  /** All of the row. */
  readonly text: string
}

/** Where the file goes on, and how its columns are called. */
export interface Position {
  readonly offset: number
  readonly rows: number
  /** Nothing until the first line is read. */
  readonly columns: readonly string[] | null
}

type Row = Readonly<Record<string, string | undefined>>

const dialect: Options = { bom: true, relax_column_count: true, relax_quotes: true, skip_empty_lines: true }

/** Reads the next rows of a file, at most `limit`, and where it goes on after them. Holds nothing open between two calls. */
export async function readBatch(
  file: string,
  { offset, rows, columns }: Position,
  limit: number,
): Promise<{ readonly reports: readonly Report[]; readonly next: Position; readonly isEnd: boolean }> {
  let names = columns
  const nameColumns = (header: string[]): string[] => {
    names = header
    return header
  }
  const input = createReadStream(file, { start: offset })
  const parser = parse({ ...dialect, columns: columns === null ? nameColumns : [...columns], info: true, to: limit })
  input.once('error', (error) => parser.destroy(error)).pipe(parser)
  const reports: Report[] = []
  let bytes = 0
  try {
    for await (const { record, info } of parser as AsyncIterable<{ readonly record: Row; readonly info: Info }>) {
      reports.push(reportOf(record, rows + reports.length + 1))
      bytes = info.bytes
    }
  } finally {
    input.destroy()
  }
  const isEnd = reports.length < limit
  // Empty lines at the end belong to no row, and are read all the same.
  if (isEnd) bytes = input.bytesRead
  return { reports, next: { offset: offset + bytes, rows: rows + reports.length, columns: names }, isEnd }
}

/** Reads a file from its beginning to its end in one pass. Throws before the first row if a column is missing. */
export async function* readAll(file: string): AsyncGenerator<Report> {
  const columns = (header: string[]): string[] => {
    const missing = Object.values(columnOf).filter((name) => !header.includes(name))
    if (missing.length > 0) throw new Error(`it has no column ${missing.map((name) => JSON.stringify(name)).join(', ')}`)
    return header
  }
  const input = createReadStream(file)
  const parser = parse({ ...dialect, columns })
  input.once('error', (error) => parser.destroy(error)).pipe(parser)
  let row = 0
  for await (const record of parser as AsyncIterable<Row>) {
    row += 1
    yield reportOf(record, row)
  }
}

/** The number in a field; nothing if there is none. */
export function numberIn(field: string): number | undefined {
  const text = field.trim().replaceAll(',', '')
  // JSON has no -0.
  const number = Number(text) + 0
  return text === '' || !Number.isFinite(number) ? undefined : number
}

function reportOf(record: Row, row: number): Report {
  return {
    row,
    operator: operatorIn(record[columnOf.operator] ?? ''),
    cost: numberIn(record[columnOf.cost] ?? '') ?? 0,
    speed: record[columnOf.speed] ?? '',
    isDamaged: !['', 'none'].includes((record[damageColumn] ?? '').trim().toLowerCase()),
    text: JSON.stringify(Object.values(record)),
  }
}

/** A name that can be the key of an actor, whatever the file holds. */
function operatorIn(field: string): string {
  const name = [...field.replaceAll('\0', '').trim()].slice(0, 200).join('')
  return name === '' ? '(no operator)' : name
}
