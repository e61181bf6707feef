import type { MessageKind } from '../protocol/envelope.ts'
import type { CheckpointCause, RestartCount } from '../runtime/persistence.ts'
import { crcOf, crcOfText, entryChecksum } from './checksum.ts'
import type {
  ActorRow,
  AnswerRow,
  Checked,
  CheckpointRow,
  DeadLetterRow,
  EffectRow,
  EntryRow,
  EnvelopeText,
  ExitRow,
  MemberRow,
  MessageRow,
  PastEntryRow,
  TimerRow,
} from './records.ts'
import type { SqlRow } from './sqlite-handle.ts'

/** Rows of SQLite as rows of a store, and the checksum that each is written with. */

export const actorCrc = (row: ActorRow): number =>
  crcOf(row.id, row.incarnation, Number(row.isSealed), row.lastExit, row.nextSeq, row.frontier, row.nextCheckpoint)

/** Attempts are counted up in place, and are not in it. Of a dead message only the place is left. */
export function messageCrc({ actor, seq, kind, name, input, sender, key, isDead }: MessageRow): number {
  // As crcOf of these columns, without a list of them: it is computed for every message.
  return isDead ? 0 : crcOfText(`${actor}\n${seq}\n${kind}\n${name}\n${input}\n${sender ?? ''}\n${key ?? ''}`)
}

export const answerCrc = (actor: string, key: string, { seq, outcome }: AnswerRow): number => crcOf(actor, key, seq, outcome)

export const effectCrc = ({ actor, seq, name, key, begunAtMs, result }: EffectRow): number =>
  crcOf(actor, seq, name, key, begunAtMs, result)

export const timerCrc = (row: TimerRow): number => crcOf(row.actor, row.id, row.dueAtMs, ...envelopeColumns(row))

export const expiredCrc = (actor: string, number: number): number => crcOf(actor, number)

export const memberCrc = (row: MemberRow): number => crcOf(row.supervisor, row.key, row.args)

export const restartsCrc = (row: RestartCount): number => crcOf(row.supervisor, row.child, row.restarts)

export const exitCrc = (row: ExitRow): number =>
  crcOf(
    row.supervisor,
    row.epoch,
    row.number,
    row.atMs,
    row.child,
    row.incarnation,
    row.reason,
    row.decided,
    row.why,
    row.details,
  )

export function toActor(columns: SqlRow): Checked<ActorRow> {
  const row: ActorRow = {
    id: String(columns['id']),
    incarnation: Number(columns['incarnation']),
    isSealed: Number(columns['is_sealed']) === 1,
    lastExit: textOrNull(columns['last_exit']),
    nextSeq: Number(columns['next_seq']),
    frontier: Number(columns['frontier']),
    nextCheckpoint: Number(columns['next_checkpoint']),
  }
  return checked(row, actorCrc(row), columns)
}

export function toMessage(columns: SqlRow): Checked<MessageRow> {
  const row: MessageRow = {
    ...toEnvelope(columns),
    actor: String(columns['actor']),
    seq: Number(columns['seq']),
    attempts: Number(columns['attempts']),
    isDead: Number(columns['is_dead']) === 1,
  }
  return checked(row, messageCrc(row), columns)
}

/** It has no checksum: what is wrong with it harms nobody but itself. */
export function toDeadLetter(columns: SqlRow): DeadLetterRow {
  return {
    ...toEnvelope(columns),
    actor: String(columns['actor']),
    seq: Number(columns['seq']),
    attempts: Number(columns['attempts']),
    why: String(columns['why']),
    diedAtMs: Number(columns['died_at_ms']),
  }
}

export function toAnswer(columns: SqlRow): Checked<AnswerRow> {
  const row: AnswerRow = { seq: Number(columns['seq']), outcome: textOrNull(columns['outcome']) }
  return checked(row, answerCrc(String(columns['actor']), String(columns['key']), row), columns)
}

export function toEffect(columns: SqlRow): Checked<EffectRow> {
  const row: EffectRow = {
    actor: String(columns['actor']),
    seq: Number(columns['seq']),
    name: String(columns['name']),
    key: String(columns['key']),
    begunAtMs: Number(columns['begun_at_ms']),
    result: textOrNull(columns['result']),
  }
  return checked(row, effectCrc(row), columns)
}

export function toTimer(columns: SqlRow): Checked<TimerRow> {
  const row: TimerRow = {
    ...toEnvelope(columns),
    actor: String(columns['actor']),
    id: String(columns['id']),
    dueAtMs: Number(columns['due_at_ms']),
  }
  return checked(row, timerCrc(row), columns)
}

export function toExpired(columns: SqlRow): Checked<number> {
  const number = Number(columns['number'])
  return checked(number, expiredCrc(String(columns['actor']), number), columns)
}

export function toEntry(columns: SqlRow): Checked<EntryRow> {
  const row: EntryRow = {
    actor: String(columns['actor']),
    map: String(columns['map']),
    key: String(columns['key']),
    since: Number(columns['since']),
    value: String(columns['value']),
  }
  return { row, isIntact: entryChecksum(row) === columns['checksum'] }
}

/** Until when it held is not in the checksum: that would make one number of the other wrong, which no checkpoint adds up with. */
export function toPastEntry(columns: SqlRow): Checked<PastEntryRow> {
  const { row, isIntact } = toEntry(columns)
  return { row: { ...row, until: Number(columns['until']) }, isIntact }
}

export function toMember(columns: SqlRow): Checked<MemberRow> {
  const row: MemberRow = { supervisor: String(columns['supervisor']), key: String(columns['key']), args: String(columns['args']) }
  return checked(row, memberCrc(row), columns)
}

export function toRestarts(columns: SqlRow): Checked<RestartCount> {
  const row: RestartCount = {
    supervisor: String(columns['supervisor']),
    child: String(columns['child']),
    restarts: Number(columns['restarts']),
  }
  return checked(row, restartsCrc(row), columns)
}

export function toExit(columns: SqlRow): Checked<ExitRow> {
  const row: ExitRow = {
    supervisor: String(columns['supervisor']),
    epoch: Number(columns['epoch']),
    number: Number(columns['number']),
    atMs: Number(columns['at_ms']),
    child: String(columns['child']),
    incarnation: columns['incarnation'] === null ? null : Number(columns['incarnation']),
    reason: String(columns['reason']),
    decided: String(columns['decided']),
    why: String(columns['why']),
    details: String(columns['details']),
  }
  return checked(row, exitCrc(row), columns)
}

/** Whether a checkpoint is what was written is for whoever reads it to say: there may be another to fall back to. */
export function toCheckpoint(columns: SqlRow): CheckpointRow {
  return {
    actor: String(columns['actor']),
    number: Number(columns['number']),
    incarnation: Number(columns['incarnation']),
    behavior: String(columns['behavior']),
    version: Number(columns['version']),
    frontier: Number(columns['frontier']),
    applied: Number(columns['applied']),
    cause: columns['cause'] as CheckpointCause,
    takenAtMs: Number(columns['taken_at_ms']),
    state: String(columns['state']),
    checksum: String(columns['checksum']),
  }
}

function toEnvelope(columns: SqlRow): EnvelopeText {
  return {
    kind: columns['kind'] as MessageKind,
    name: String(columns['name']),
    input: String(columns['input']),
    sender: textOrNull(columns['sender']),
    key: textOrNull(columns['key']),
  }
}

function envelopeColumns({ kind, name, input, sender, key }: EnvelopeText): readonly (string | null)[] {
  return [kind, name, input, sender, key]
}

function checked<Row>(row: Row, crc: number, columns: SqlRow): Checked<Row> {
  return { row, isIntact: crc === Number(columns['crc']) }
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
