import type { ActorId } from '../protocol/actor-id.ts'
import type { MessageKind } from '../protocol/envelope.ts'
import type { CheckpointCause, LostState, RestartCount } from '../runtime/persistence.ts'
import type { LinkRecords } from './link-records.ts'

/** An actor, as far as its journal and its incarnations go. */
export interface ActorRow {
  readonly id: ActorId
  /** The newest incarnation; 0 if mail came before the actor was ever started. */
  readonly incarnation: number
  /** The newest incarnation has left its last will. */
  readonly isSealed: boolean
  /** Text of the exit reason of a sealed incarnation. */
  readonly lastExit: string | null
  /** The number that the next message gets. */
  readonly nextSeq: number
  /** The last message applied or given up. */
  readonly frontier: number
  readonly nextCheckpoint: number
}

/** An envelope with its input as text. */
export interface EnvelopeText {
  readonly kind: MessageKind
  readonly name: string
  readonly input: string
  readonly sender: ActorId | null
  readonly key: string | null
}

export interface MessageRow extends EnvelopeText {
  readonly actor: ActorId
  readonly seq: number
  readonly attempts: number
  /** It went to the dead letters: of the message only its place is left. */
  readonly isDead: boolean
}

export interface CheckpointRow {
  readonly actor: ActorId
  readonly number: number
  readonly incarnation: number
  readonly behavior: string
  readonly version: number
  /** As the snapshot says: a journal number, or without a journal a count of turns. */
  readonly frontier: number
  /** The journal number up to which messages are in the state, whatever `frontier` counts. */
  readonly applied: number
  readonly cause: CheckpointCause
  readonly takenAtMs: number
  readonly state: string
  /** SHA-256 over everything above, in hex. */
  readonly checksum: string
}

/** An entry of a keyed map in the state of an actor. */
export interface EntryRow {
  readonly actor: ActorId
  /** The place of the map in the state. */
  readonly map: string
  readonly key: string
  /** The number of the checkpoint from which it holds. */
  readonly since: number
  readonly value: string
}

/** An entry that holds no more. */
export interface PastEntryRow extends EntryRow {
  /** The number of the checkpoint from which it does not. */
  readonly until: number
}

export interface TimerRow extends EnvelopeText {
  readonly actor: ActorId
  readonly id: string
  readonly dueAtMs: number
}

export interface MemberRow {
  readonly supervisor: ActorId
  readonly key: string
  readonly args: string
}

/** A note of an exit, with its details as text. */
export interface ExitRow {
  readonly supervisor: ActorId
  readonly epoch: number
  readonly number: number
  readonly atMs: number
  readonly child: string
  readonly incarnation: number | null
  readonly reason: string
  readonly decided: string
  readonly why: string
  readonly details: string
}

/** A row, and whether it is what was written. */
export interface Checked<Row> {
  readonly row: Row
  readonly isIntact: boolean
}

/** Something that was done outside while a message was handled. */
export interface EffectRow {
  readonly actor: ActorId
  readonly seq: number
  readonly name: string
  /** What the outside knows it by. */
  readonly key: string
  readonly begunAtMs: number
  /** Text of what came of it; nothing before that is known. */
  readonly result: string | null
}

/** What is known of a message by the key that its sender gave it. */
export interface AnswerRow {
  readonly seq: number
  /** Text of the outcome; nothing before there is one. */
  readonly outcome: string | null
}

/** A message that was given up, and why. */
export interface DeadLetterRow extends EnvelopeText {
  readonly actor: ActorId
  readonly seq: number
  readonly attempts: number
  readonly why: string
  readonly diedAtMs: number
}

export interface Burial {
  readonly actor: ActorId
  readonly seq: number
  readonly why: string
  readonly atMs: number
}

/** Up to where the journal of an actor is moved out of the way. */
export interface SettingAside {
  readonly frontier: number
  readonly nextSeq: number
  readonly why: string
  readonly atMs: number
}

/** How many rows of an actor were removed. */
export interface Removed {
  readonly checkpoints: number
  readonly messages: number
  readonly timers: number
  readonly answers: number
  readonly deadLetters: number
}

/** An actor whose next life begins with its first state, and not with what its journal says up to the frontier. */
export interface BegunAnewRow {
  readonly actor: ActorId
  readonly frontier: number
  readonly atMs: number
  readonly why: string
}

/**
 * The tables of one store, and nothing of what they mean: the same rules work on a file and in memory. Every method is
 * synchronous and, but for `begin`, called between `begin` and `commit`. A reading method throws `StoreError` if a row is not
 * what was written; anything else that a method throws is an error of the disk or of the database.
 */
export interface Records {
  readonly links: LinkRecords
  begin(): void
  commit(): void
  /** Takes back what was written since `begin`. */
  rollback(): void
  /** The epoch of the newest owner. */
  epoch(): number

  actor(id: ActorId): ActorRow | undefined
  putActor(row: ActorRow): void

  /** Adds a message that nobody has handled yet. */
  addMessage(row: MessageRow): void
  /** Messages with a number above `seq`, in order. */
  messagesAfter(actor: ActorId, seq: number): MessageRow[]
  /** One more, or as many as given. */
  countAttempt(actor: ActorId, seq: number, by?: number): void
  /** Copies a message to the dead letters and leaves only its place in the journal. */
  bury(burial: Burial): void
  /** The newest `most`, oldest first. */
  deadLetters(most: number): DeadLetterRow[]
  deadLetter(actor: ActorId, seq: number): DeadLetterRow | undefined
  dropDeadLetter(actor: ActorId, seq: number): void
  /** Removes messages with numbers up to and including `seq`. */
  dropMessages(actor: ActorId, seq: number): void
  /** The keys of messages with a number above `seq`. */
  keysAfter(actor: ActorId, seq: number): { readonly seq: number; readonly key: string }[]

  answer(actor: ActorId, key: string): AnswerRow | undefined
  /** `atMs` is when the message came. */
  addAnswer(actor: ActorId, key: string, seq: number, atMs: number): void
  dropAnswer(actor: ActorId, key: string): void
  /** Removes what is known of messages with numbers above `seq`. */
  dropAnswersAfter(actor: ActorId, seq: number): void
  setAnswer(actor: ActorId, key: string, answer: { readonly seq: number; readonly outcome: string }): void

  effect(actor: ActorId, seq: number, name: string): EffectRow | undefined
  /** Adds an effect, or takes the place of what was known of it. */
  putEffect(row: EffectRow): void
  hasEffects(actor: ActorId): boolean
  /** Removes the effects of messages with numbers up to and including `seq`. */
  dropEffects(actor: ActorId, seq: number): void

  /** Newest first. */
  checkpoints(actor: ActorId): CheckpointRow[]
  checkpoint(actor: ActorId, number: number): CheckpointRow | undefined
  addCheckpoint(row: CheckpointRow): void
  /** Removes checkpoints with numbers below `number`. */
  dropCheckpoints(actor: ActorId, number: number): void

  hasEntries(actor: ActorId): boolean
  /** What is in the keyed maps of an actor as of its newest checkpoint; of one that is damaged too. */
  entries(actor: ActorId): Checked<EntryRow>[]
  entry(actor: ActorId, map: string, key: string): Checked<EntryRow> | undefined
  /** Adds an entry, or takes the place of the one with its key. */
  putEntry(row: EntryRow): void
  dropEntry(actor: ActorId, map: string, key: string): void
  pastEntries(actor: ActorId): Checked<PastEntryRow>[]
  /** Keeps an entry as it is, damaged or not, as one that holds no more from the checkpoint `until` on. */
  addPastEntry(actor: ActorId, map: string, key: string, until: number): void
  /** Removes entries that have not held from the checkpoint `until` on, or from an earlier one. */
  dropPastEntries(actor: ActorId, until: number): void

  /** Numbers of checkpoints with their state elsewhere that are not kept, and of which has not been told yet, in order. */
  expired(actor: ActorId): number[]
  addExpired(actor: ActorId, number: number): void
  dropExpired(actor: ActorId, number: number): void

  /** In the order in which they are due. */
  timers(actor: ActorId): TimerRow[]
  timer(actor: ActorId, id: string): TimerRow | undefined
  putTimer(row: TimerRow): void
  dropTimer(actor: ActorId, id: string): void

  /** In the order in which they were saved first. */
  members(supervisor: ActorId): MemberRow[]
  /** Adds a member; one that is there stays as it is. */
  addMember(row: MemberRow): void
  /** Adds a member; one that is there keeps its place and gets the new arguments. */
  putMember(row: MemberRow): void
  dropMember(supervisor: ActorId, key: string): void

  restarts(supervisor: ActorId): RestartCount[]
  putRestarts(count: RestartCount): void
  dropRestarts(supervisor: ActorId, child: string): void

  /** Those of each supervisor oldest first; whoever reads them says what to do about a damaged one. */
  exits(): Checked<ExitRow>[]
  /** Adds a note; the one with its supervisor, epoch and number keeps its place and gets what is new. */
  putExit(row: ExitRow): void
  /** Removes all notes of a supervisor but the newest `keep`. */
  dropExits(supervisor: ActorId, keep: number): void
  /** Removes, of all supervisors, what was added before the last `keep`. */
  dropOldExits(keep: number): void

  /** Of every actor that has a row, in order. */
  actorIds(): readonly ActorId[]
  /** Messages above `frontier` that are not dead, whether they are what was written or not. */
  countWaiting(actor: ActorId, frontier: number): number
  /** Removes every row of an actor and of its children as their supervisor, but that which counts. */
  removeActor(id: ActorId): Removed
  putBegunAnew(row: BegunAnewRow): void
  /**
   * Moves the state of an actor out of the way, and what led to it. Where a message above the frontier is missing or damaged, it
   * is a dead letter, and the others are taken out of the journal: `again` has them in their order.
   */
  setAside(actor: ActorId, order: SettingAside): { readonly lost: LostState; readonly again: readonly EnvelopeText[] }
  /** Up to which message the journal of an actor is gone on purpose; 0 if nothing is. */
  begunAnew(actor: ActorId): number
}
