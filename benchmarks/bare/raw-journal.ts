import { hash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type Database from 'better-sqlite3'
import type { Codec } from '../../src/serialization/codec.ts'
import { superjsonCodec } from '../../src/serialization/superjson-codec.ts'
import type { Sync } from '../databases.ts'
import { openRaw } from './raw-store.ts'

/**
 * What somebody would write by hand who wants the promise of a durable actor for one actor: messages are in the journal before
 * they are handled, one transaction holds what they came to and how far it has come, and the handled ones go. The rows have the
 * columns that coppice writes, and the values become text by the same serialiser; there is no mailbox, no supervision, nobody to
 * be told, no second checkpoint to fall back to, no owner to be fenced. With `checked` every row gets a checksum, as coppice's do.
 */
export class RawJournal {
  readonly #database: Database.Database
  readonly #codec: Codec = superjsonCodec()
  readonly #isChecked: boolean
  readonly #begin: Database.Statement<[]>
  readonly #commit: Database.Statement<[]>
  readonly #addMessage: Database.Statement<unknown[]>
  readonly #dropMessages: Database.Statement<[string, number]>
  readonly #putActor: Database.Statement<unknown[]>
  readonly #putState: Database.Statement<unknown[]>

  constructor(path: string, { sync, checked }: { readonly sync: Sync; readonly checked: boolean }) {
    this.#database = openRaw(path, sync)
    this.#database.exec(tables)
    this.#isChecked = checked
    const prepare = (sql: string): Database.Statement<unknown[]> => this.#database.prepare(sql)
    this.#begin = this.#database.prepare('BEGIN IMMEDIATE')
    this.#commit = this.#database.prepare('COMMIT')
    this.#addMessage = prepare(`INSERT INTO journal (actor, seq, kind, name, input, sender, key, attempts, is_dead, crc)
      VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, ?)`)
    this.#dropMessages = this.#database.prepare('DELETE FROM journal WHERE actor = ? AND seq <= ?')
    this.#putActor = prepare(`INSERT INTO actor (id, next_seq, frontier, crc) VALUES (?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET next_seq = excluded.next_seq, frontier = excluded.frontier, crc = excluded.crc`)
    this.#putState = prepare(`INSERT INTO snapshot (actor, frontier, state, checksum) VALUES (?, ?, ?, ?)
      ON CONFLICT (actor) DO UPDATE SET frontier = excluded.frontier, state = excluded.state, checksum = excluded.checksum`)
  }

  /** Does `write` in one transaction. */
  group(write: () => void): void {
    this.#begin.run()
    write()
    this.#commit.run()
  }

  accept(actor: string, seq: number, { name, input }: { readonly name: string; readonly input: unknown }): void {
    const text = this.#codec.encode(input, 'input')
    const crc = this.#isChecked ? crc32(`${actor}\n${seq}\ncast\n${name}\n${text}\n\n`) : 0
    this.#addMessage.run(actor, seq, 'cast', name, text, null, null, crc)
  }

  /** Everything up to `frontier` has been handled, and this is what has come of it. */
  applied(actor: string, frontier: number, { nextSeq, state }: { readonly nextSeq: number; readonly state: unknown }): void {
    const text = this.#codec.encode(state, 'state')
    const crc = this.#isChecked ? crc32(`${actor}\n${nextSeq}\n${frontier}`) : 0
    const checksum = this.#isChecked ? hash('sha256', `${actor}\n${frontier}\n${text}`, 'hex') : ''
    this.#putActor.run(actor, nextSeq, frontier, crc)
    this.#putState.run(actor, frontier, text, checksum)
    this.#dropMessages.run(actor, frontier)
  }

  close(): void {
    this.#database.close()
  }
}

const tables = `
CREATE TABLE actor (
  id TEXT PRIMARY KEY,
  next_seq INTEGER NOT NULL,
  frontier INTEGER NOT NULL,
  crc INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE journal (
  actor TEXT NOT NULL,
  seq INTEGER NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  input TEXT NOT NULL,
  sender TEXT,
  key TEXT,
  attempts INTEGER NOT NULL,
  is_dead INTEGER NOT NULL,
  crc INTEGER NOT NULL,
  PRIMARY KEY (actor, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE snapshot (
  actor TEXT PRIMARY KEY,
  frontier INTEGER NOT NULL,
  state TEXT NOT NULL,
  checksum TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`
