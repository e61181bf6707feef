/** What SQLite takes and gives as one value here. */
export type SqlValue = string | number | null

/** One row, by the names of its columns. */
export type SqlRow = Readonly<Record<string, unknown>>

export interface SqlStatement {
  run(...values: SqlValue[]): unknown
  get(...values: SqlValue[]): unknown
  all(...values: SqlValue[]): unknown[]
}

/** An open database: that of better-sqlite3, or `DatabaseSync` of `node:sqlite`. */
export interface SqlHandle {
  exec(sql: string): unknown
  prepare(sql: string): SqlStatement
}

/** A handle that we opened, and so have to close. */
export interface OwnHandle extends SqlHandle {
  close(): unknown
}

/** The one value that a query or a pragma gives. */
export function readValue(handle: SqlHandle, sql: string): unknown {
  const row = handle.prepare(sql).get() as SqlRow | undefined
  return row === undefined ? undefined : Object.values(row)[0]
}
