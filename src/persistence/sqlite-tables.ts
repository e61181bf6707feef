import type { OwnHandle, SqlHandle, SqlRow } from './sqlite-handle.ts'

/** The tables of a store, in the order in which an export has them. */
export function tablesOf(handle: SqlHandle): readonly string[] {
  const rows = handle
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
    .all()
  return (rows as SqlRow[]).map(({ name }) => String(name))
}

/** The columns of a table, in their order. */
export function columnsOf(handle: SqlHandle, table: string): readonly string[] {
  const rows = handle.prepare('SELECT name FROM pragma_table_info(?) ORDER BY cid').all(table)
  return (rows as SqlRow[]).map(({ name }) => String(name))
}

/** Every row of a table, one after another: a table need not fit into memory. */
export function rowsOf(handle: OwnHandle, table: string): IterableIterator<SqlRow> {
  const statement = handle.prepare(`SELECT * FROM "${table.replaceAll('"', '""')}"`)
  // The handles that we open ourselves are of better-sqlite3.
  return (statement as unknown as { iterate(): IterableIterator<SqlRow> }).iterate()
}
