import type { ActorId } from '../protocol/actor-id.ts'
import { displayId } from '../protocol/actor-id.ts'
import type { Envelope } from '../protocol/envelope.ts'
import { InternalError } from '../protocol/errors.ts'
import { noconnection, type ExitReason } from '../protocol/exit-reason.ts'
import type { Clock } from '../runtime/clock.ts'
import { StoreError } from '../runtime/errors.ts'
import type { Accepted, Checkpoint, Committed, DurableTimer, Journaled, Member, Outcome, Revived } from '../runtime/persistence.ts'
import type { Codec } from '../serialization/codec.ts'
import { decodeReason } from '../serialization/reason-text.ts'
import type { ActorEntry, ActorTable } from './actor-table.ts'
import { afterAdding, infoOf, readCheckpoint, readShelf, type Shelf } from './checkpoint.ts'
import { checksumOf } from './checksum.ts'
import type { CommitText, SendText, SnapshotText, TurnText } from './commit-text.ts'
import { envelopeFromText, journaledFromRow } from './envelope-text.ts'
import { appliedBy, splitJournal, type JournalParts } from './frontier.ts'
import type { EnvelopeText, MemberRow, MessageRow, Records } from './records.ts'

/** What an incarnation leaves behind, as text. */
export interface WillText {
  readonly reason: string
  readonly snapshot: SnapshotText | undefined
  readonly crashedOn: number | undefined
}

/**
 * What the operations of a store mean, as changes of its records. Each is called within the transaction of a group. What is
 * the fault of the one operation is thrown before its first change, so that the others of the group are not touched by it.
 */
export class Journal {
  readonly #records: Records
  readonly #actors: ActorTable
  readonly #codec: Codec
  readonly #clock: Clock
  readonly #location: string

  constructor(parts: { readonly records: Records; readonly actors: ActorTable; readonly codec: Codec; readonly clock: Clock; readonly location: string }) {
    this.#records = parts.records
    this.#actors = parts.actors
    this.#codec = parts.codec
    this.#clock = parts.clock
    this.#location = parts.location
  }

  accept(to: ActorId, text: EnvelopeText): Accepted {
    const known = text.key === null ? undefined : this.#records.answer(to, text.key)
    if (known === undefined) return { status: 'accepted', seq: this.#append(to, text) }
    if (known.outcome === null) return { status: 'pending', seq: known.seq }
    return { status: 'answered', seq: known.seq, outcome: this.#decode(to, known.outcome) as Outcome }
  }

  commit(id: ActorId, incarnation: number, commit: CommitText): Committed {
    const entry = this.#actors.get(id)
    this.#actors.fence(entry, incarnation)
    checkTurns(entry, commit.turns)
    const deliveries: Committed['deliveries'][number][] = []
    for (const turn of commit.turns) this.#applyTurn(entry, turn, deliveries)
    const checkpoint = commit.checkpoint && this.#addCheckpoint(entry, commit.checkpoint)
    this.#actors.touch(entry)
    return { checkpoint, deliveries }
  }

  seal(id: ActorId, incarnation: number, will: WillText): number | undefined {
    const entry = this.#actors.get(id)
    this.#actors.fence(entry, incarnation)
    if (will.crashedOn !== undefined) this.#records.countAttempt(id, will.crashedOn)
    const checkpoint = will.snapshot && this.#addCheckpoint(entry, will.snapshot)
    entry.isSealed = true
    entry.lastExit = will.reason
    this.#actors.touch(entry)
    return checkpoint
  }

  open(id: ActorId, rung: number): Revived {
    const entry = this.#actors.get(id)
    const shelf = readShelf(this.#codec, this.#records.checkpoints(id))
    const offered = shelf.readable[rung]
    const { replay, backlog } = this.#recall(entry, { offered, rung })
    const timers = this.#records.timers(id).map((row): DurableTimer => ({ id: row.id, dueAtMs: row.dueAtMs, envelope: this.#envelope(id, row) }))
    const lastExit = this.#lastExit(entry)
    this.#begin(entry, shelf)
    return {
      incarnation: entry.incarnation,
      lastExit,
      frontier: entry.frontier,
      offered: offered?.checkpoint,
      checkpoints: shelf.readable.map(({ checkpoint }) => infoOf(checkpoint)),
      damaged: shelf.damaged,
      replay,
      backlog,
      timers,
    }
  }

  read(id: ActorId, number: number): Checkpoint | undefined {
    const row = this.#records.checkpoint(id, number)
    const result = row && readCheckpoint(this.#codec, row)
    return result !== undefined && 'checkpoint' in result ? result.checkpoint : undefined
  }

  fire(id: ActorId, timer: string): Journaled | undefined {
    const row = this.#records.timer(id, timer)
    if (row === undefined) return undefined
    const envelope = this.#envelope(id, row)
    this.#records.dropTimer(id, timer)
    return this.#deliver({ to: id, text: row, envelope })
  }

  retire(id: ActorId, why: string): readonly Journaled[] {
    const entry = this.#actors.get(id)
    const left = this.#records.messagesAfter(id, entry.frontier).filter((row) => !row.isDead)
    const messages = left.map((row) => this.#journaled(row))
    const outcome = this.#codec.encode({ status: 'crashed', message: why } satisfies Outcome, 'outcome')
    for (const { seq } of left) {
      this.#settleKey(entry, seq, outcome)
      this.#bury(id, seq, why)
    }
    entry.frontier = entry.nextSeq - 1
    this.#actors.touch(entry)
    return messages
  }

  saveMember(row: MemberRow): void {
    this.#records.putMember(row)
  }

  dropMember(supervisor: ActorId, key: string): void {
    this.#records.dropMember(supervisor, key)
  }

  members(supervisor: ActorId): readonly Member[] {
    return this.#records.members(supervisor).map(({ key, args }) => ({ supervisor, key, args: this.#decode(supervisor, args) }))
  }

  #append(to: ActorId, text: EnvelopeText): number {
    const entry = this.#actors.get(to)
    const seq = entry.nextSeq++
    const { kind, name, input, sender, key } = text
    this.#records.addMessage({ actor: to, seq, kind, name, input, sender, key, attempts: 0, isDead: false })
    if (key !== null) {
      this.#records.addAnswer(to, key, seq)
      entry.keys.set(seq, key)
    }
    this.#actors.touch(entry)
    return seq
  }

  /** Nothing is delivered if a message with the same key has been before. */
  #deliver({ to, text, envelope }: SendText): Journaled | undefined {
    if (text.key !== null && this.#records.answer(to, text.key) !== undefined) return undefined
    return { seq: this.#append(to, text), envelope, attempts: 0 }
  }

  #applyTurn(entry: ActorEntry, turn: TurnText, deliveries: { to: ActorId; message: Journaled }[]): void {
    this.#settleKey(entry, turn.seq, turn.outcome)
    if (turn.dead !== undefined) this.#bury(entry.id, turn.seq, turn.dead)
    for (const send of turn.sends) {
      const message = this.#deliver(send)
      if (message !== undefined) deliveries.push({ to: send.to, message })
    }
    for (const timer of turn.timersCancelled) this.#records.dropTimer(entry.id, timer)
    for (const timer of turn.timersSet) this.#records.putTimer(timer)
    for (const member of turn.members) this.#records.addMember(member)
    entry.frontier = turn.seq
  }

  #settleKey(entry: ActorEntry, seq: number, outcome: string | undefined): void {
    const key = entry.keys.get(seq)
    if (key === undefined) return
    entry.keys.delete(seq)
    if (outcome !== undefined) this.#records.setAnswer(entry.id, key, outcome)
  }

  #bury(actor: ActorId, seq: number, why: string): void {
    this.#records.bury({ actor, seq, why, atMs: this.#wallMs() })
  }

  #addCheckpoint(entry: ActorEntry, { behavior, version, frontier, cause, state }: SnapshotText): number {
    const number = entry.nextCheckpoint++
    const applied = appliedBy(frontier, entry.frontier)
    const row = {
      actor: entry.id, number, incarnation: entry.incarnation, behavior, version, frontier, applied, cause, takenAtMs: this.#wallMs(), state,
    }
    this.#records.addCheckpoint({ ...row, checksum: checksumOf(row) })
    this.#prune(entry, { number, applied })
    return number
  }

  #prune(entry: ActorEntry, added: { readonly number: number; readonly applied: number }): void {
    const before = entry.kept ?? keptOf(readShelf(this.#codec, this.#records.checkpoints(entry.id).filter(({ number }) => number < added.number)))
    const { kept, dropBelow, dropMessagesTo } = afterAdding(added, before)
    entry.kept = kept
    if (dropBelow > 1) this.#records.dropCheckpoints(entry.id, dropBelow)
    if (dropMessagesTo <= entry.droppedTo) return
    this.#records.dropMessages(entry.id, dropMessagesTo)
    entry.droppedTo = dropMessagesTo
  }

  /** The messages that a new incarnation has to run again, and those that wait for it. */
  #recall(entry: ActorEntry, { offered, rung }: { readonly offered: { readonly applied: number } | undefined; readonly rung: number }) {
    const applied = offered?.applied ?? 0
    const parts = splitJournal({ rows: this.#records.messagesAfter(entry.id, applied), applied, frontier: entry.frontier, nextSeq: entry.nextSeq })
    if (parts.type === 'gap' && !isLossAskedFor(parts, { entry, offered, rung })) throw this.#gap(entry.id, parts.missing)
    const replay = parts.type === 'whole' ? parts.replay : []
    return { replay: replay.map((row) => this.#journaled(row)), backlog: parts.backlog.map((row) => this.#journaled(row)) }
  }

  #begin(entry: ActorEntry, shelf: Shelf): void {
    entry.incarnation++
    entry.isSealed = false
    entry.lastExit = null
    entry.kept = keptOf(shelf)
    this.#actors.renew(entry.id)
    this.#actors.touch(entry)
  }

  #lastExit(entry: ActorEntry): ExitReason | undefined {
    if (entry.incarnation === 0) return undefined
    if (!entry.isSealed || entry.lastExit === null) return noconnection
    return decodeReason(this.#codec, entry.lastExit) ?? noconnection
  }

  #journaled(row: MessageRow): Journaled {
    return this.#reading(row.actor, () => journaledFromRow(this.#codec, row))
  }

  #envelope(actor: ActorId, text: EnvelopeText): Envelope {
    return this.#reading(actor, () => envelopeFromText(this.#codec, text))
  }

  #decode(actor: ActorId, text: string): unknown {
    return this.#reading(actor, () => this.#codec.decode(text))
  }

  #reading<T>(actor: ActorId, read: () => T): T {
    try {
      return read()
    } catch (cause) {
      throw this.#damaged(`holds something of ${displayId(actor)} that cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, cause)
    }
  }

  #gap(id: ActorId, missing: number): StoreError {
    return this.#damaged(`lacks message ${missing} of ${displayId(id)}, without which its state cannot be rebuilt`)
  }

  #damaged(message: string, cause?: unknown): StoreError {
    return new StoreError({ problem: 'damaged', location: this.#location, message: `${message}; nothing was changed`, cause })
  }

  #wallMs(): number {
    return Math.round(this.#clock.wallNow())
  }
}

function keptOf(shelf: Shelf) {
  return shelf.readable.map(({ checkpoint, applied }) => ({ number: checkpoint.number, applied }))
}

/** Whoever passes over every checkpoint begins anew, and does not need the messages that led to them. */
function isLossAskedFor(
  gap: Extract<JournalParts, { type: 'gap' }>,
  { entry, offered, rung }: { readonly entry: ActorEntry; readonly offered: unknown; readonly rung: number },
): boolean {
  return rung > 0 && offered === undefined && gap.missing <= entry.frontier
}

/** An actor applies its messages one by one: a turn that skipped one would lose it without a trace. */
function checkTurns(entry: ActorEntry, turns: readonly TurnText[]): void {
  let expected = entry.frontier + 1
  for (const { seq } of turns) {
    if (seq !== expected || seq >= entry.nextSeq)
      throw new InternalError(`turn ${seq} of ${displayId(entry.id)} was to be committed where ${expected} comes next`, { frontier: entry.frontier, nextSeq: entry.nextSeq })
    expected++
  }
}
