/** Adds so many messages to their journals. */
export function addMessage(rows: number): string {
  const row = '(?, ?, ?, ?, ?, ?, ?, 0, 0, ?)'
  return `INSERT INTO inbox (actor, seq, kind, name, input, sender, key, attempts, is_dead, crc)
    VALUES ${Array.from({ length: rows }, () => row).join(', ')}`
}

/**
 * Adds so many messages that follow each other in one journal and differ only in what they say: what they share is bound once,
 * since binding a value costs more than writing it.
 */
export function addAlike(rows: number): string {
  const row = (_: unknown, i: number): string => `(${i}, ?, ?)`
  return `WITH alike (actor, seq, kind, name, sender) AS (SELECT ?, ?, ?, ?, ?),
      message (i, input, crc) AS (VALUES ${Array.from({ length: rows }, row).join(', ')})
    INSERT INTO inbox (actor, seq, kind, name, input, sender, key, attempts, is_dead, crc)
    SELECT actor, seq + i, kind, name, input, sender, NULL, 0, 0, crc FROM message, alike`
}

/** Every statement of a store but those that open it, by what it is for. */
export const queries = {
  begin: 'BEGIN IMMEDIATE',
  commit: 'COMMIT',
  rollback: 'ROLLBACK',
  epoch: "SELECT value FROM meta WHERE name = 'epoch'",
  actor: 'SELECT * FROM actor WHERE id = ?',
  putActor: `INSERT INTO actor (id, incarnation, is_sealed, last_exit, next_seq, frontier, next_checkpoint, crc)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET incarnation = excluded.incarnation, is_sealed = excluded.is_sealed,
    last_exit = excluded.last_exit, next_seq = excluded.next_seq, frontier = excluded.frontier,
    next_checkpoint = excluded.next_checkpoint, crc = excluded.crc`,
  addMessage: addMessage(1),
  messagesAfter: 'SELECT * FROM inbox WHERE actor = ? AND seq > ? ORDER BY seq',
  keysAfter: 'SELECT seq, key FROM inbox WHERE actor = ? AND seq > ? AND key IS NOT NULL ORDER BY seq',
  countAttempt: 'UPDATE inbox SET attempts = attempts + ? WHERE actor = ? AND seq = ?',
  addDeadLetter: `INSERT INTO dead_letter (actor, seq, why, attempts, kind, name, input, sender, key, died_at_ms)
    SELECT actor, seq, ?, attempts, kind, name, input, sender, key, ? FROM inbox WHERE actor = ? AND seq = ?`,
  deadLetters: 'SELECT * FROM (SELECT * FROM dead_letter ORDER BY number DESC LIMIT ?) ORDER BY number',
  deadLetter: 'SELECT * FROM dead_letter WHERE actor = ? AND seq = ? ORDER BY number LIMIT 1',
  dropDeadLetter: 'DELETE FROM dead_letter WHERE actor = ? AND seq = ?',
  emptyMessage: "UPDATE inbox SET is_dead = 1, input = '', crc = 0 WHERE actor = ? AND seq = ?",
  dropMessages: 'DELETE FROM inbox WHERE actor = ? AND seq <= ?',
  answer: 'SELECT * FROM answer WHERE actor = ? AND key = ?',
  addAnswer: 'INSERT INTO answer (actor, key, seq, outcome, crc, asked_at_ms) VALUES (?, ?, ?, NULL, ?, ?)',
  setAnswer: 'UPDATE answer SET outcome = ?, crc = ? WHERE actor = ? AND key = ?',
  effect: 'SELECT * FROM effect WHERE actor = ? AND seq = ? AND name = ?',
  putEffect: `INSERT OR REPLACE INTO effect (actor, seq, name, key, begun_at_ms, result, crc)
    VALUES (?, ?, ?, ?, ?, ?, ?)`,
  hasEffects: 'SELECT 1 FROM effect WHERE actor = ? LIMIT 1',
  dropEffects: 'DELETE FROM effect WHERE actor = ? AND seq <= ?',
  checkpoints: 'SELECT * FROM checkpoint WHERE actor = ? ORDER BY number DESC',
  checkpoint: 'SELECT * FROM checkpoint WHERE actor = ? AND number = ?',
  // It can take the place of a damaged row only: numbers are given once.
  addCheckpoint: `INSERT OR REPLACE INTO checkpoint
    (actor, number, incarnation, behavior, version, frontier, applied, cause, taken_at_ms, state, checksum)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  dropCheckpoints: 'DELETE FROM checkpoint WHERE actor = ? AND number < ?',
  hasEntries: `SELECT 1 WHERE EXISTS (SELECT 1 FROM entry WHERE actor = ?)
    OR EXISTS (SELECT 1 FROM entry_before WHERE actor = ?)`,
  entries: 'SELECT * FROM entry WHERE actor = ? ORDER BY map, key',
  entry: 'SELECT * FROM entry WHERE actor = ? AND map = ? AND key = ?',
  putEntry: 'INSERT OR REPLACE INTO entry (actor, map, key, since, value, checksum) VALUES (?, ?, ?, ?, ?, ?)',
  dropEntry: 'DELETE FROM entry WHERE actor = ? AND map = ? AND key = ?',
  pastEntries: 'SELECT * FROM entry_before WHERE actor = ? ORDER BY until, map, key',
  addPastEntry: `INSERT OR REPLACE INTO entry_before (actor, until, map, key, since, value, checksum)
    SELECT actor, ?, map, key, since, value, checksum FROM entry WHERE actor = ? AND map = ? AND key = ?`,
  dropPastEntries: 'DELETE FROM entry_before WHERE actor = ? AND until <= ?',
  expired: 'SELECT * FROM expired WHERE actor = ? ORDER BY number',
  addExpired: 'INSERT OR REPLACE INTO expired (actor, number, crc) VALUES (?, ?, ?)',
  dropExpired: 'DELETE FROM expired WHERE actor = ? AND number = ?',
  timers: 'SELECT * FROM timer WHERE actor = ? ORDER BY due_at_ms, id',
  timer: 'SELECT * FROM timer WHERE actor = ? AND id = ?',
  putTimer: `INSERT OR REPLACE INTO timer (actor, id, due_at_ms, kind, name, input, sender, key, crc)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  dropTimer: 'DELETE FROM timer WHERE actor = ? AND id = ?',
  members: 'SELECT * FROM member WHERE supervisor = ? ORDER BY position',
  addMember: 'INSERT INTO member (supervisor, key, args, crc) VALUES (?, ?, ?, ?) ON CONFLICT (supervisor, key) DO NOTHING',
  putMember: `INSERT INTO member (supervisor, key, args, crc) VALUES (?, ?, ?, ?)
    ON CONFLICT (supervisor, key) DO UPDATE SET args = excluded.args, crc = excluded.crc`,
  dropMember: 'DELETE FROM member WHERE supervisor = ? AND key = ?',
  restarts: 'SELECT * FROM restarts WHERE supervisor = ? ORDER BY child',
  putRestarts: 'INSERT OR REPLACE INTO restarts (supervisor, child, restarts, crc) VALUES (?, ?, ?, ?)',
  dropRestarts: 'DELETE FROM restarts WHERE supervisor = ? AND child = ?',
  exits: 'SELECT * FROM exits ORDER BY supervisor, epoch, number',
  putExit: `INSERT INTO exits (supervisor, epoch, number, at_ms, child, incarnation, reason, decided, why, details, crc)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (supervisor, epoch, number) DO UPDATE SET at_ms = excluded.at_ms, child = excluded.child,
    incarnation = excluded.incarnation, reason = excluded.reason, decided = excluded.decided, why = excluded.why,
    details = excluded.details, crc = excluded.crc`,
  dropExits: `DELETE FROM exits WHERE supervisor = ? AND position IN
    (SELECT position FROM exits WHERE supervisor = ? ORDER BY epoch DESC, number DESC LIMIT -1 OFFSET ?)`,
  dropOldExits: 'DELETE FROM exits WHERE position <= (SELECT max(position) FROM exits) - ?',
} as const

export type Query = keyof typeof queries
