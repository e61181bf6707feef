import { displayId } from '../protocol/actor-id.ts'
import { InternalError } from '../protocol/errors.ts'
import { CheckpointTooLargeError } from '../runtime/checkpoint-errors.ts'
import type { ActorEntry } from './actor-table.ts'
import type { SnapshotText } from './commit-text.ts'
import { checksumOf } from './checksum.ts'
import { bytesOf, headsIn, KeyedSum, withHeads, type KeyedHead, type KeyedHeads } from './keyed-checksum.ts'
import type { KeyedMapText, KeyedText } from './keyed-text.ts'
import type { Checked, EntryRow, Records } from './records.ts'
import type { StoredValues } from './stored-values.ts'

/** What is to be done to the rows of keyed maps, once all that can be wrong with it has been looked at. */
export interface KeyedPlan {
  /** Writes it, as part of the checkpoint with this number; gives the text of its state. */
  write(checkpoint: number): string
}

export interface KeyedParts {
  readonly records: Records
  readonly values: StoredValues
}

type Entries = ReadonlyMap<string, Checked<EntryRow>>

const nothing: KeyedText = { follows: undefined, maps: [], maxBytes: Infinity }
const noEntries: ReadonlyMap<string, Checked<EntryRow>> = new Map()
const noHeads: ReadonlyMap<string, KeyedHead> = new Map()

/** Reads what it has to know, and changes nothing. */
export function planKeyed(parts: KeyedParts, entry: ActorEntry, snapshot: SnapshotText): KeyedPlan {
  const { follows, maps, maxBytes } = snapshot.keyed ?? nothing
  const heads = follows === undefined ? undefined : headsAt(parts, entry, follows)
  // Without a checkpoint that it follows, everything is held against what is there.
  const there = heads === undefined ? byMap(parts.records.entries(entry.id)) : undefined
  const plans = maps.map((text) => planMap(parts, entry, { text, head: heads?.get(text.map), there: there?.get(text.map) }))
  const known = there ?? heads ?? noHeads
  const gone = [...known.keys()].filter((map) => !maps.some((text) => text.map === map))
  checkSize(snapshot, plans, maxBytes)
  return {
    write: (checkpoint) => {
      for (const map of gone)
        for (const { row } of there?.get(map)?.values() ?? parts.records.entries(entry.id))
          if (row.map === map) takeAway(parts.records, row, checkpoint)
      const written = new Map(plans.map((plan) => [plan.map, plan.write(checkpoint)]))
      entry.hasEntries = true
      entry.keyed = { at: checkpoint, heads: written }
      return written.size === 0 ? snapshot.state : withHeads(snapshot.state, written)
    },
  }
}

interface MapPlan {
  readonly map: string
  readonly bytes: number
  write(checkpoint: number): KeyedHead
}

interface MapWork {
  readonly text: KeyedMapText
  readonly head: KeyedHead | undefined
  /** Everything that the map has now; looked up one by one if not given. */
  readonly there: Entries | undefined
}

function planMap({ records, values }: KeyedParts, { id }: ActorEntry, { text, head, there }: MapWork): MapPlan {
  const { map, count, isWhole, puts, removed } = text
  const known = isWhole ? (there ?? noEntries) : undefined
  const find = (key: string): Checked<EntryRow> | undefined =>
    known === undefined ? records.entry(id, map, key) : known.get(key)
  const sum = new KeyedSum(isWhole ? undefined : head)
  const takenAway: EntryRow[] = []
  const added: EntryRow[] = []
  const leave = (before: Checked<EntryRow> | undefined): void => {
    if (before === undefined) return
    takenAway.push(before.row)
    if (isWhole) return
    if (!before.isIntact)
      throw values.damaged(`holds the entry ${JSON.stringify(before.row.key)} of ${displayId(id)}, which is not what was written`)
    sum.remove(before.row)
  }
  for (const [key, value] of puts) {
    const before = find(key)
    if (before?.isIntact === true && before.row.value === value) {
      if (isWhole) sum.add(before.row)
      continue
    }
    leave(before)
    added.push({ actor: id, map, key, since: 0, value })
  }
  const kept = new Set(puts.map(([key]) => key))
  for (const key of known?.keys() ?? removed) if (!kept.has(key)) leave(find(key))
  const found = sum.head.count + added.length
  if (found !== count)
    throw values.damaged(
      `does not hold the entries of ${displayId(id)} that were written: there would be ${found}, and not ${count}`,
    )
  return {
    map,
    bytes: added.reduce((bytes, row) => bytes + bytesOf(row), sum.head.bytes),
    write: (checkpoint) => {
      for (const row of takenAway) takeAway(records, row, checkpoint)
      for (const row of added) {
        const now = { ...row, since: checkpoint }
        records.putEntry(now)
        sum.add(now)
      }
      return sum.head
    },
  }
}

function takeAway(records: Records, { actor, map, key }: EntryRow, checkpoint: number): void {
  records.addPastEntry(actor, map, key, checkpoint)
  records.dropEntry(actor, map, key)
}

/** The heads of the checkpoint that the entries stand at. */
function headsAt({ records, values }: KeyedParts, entry: ActorEntry, checkpoint: number): KeyedHeads {
  const { keyed, id } = entry
  if (keyed?.at === checkpoint) return keyed.heads
  if (keyed !== undefined)
    throw new InternalError(`keyed maps of ${displayId(id)} were to follow checkpoint ${checkpoint}, and stand at ${keyed.at}`)
  const row = records.checkpoint(id, checkpoint)
  if (row === undefined || checksumOf(row) !== row.checksum)
    throw values.damaged(`lacks checkpoint ${checkpoint} of ${displayId(id)}, or has another in its place`)
  return headsIn(row.state) ?? noHeads
}

function byMap(rows: readonly Checked<EntryRow>[]): ReadonlyMap<string, Entries> {
  const maps = new Map<string, Map<string, Checked<EntryRow>>>()
  for (const entry of rows) {
    const { map, key } = entry.row
    const entries = maps.get(map)
    if (entries === undefined) maps.set(map, new Map([[key, entry]]))
    else entries.set(key, entry)
  }
  return maps
}

function checkSize({ behavior, state }: SnapshotText, plans: readonly MapPlan[], maxBytes: number): void {
  const bytes = plans.reduce((sum, plan) => sum + plan.bytes, Buffer.byteLength(state))
  if (bytes > maxBytes) throw new CheckpointTooLargeError(behavior, bytes, maxBytes)
}
