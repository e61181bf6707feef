import { displayId, type ActorId } from '../protocol/actor-id.ts'
import { isLinked } from '../protocol/linked-id.ts'
import { InternalError } from '../protocol/errors.ts'
import type { Clock } from '../runtime/clock.ts'
import type {
  Accepted,
  Checkpoint,
  EffectRecord,
  EffectResult,
  Journaled,
  KeptDeadLetter,
  KeptExits,
  LostState,
  Member,
  Outcome,
  Renumbered,
  RestartCount,
} from '../runtime/persistence.ts'
import type { ActorEntry, ActorTable } from './actor-table.ts'
import { afterAdding, elsewhereText, readCheckpoint, readShelf, type Kept } from './checkpoint.ts'
import { checksumOf } from './checksum.ts'
import type { CommitText, SendText, SnapshotText, TurnText } from './commit-text.ts'
import { readExits } from './exit-text.ts'
import { forgetActors, type ForgetOptions, type Forgotten } from './forgetting.ts'
import { appliedBy } from './frontier.ts'
import { goBack } from './going-back.ts'
import type { GoingBackText } from './going-back-text.ts'
import type { CommittedText, EffectText, InterruptedTurn, Opened, SettledText, WillText } from './operation.ts'
import type { CheckpointRow, EnvelopeText, ExitRow, MemberRow, Records } from './records.ts'
import { KeyedReading } from './keyed-reading.ts'
import { planKeyed, type KeyedPlan } from './keyed-writing.ts'
import type { Limits } from './limits.ts'
import { LinkJournal, type LinkBounds } from './link-journal.ts'
import type { LinkAnswers, LinkOrder } from './link-operation.ts'
import { keptOf, readRemains } from './reviving.ts'
import type { StoredValues } from './stored-values.ts'

/** Supervisors come and go with their names: without a bound on all of them their notes would grow for ever. */
const mostExits = 5_000

const nothing: readonly number[] = Object.freeze([])

/** Effects are known for so many messages of each actor: a cut may bring back a message whose effects have been done. */
const effectsKeptFor = 10_000

/** In the place of the name of an effect: the message had another number first, which is the result. */
const renumbered = ''

type CheckpointAdded = Kept & Pick<CheckpointRow, 'state'>

/** A checkpoint that was added, and those with their state elsewhere whose place it took. */
interface Added {
  readonly number: number
  readonly expired: readonly number[]
}

/** What the operations of a store work on. */
export interface JournalParts {
  readonly records: Records
  readonly actors: ActorTable
  readonly values: StoredValues
  readonly clock: Clock
  /** Where the store is, for a person. */
  readonly location: string
  /** How much is accepted; anything if not given. */
  readonly limits: Limits | undefined
  /** That of this opening. */
  readonly epoch: number
  /** What the links may hold; it outlives an opening. */
  readonly linkBounds: Map<string, LinkBounds>
}

/**
 * What the operations of a store mean, as changes of its records. Each is called within the transaction of a group. What is
 * the fault of the one operation is thrown before its first change, so that the others of the group are not touched by it.
 */
export class Journal {
  readonly #records: Records
  readonly #actors: ActorTable
  readonly #values: StoredValues
  readonly #clock: Clock
  readonly #location: string
  readonly #limits: Limits | undefined
  readonly #links: LinkJournal

  constructor(parts: JournalParts) {
    this.#records = parts.records
    this.#actors = parts.actors
    this.#values = parts.values
    this.#clock = parts.clock
    this.#location = parts.location
    this.#limits = parts.limits
    const { records, location, epoch, linkBounds } = parts
    this.#links = new LinkJournal({
      records: records.links,
      epoch,
      location,
      bounds: linkBounds,
      wallMs: () => this.#wallMs(),
      deliver: (to, text) => this.#deliver({ to, text }),
      checkReceiver: (to, text) => this.#checkReceiver(to, text),
      checkRoom: (to, text) => this.#limits?.check(this.#actors.get(to), text.input.length),
    })
  }

  accept(to: ActorId, text: EnvelopeText): Accepted {
    if (isLinked(to)) return this.#links.accept(to, text)
    const known = text.key === null ? undefined : this.#records.answer(to, text.key)
    if (known === undefined) {
      this.#limits?.check(this.#actors.get(to), text.input.length)
      return { status: 'accepted', seq: this.#append(to, text) }
    }
    if (known.outcome === null)
      return known.seq > this.#actors.get(to).frontier
        ? { status: 'pending', seq: known.seq }
        : { status: 'answered', seq: known.seq, outcome: undefined }
    return { status: 'answered', seq: known.seq, outcome: this.#values.value(to, known.outcome) as Outcome }
  }

  commit(id: ActorId, incarnation: number, commit: CommitText): CommittedText {
    const entry = this.#actors.get(id)
    this.#actors.fence(entry, incarnation)
    checkTurns(entry, commit.turns)
    this.#checkReserved(entry, commit.checkpoint)
    for (const { sends } of commit.turns) sends.forEach(({ to, text }) => this.#checkReceiver(to, text))
    const full = this.#links.fullFor(commit.turns)
    if (full.length > 0) return { checkpoint: undefined, sent: [], full }
    const keyed = commit.checkpoint && this.#planKeyed(entry, commit.checkpoint)
    if (commit.attempted !== undefined) this.#records.countAttempt(id, commit.attempted)
    if (commit.spared !== undefined) this.#records.countAttempt(id, commit.spared, -1)
    const sent: number[] = []
    for (const turn of commit.turns) this.#applyTurn(entry, turn, sent)
    for (const number of commit.told) this.#records.dropExpired(id, number)
    const reserved = commit.reserves ? this.#reserve(entry) : undefined
    const added = commit.checkpoint && this.#addCheckpoint(entry, commit.checkpoint, keyed)
    this.#actors.touch(entry)
    if (reserved !== undefined) return { checkpoint: added?.number, sent, reserved }
    if (added === undefined || added.expired.length === 0) return { checkpoint: added?.number, sent }
    return { checkpoint: added.number, sent, expired: added.expired }
  }

  seal(id: ActorId, incarnation: number, will: WillText): number | undefined {
    const entry = this.#actors.get(id)
    this.#actors.fence(entry, incarnation)
    this.#checkReserved(entry, will.snapshot)
    const keyed = will.snapshot && this.#planKeyed(entry, will.snapshot)
    if (will.crashedOn !== undefined) this.#records.countAttempt(id, will.crashedOn)
    const added = will.snapshot && this.#addCheckpoint(entry, will.snapshot, keyed)
    entry.isSealed = true
    entry.lastExit = will.reason
    this.#actors.ended(id)
    this.#actors.touch(entry)
    return added?.number
  }

  open(id: ActorId, rung: number, incarnation?: number): Opened {
    const entry = this.#actors.get(id)
    if (incarnation !== undefined) this.#actors.fence(entry, incarnation)
    const { revived, kept, keyed } = readRemains({ records: this.#records, values: this.#values, entry, rung })
    if (incarnation === undefined) entry.incarnation++
    entry.isSealed = false
    entry.lastExit = null
    entry.kept = kept
    entry.keyed = keyed
    this.#actors.renew(id)
    this.#actors.opened(id)
    this.#actors.touch(entry)
    const opened = { incarnation: entry.incarnation, ...revived }
    // What was not asked for yet may be there all the same.
    if (keyed === undefined && !(entry.hasEntries ??= this.#records.hasEntries(id))) return opened
    return { ...opened, keyedAt: keyed?.at ?? 0 }
  }

  beginAnew(id: ActorId, why: string): LostState {
    const entry = this.#actors.get(id)
    const { frontier, nextSeq } = entry
    const { lost, again } = this.#records.setAside(id, { frontier, nextSeq, why, atMs: this.#wallMs() })
    if (lost.unhandled > 0) {
      // Turns follow each other without a gap: those that are left come behind it, in their order.
      entry.frontier = nextSeq - 1
      entry.keys.clear()
      for (const text of again) this.#append(id, text)
    }
    this.#records.putBegunAnew({ actor: id, frontier: entry.frontier, atMs: this.#wallMs(), why })
    entry.kept = []
    entry.hasEntries = undefined
    entry.keyed = undefined
    entry.droppedTo = entry.frontier
    this.#actors.touch(entry)
    return lost
  }

  goBack(order: GoingBackText): readonly Renumbered[] {
    return goBack(order, {
      records: this.#records,
      actors: this.#actors,
      append: (to, text) => this.#append(to, text),
      planKeyed: (entry, snapshot) => this.#planKeyed(entry, snapshot),
      addCheckpoint: (entry, snapshot, keyed) => void this.#addCheckpoint(entry, snapshot, keyed),
      setAside: (id, why) => {
        this.#giveUp(id, why)
        this.beginAnew(id, why)
      },
      firstNumber: (entry, seq) => this.#firstNumber(entry, seq),
      keepEffects: ({ id: actor }, seq, first) => {
        const [begunAtMs, result] = [this.#wallMs(), String(first)]
        this.#records.putEffect({ actor, seq, name: renumbered, key: '', begunAtMs, result })
      },
    })
  }

  read(id: ActorId, number: number): Checkpoint | undefined {
    const row = this.#records.checkpoint(id, number)
    const keyed = new KeyedReading(this.#records, id)
    const result = row && readCheckpoint(this.#values.codec, row, keyed)
    if (result === undefined || !('checkpoint' in result)) return undefined
    const { checkpoint } = result
    const { codec } = this.#values
    return { ...checkpoint, state: keyed.complete(codec, { number, text: row?.state ?? '', state: checkpoint.state }) }
  }

  beginEffect(id: ActorId, incarnation: number, { seq, name, key }: EffectText): EffectRecord {
    const entry = this.#actors.get(id)
    this.#actors.fence(entry, incarnation)
    const first = this.#firstNumber(entry, seq)
    const known = this.#records.effect(id, first, name)
    if (known !== undefined && known.result !== null)
      return { status: 'settled', result: this.#values.value(id, known.result) as EffectResult }
    if (seq <= entry.frontier) return { status: 'applied', key: known?.key ?? key }
    if (known !== undefined) return { status: 'open', key: known.key }
    this.#records.putEffect({ actor: id, seq: first, name, key, begunAtMs: this.#wallMs(), result: null })
    entry.hasEffects = true
    return { status: 'begun', key }
  }

  settleEffect(id: ActorId, incarnation: number, { seq, name, result }: SettledText): undefined {
    const entry = this.#actors.get(id)
    this.#actors.fence(entry, incarnation)
    const known = this.#records.effect(id, this.#firstNumber(entry, seq), name)
    if (known !== undefined) this.#records.putEffect({ ...known, result })
  }

  fire(id: ActorId, timer: string): Journaled | undefined {
    const row = this.#records.timer(id, timer)
    if (row === undefined) return undefined
    const envelope = this.#values.envelope(id, row)
    this.#checkReceiver(id, row)
    this.#records.dropTimer(id, timer)
    const seq = this.#deliver({ to: id, text: row })
    return seq === 0 ? undefined : { seq, envelope, attempts: 0 }
  }

  /** Moves what is left in the journal of an actor to the dead letters. */
  #giveUp(id: ActorId, why: string): void {
    const entry = this.#actors.get(id)
    const left = this.#records.messagesAfter(id, entry.frontier).filter((row) => !row.isDead)
    const outcome = this.#values.codec.encode({ status: 'crashed', message: why } satisfies Outcome, 'outcome')
    for (const { seq } of left) {
      this.#settleKey(entry, seq, outcome)
      this.#bury(id, seq, why)
    }
    entry.frontier = entry.nextSeq - 1
    this.#actors.ended(id)
    this.#actors.touch(entry)
  }

  /** Of an actor that cannot be read nothing is counted: whoever starts it is told. */
  countInterrupted(turns: readonly InterruptedTurn[]): undefined {
    for (const { id, seq } of turns) {
      const row = this.#records.actor(id)
      if (row !== undefined && seq > row.frontier) this.#records.countAttempt(id, seq)
    }
  }

  deadLetters(most: number): readonly KeptDeadLetter[] {
    return this.#records.deadLetters(most).map((row) => this.#values.deadLetter(row))
  }

  exhume(id: ActorId, seq: number): Journaled | undefined {
    const row = this.#records.deadLetter(id, seq)
    if (row === undefined) return undefined
    // What its caller was told goes by its key, and stays.
    const text = { ...row, key: null }
    const envelope = this.#values.envelope(id, text)
    this.#limits?.check(this.#actors.get(id), row.input.length)
    this.#records.dropDeadLetter(id, seq)
    return { seq: this.#append(id, text), envelope, attempts: 0 }
  }

  dropDeadLetter(id: ActorId, seq: number): undefined {
    this.#records.dropDeadLetter(id, seq)
  }

  saveMember(row: MemberRow): void {
    this.#records.putMember(row)
  }

  dropMember(supervisor: ActorId, key: string): void {
    this.#records.dropMember(supervisor, key)
  }

  members(supervisor: ActorId): readonly Member[] {
    const rows = this.#records.members(supervisor)
    return rows.map(({ key, args }) => ({ supervisor, key, args: this.#values.value(supervisor, args) }))
  }

  noteExits(supervisor: ActorId, rows: readonly ExitRow[], keep: number): void {
    for (const row of rows) this.#records.putExit(row)
    this.#records.dropExits(supervisor, keep)
    this.#records.dropOldExits(mostExits)
  }

  exits(): KeptExits {
    return readExits(this.#values.codec, this.#records.exits())
  }

  countRestarts(count: RestartCount): void {
    if (count.restarts > 0) this.#records.putRestarts(count)
    else this.#records.dropRestarts(count.supervisor, count.child)
  }

  restarts(supervisor: ActorId): readonly RestartCount[] {
    return this.#records.restarts(supervisor)
  }

  link(link: string, order: LinkOrder): LinkAnswers[LinkOrder['ask']] {
    return this.#links.do(link, order)
  }

  /** The group failed: nothing that was read is believed. */
  renew(): void {
    this.#links.forget()
  }

  forget(id: ActorId, options: Required<ForgetOptions>): Forgotten {
    const [records, actors, location] = [this.#records, this.#actors, this.#location]
    return forgetActors(id, options, { records, actors, location, wallMs: this.#wallMs() })
  }

  #append(to: ActorId, text: EnvelopeText): number {
    const entry = this.#actors.get(to)
    const seq = entry.nextSeq++
    const { kind, name, input, sender, key } = text
    this.#records.addMessage({ actor: to, seq, kind, name, input, sender, key, attempts: 0, isDead: false })
    if (key !== null) {
      this.#records.addAnswer(to, key, seq, this.#wallMs())
      entry.keys.set(seq, key)
    }
    this.#actors.touch(entry)
    return seq
  }

  /** Looks at every row that a delivery will read: one that is damaged has to be found before anything is changed. */
  #checkReceiver(to: ActorId, text: EnvelopeText): void {
    if (isLinked(to)) return this.#links.check(to, text)
    this.#actors.get(to)
    if (text.key !== null) this.#records.answer(to, text.key)
  }

  /** Gives the number of the message, or what tells that it is in no journal here: see {@link CommittedText}. */
  #deliver({ to, text }: SendText): number {
    if (isLinked(to)) return this.#links.send(to, text)
    if (text.key !== null && this.#records.answer(to, text.key) !== undefined) return 0
    return this.#append(to, text)
  }

  #applyTurn(entry: ActorEntry, turn: TurnText, sent: number[]): void {
    if (entry.keys.size > 0) for (let { first: seq } = turn; seq <= turn.seq; seq += 1) this.#settleKey(entry, seq, turn.outcome)
    if (turn.dead !== undefined) this.#bury(entry.id, turn.seq, turn.dead)
    for (const send of turn.sends) sent.push(this.#deliver(send))
    for (const timer of turn.timersCancelled) this.#records.dropTimer(entry.id, timer)
    for (const timer of turn.timersSet) this.#records.putTimer(timer)
    for (const member of turn.members) this.#records.addMember(member)
    if (turn.seq > 0) entry.frontier = turn.seq
  }

  #settleKey(entry: ActorEntry, seq: number, outcome: string | undefined): void {
    const key = entry.keys.get(seq)
    if (key === undefined) return
    entry.keys.delete(seq)
    if (outcome !== undefined) this.#records.setAnswer(entry.id, key, { seq, outcome })
  }

  #bury(actor: ActorId, seq: number, why: string): void {
    this.#records.bury({ actor, seq, why, atMs: this.#wallMs() })
  }

  /** A message that has come back with a cut has another number than the one under which its effects are known. */
  #firstNumber({ id }: ActorEntry, seq: number): number {
    const result = this.#records.effect(id, seq, renumbered)?.result
    return typeof result === 'string' ? Number(result) : seq
  }

  /** Until its checkpoint is written whoever keeps the state is to be told that there is none. */
  #reserve(entry: ActorEntry): number {
    const number = entry.nextCheckpoint++
    this.#records.addExpired(entry.id, number)
    return number
  }

  #checkReserved({ id }: ActorEntry, snapshot: SnapshotText | undefined): void {
    if (snapshot?.number === undefined || this.#records.expired(id).includes(snapshot.number)) return
    throw new InternalError(`checkpoint ${snapshot.number} of ${displayId(id)} was never reserved, or has been told to be gone`)
  }

  #addCheckpoint(entry: ActorEntry, snapshot: SnapshotText, keyed: KeyedPlan | undefined): Added {
    const { behavior, version, frontier, cause, keep, number = entry.nextCheckpoint++ } = snapshot
    const state = keyed === undefined ? snapshot.state : keyed.write(number)
    const row: Omit<CheckpointRow, 'checksum'> = {
      actor: entry.id,
      number,
      incarnation: entry.incarnation,
      behavior,
      version,
      frontier,
      applied: appliedBy(frontier, entry.frontier),
      cause,
      takenAtMs: this.#wallMs(),
      state,
    }
    this.#records.addCheckpoint({ ...row, checksum: checksumOf(row) })
    if (snapshot.number !== undefined) this.#records.dropExpired(entry.id, number)
    return { number, expired: this.#prune(entry, row, keep) }
  }

  /** Nothing where there are no keyed maps, and were none before. What is kept elsewhere leaves them as they are. */
  #planKeyed(entry: ActorEntry, snapshot: SnapshotText): KeyedPlan | undefined {
    if (snapshot.keyed === undefined && !(entry.hasEntries ??= this.#records.hasEntries(entry.id))) return undefined
    if (snapshot.state === elsewhereText) return undefined
    return planKeyed({ records: this.#records, values: this.#values }, entry, snapshot)
  }

  #prune(entry: ActorEntry, added: CheckpointAdded, keep: number): readonly number[] {
    const before = entry.kept ?? this.#keptBefore(entry.id, added.number)
    const { kept, dropBelow, dropMessagesTo } = afterAdding(added, before, keep)
    entry.kept = kept
    const expired = added.state === elsewhereText ? this.#expire(entry.id, dropBelow) : nothing
    if (dropBelow > 1) this.#records.dropCheckpoints(entry.id, dropBelow)
    if (entry.hasEntries === true) this.#records.dropPastEntries(entry.id, dropBelow)
    if (dropMessagesTo <= entry.droppedTo) return expired
    this.#records.dropMessages(entry.id, dropMessagesTo)
    if (isNextThousand(entry.droppedTo, dropMessagesTo) && (entry.hasEffects ??= this.#records.hasEffects(entry.id)))
      this.#records.dropEffects(entry.id, dropMessagesTo - effectsKeptFor)
    entry.droppedTo = dropMessagesTo
    return expired
  }

  /** What is kept elsewhere of checkpoints below `number` is not needed any more; of a damaged one nobody knows where it is. */
  #expire(id: ActorId, number: number): readonly number[] {
    const rows = this.#records.checkpoints(id).filter((row) => row.number < number)
    const gone = rows.filter((row) => row.state === elsewhereText || checksumOf(row) !== row.checksum)
    for (const row of gone) this.#records.addExpired(id, row.number)
    return gone.map((row) => row.number).reverse()
  }

  #keptBefore(id: ActorId, number: number): readonly Kept[] {
    const rows = this.#records.checkpoints(id).filter((row) => row.number < number)
    return keptOf(readShelf(this.#values.codec, rows, new KeyedReading(this.#records, id)))
  }

  #wallMs(): number {
    return Math.round(this.#clock.wallNow())
  }
}

function isNextThousand(before: number, now: number): boolean {
  return Math.floor(now / 1_000) > Math.floor(before / 1_000)
}

/** An actor applies its messages one by one: a turn that skipped one would lose it without a trace. */
function checkTurns(entry: ActorEntry, turns: readonly TurnText[]): void {
  let expected = entry.frontier + 1
  for (const { first, seq } of turns) {
    if (seq === 0) continue
    if (first !== expected || seq >= entry.nextSeq)
      throw new InternalError(`turn ${first} of ${displayId(entry.id)} was to be committed where ${expected} comes next`, {
        frontier: entry.frontier,
        nextSeq: entry.nextSeq,
      })
    expected = seq + 1
  }
}
