import type { ActorId } from '../protocol/actor-id.ts'
import type { MessageRow } from './records.ts'
import type { SqlHandle, SqlStatement, SqlValue } from './sqlite-handle.ts'
import { addAlike, addMessage, queries } from './sqlite-queries.ts'
import { messageCrc } from './sqlite-rows.ts'

/** Rows of one statement: more of them gain little. */
const rowsPerStatement = 16
const alikePerStatement = [64, 16] as const
const mostHeld = 512

/**
 * Writes messages to their journals, many rows by one statement: for messages of all kinds that takes two thirds of the time that
 * one by one takes, and a quarter for a run of those that are alike. What was added last is in the table only when it was flushed:
 * before anything else looks at the table, and before the commit.
 */
export class SqliteInbox {
  readonly #one: SqlStatement
  readonly #many: SqlStatement
  readonly #alike: readonly { readonly size: number; readonly statement: SqlStatement }[]
  #rows: MessageRow[] = []

  constructor(handle: SqlHandle) {
    this.#one = handle.prepare(queries.addMessage)
    this.#many = handle.prepare(addMessage(rowsPerStatement))
    this.#alike = alikePerStatement.map((size) => ({ size, statement: handle.prepare(addAlike(size)) }))
  }

  add(row: MessageRow): void {
    this.#rows.push(row)
    if (this.#rows.length === mostHeld) this.flush()
  }

  /** What goes before: rows that take the place of others in a page cost less than those that come beside them. */
  flushBefore(actor: ActorId, dropTo: number): void {
    if (this.#rows.some((row) => row.actor === actor && row.seq <= dropTo)) this.flush()
  }

  flush(): void {
    const rows = this.#rows
    if (rows.length === 0) return
    this.#rows = []
    const others: MessageRow[] = []
    for (let from = 0; from < rows.length;) {
      const to = endOfRun(rows, from)
      const left = this.#writeAlike(rows, from, to)
      for (let i = left; i < to; i += 1) others.push(rows[i] as MessageRow)
      from = to
    }
    this.#writeOthers(others)
  }

  /** The transaction was given up, and these with it. */
  forget(): void {
    this.#rows = []
  }

  /** Gives how far it came: what is left are too few for one statement. */
  #writeAlike(rows: readonly MessageRow[], first: number, to: number): number {
    let from = first
    for (const { size, statement } of this.#alike)
      for (; to - from >= size; from += size) {
        const { actor, seq, kind, name, sender } = rows[from] as MessageRow
        const values: SqlValue[] = [actor, seq, kind, name, sender]
        for (let i = from; i < from + size; i += 1) {
          const row = rows[i] as MessageRow
          values.push(row.input, messageCrc(row))
        }
        statement.run(...values)
      }
    return from
  }

  #writeOthers(rows: readonly MessageRow[]): void {
    let from = 0
    for (; rows.length - from >= rowsPerStatement; from += rowsPerStatement) {
      const values: SqlValue[] = []
      for (let i = from; i < from + rowsPerStatement; i += 1) pushColumns(values, rows[i] as MessageRow)
      this.#many.run(...values)
    }
    for (; from < rows.length; from += 1) {
      const values: SqlValue[] = []
      pushColumns(values, rows[from] as MessageRow)
      this.#one.run(...values)
    }
  }
}

/** Where the run of messages that begins at `from` ends: each follows the one before, and differs from it only in what it says. */
function endOfRun(rows: readonly MessageRow[], from: number): number {
  const first = rows[from] as MessageRow
  if (first.key !== null) return from + 1
  let to = from + 1
  for (; to < rows.length; to += 1) {
    const { actor, seq, kind, name, sender, key } = rows[to] as MessageRow
    if (key !== null || seq !== first.seq + to - from || name !== first.name || kind !== first.kind) break
    if (actor !== first.actor || sender !== first.sender) break
  }
  return to
}

function pushColumns(values: SqlValue[], row: MessageRow): void {
  values.push(row.actor, row.seq, row.kind, row.name, row.input, row.sender, row.key, messageCrc(row))
}
