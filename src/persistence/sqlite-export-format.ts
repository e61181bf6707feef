import { StoreError, type StoreProblem } from '../runtime/errors.ts'
import type { SqlValue } from './sqlite-handle.ts'

/** The version of the format; it changes when the lines do, not when the tables do. */
export const exportFormat = 1

/** The first line of an export. */
export interface ExportHead {
  readonly coppice: 'export'
  readonly format: number
  /** The version of the tables. */
  readonly schema: number
  readonly storeId: string
  readonly epoch: number
  /** ISO 8601, UTC. */
  readonly exportedAt: string
}

/** A line for each row, with its columns by name; the rows of a table stand together. */
export interface ExportRow {
  readonly table: string
  readonly row: Readonly<Record<string, SqlValue>>
}

/** The last line: how many rows of each table there are, and SHA-256, in hex, over every byte before this line. */
export interface ExportEnd {
  readonly end: { readonly rows: Readonly<Record<string, number>>; readonly sha256: string }
}

/** What a line of an export says. Throws `StoreError` if it is none. */
export function readLine(text: string, location: string): ExportHead | ExportRow | ExportEnd {
  const line = parsed(text)
  if (isHead(line) || isRow(line) || isEnd(line)) return line
  throw notWhole(location, `has a line that is none of an export: ${JSON.stringify(text.slice(0, 60))}`)
}

export function isHead(line: object): line is ExportHead {
  return 'coppice' in line && line.coppice === 'export'
}

export function isRow(line: object): line is ExportRow {
  return 'table' in line && 'row' in line && typeof line.table === 'string' && typeof line.row === 'object' && line.row !== null
}

export function isEnd(line: object): line is ExportEnd {
  return 'end' in line && typeof line.end === 'object' && line.end !== null
}

/** The failure to import what is no whole export. */
export function notWhole(location: string, message: string): StoreError {
  return importFailure(location, 'damaged', `${message}. Export it again`)
}

export function importFailure(location: string, problem: StoreProblem, message: string): StoreError {
  return new StoreError({ problem, location, message: `${message}; nothing was imported` })
}

function parsed(text: string): object {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}
