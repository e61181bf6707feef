import type { ActorId } from '../protocol/actor-id.ts'
import { InternalError, NotStorableError } from '../protocol/errors.ts'
import type { Codec } from '../serialization/codec.ts'
import { CheckpointTooLargeError } from '../runtime/checkpoint-errors.ts'
import { defaultCheckpoints } from '../runtime/checkpoint-settings.ts'
import type { CheckpointCause, CheckpointOrder, Commit, DurableTimer, Member, TurnRecord } from '../runtime/persistence.ts'
import { elsewhereText } from './checkpoint.ts'
import { checkText, envelopeToText, messageToText } from './envelope-text.ts'
import type { KeyedBases } from './keyed-bases.ts'
import type { KeyedText } from './keyed-text.ts'
import type { EnvelopeText, MemberRow, TimerRow } from './records.ts'

/** A commit whose values have become text: what is written does not change any more, and nothing of it can be refused. */
export interface CommitText {
  readonly turns: readonly TurnText[]
  readonly checkpoint: SnapshotText | undefined
  readonly reserves: boolean
  readonly told: readonly number[]
  readonly attempted?: number | undefined
  readonly spared?: number | undefined
}

/** A turn; or several in a row that came to nothing but the state after them, as most do that were not asked for an answer. */
export interface TurnText {
  /** Of the first of them: the same as `seq` for a single turn. */
  readonly first: number
  readonly seq: number
  readonly outcome: string | undefined
  readonly sends: readonly SendText[]
  readonly timersSet: readonly TimerRow[]
  readonly timersCancelled: readonly string[]
  readonly members: readonly MemberRow[]
  readonly dead: string | undefined
}

export interface SendText {
  readonly to: ActorId
  readonly text: EnvelopeText
}

export interface SnapshotText {
  readonly behavior: string
  readonly version: number
  readonly frontier: number
  readonly cause: CheckpointCause
  readonly state: string
  /** How many checkpoints of the actor are kept. */
  readonly keep: number
  /** The number that was reserved for it. */
  readonly number: number | undefined
  /** Of its keyed maps; nothing if it has none. */
  readonly keyed?: KeyedText
}

const nothing: readonly number[] = Object.freeze([])

export function commitToText(codec: Codec, id: ActorId, commit: Commit, keyed: KeyedBases): CommitText {
  return {
    turns: turnsToText(codec, id, commit.turns),
    checkpoint: commit.checkpoint && checkpointToText(codec, id, commit.checkpoint, keyed),
    reserves: commit.reserves === true,
    told: commit.told ?? nothing,
    attempted: commit.attempted,
    spared: commit.spared,
  }
}

export function checkpointToText(
  codec: Codec,
  id: ActorId,
  { snapshot, cause, limits = defaultCheckpoints, number }: CheckpointOrder,
  bases: KeyedBases,
): SnapshotText {
  const { behavior, version, frontier, state } = snapshot
  if (!Number.isSafeInteger(version) || !Number.isSafeInteger(frontier) || frontier < 0)
    throw new InternalError('the version and frontier of a snapshot are whole numbers', { behavior, version, frontier })
  bases.found.clear()
  const text = snapshot.isElsewhere === true ? elsewhereText : codec.encode(state, 'state', bases.found)
  checkSize(behavior, text, limits.maxBytes)
  const keyed = snapshot.isElsewhere === true ? undefined : bases.take(codec, id, limits.maxBytes)
  const plain = { behavior, version, frontier, cause, state: text, keep: limits.keep, number }
  return keyed === undefined ? plain : { ...plain, keyed }
}

function checkSize(behavior: string, text: string, maxBytes: number): void {
  // No letter takes more than three bytes: most states need not be measured.
  if (text.length * 3 <= maxBytes) return
  const bytes = Buffer.byteLength(text)
  if (bytes > maxBytes) throw new CheckpointTooLargeError(behavior, bytes, maxBytes)
}

export function memberToText(codec: Codec, { supervisor, key, args }: Member): MemberRow {
  return { supervisor, key: checkText(key, 'key'), args: codec.encode(args, 'args') }
}

function turnsToText(codec: Codec, id: ActorId, turns: readonly TurnRecord[]): readonly TurnText[] {
  const texts: TurnText[] = []
  for (let i = 0; i < turns.length; i += 1) {
    const turn = turns[i] as TurnRecord
    if (isQuiet(turn)) {
      let last = turn
      for (let next = turns[i + 1]; next !== undefined && isQuiet(next) && next.seq === last.seq + 1; next = turns[i + 1]) {
        last = next
        i += 1
      }
      texts.push({ ...quiet, first: turn.seq, seq: last.seq })
    } else texts.push(turnToText(codec, id, turn))
  }
  return texts
}

/** It has a number, and nothing is to be written of it but that. */
function isQuiet({ seq, outcome, dead, sends, timersSet, timersCancelled, members }: TurnRecord): boolean {
  if (seq === 0 || outcome !== undefined || dead !== undefined) return false
  return sends.length === 0 && timersSet.length === 0 && timersCancelled.length === 0 && members.length === 0
}

const none: readonly never[] = Object.freeze([])

const quiet = { outcome: undefined, sends: none, timersSet: none, timersCancelled: none, members: none, dead: undefined } as const

function turnToText(codec: Codec, id: ActorId, turn: TurnRecord): TurnText {
  return {
    first: turn.seq,
    seq: turn.seq,
    outcome: turn.outcome && codec.encode(turn.outcome, 'outcome'),
    sends: turn.sends.map(({ to, envelope }) => ({ to, text: messageToText(codec, to, envelope) })),
    timersSet: turn.timersSet.map((timer) => timerToText(codec, id, timer)),
    timersCancelled: turn.timersCancelled,
    members: turn.members.map((member) => memberToText(codec, member)),
    dead: turn.dead,
  }
}

export function timerToText(codec: Codec, actor: ActorId, { id, dueAtMs, envelope }: DurableTimer): TimerRow {
  const path = `timer ${JSON.stringify(id)}`
  if (!Number.isFinite(dueAtMs))
    throw new NotStorableError({ path, found: `the due time ${dueAtMs}`, remedy: 'Give a due time in milliseconds.' })
  return { actor, id: checkText(id, 'timer id'), dueAtMs, ...envelopeToText(codec, envelope, 'message') }
}
