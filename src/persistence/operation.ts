import type { ActorId } from '../protocol/actor-id.ts'
import type {
  Accepted,
  Checkpoint,
  EffectRecord,
  Journaled,
  KeptDeadLetter,
  KeptExits,
  LostState,
  Member,
  Renumbered,
  RestartCount,
  Revived,
} from '../runtime/persistence.ts'
import type { CommitText, SnapshotText } from './commit-text.ts'
import type { ForgetOptions, Forgotten } from './forgetting.ts'
import type { LinkAnswers, LinkOrder } from './link-operation.ts'
import { goingBackSize, type GoingBackText } from './going-back-text.ts'
import { keyedSize } from './keyed-text.ts'
import type { EnvelopeText, ExitRow, MemberRow } from './records.ts'

/** What an incarnation leaves behind, as text. */
export interface WillText {
  readonly reason: string
  readonly snapshot: SnapshotText | undefined
  readonly crashedOn: number | undefined
}

/** A message whose handling has ended with the process. */
export interface InterruptedTurn {
  readonly id: ActorId
  readonly seq: number
}

/** Something that is about to be done outside. */
export interface EffectText {
  readonly seq: number
  readonly name: string
  readonly key: string
}

/** What came of it, as text. */
export interface SettledText {
  readonly seq: number
  readonly name: string
  readonly result: string
}

/** What a store is asked to do, with every value as text: nothing of it changes any more, and it can be sent to a thread. */
export type Operation =
  | { readonly type: 'accept'; readonly to: ActorId; readonly text: EnvelopeText }
  | { readonly type: 'commit'; readonly id: ActorId; readonly incarnation: number; readonly commit: CommitText }
  | { readonly type: 'seal'; readonly id: ActorId; readonly incarnation: number; readonly will: WillText }
  | { readonly type: 'open'; readonly id: ActorId; readonly rung: number; readonly incarnation?: number | undefined }
  | { readonly type: 'beginAnew'; readonly id: ActorId; readonly why: string }
  | { readonly type: 'goBack'; readonly order: GoingBackText }
  | { readonly type: 'read'; readonly id: ActorId; readonly checkpoint: number }
  | { readonly type: 'beginEffect'; readonly id: ActorId; readonly incarnation: number; readonly effect: EffectText }
  | { readonly type: 'settleEffect'; readonly id: ActorId; readonly incarnation: number; readonly effect: SettledText }
  | { readonly type: 'fire'; readonly id: ActorId; readonly timer: string }
  | { readonly type: 'countInterrupted'; readonly turns: readonly InterruptedTurn[] }
  | { readonly type: 'deadLetters'; readonly most: number }
  | { readonly type: 'exhume'; readonly id: ActorId; readonly seq: number }
  | { readonly type: 'dropDeadLetter'; readonly id: ActorId; readonly seq: number }
  | { readonly type: 'saveMember'; readonly row: MemberRow }
  | { readonly type: 'dropMember'; readonly supervisor: ActorId; readonly key: string }
  | { readonly type: 'members'; readonly supervisor: ActorId }
  | { readonly type: 'noteExits'; readonly supervisor: ActorId; readonly rows: readonly ExitRow[]; readonly keep: number }
  | { readonly type: 'exits' }
  | { readonly type: 'countRestarts'; readonly count: RestartCount }
  | { readonly type: 'restarts'; readonly supervisor: ActorId }
  | { readonly type: 'link'; readonly link: string; readonly order: LinkOrder }
  | { readonly type: 'forget'; readonly id: ActorId; readonly options: Required<ForgetOptions> }

/** What a commit gave: for each send, in order, the number that it got; 0 if it is in the outbox of a link, or its receiver knew its key. */
export interface CommittedText {
  readonly checkpoint: number | undefined
  readonly sent: readonly number[]
  readonly reserved?: number
  readonly expired?: readonly number[]
  /** As {@link Committed.full}. */
  readonly full?: readonly string[]
}

/** What the store knows when an actor starts, and what only the two sides of a store tell each other. */
export interface Opened extends Revived {
  /** The checkpoint that the entries of its keyed maps stand at, 0 if that is not the offered one; nothing if it has none. */
  readonly keyedAt?: number
}

/** What each operation comes to. */
export interface Answers {
  readonly accept: Accepted
  readonly commit: CommittedText
  readonly seal: number | undefined
  readonly open: Opened
  readonly read: Checkpoint | undefined
  readonly beginEffect: EffectRecord
  readonly settleEffect: undefined
  readonly fire: Journaled | undefined
  readonly countInterrupted: undefined
  readonly deadLetters: readonly KeptDeadLetter[]
  readonly exhume: Journaled | undefined
  readonly dropDeadLetter: undefined
  readonly saveMember: undefined
  readonly dropMember: undefined
  readonly members: readonly Member[]
  readonly noteExits: undefined
  readonly exits: KeptExits
  readonly countRestarts: undefined
  readonly restarts: readonly RestartCount[]
  readonly link: LinkAnswers[LinkOrder['ask']]
  readonly forget: Forgotten
  readonly beginAnew: LostState
  readonly goBack: readonly Renumbered[]
}

export type OperationType = keyof Answers

export type OperationOf<Type extends OperationType> = Extract<Operation, { readonly type: Type }>

/** A commit that is no more than a checkpoint. */
type CheckpointOperation = OperationOf<'commit'> & { readonly commit: { readonly turns: readonly [] } }

/** A checkpoint between turns holds the whole state: nothing goes on from it, and a newer one makes it superfluous. */
export function isCheckpoint(operation: Operation): operation is CheckpointOperation {
  if (operation.type !== 'commit' || operation.commit.turns.length > 0) return false
  const { checkpoint } = operation.commit
  // One with a number of its own has a state elsewhere that goes by that number, and one with keyed maps what has changed in them.
  return checkpoint !== undefined && checkpoint.number === undefined && checkpoint.keyed === undefined
}

/** The actor whose memory goes on from what the operation writes, and is not to be trusted if that fails. */
export function memoryOf(operation: Operation): ActorId | undefined {
  switch (operation.type) {
    case 'commit':
      return operation.commit.turns.length === 0 ? undefined : operation.id
    case 'seal':
    case 'open':
    case 'beginEffect':
    case 'settleEffect':
      return operation.id
    default:
      return undefined
  }
}

/** About how much text an operation carries, in UTF-16 units. */
export function sizeOf(operation: Operation): number {
  switch (operation.type) {
    case 'accept':
      return operation.text.input.length
    case 'commit':
      return commitSize(operation.commit)
    case 'seal':
      return snapshotSize(operation.will.snapshot)
    case 'settleEffect':
      return operation.effect.result.length
    case 'saveMember':
      return operation.row.args.length
    case 'link':
      return operation.order.ask === 'receive'
        ? operation.order.arrivals.reduce((size, { message }) => size + message.input.length, 0)
        : 0
    case 'goBack':
      return goingBackSize(operation.order)
    case 'noteExits':
      return operation.rows.reduce((size, { details }) => size + details.length, 0)
    default:
      return 0
  }
}

function snapshotSize(snapshot: SnapshotText | undefined): number {
  if (snapshot === undefined) return 0
  return snapshot.state.length + (snapshot.keyed === undefined ? 0 : keyedSize(snapshot.keyed))
}

function commitSize({ turns, checkpoint }: CommitText): number {
  let size = snapshotSize(checkpoint)
  for (const { outcome, sends, timersSet, members } of turns) {
    size += outcome?.length ?? 0
    for (const { text } of sends) size += text.input.length
    for (const { input } of timersSet) size += input.length
    for (const { args } of members) size += args.length
  }
  return size
}
