import Database from 'better-sqlite3'
import type { Sync } from '../databases.ts'

/**
 * The least that keeps state in SQLite: prepared statements and groups, with the settings of coppice's own store. The caller
 * brings the states as text, in the same form.
 */
export class RawStore {
  readonly #database: Database.Database
  readonly #begin: Database.Statement<[]>
  readonly #commit: Database.Statement<[]>
  readonly #putState: Database.Statement<[string, number, string]>
  readonly #addMessage: Database.Statement<[string, number, string, string]>
  readonly #dropMessages: Database.Statement<[string, number]>

  constructor(path: string, sync: Sync) {
    this.#database = openRaw(path, sync)
    this.#database.exec(tables)
    this.#begin = this.#database.prepare('BEGIN IMMEDIATE')
    this.#commit = this.#database.prepare('COMMIT')
    this.#putState = this.#database.prepare(`INSERT INTO state (actor, number, state) VALUES (?, ?, ?)
      ON CONFLICT (actor) DO UPDATE SET number = excluded.number, state = excluded.state`)
    this.#addMessage = this.#database.prepare('INSERT INTO inbox (actor, seq, name, input) VALUES (?, ?, ?, ?)')
    this.#dropMessages = this.#database.prepare('DELETE FROM inbox WHERE actor = ? AND seq <= ?')
  }

  /** Does `write` in one transaction. */
  group(write: () => void): void {
    this.#begin.run()
    write()
    this.#commit.run()
  }

  putState(actor: string, number: number, state: string): void {
    this.#putState.run(actor, number, state)
  }

  addMessage(actor: string, seq: number, input: string): void {
    this.#addMessage.run(actor, seq, 'deposit', input)
  }

  dropMessages(actor: string, seq: number): void {
    this.#dropMessages.run(actor, seq)
  }

  close(): void {
    this.#database.close()
  }
}

/** A new database with the settings of coppice's own store. */
export function openRaw(path: string, sync: Sync): Database.Database {
  const database = new Database(path)
  for (const setting of settings) database.exec(`PRAGMA ${setting}`)
  database.exec(`PRAGMA synchronous = ${sync}`)
  for (const name of ['fullfsync', 'checkpoint_fullfsync']) database.exec(`PRAGMA ${name} = ${sync === 'full' ? 1 : 0}`)
  return database
}

const settings = [
  'locking_mode = EXCLUSIVE',
  'journal_mode = WAL',
  'journal_size_limit = 67108864',
  'trusted_schema = 0',
  'foreign_keys = 1',
  'cell_size_check = 1',
]

const tables = `
CREATE TABLE state (
  actor TEXT PRIMARY KEY,
  number INTEGER NOT NULL,
  state TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE inbox (
  actor TEXT NOT NULL,
  seq INTEGER NOT NULL,
  name TEXT NOT NULL,
  input TEXT NOT NULL,
  PRIMARY KEY (actor, seq)
) STRICT, WITHOUT ROWID;
`
