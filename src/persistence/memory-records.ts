import { keyOf, parentOf, type ActorId } from '../protocol/actor-id.ts'
import type { RestartCount } from '../runtime/persistence.ts'
import { MemoryLinkRecords } from './memory-link-records.ts'
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

/**
 * The tables of a store as maps. They hold the same texts as a file would. Nothing here can fail once a group has begun, so
 * that there is never anything to take back.
 */
export class MemoryRecords implements Records {
  #epoch = 0
  readonly #actors = new Map<ActorId, ActorRow>()
  readonly #inbox = new Map<ActorId, Map<number, MessageRow>>()
  readonly #answers = new Map<ActorId, Map<string, AnswerRow>>()
  readonly #effects = new Map<ActorId, Map<string, EffectRow>>()
  readonly #checkpoints = new Map<ActorId, Map<number, CheckpointRow>>()
  readonly #entries = new Map<ActorId, Map<string, EntryRow>>()
  /** Older ones first. */
  readonly #pastEntries = new Map<ActorId, PastEntryRow[]>()
  readonly #expired = new Map<ActorId, Map<number, number>>()
  readonly #timers = new Map<ActorId, Map<string, TimerRow>>()
  readonly #members = new Map<ActorId, Map<string, MemberRow>>()
  readonly #deadLetters: DeadLetterRow[] = []
  #strayLetters = 0
  readonly links = new MemoryLinkRecords(({ atMs, ...letter }) => {
    this.#strayLetters += 1
    this.#deadLetters.push({ ...letter, seq: -this.#strayLetters, attempts: 0, diedAtMs: atMs })
    return -this.#strayLetters
  })
  readonly #restarts = new Map<ActorId, Map<string, RestartCount>>()
  readonly #exits = new Map<ActorId, Map<string, PlacedExit>>()
  readonly #begunAnew = new Map<ActorId, number>()
  #lastPosition = 0

  /** A new owner: the one before can commit no more. */
  raiseEpoch(): number {
    return ++this.#epoch
  }

  begin(): void {}

  commit(): void {}

  rollback(): void {}

  epoch(): number {
    return this.#epoch
  }

  actor(id: ActorId): ActorRow | undefined {
    return this.#actors.get(id)
  }

  putActor(row: ActorRow): void {
    this.#actors.set(row.id, row)
  }

  addMessage(row: MessageRow): void {
    shelfOf(this.#inbox, row.actor).set(row.seq, row)
  }

  messagesAfter(actor: ActorId, seq: number): MessageRow[] {
    // Numbers only grow, and a map keeps the order in which they came.
    return [...(this.#inbox.get(actor)?.values() ?? [])].filter((row) => row.seq > seq)
  }

  countAttempt(actor: ActorId, seq: number, by = 1): void {
    this.#change(actor, seq, (row) => ({ ...row, attempts: row.attempts + by }))
  }

  bury({ actor, seq, why, atMs }: Burial): void {
    this.#change(actor, seq, (row) => {
      this.#deadLetters.push({ ...row, why, diedAtMs: atMs })
      return { ...row, isDead: true, input: '' }
    })
  }

  deadLetters(most: number): DeadLetterRow[] {
    return this.#deadLetters.slice(-most)
  }

  deadLetter(actor: ActorId, seq: number): DeadLetterRow | undefined {
    return this.#deadLetters.find((letter) => letter.actor === actor && letter.seq === seq)
  }

  dropDeadLetter(actor: ActorId, seq: number): void {
    const at = this.#deadLetters.findIndex((letter) => letter.actor === actor && letter.seq === seq)
    if (at !== -1) this.#deadLetters.splice(at, 1)
  }

  dropMessages(actor: ActorId, seq: number): void {
    const inbox = this.#inbox.get(actor)
    if (inbox === undefined) return
    for (const number of inbox.keys()) {
      if (number > seq) break
      inbox.delete(number)
    }
  }

  keysAfter(actor: ActorId, seq: number): { readonly seq: number; readonly key: string }[] {
    return this.messagesAfter(actor, seq).flatMap((row) => (row.key === null ? [] : [{ seq: row.seq, key: row.key }]))
  }

  answer(actor: ActorId, key: string): AnswerRow | undefined {
    return this.#answers.get(actor)?.get(key)
  }

  addAnswer(actor: ActorId, key: string, seq: number): void {
    shelfOf(this.#answers, actor).set(key, { seq, outcome: null })
  }

  dropAnswer(actor: ActorId, key: string): void {
    this.#answers.get(actor)?.delete(key)
  }

  dropAnswersAfter(actor: ActorId, seq: number): void {
    const answers = this.#answers.get(actor)
    for (const [key, answer] of answers ?? []) if (answer.seq > seq) answers?.delete(key)
  }

  setAnswer(actor: ActorId, key: string, answer: AnswerRow): void {
    shelfOf(this.#answers, actor).set(key, answer)
  }

  effect(actor: ActorId, seq: number, name: string): EffectRow | undefined {
    return this.#effects.get(actor)?.get(`${seq} ${name}`)
  }

  putEffect(row: EffectRow): void {
    shelfOf(this.#effects, row.actor).set(`${row.seq} ${row.name}`, row)
  }

  hasEffects(actor: ActorId): boolean {
    return (this.#effects.get(actor)?.size ?? 0) > 0
  }

  dropEffects(actor: ActorId, seq: number): void {
    const rows = this.#effects.get(actor)
    if (rows === undefined) return
    for (const [key, row] of rows) if (row.seq <= seq) rows.delete(key)
  }

  checkpoints(actor: ActorId): CheckpointRow[] {
    return [...(this.#checkpoints.get(actor)?.values() ?? [])].reverse()
  }

  checkpoint(actor: ActorId, number: number): CheckpointRow | undefined {
    return this.#checkpoints.get(actor)?.get(number)
  }

  addCheckpoint(row: CheckpointRow): void {
    shelfOf(this.#checkpoints, row.actor).set(row.number, row)
  }

  dropCheckpoints(actor: ActorId, number: number): void {
    const rows = this.#checkpoints.get(actor)
    if (rows === undefined) return
    for (const old of rows.keys()) if (old < number) rows.delete(old)
  }

  hasEntries(actor: ActorId): boolean {
    return (this.#entries.get(actor)?.size ?? 0) + (this.#pastEntries.get(actor)?.length ?? 0) > 0
  }

  entries(actor: ActorId): Checked<EntryRow>[] {
    return [...(this.#entries.get(actor)?.values() ?? [])].map(intact)
  }

  entry(actor: ActorId, map: string, key: string): Checked<EntryRow> | undefined {
    const row = this.#entries.get(actor)?.get(entryKey(map, key))
    return row && intact(row)
  }

  putEntry(row: EntryRow): void {
    shelfOf(this.#entries, row.actor).set(entryKey(row.map, row.key), row)
  }

  dropEntry(actor: ActorId, map: string, key: string): void {
    this.#entries.get(actor)?.delete(entryKey(map, key))
  }

  pastEntries(actor: ActorId): Checked<PastEntryRow>[] {
    return (this.#pastEntries.get(actor) ?? []).map(intact)
  }

  addPastEntry(actor: ActorId, map: string, key: string, until: number): void {
    const row = this.#entries.get(actor)?.get(entryKey(map, key))
    if (row === undefined) return
    const past = this.#pastEntries.get(actor)
    if (past === undefined) this.#pastEntries.set(actor, [{ ...row, until }])
    else past.push({ ...row, until })
  }

  dropPastEntries(actor: ActorId, until: number): void {
    const past = this.#pastEntries.get(actor) ?? []
    const first = past.findIndex((row) => row.until > until)
    past.splice(0, first === -1 ? past.length : first)
  }

  expired(actor: ActorId): number[] {
    return [...(this.#expired.get(actor)?.values() ?? [])].sort((a, b) => a - b)
  }

  addExpired(actor: ActorId, number: number): void {
    shelfOf(this.#expired, actor).set(number, number)
  }

  dropExpired(actor: ActorId, number: number): void {
    this.#expired.get(actor)?.delete(number)
  }

  timers(actor: ActorId): TimerRow[] {
    return [...(this.#timers.get(actor)?.values() ?? [])].sort((a, b) => a.dueAtMs - b.dueAtMs || (a.id < b.id ? -1 : 1))
  }

  timer(actor: ActorId, id: string): TimerRow | undefined {
    return this.#timers.get(actor)?.get(id)
  }

  putTimer(row: TimerRow): void {
    shelfOf(this.#timers, row.actor).set(row.id, row)
  }

  dropTimer(actor: ActorId, id: string): void {
    this.#timers.get(actor)?.delete(id)
  }

  members(supervisor: ActorId): MemberRow[] {
    return [...(this.#members.get(supervisor)?.values() ?? [])]
  }

  addMember(row: MemberRow): void {
    const members = shelfOf(this.#members, row.supervisor)
    if (!members.has(row.key)) members.set(row.key, row)
  }

  putMember(row: MemberRow): void {
    shelfOf(this.#members, row.supervisor).set(row.key, row)
  }

  dropMember(supervisor: ActorId, key: string): void {
    this.#members.get(supervisor)?.delete(key)
  }

  restarts(supervisor: ActorId): RestartCount[] {
    return [...(this.#restarts.get(supervisor)?.values() ?? [])].sort((a, b) => (a.child < b.child ? -1 : 1))
  }

  putRestarts(count: RestartCount): void {
    shelfOf(this.#restarts, count.supervisor).set(count.child, count)
  }

  dropRestarts(supervisor: ActorId, child: string): void {
    this.#restarts.get(supervisor)?.delete(child)
  }

  exits(): Checked<ExitRow>[] {
    return [...this.#exits.values()].flatMap((rows) => inOrder(rows).map(({ row }) => ({ row, isIntact: true })))
  }

  putExit(row: ExitRow): void {
    const rows = shelfOf(this.#exits, row.supervisor)
    const key = exitKey(row)
    rows.set(key, { row, position: rows.get(key)?.position ?? ++this.#lastPosition })
  }

  dropExits(supervisor: ActorId, keep: number): void {
    const rows = this.#exits.get(supervisor)
    if (rows === undefined || rows.size <= keep) return
    for (const { row } of inOrder(rows).slice(0, rows.size - keep)) rows.delete(exitKey(row))
  }

  dropOldExits(keep: number): void {
    const last = this.#lastPosition - keep
    if (last <= 0) return
    for (const [supervisor, rows] of this.#exits) {
      for (const [key, { position }] of rows) if (position <= last) rows.delete(key)
      if (rows.size === 0) this.#exits.delete(supervisor)
    }
  }

  actorIds(): readonly ActorId[] {
    return [...this.#actors.keys()].sort()
  }

  countWaiting(actor: ActorId, frontier: number): number {
    return this.messagesAfter(actor, frontier).filter((row) => !row.isDead).length
  }

  removeActor(id: ActorId): Removed {
    const parent = parentOf(id)
    if (parent !== undefined) {
      this.#members.get(parent)?.delete(keyOf(id))
      this.#restarts.get(parent)?.delete(keyOf(id))
    }
    const tables = [this.#members, this.#restarts, this.#exits, this.#expired, this.#effects, this.#entries, this.#pastEntries]
    for (const table of tables) table.delete(id)
    const letters = this.#deadLetters.length
    const others = this.#deadLetters.filter(({ actor }) => actor !== id)
    this.#deadLetters.splice(0, letters, ...others)
    return {
      checkpoints: dropShelf(this.#checkpoints, id),
      messages: dropShelf(this.#inbox, id),
      timers: dropShelf(this.#timers, id),
      answers: dropShelf(this.#answers, id),
      deadLetters: letters - others.length,
    }
  }

  putBegunAnew({ actor, frontier }: BegunAnewRow): void {
    this.#begunAnew.set(actor, frontier)
  }

  setAside(actor: ActorId, { frontier }: SettingAside): ReturnType<Records['setAside']> {
    const inbox = this.#inbox.get(actor)
    const applied = [...(inbox?.keys() ?? [])].filter((seq) => seq <= frontier)
    for (const seq of applied) inbox?.delete(seq)
    const checkpoints = dropShelf(this.#checkpoints, actor)
    this.#entries.delete(actor)
    this.#pastEntries.delete(actor)
    return { lost: { checkpoints, applied: applied.length, unhandled: 0 }, again: [] }
  }

  begunAnew(actor: ActorId): number {
    return this.#begunAnew.get(actor) ?? 0
  }

  #change(actor: ActorId, seq: number, change: (row: MessageRow) => MessageRow): void {
    const inbox = this.#inbox.get(actor)
    const row = inbox?.get(seq)
    if (row !== undefined) inbox?.set(seq, change(row))
  }
}

/** A note, and the how manieth it was of all. */
interface PlacedExit {
  readonly row: ExitRow
  readonly position: number
}

function entryKey(map: string, key: string): string {
  return `${map}\0${key}`
}

function intact<Row>(row: Row): Checked<Row> {
  return { row, isIntact: true }
}

function exitKey({ epoch, number }: ExitRow): string {
  return `${epoch} ${number}`
}

/** Oldest first. */
function inOrder(rows: ReadonlyMap<string, PlacedExit>): PlacedExit[] {
  return [...rows.values()].sort((a, b) => a.row.epoch - b.row.epoch || a.row.number - b.row.number)
}

/** Removes the rows of one owner; gives how many there were. */
function dropShelf(table: Map<ActorId, ReadonlyMap<unknown, unknown>>, owner: ActorId): number {
  const count = table.get(owner)?.size ?? 0
  table.delete(owner)
  return count
}

/** The rows of one owner, made when the first of them comes. */
function shelfOf<Owner, Key, Row>(table: Map<Owner, Map<Key, Row>>, owner: Owner): Map<Key, Row> {
  const known = table.get(owner)
  if (known !== undefined) return known
  const rows = new Map<Key, Row>()
  table.set(owner, rows)
  return rows
}
