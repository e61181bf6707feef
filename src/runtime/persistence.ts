import type { ActorId } from '../protocol/actor-id.ts'
import type { Envelope } from '../protocol/envelope.ts'
import type { ExitReason } from '../protocol/exit-reason.ts'
import type { CheckpointLimits } from './checkpoint-settings.ts'
import type { Clock } from './clock.ts'
import type { LinkStore } from './linked/link-store.ts'
import type { Scheduler } from './scheduler.ts'

/** What asked for a checkpoint: the start, a committed turn, the policy, a call, the end of the incarnation, or going back. */
export type CheckpointCause = 'start' | 'turn' | 'policy' | 'call' | 'term' | 'cut'

/** What an actor is at one moment: its behavior and what that is bound to. */
export interface Snapshot {
  /** The name of the behavior, as the catalogue knows it. */
  readonly behavior: string
  /** The version of the behavior's state. */
  readonly version: number
  readonly state: unknown
  /** The state is none of the store's: whoever is asked for it by the number of the checkpoint has it. */
  readonly isElsewhere?: true
  /** How far it has come: the journal number of the last message applied; without a journal, the number of turns so far. */
  readonly frontier: number
}

/** One kept checkpoint, without its state. */
export interface CheckpointInfo {
  /** Counts up for ever within one actor: a higher number is newer. */
  readonly number: number
  readonly incarnation: number
  readonly behavior: string
  readonly version: number
  readonly frontier: number
  readonly cause: CheckpointCause
  /** Wall clock, milliseconds since 1970. */
  readonly takenAtMs: number
  /** As {@link Snapshot.isElsewhere}. */
  readonly isElsewhere?: true
}

/** A checkpoint with what it holds. */
export interface Checkpoint extends CheckpointInfo {
  readonly state: unknown
}

/** A message in the journal of one actor. */
export interface Journaled {
  /** Its number; an actor applies its messages in the order of their numbers. */
  readonly seq: number
  readonly envelope: Envelope
  /** How often handling it has ended in a crash so far. */
  readonly attempts: number
}

/** How a message was answered, as the store keeps it for a caller who asks again with the same key. */
export type Outcome =
  | { readonly status: 'replied'; readonly value: unknown }
  | { readonly status: 'refused'; readonly refusal: string; readonly message: string; readonly details: unknown }
  | { readonly status: 'crashed'; readonly message: string }

/** What the journal says of a message that was offered. */
export type Accepted =
  /** It is in the journal now. */
  | { readonly status: 'accepted'; readonly seq: number }
  /** A message with the same key is in the journal and not applied yet. */
  | { readonly status: 'pending'; readonly seq: number }
  /** A message with the same key has been applied, and was answered like this; with nothing if it was none that is answered. */
  | { readonly status: 'answered'; readonly seq: number; readonly outcome: Outcome | undefined }

/** A message to another journaled actor of the same store, sent within a turn. */
export interface JournaledSend {
  readonly to: ActorId
  readonly envelope: Envelope
}

/** A timer that outlives the process; `id` is unique within its actor. */
export interface DurableTimer {
  readonly id: string
  /** Wall clock, milliseconds since 1970. */
  readonly dueAtMs: number
  /** What the actor gets when it is due. */
  readonly envelope: Envelope
}

/** A keyed child of a dynamic supervisor that comes back in the next process. */
export interface Member {
  readonly supervisor: ActorId
  readonly key: string
  readonly args: unknown
}

/** One handled message, as the journal records it. */
export interface TurnRecord {
  /** The number of the message; 0 for one that was in no journal: it moves no frontier. */
  readonly seq: number
  /** What the sender is told; kept if the message had a key. */
  readonly outcome: Outcome | undefined
  /** In the order sent. */
  readonly sends: readonly JournaledSend[]
  readonly timersSet: readonly DurableTimer[]
  readonly timersCancelled: readonly string[]
  /** Members that the turn starts; one that is there already stays as it is. */
  readonly members: readonly Member[]
  /** Set when the message was given up: it goes to the dead letters with this cause, and counts as dealt with. */
  readonly dead?: string
}

/** What one commit writes, all of it or nothing. */
export interface Commit {
  /** In the order of their numbers; empty for a checkpoint between turns. */
  readonly turns: readonly TurnRecord[]
  /** A message whose handling is about to begin: it counts one attempt more. */
  readonly attempted?: number
  /** A message whose attempt was counted, and that did no harm, but cannot be committed now: it counts one less. */
  readonly spared?: number
  /** The state after the last turn. */
  readonly checkpoint?: CheckpointOrder
  /** Sets the number of a checkpoint aside, whose state is then saved elsewhere. Until it is written it counts as no longer kept. */
  readonly reserves?: true
  /** Checkpoints of which has been told that they are no longer kept. */
  readonly told?: readonly number[]
}

/** A checkpoint that is to be written. */
export interface CheckpointOrder {
  readonly snapshot: Snapshot
  readonly cause: CheckpointCause
  /** The newest two of an actor are kept, and a state may have 64 MiB, if not given. */
  readonly limits?: CheckpointLimits | undefined
  /** One that was reserved; the next if not given. */
  readonly number?: number
}

/** What a commit gave. */
export interface Committed {
  /** The number of the checkpoint, if one was written. */
  readonly checkpoint: number | undefined
  /** About how many bytes its state has as text, where it is larger than what is well written with every turn. */
  readonly largeBytes?: number
  readonly reserved?: number
  /** Checkpoints with their state elsewhere that this one took the place of, oldest first: that has to be told. */
  readonly expired?: readonly number[]
  /** The messages that went into journals, with their numbers, in the order of `turns` and their `sends`. */
  readonly deliveries: readonly { readonly to: ActorId; readonly message: Journaled }[]
  /** The links in whose outboxes there is something new. */
  readonly posted?: readonly string[]
  /** Nothing was written, since the outboxes of these links are full: the same can be asked for again when they have room. */
  readonly full?: readonly string[]
}

/** Something that a handler has had done outside, while it handled one message: its name is its own there. */
export interface EffectId {
  readonly seq: number
  readonly name: string
}

/** What came of it. */
export type EffectResult =
  { readonly status: 'done'; readonly value: unknown } | { readonly status: 'failed'; readonly error: Error }

/** What a store says of it when it is to be begun. */
export type EffectRecord =
  /** It stands in the store now, and never has before. */
  | { readonly status: 'begun'; readonly key: string }
  /** It was begun, and nobody has written what came of it. */
  | { readonly status: 'open'; readonly key: string }
  /** As for `open`, or never begun; and its message has been applied since: nothing was written, and nothing is to be done. */
  | { readonly status: 'applied'; readonly key: string }
  | { readonly status: 'settled'; readonly result: EffectResult }

/** What an incarnation leaves behind. */
export interface LastWill {
  readonly reason: ExitReason
  /** The checkpoint that `term` takes; nothing if it took none. */
  readonly snapshot: Snapshot | undefined
  /** As {@link CheckpointOrder.limits}. */
  readonly limits?: CheckpointLimits | undefined
  /** As {@link CheckpointOrder.number}. */
  readonly number?: number | undefined
  /** The journaled message whose handling ended the incarnation: it counts one attempt more. */
  readonly crashedOn: number | undefined
}

/** What the store knows when an actor starts. */
export interface Revived {
  /** The number of the incarnation that begins now; the first ever is 1. */
  readonly incarnation: number
  /** Why the incarnation before ended; `noconnection` if it had no time to say, nothing if there was none. */
  readonly lastExit: ExitReason | undefined
  /** The last message applied. */
  readonly frontier: number
  /** The newest checkpoint that can be read, after `rung` readable ones were passed over. */
  readonly offered: Checkpoint | undefined
  /** Every readable checkpoint, newest first. */
  readonly checkpoints: readonly CheckpointInfo[]
  /** Checkpoints that could not be read and were passed over, newest first. */
  readonly damaged: readonly { readonly number: number; readonly problem: string }[]
  /** Messages after the offered checkpoint that had been applied: run them again without effects. */
  readonly replay: readonly Journaled[]
  /** Messages that were accepted and not applied. */
  readonly backlog: readonly Journaled[]
  readonly timers: readonly DurableTimer[]
  /** Checkpoints with their state elsewhere that are no longer kept, or never came to be, and of which nobody has told, oldest first. */
  readonly expired?: readonly number[]
}

/** What an actor that begins anew has lost. */
export interface LostState {
  readonly checkpoints: number
  /** Messages that had been applied, and were still in its journal. */
  readonly applied: number
  /** Messages that had been accepted and not applied, and cannot be read. */
  readonly unhandled: number
}

/** What a supervisor has made of an exit or of a failed start, as a store keeps it. */
export interface ExitNote {
  readonly supervisor: ActorId
  /** That of the store when the process opened it in which this was decided. */
  readonly epoch: number
  /** Counts the notes of this supervisor in that process. */
  readonly number: number
  /** Wall clock, milliseconds since 1970. */
  readonly atMs: number
  readonly child: string
  readonly incarnation: number | undefined
  /** In a few words, as the two that follow: for whoever reads the store without us. */
  readonly reason: string
  readonly decided: string
  readonly why: string
  /** What else is known of it. */
  readonly details: unknown
}

/** The notes that a store has. */
export interface KeptExits {
  /** Those of each supervisor oldest first. */
  readonly notes: readonly ExitNote[]
  /** Notes that could not be read and were passed over. */
  readonly damaged: readonly (Pick<ExitNote, 'supervisor' | 'epoch' | 'number'> & { readonly problem: string })[]
}

/** How often a child has been restarted in its life. */
export interface RestartCount {
  readonly supervisor: ActorId
  readonly child: string
  readonly restarts: number
}

/** A message of a durable actor that was given up. */
export interface KeptDeadLetter {
  readonly id: ActorId
  /** Its number in the journal of the actor; below 0 if it was in none, since it came over a link and nobody could take it. */
  readonly seq: number
  /** What was sent; without its input where that cannot be read. */
  readonly envelope: Envelope
  /** What is wrong with the input, where it cannot be read. */
  readonly problem?: string
  /** How often handling it has ended in a crash. */
  readonly attempts: number
  /** Why it was given up, in words. */
  readonly why: string
  /** Wall clock, milliseconds since 1970. */
  readonly atMs: number
}

/** What is being handled now, noted so that it outlives the process, at once and without waiting for a disk. */
export interface TurnNotes {
  /**
   * Notes that a message is being handled, in place of what `slot` says if it is given; gives the slot. Nothing where so much is
   * handled that it is not noted: then no slot is held any more.
   */
  begin(actor: ActorId, seq: number, slot: number | undefined): number | undefined
  /** Nothing that this slot says is being handled any more. */
  end(slot: number): void
}

/** A message that waits for an actor again. */
export interface BackMail {
  readonly envelope: Envelope
  /** Its number in the journal when the cut was taken; 0 if it was in none, or in that of another store. */
  readonly seq: number
}

/** What an actor with a journal has in it again. */
export interface BackJournal {
  /** The first one first. */
  readonly mail: readonly BackMail[]
  readonly timers: readonly DurableTimer[]
  /** The last message that is in the state, by the numbers of this store; nothing if the cut is of another one. */
  readonly appliedTo: number | undefined
}

/** One actor as it is to begin again. The frontier of one with a journal is that of its journal, whatever the snapshot says. */
export interface ActorBack {
  readonly id: ActorId
  readonly snapshot: Snapshot
  /** As {@link CheckpointOrder.limits}. */
  readonly limits?: CheckpointLimits | undefined
  /** Nothing for one that keeps none. */
  readonly journal: BackJournal | undefined
}

/** How a group is to begin again. */
export interface GoingBack {
  /** Messages of those below it that wait, and are not in the mail, are dropped; those of others stay, behind the mail. */
  readonly supervisor: ActorId
  readonly actors: readonly ActorBack[]
  /** Those who were not there: they begin with their first state, if ever. What they have not handled is a dead letter. */
  readonly strangers: readonly ActorId[]
  /** All members of these dynamic supervisors. */
  readonly groups: readonly { readonly supervisor: ActorId; readonly members: readonly Member[] }[]
}

/** Messages of the journal of one actor that have other numbers now. */
export interface Renumbered {
  readonly id: ActorId
  /** Each with the number before and the number now. */
  readonly numbers: readonly (readonly [number, number])[]
}

/** What a store says of itself. */
export interface StoreInfo {
  /** Given once, when the store was made. */
  readonly storeId: string
  /** Raised by every opening: an owner with an older epoch can commit no more. */
  readonly epoch: number
  /** Where it is, for a person. */
  readonly location: string
  /** What a commit survives: `full` a power loss, `normal` the death of the process, `memory` neither. */
  readonly sync: 'full' | 'normal' | 'memory'
}

/**
 * What outlives an incarnation. Values are read when a method is called: changing them afterwards changes nothing in the
 * store. A value that cannot be stored rejects with `NotStorableError`, and nothing of that call is written. A store that
 * fails rejects with `StoreError`, and nothing of that call may be believed to be written. An incarnation that is not the
 * newest one opened is rejected with `FencedError`. A state that is too large rejects with `CheckpointTooLargeError`.
 *
 * Calls take effect in the order in which they are made, and their promises settle in that order.
 */
export interface Persistence {
  readonly info: StoreInfo
  /** Where it is noted what is being handled, if anywhere: a message that was when the process died has one attempt more. */
  readonly turns?: TurnNotes | undefined
  /** What it does for links to other stores. What is sent to an actor behind one goes into the outbox, wherever a message is taken. */
  readonly links: LinkStore
  /**
   * Takes a message into the journal of `to`; resolves after it is committed. `keep` is given at once what will be read from
   * there: an input that shares nothing with that of the sender.
   */
  accept(to: ActorId, envelope: Envelope, keep?: (input: unknown) => void): Promise<Accepted>
  /** Writes turns and checkpoint in one transaction; resolves after it is committed. */
  commit(id: ActorId, incarnation: number, commit: Commit): Promise<Committed>
  /** Writes what an incarnation leaves behind and ends its right to commit. Resolves with the number of the checkpoint. */
  seal(id: ActorId, incarnation: number, will: LastWill): Promise<number | undefined>
  /**
   * Begins the next incarnation, which fences the one before; `rung` readable checkpoints are passed over. With `incarnation`, which
   * has to be the newest, that one goes on looking, and none begins.
   */
  open(id: ActorId, rung: number, incarnation?: number): Promise<Revived>
  /**
   * Sets aside the state of an actor and the messages that led to it: it begins with its first state. Messages that wait stay,
   * but for those that cannot be read, which become dead letters.
   */
  beginAnew(id: ActorId, why: string): Promise<LostState>
  /**
   * Has a group begin again as it was, in one transaction. What was committed before ends with it: states of later moments,
   * messages that the group has sent itself, timers. None of the actors may run, and those that did can commit no more.
   */
  goBack(order: GoingBack): Promise<readonly Renumbered[]>
  /** One checkpoint with its state; nothing if there is none with that number or it cannot be read. */
  read(id: ActorId, checkpoint: number): Promise<Checkpoint | undefined>
  /** Writes that something is about to be done outside, unless that is known; `key` is kept with it, the first one for ever. */
  beginEffect(id: ActorId, incarnation: number, effect: EffectId & { readonly key: string }): Promise<EffectRecord>
  /** Writes what came of it, which is kept for the newest 10,000 messages, also if they come back with a cut. Resolves with what will be read from there. */
  settleEffect(id: ActorId, incarnation: number, effect: EffectId, result: EffectResult): Promise<EffectResult>
  /** Turns a due timer into a message, in one transaction; nothing if the timer is gone. */
  fire(id: ActorId, timer: string): Promise<Journaled | undefined>
  /** The newest `most` messages of all actors that were given up, oldest first. */
  deadLetters(most: number): Promise<readonly KeptDeadLetter[]>
  /**
   * Takes a message that was given up into the journal of its actor again, as a new one and without its key, in one transaction:
   * it can be done once. Nothing if it is not there any more.
   */
  exhume(id: ActorId, seq: number): Promise<Journaled | undefined>
  /** Forgets a message that was given up. */
  dropDeadLetter(id: ActorId, seq: number): Promise<void>
  saveMember(member: Member): Promise<void>
  dropMember(supervisor: ActorId, key: string): Promise<void>
  /** The members of one supervisor, in the order in which they were saved. */
  members(supervisor: ActorId): Promise<readonly Member[]>
  /**
   * Writes notes of one supervisor, of which it then keeps the newest `keep`; a note with the epoch and number of an earlier one
   * takes its place. Of all supervisors together the newest 5,000 are kept.
   */
  noteExits(supervisor: ActorId, notes: readonly ExitNote[], keep: number): Promise<void>
  /** All notes. One that is damaged is told of, and no reason to fail. */
  exits(): Promise<KeptExits>
  /** Keeps the count of a child in place of the one before; 0 forgets it. */
  countRestarts(count: RestartCount): Promise<void>
  /** The counts of the children of one supervisor. */
  restarts(supervisor: ActorId): Promise<readonly RestartCount[]>
  /** Commits what was asked for before, and lets go of the store. */
  close(): Promise<void>
}

/** A place for state that can be opened. */
export interface Store {
  /** @throws StoreError, before anything is changed, if it cannot be owned or read. */
  open(world: { readonly clock: Clock; readonly scheduler: Scheduler }): Promise<Persistence>
}
