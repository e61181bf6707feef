import { StoreError, type StoreProblem } from '../runtime/errors.ts'
import { readValue, type SqlHandle } from './sqlite-handle.ts'

/** Marks a file as a store of coppice: the letters `copp`. */
export const applicationId = 0x636f7070

/** The version of the tables below, kept as `user_version`. */
export const schemaVersion = 1

const tables = `
CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value ANY NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE actor (
  -- One row for each actor that was ever started or written to. In every table, crc is a checksum over what makes up the row:
  -- change one without the other, and the row is refused.
  id TEXT PRIMARY KEY,
  incarnation INTEGER NOT NULL,
  is_sealed INTEGER NOT NULL,
  last_exit TEXT,
  next_seq INTEGER NOT NULL,
  frontier INTEGER NOT NULL,
  next_checkpoint INTEGER NOT NULL,
  crc INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE inbox (
  -- Messages: those after the frontier of their actor wait, the others are kept for replay.
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

CREATE TABLE answer (
  -- What senders who gave a key are told when they ask again.
  actor TEXT NOT NULL,
  key TEXT NOT NULL,
  seq INTEGER NOT NULL,
  outcome TEXT,
  crc INTEGER NOT NULL,
  PRIMARY KEY (actor, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoint (
  -- The checksum is over all other columns; a row is never changed.
  actor TEXT NOT NULL,
  number INTEGER NOT NULL,
  incarnation INTEGER NOT NULL,
  behavior TEXT NOT NULL,
  version INTEGER NOT NULL,
  frontier INTEGER NOT NULL,
  applied INTEGER NOT NULL,
  cause TEXT NOT NULL,
  taken_at_ms INTEGER NOT NULL,
  state TEXT NOT NULL,
  checksum TEXT NOT NULL,
  PRIMARY KEY (actor, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE timer (
  actor TEXT NOT NULL,
  id TEXT NOT NULL,
  due_at_ms REAL NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  input TEXT NOT NULL,
  sender TEXT,
  key TEXT,
  crc INTEGER NOT NULL,
  PRIMARY KEY (actor, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE member (
  position INTEGER PRIMARY KEY,
  supervisor TEXT NOT NULL,
  key TEXT NOT NULL,
  args TEXT NOT NULL,
  crc INTEGER NOT NULL,
  UNIQUE (supervisor, key)
) STRICT;

CREATE TABLE dead_letter (
  number INTEGER PRIMARY KEY,
  actor TEXT NOT NULL,
  seq INTEGER NOT NULL,
  why TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  input TEXT NOT NULL,
  sender TEXT,
  key TEXT,
  died_at_ms INTEGER NOT NULL
) STRICT;

CREATE VIEW actors_now AS
-- For people: what each actor is now.
SELECT actor.id AS actor, actor.incarnation, coalesce(checkpoint.frontier, actor.frontier) AS frontier, checkpoint.number AS checkpoint, checkpoint.behavior,
  checkpoint.version, datetime(checkpoint.taken_at_ms / 1000, 'unixepoch') AS taken_at, checkpoint.state
FROM actor
LEFT JOIN checkpoint ON checkpoint.actor = actor.id
  AND checkpoint.number = (SELECT max(number) FROM checkpoint WHERE actor = actor.id);

CREATE VIEW waiting AS
-- For people: what was accepted and is not applied.
SELECT inbox.actor, inbox.seq, inbox.kind, inbox.name, inbox.input, inbox.sender, inbox.key, inbox.attempts
FROM inbox JOIN actor ON actor.id = inbox.actor
WHERE inbox.seq > actor.frontier AND inbox.is_dead = 0;
`

/** Whether a database is new or one of ours. Throws if it is somebody else's, or of a later version of coppice. */
export function recogniseStore(handle: SqlHandle, location: string): 'new' | 'ours' {
  const application = Number(readValue(handle, 'PRAGMA application_id'))
  const version = Number(readValue(handle, 'PRAGMA user_version'))
  if (application === applicationId) {
    if (version === schemaVersion) return 'ours'
    if (version > schemaVersion) throw refusal(location, 'newer-schema', newerThanOurs(version))
    throw refusal(location, 'damaged', `has no valid schema version (${version}). Restore it from a backup`)
  }
  const isEmpty = application === 0 && version === 0 && Number(readValue(handle, 'SELECT count(*) FROM sqlite_schema')) === 0
  if (isEmpty) return 'new'
  throw refusal(location, 'not-a-store', 'is a database of another program. Give a path of its own')
}

/** Makes the tables, within the transaction that is open. */
export function createSchema(handle: SqlHandle): void {
  handle.exec(tables)
  handle.exec(`PRAGMA application_id = ${applicationId}`)
  handle.exec(`PRAGMA user_version = ${schemaVersion}`)
}

function newerThanOurs(version: number): string {
  return `was written by a newer coppice (schema ${version}, this one knows up to ${schemaVersion}). Update coppice`
}

function refusal(location: string, problem: StoreProblem, message: string): StoreError {
  return new StoreError({ problem, location, message: `${message}; nothing was changed` })
}
