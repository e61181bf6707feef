import type { ActorId } from '../protocol/actor-id.ts'
import type { MessageKind } from '../protocol/envelope.ts'
import type { CheckpointCause } from '../runtime/persistence.ts'
import type { ActorRow, AnswerRow, Burial, CheckpointRow, EnvelopeText, MemberRow, MessageRow, Records, TimerRow } from './records.ts'
import type { SqlHandle, SqlRow, SqlStatement } from './sqlite-handle.ts'

const queries = {
  begin: 'BEGIN IMMEDIATE',
  commit: 'COMMIT',
  rollback: 'ROLLBACK',
  epoch: "SELECT value FROM meta WHERE name = 'epoch'",
  actor: 'SELECT * FROM actor WHERE id = ?',
  putActor: `INSERT INTO actor (id, incarnation, is_sealed, last_exit, next_seq, frontier, next_checkpoint) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET incarnation = excluded.incarnation, is_sealed = excluded.is_sealed, last_exit = excluded.last_exit,
    next_seq = excluded.next_seq, frontier = excluded.frontier, next_checkpoint = excluded.next_checkpoint`,
  addMessage: 'INSERT INTO inbox (actor, seq, kind, name, input, sender, key, attempts, is_dead) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  messagesAfter: 'SELECT * FROM inbox WHERE actor = ? AND seq > ? ORDER BY seq',
  keysAfter: 'SELECT seq, key FROM inbox WHERE actor = ? AND seq > ? AND key IS NOT NULL ORDER BY seq',
  countAttempt: 'UPDATE inbox SET attempts = attempts + 1 WHERE actor = ? AND seq = ?',
  addDeadLetter: `INSERT INTO dead_letter (actor, seq, why, attempts, kind, name, input, sender, key, died_at_ms)
    SELECT actor, seq, ?, attempts, kind, name, input, sender, key, ? FROM inbox WHERE actor = ? AND seq = ?`,
  emptyMessage: "UPDATE inbox SET is_dead = 1, input = '' WHERE actor = ? AND seq = ?",
  dropMessages: 'DELETE FROM inbox WHERE actor = ? AND seq <= ?',
  answer: 'SELECT seq, outcome FROM answer WHERE actor = ? AND key = ?',
  addAnswer: 'INSERT INTO answer (actor, key, seq, outcome) VALUES (?, ?, ?, NULL)',
  setAnswer: 'UPDATE answer SET outcome = ? WHERE actor = ? AND key = ?',
  checkpoints: 'SELECT * FROM checkpoint WHERE actor = ? ORDER BY number DESC',
  checkpoint: 'SELECT * FROM checkpoint WHERE actor = ? AND number = ?',
  addCheckpoint: `INSERT INTO checkpoint (actor, number, incarnation, behavior, version, frontier, applied, cause, taken_at_ms, state, checksum)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  dropCheckpoints: 'DELETE FROM checkpoint WHERE actor = ? AND number < ?',
  timers: 'SELECT * FROM timer WHERE actor = ? ORDER BY due_at_ms, id',
  timer: 'SELECT * FROM timer WHERE actor = ? AND id = ?',
  putTimer: 'INSERT OR REPLACE INTO timer (actor, id, due_at_ms, kind, name, input, sender, key) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  dropTimer: 'DELETE FROM timer WHERE actor = ? AND id = ?',
  members: 'SELECT supervisor, key, args FROM member WHERE supervisor = ? ORDER BY position',
  addMember: 'INSERT INTO member (supervisor, key, args) VALUES (?, ?, ?) ON CONFLICT (supervisor, key) DO NOTHING',
  putMember: 'INSERT INTO member (supervisor, key, args) VALUES (?, ?, ?) ON CONFLICT (supervisor, key) DO UPDATE SET args = excluded.args',
  dropMember: 'DELETE FROM member WHERE supervisor = ? AND key = ?',
} as const

type Query = keyof typeof queries

/** The tables of a store in SQLite: every statement is prepared once. Rows are checked by nobody else; see `checkpoint.ts`. */
export class SqliteRecords implements Records {
  readonly #sql: Readonly<Record<Query, SqlStatement>>

  constructor(handle: SqlHandle) {
    const prepared = Object.entries(queries).map(([name, sql]) => [name, handle.prepare(sql)])
    this.#sql = Object.fromEntries(prepared) as Record<Query, SqlStatement>
  }

  begin(): void {
    this.#sql.begin.run()
  }

  commit(): void {
    this.#sql.commit.run()
  }

  rollback(): void {
    this.#sql.rollback.run()
  }

  epoch(): number {
    return Number((this.#sql.epoch.get() as SqlRow | undefined)?.['value'])
  }

  actor(id: ActorId): ActorRow | undefined {
    const row = this.#sql.actor.get(id) as SqlRow | undefined
    return row && toActor(row)
  }

  putActor(row: ActorRow): void {
    this.#sql.putActor.run(row.id, row.incarnation, row.isSealed ? 1 : 0, row.lastExit, row.nextSeq, row.frontier, row.nextCheckpoint)
  }

  addMessage(row: MessageRow): void {
    this.#sql.addMessage.run(row.actor, row.seq, row.kind, row.name, row.input, row.sender, row.key, row.attempts, row.isDead ? 1 : 0)
  }

  messagesAfter(actor: ActorId, seq: number): MessageRow[] {
    return (this.#sql.messagesAfter.all(actor, seq) as SqlRow[]).map(toMessage)
  }

  countAttempt(actor: ActorId, seq: number): void {
    this.#sql.countAttempt.run(actor, seq)
  }

  bury({ actor, seq, why, atMs }: Burial): void {
    this.#sql.addDeadLetter.run(why, atMs, actor, seq)
    this.#sql.emptyMessage.run(actor, seq)
  }

  dropMessages(actor: ActorId, seq: number): void {
    this.#sql.dropMessages.run(actor, seq)
  }

  keysAfter(actor: ActorId, seq: number): { readonly seq: number; readonly key: string }[] {
    return (this.#sql.keysAfter.all(actor, seq) as SqlRow[]).map((row) => ({ seq: Number(row['seq']), key: String(row['key']) }))
  }

  answer(actor: ActorId, key: string): AnswerRow | undefined {
    const row = this.#sql.answer.get(actor, key) as SqlRow | undefined
    return row && { seq: Number(row['seq']), outcome: textOrNull(row['outcome']) }
  }

  addAnswer(actor: ActorId, key: string, seq: number): void {
    this.#sql.addAnswer.run(actor, key, seq)
  }

  setAnswer(actor: ActorId, key: string, outcome: string): void {
    this.#sql.setAnswer.run(outcome, actor, key)
  }

  checkpoints(actor: ActorId): CheckpointRow[] {
    return (this.#sql.checkpoints.all(actor) as SqlRow[]).map(toCheckpoint)
  }

  checkpoint(actor: ActorId, number: number): CheckpointRow | undefined {
    const row = this.#sql.checkpoint.get(actor, number) as SqlRow | undefined
    return row && toCheckpoint(row)
  }

  addCheckpoint(row: CheckpointRow): void {
    const { actor, number, incarnation, behavior, version, frontier, applied, cause, takenAtMs, state, checksum } = row
    this.#sql.addCheckpoint.run(actor, number, incarnation, behavior, version, frontier, applied, cause, takenAtMs, state, checksum)
  }

  dropCheckpoints(actor: ActorId, number: number): void {
    this.#sql.dropCheckpoints.run(actor, number)
  }

  timers(actor: ActorId): TimerRow[] {
    return (this.#sql.timers.all(actor) as SqlRow[]).map(toTimer)
  }

  timer(actor: ActorId, id: string): TimerRow | undefined {
    const row = this.#sql.timer.get(actor, id) as SqlRow | undefined
    return row && toTimer(row)
  }

  putTimer(row: TimerRow): void {
    this.#sql.putTimer.run(row.actor, row.id, row.dueAtMs, row.kind, row.name, row.input, row.sender, row.key)
  }

  dropTimer(actor: ActorId, id: string): void {
    this.#sql.dropTimer.run(actor, id)
  }

  members(supervisor: ActorId): MemberRow[] {
    return (this.#sql.members.all(supervisor) as SqlRow[]).map(toMember)
  }

  addMember(row: MemberRow): void {
    this.#sql.addMember.run(row.supervisor, row.key, row.args)
  }

  putMember(row: MemberRow): void {
    this.#sql.putMember.run(row.supervisor, row.key, row.args)
  }

  dropMember(supervisor: ActorId, key: string): void {
    this.#sql.dropMember.run(supervisor, key)
  }
}

function toActor(row: SqlRow): ActorRow {
  return {
    id: String(row['id']),
    incarnation: Number(row['incarnation']),
    isSealed: Number(row['is_sealed']) === 1,
    lastExit: textOrNull(row['last_exit']),
    nextSeq: Number(row['next_seq']),
    frontier: Number(row['frontier']),
    nextCheckpoint: Number(row['next_checkpoint']),
  }
}

function toEnvelope(row: SqlRow): EnvelopeText {
  return {
    kind: row['kind'] as MessageKind,
    name: String(row['name']),
    input: String(row['input']),
    sender: textOrNull(row['sender']),
    key: textOrNull(row['key']),
  }
}

function toMessage(row: SqlRow): MessageRow {
  return {
    ...toEnvelope(row),
    actor: String(row['actor']),
    seq: Number(row['seq']),
    attempts: Number(row['attempts']),
    isDead: Number(row['is_dead']) === 1,
  }
}

function toCheckpoint(row: SqlRow): CheckpointRow {
  return {
    actor: String(row['actor']),
    number: Number(row['number']),
    incarnation: Number(row['incarnation']),
    behavior: String(row['behavior']),
    version: Number(row['version']),
    frontier: Number(row['frontier']),
    applied: Number(row['applied']),
    cause: row['cause'] as CheckpointCause,
    takenAtMs: Number(row['taken_at_ms']),
    state: String(row['state']),
    checksum: String(row['checksum']),
  }
}

function toTimer(row: SqlRow): TimerRow {
  return { ...toEnvelope(row), actor: String(row['actor']), id: String(row['id']), dueAtMs: Number(row['due_at_ms']) }
}

function toMember(row: SqlRow): MemberRow {
  return { supervisor: String(row['supervisor']), key: String(row['key']), args: String(row['args']) }
}

function textOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value)
}
