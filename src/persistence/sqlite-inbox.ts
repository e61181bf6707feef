import type { MessageRow } from './records.ts'
import type { SqlHandle, SqlStatement, SqlValue } from './sqlite-handle.ts'
import { addMessage, queries } from './sqlite-queries.ts'
import { messageCrc } from './sqlite-rows.ts'

/** Rows of one statement: more of them gain little. */
const rowsPerStatement = 16

/**
 * Writes messages to their journals, many rows by one statement, which takes two thirds of the time that one by one takes. What was
 * added last is in the table only when it was flushed: before anything else looks at the table, and before the commit.
 */
export class SqliteInbox {
  readonly #one: SqlStatement
  readonly #many: SqlStatement
  #rows: MessageRow[] = []

  constructor(handle: SqlHandle) {
    this.#one = handle.prepare(queries.addMessage)
    this.#many = handle.prepare(addMessage(rowsPerStatement))
  }

  add(row: MessageRow): void {
    this.#rows.push(row)
    if (this.#rows.length === rowsPerStatement) this.flush()
  }

  flush(): void {
    const rows = this.#rows
    if (rows.length === 0) return
    this.#rows = []
    if (rows.length === rowsPerStatement) {
      const values: SqlValue[] = []
      for (const row of rows) pushColumns(values, row)
      this.#many.run(...values)
      return
    }
    for (const row of rows) {
      const values: SqlValue[] = []
      pushColumns(values, row)
      this.#one.run(...values)
    }
  }

  /** The transaction was given up, and these with it. */
  forget(): void {
    this.#rows = []
  }
}

function pushColumns(values: SqlValue[], row: MessageRow): void {
  values.push(row.actor, row.seq, row.kind, row.name, row.input, row.sender, row.key, messageCrc(row))
}
