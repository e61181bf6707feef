import { displayId, type ActorId } from '../protocol/actor-id.ts'
import { StoreError } from '../runtime/errors.ts'
import type { RestartCount } from '../runtime/persistence.ts'
import { entryChecksum } from './checksum.ts'
import type {
  ActorRow,
  AnswerRow,
  BegunAnewRow,
  Burial,
  Checked,
  CheckpointRow,
  DeadLetterRow,
  EffectRow,
  EntryRow,
  ExitRow,
  MemberRow,
  MessageRow,
  PastEntryRow,
  Records,
  Removed,
  SettingAside,
  TimerRow,
} from './records.ts'
import { SqliteForgetting } from './sqlite-forget.ts'
import type { SqlHandle, SqlRow, SqlStatement } from './sqlite-handle.ts'
import { SqliteInbox } from './sqlite-inbox.ts'
import { SqliteLinkRecords } from './sqlite-link-records.ts'
import { queries, type Query } from './sqlite-queries.ts'
import {
  actorCrc,
  answerCrc,
  effectCrc,
  exitCrc,
  expiredCrc,
  memberCrc,
  restartsCrc,
  timerCrc,
  toActor,
  toAnswer,
  toCheckpoint,
  toDeadLetter,
  toEffect,
  toEntry,
  toExit,
  toExpired,
  toMember,
  toMessage,
  toPastEntry,
  toRestarts,
  toTimer,
} from './sqlite-rows.ts'

/** The tables of a store in SQLite: every statement is prepared once, and every row is checked when it is read. */
export class SqliteRecords implements Records {
  readonly links: SqliteLinkRecords
  readonly #sql: Readonly<Record<Query, SqlStatement>>
  readonly #location: string
  readonly #inbox: SqliteInbox
  readonly #forgetting: SqliteForgetting

  constructor(handle: SqlHandle, location: string) {
    const prepared = Object.entries(queries).map(([name, sql]) => [name, handle.prepare(sql)])
    this.#sql = Object.fromEntries(prepared) as Record<Query, SqlStatement>
    this.#location = location
    this.#inbox = new SqliteInbox(handle)
    this.#forgetting = new SqliteForgetting(handle)
    this.links = new SqliteLinkRecords(handle, location)
  }

  begin(): void {
    this.#inbox.forget()
    this.#sql.begin.run()
  }

  commit(): void {
    this.#inbox.flush()
    this.#sql.commit.run()
  }

  rollback(): void {
    this.#inbox.forget()
    this.#sql.rollback.run()
  }

  epoch(): number {
    return Number((this.#sql.epoch.get() as SqlRow | undefined)?.['value'])
  }

  actor(id: ActorId): ActorRow | undefined {
    return this.#one(this.#sql.actor.get(id), toActor, id)
  }

  putActor(row: ActorRow): void {
    const { id, incarnation, isSealed, lastExit, nextSeq, frontier, nextCheckpoint } = row
    this.#sql.putActor.run(id, incarnation, isSealed ? 1 : 0, lastExit, nextSeq, frontier, nextCheckpoint, actorCrc(row))
  }

  addMessage(row: MessageRow): void {
    this.#inbox.add(row)
  }

  messagesAfter(actor: ActorId, seq: number): MessageRow[] {
    this.#inbox.flush()
    return this.#all(this.#sql.messagesAfter.all(actor, seq), toMessage, actor)
  }

  countAttempt(actor: ActorId, seq: number, by = 1): void {
    this.#inbox.flush()
    this.#sql.countAttempt.run(by, actor, seq)
  }

  bury({ actor, seq, why, atMs }: Burial): void {
    this.#inbox.flush()
    this.#sql.addDeadLetter.run(why, atMs, actor, seq)
    this.#sql.emptyMessage.run(actor, seq)
  }

  deadLetters(most: number): DeadLetterRow[] {
    return (this.#sql.deadLetters.all(most) as SqlRow[]).map(toDeadLetter)
  }

  deadLetter(actor: ActorId, seq: number): DeadLetterRow | undefined {
    const columns = this.#sql.deadLetter.get(actor, seq) as SqlRow | null | undefined
    return columns ? toDeadLetter(columns) : undefined
  }

  dropDeadLetter(actor: ActorId, seq: number): void {
    this.#sql.dropDeadLetter.run(actor, seq)
  }

  dropMessages(actor: ActorId, seq: number): void {
    this.#inbox.flushBefore(actor, seq)
    this.#sql.dropMessages.run(actor, seq)
  }

  keysAfter(actor: ActorId, seq: number): { readonly seq: number; readonly key: string }[] {
    this.#inbox.flush()
    return (this.#sql.keysAfter.all(actor, seq) as SqlRow[]).map((row) => ({ seq: Number(row['seq']), key: String(row['key']) }))
  }

  answer(actor: ActorId, key: string): AnswerRow | undefined {
    return this.#one(this.#sql.answer.get(actor, key), toAnswer, actor)
  }

  addAnswer(actor: ActorId, key: string, seq: number, atMs: number): void {
    this.#sql.addAnswer.run(actor, key, seq, answerCrc(actor, key, { seq, outcome: null }), atMs)
  }

  dropAnswer(actor: ActorId, key: string): void {
    this.#forgetting.dropAnswer(actor, key)
  }

  dropAnswersAfter(actor: ActorId, seq: number): void {
    this.#forgetting.dropAnswersAfter(actor, seq)
  }

  setAnswer(actor: ActorId, key: string, answer: { readonly seq: number; readonly outcome: string }): void {
    this.#sql.setAnswer.run(answer.outcome, answerCrc(actor, key, answer), actor, key)
  }

  effect(actor: ActorId, seq: number, name: string): EffectRow | undefined {
    return this.#one(this.#sql.effect.get(actor, seq, name), toEffect, actor)
  }

  putEffect(row: EffectRow): void {
    const { actor, seq, name, key, begunAtMs, result } = row
    this.#sql.putEffect.run(actor, seq, name, key, begunAtMs, result, effectCrc(row))
  }

  hasEffects(actor: ActorId): boolean {
    return (this.#sql.hasEffects.get(actor) ?? null) !== null
  }

  dropEffects(actor: ActorId, seq: number): void {
    this.#sql.dropEffects.run(actor, seq)
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
    const head = [actor, number, incarnation, behavior, version, frontier, applied, cause, takenAtMs]
    this.#sql.addCheckpoint.run(...head, state, checksum)
  }

  dropCheckpoints(actor: ActorId, number: number): void {
    this.#sql.dropCheckpoints.run(actor, number)
  }

  hasEntries(actor: ActorId): boolean {
    return (this.#sql.hasEntries.get(actor, actor) ?? null) !== null
  }

  entries(actor: ActorId): Checked<EntryRow>[] {
    return (this.#sql.entries.all(actor) as SqlRow[]).map(toEntry)
  }

  entry(actor: ActorId, map: string, key: string): Checked<EntryRow> | undefined {
    const columns = this.#sql.entry.get(actor, map, key) as SqlRow | null | undefined
    return columns ? toEntry(columns) : undefined
  }

  putEntry(row: EntryRow): void {
    this.#sql.putEntry.run(row.actor, row.map, row.key, row.since, row.value, entryChecksum(row))
  }

  dropEntry(actor: ActorId, map: string, key: string): void {
    this.#sql.dropEntry.run(actor, map, key)
  }

  pastEntries(actor: ActorId): Checked<PastEntryRow>[] {
    return (this.#sql.pastEntries.all(actor) as SqlRow[]).map(toPastEntry)
  }

  addPastEntry(actor: ActorId, map: string, key: string, until: number): void {
    this.#sql.addPastEntry.run(until, actor, map, key)
  }

  dropPastEntries(actor: ActorId, until: number): void {
    this.#sql.dropPastEntries.run(actor, until)
  }

  expired(actor: ActorId): number[] {
    return this.#all(this.#sql.expired.all(actor), toExpired, actor)
  }

  addExpired(actor: ActorId, number: number): void {
    this.#sql.addExpired.run(actor, number, expiredCrc(actor, number))
  }

  dropExpired(actor: ActorId, number: number): void {
    this.#sql.dropExpired.run(actor, number)
  }

  timers(actor: ActorId): TimerRow[] {
    return this.#all(this.#sql.timers.all(actor), toTimer, actor)
  }

  timer(actor: ActorId, id: string): TimerRow | undefined {
    return this.#one(this.#sql.timer.get(actor, id), toTimer, actor)
  }

  putTimer(row: TimerRow): void {
    const { actor, id, dueAtMs, kind, name, input, sender, key } = row
    this.#sql.putTimer.run(actor, id, dueAtMs, kind, name, input, sender, key, timerCrc(row))
  }

  dropTimer(actor: ActorId, id: string): void {
    this.#sql.dropTimer.run(actor, id)
  }

  members(supervisor: ActorId): MemberRow[] {
    return this.#all(this.#sql.members.all(supervisor), toMember, supervisor)
  }

  addMember(row: MemberRow): void {
    this.#sql.addMember.run(row.supervisor, row.key, row.args, memberCrc(row))
  }

  putMember(row: MemberRow): void {
    this.#sql.putMember.run(row.supervisor, row.key, row.args, memberCrc(row))
  }

  dropMember(supervisor: ActorId, key: string): void {
    this.#sql.dropMember.run(supervisor, key)
  }

  restarts(supervisor: ActorId): RestartCount[] {
    return this.#all(this.#sql.restarts.all(supervisor), toRestarts, supervisor)
  }

  putRestarts(count: RestartCount): void {
    this.#sql.putRestarts.run(count.supervisor, count.child, count.restarts, restartsCrc(count))
  }

  dropRestarts(supervisor: ActorId, child: string): void {
    this.#sql.dropRestarts.run(supervisor, child)
  }

  exits(): Checked<ExitRow>[] {
    return (this.#sql.exits.all() as SqlRow[]).map(toExit)
  }

  putExit(row: ExitRow): void {
    const { supervisor, epoch, number, atMs, child, incarnation, reason, decided, why, details } = row
    const key = [supervisor, epoch, number]
    this.#sql.putExit.run(...key, atMs, child, incarnation, reason, decided, why, details, exitCrc(row))
  }

  dropExits(supervisor: ActorId, keep: number): void {
    this.#sql.dropExits.run(supervisor, supervisor, keep)
  }

  dropOldExits(keep: number): void {
    this.#sql.dropOldExits.run(keep)
  }

  actorIds(): readonly ActorId[] {
    return this.#forgetting.actorIds()
  }

  countWaiting(actor: ActorId, frontier: number): number {
    this.#inbox.flush()
    return this.#forgetting.countWaiting(actor, frontier)
  }

  removeActor(id: ActorId): Removed {
    this.#inbox.flush()
    return this.#forgetting.removeActor(id)
  }

  putBegunAnew(row: BegunAnewRow): void {
    this.#forgetting.putBegunAnew(row)
  }

  setAside(actor: ActorId, order: SettingAside): ReturnType<Records['setAside']> {
    this.#inbox.flush()
    return this.#forgetting.setAside(actor, order)
  }

  begunAnew(actor: ActorId): number {
    return this.#forgetting.begunAnew(actor)
  }

  #one<Row>(columns: unknown, read: (columns: SqlRow) => Checked<Row>, actor: ActorId): Row | undefined {
    return columns === undefined || columns === null ? undefined : this.#checked(read(columns as SqlRow), actor)
  }

  #all<Row>(rows: readonly unknown[], read: (columns: SqlRow) => Checked<Row>, actor: ActorId): Row[] {
    return rows.map((columns) => this.#checked(read(columns as SqlRow), actor))
  }

  #checked<Row>({ row, isIntact }: Checked<Row>, actor: ActorId): Row {
    if (isIntact) return row
    throw new StoreError({
      problem: 'damaged',
      location: this.#location,
      message: `holds a row of ${displayId(actor)} that is not what was written. Restore it from a backup; nothing was changed`,
    })
  }
}
