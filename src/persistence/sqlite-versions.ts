/** What version 1 is made of. */
const version1 = `
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

const version2 = `
CREATE TABLE exits (
  -- The newest decisions of each supervisor about exits and failed starts. One is known by its supervisor, by the epoch of the
  -- process that took it, and by its number there. What has no column of its own is in details.
  position INTEGER PRIMARY KEY,
  supervisor TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  number INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  child TEXT NOT NULL,
  incarnation INTEGER,
  reason TEXT NOT NULL,
  decided TEXT NOT NULL,
  why TEXT NOT NULL,
  details TEXT NOT NULL,
  crc INTEGER NOT NULL,
  UNIQUE (supervisor, epoch, number)
) STRICT;

CREATE TABLE restarts (
  -- How often a child has been restarted in its life, where that is limited.
  supervisor TEXT NOT NULL,
  child TEXT NOT NULL,
  restarts INTEGER NOT NULL,
  crc INTEGER NOT NULL,
  PRIMARY KEY (supervisor, child)
) STRICT, WITHOUT ROWID;

CREATE TABLE expired (
  -- Checkpoints whose state is kept elsewhere and that are not kept here any more, or were never completed: whoever has the state
  -- is still to be told.
  actor TEXT NOT NULL,
  number INTEGER NOT NULL,
  crc INTEGER NOT NULL,
  PRIMARY KEY (actor, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE effect (
  -- What handlers of durable actors have had done outside, for their newest 10,000 messages. One without a result was begun, and
  -- nobody has written what came of it. The outside knows it by its key. One without a name stands for a message that has come
  -- back with a cut: the result is the number that it had first, under which its effects are.
  actor TEXT NOT NULL,
  seq INTEGER NOT NULL,
  name TEXT NOT NULL,
  key TEXT NOT NULL,
  begun_at_ms INTEGER NOT NULL,
  result TEXT,
  crc INTEGER NOT NULL,
  PRIMARY KEY (actor, seq, name)
) STRICT, WITHOUT ROWID;

-- When the message came, by the wall clock: an answer is not kept for ever. 0 where that is not known.
ALTER TABLE answer ADD COLUMN asked_at_ms INTEGER NOT NULL DEFAULT 0;

CREATE INDEX answer_age ON answer (asked_at_ms);

CREATE TABLE set_aside (
  -- Rows of actors that had to begin anew, as JSON: nobody reads them, and nothing of them is thrown away.
  number INTEGER PRIMARY KEY,
  actor TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  why TEXT NOT NULL,
  kind TEXT NOT NULL,
  content TEXT NOT NULL
) STRICT;

CREATE TABLE begun_anew (
  -- Actors whose next life began with their first state: what their journal said up to the frontier is gone on purpose.
  actor TEXT PRIMARY KEY,
  frontier INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  why TEXT NOT NULL,
  crc INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE link (
  -- Which store is at the other end of each link to another store, as it was met last.
  link TEXT PRIMARY KEY,
  store_id TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  opening TEXT NOT NULL,
  crc INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
  -- Messages to actors of other stores that wait until that store has them. AUTOINCREMENT: a position is never given twice.
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  link TEXT NOT NULL,
  sender TEXT NOT NULL,
  receiver TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  n INTEGER NOT NULL,
  prev_epoch INTEGER NOT NULL,
  prev_n INTEGER NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  input TEXT NOT NULL,
  key TEXT,
  crc INTEGER NOT NULL,
  UNIQUE (link, sender, receiver, epoch, n)
) STRICT;

CREATE INDEX outbox_order ON outbox (link, position);

CREATE TABLE link_out (
  -- The newest message that each of our actors has sent to each of another store.
  link TEXT NOT NULL,
  sender TEXT NOT NULL,
  receiver TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  n INTEGER NOT NULL,
  crc INTEGER NOT NULL,
  PRIMARY KEY (link, sender, receiver)
) STRICT, WITHOUT ROWID;

CREATE TABLE link_in (
  -- The newest message that each of our actors has got from each of another store: what is not newer is a repetition.
  link TEXT NOT NULL,
  sender TEXT NOT NULL,
  receiver TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  n INTEGER NOT NULL,
  crc INTEGER NOT NULL,
  PRIMARY KEY (link, sender, receiver)
) STRICT, WITHOUT ROWID;

CREATE VIEW outbox_now AS
-- For people: what waits for another store.
SELECT link, sender, receiver, epoch, n, kind, name, input, key FROM outbox ORDER BY position;

CREATE TABLE entry (
  -- Entries of the keyed maps in states, as of the newest checkpoint of their actor. The checksum is over all other columns, and
  -- each checkpoint holds one over those of all its entries.
  actor TEXT NOT NULL,
  map TEXT NOT NULL,
  key TEXT NOT NULL,
  since INTEGER NOT NULL,
  value TEXT NOT NULL,
  checksum TEXT NOT NULL,
  PRIMARY KEY (actor, map, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE entry_before (
  -- Entries that were changed or removed by the checkpoint until: those before it have them still.
  actor TEXT NOT NULL,
  until INTEGER NOT NULL,
  map TEXT NOT NULL,
  key TEXT NOT NULL,
  since INTEGER NOT NULL,
  value TEXT NOT NULL,
  checksum TEXT NOT NULL,
  PRIMARY KEY (actor, until, map, key)
) STRICT, WITHOUT ROWID;

CREATE VIEW timers_now AS
-- For people: which timers are set.
SELECT actor, id, datetime(due_at_ms / 1000, 'unixepoch') AS due_at, kind, name, input, sender
FROM timer ORDER BY due_at_ms, actor, id;

CREATE VIEW dead_letters_told AS
-- For people: which messages were given up, and why.
SELECT number, datetime(died_at_ms / 1000, 'unixepoch') AS died_at, actor, seq, why, attempts, kind, name, input, sender
FROM dead_letter ORDER BY number;

CREATE VIEW entries_now AS
-- For people: what is in the keyed maps of each actor.
SELECT actor, map, key, value FROM entry ORDER BY actor, map, key;

CREATE VIEW members_now AS
-- For people: which members each dynamic supervisor has.
SELECT supervisor, key, args FROM member ORDER BY supervisor, position;

CREATE VIEW exits_told AS
-- For people: who ended, why, and what was decided.
SELECT datetime(at_ms / 1000, 'unixepoch') AS at, epoch, supervisor, number, child, incarnation, reason, decided, why
FROM exits ORDER BY epoch, at_ms, position;
`

/**
 * What makes each version of the schema out of the one before, from nothing to version 1, to version 2, and so on. A version that
 * was released never changes: what is to be different is another step at the end.
 */
export const schemaSteps: readonly string[] = [version1, version2]
