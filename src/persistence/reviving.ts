import { displayId } from '../protocol/actor-id.ts'
import { noconnection, type ExitReason } from '../protocol/exit-reason.ts'
import type { Checkpoint, DurableTimer, Revived } from '../runtime/persistence.ts'
import { decodeReason } from '../serialization/reason-text.ts'
import type { ActorEntry } from './actor-table.ts'
import { infoOf, readShelf, type Kept, type Shelf } from './checkpoint.ts'
import { splitJournal, type JournalParts } from './frontier.ts'
import { headsIn, type KeyedHeads } from './keyed-checksum.ts'
import { KeyedReading } from './keyed-reading.ts'
import type { CheckpointRow, Records } from './records.ts'
import type { StoredValues } from './stored-values.ts'

/** What the store holds of an actor, before its next incarnation begins. */
export interface Remains {
  readonly revived: Omit<Revived, 'incarnation'>
  readonly kept: readonly Kept[]
  /** The checkpoint that the entries of keyed maps stand at, with its heads, if it is the offered one. */
  readonly keyed: { readonly at: number; readonly heads: KeyedHeads } | undefined
}

interface Reading {
  readonly records: Records
  readonly values: StoredValues
  readonly entry: ActorEntry
  /** How many readable checkpoints are passed over. */
  readonly rung: number
}

/** Reads what an actor starts from; changes nothing. Throws `StoreError` if that cannot be told for certain. */
export function readRemains(reading: Reading): Remains {
  const { records, values, entry, rung } = reading
  const rows = records.checkpoints(entry.id)
  const keyed = new KeyedReading(records, entry.id)
  const shelf = readShelf(values.codec, rows, keyed)
  checkKnown(reading, shelf)
  const offered = shelf.readable[rung]
  const expired = records.expired(entry.id)
  const revived = {
    lastExit: lastExitOf(reading),
    frontier: entry.frontier,
    offered: offered && completed(reading, keyed, rows, offered.checkpoint),
    checkpoints: shelf.readable.map(({ checkpoint }) => infoOf(checkpoint)),
    damaged: shelf.damaged,
    ...readMessages(reading, offered),
    timers: readTimers(reading),
    ...(expired.length > 0 && { expired }),
  }
  return { revived, kept: keptOf(shelf), keyed: offered && standing(keyed, rows, offered.checkpoint) }
}

function completed(
  { values, entry }: Reading,
  keyed: KeyedReading,
  rows: readonly CheckpointRow[],
  checkpoint: Checkpoint,
): Checkpoint {
  const { number, state } = checkpoint
  const text = rows.find((row) => row.number === number)?.state ?? ''
  return values.reading(entry.id, () => ({ ...checkpoint, state: keyed.complete(values.codec, { number, text, state }) }))
}

function standing(keyed: KeyedReading, rows: readonly CheckpointRow[], { number }: Checkpoint): Remains['keyed'] {
  const heads = headsIn(rows.find((row) => row.number === number)?.state ?? '')
  return heads !== undefined && keyed.standsAt(number) ? { at: number, heads } : undefined
}

/** The readable checkpoints of a shelf, as pruning has to know of them. */
export function keptOf(shelf: Shelf): readonly Kept[] {
  return shelf.readable.map(({ checkpoint, applied }) => ({ number: checkpoint.number, applied }))
}

/** An actor whose own row is gone would begin anew beside what is left of it. */
function checkKnown({ records, values, entry }: Reading, shelf: Shelf): void {
  const newest = shelf.readable[0]?.checkpoint.number ?? 0
  const unknown = records.messagesAfter(entry.id, entry.nextSeq - 1)
  if (newest < entry.nextCheckpoint && unknown.length === 0) return
  throw values.damaged(`holds more of ${displayId(entry.id)} than its row of the table actor says`)
}

/** The messages that the new incarnation has to run again, and those that wait for it. */
function readMessages(reading: Reading, offered: { readonly applied: number } | undefined): Pick<Revived, 'replay' | 'backlog'> {
  const { records, values, entry } = reading
  const applied = offered?.applied ?? (entry.frontier > 0 ? records.begunAnew(entry.id) : 0)
  const rows = records.messagesAfter(entry.id, applied)
  const parts = splitJournal({ rows, applied, frontier: entry.frontier, nextSeq: entry.nextSeq })
  if (parts.type === 'gap' && !isLossAskedFor(reading, parts, offered))
    throw values.damaged(`lacks message ${parts.missing} of ${displayId(entry.id)}, without which its state cannot be rebuilt`)
  const replay = parts.type === 'whole' ? parts.replay : []
  return { replay: replay.map((row) => values.message(row)), backlog: parts.backlog.map((row) => values.message(row)) }
}

function readTimers({ records, values, entry }: Reading): readonly DurableTimer[] {
  return records.timers(entry.id).map((row) => ({ id: row.id, dueAtMs: row.dueAtMs, envelope: values.envelope(entry.id, row) }))
}

/** Whoever passes over every checkpoint begins anew, and does not need the messages that led to them. */
function isLossAskedFor({ entry, rung }: Reading, gap: Extract<JournalParts, { type: 'gap' }>, offered: unknown): boolean {
  return rung > 0 && offered === undefined && gap.missing <= entry.frontier
}

function lastExitOf({ values, entry }: Reading): ExitReason | undefined {
  if (entry.incarnation === 0) return undefined
  if (!entry.isSealed || entry.lastExit === null) return noconnection
  return decodeReason(values.codec, entry.lastExit) ?? noconnection
}
