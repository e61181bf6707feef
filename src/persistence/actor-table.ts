import { displayId, type ActorId } from '../protocol/actor-id.ts'
import { FencedError } from '../runtime/errors.ts'
import type { Kept } from './checkpoint.ts'
import type { KeyedHeads } from './keyed-checksum.ts'
import type { ActorRow, Records } from './records.ts'

/** An actor as the owner of the store sees it: its row, and what would otherwise be looked up at every turn. */
export interface ActorEntry {
  readonly id: ActorId
  incarnation: number
  isSealed: boolean
  lastExit: string | null
  nextSeq: number
  frontier: number
  nextCheckpoint: number
  /** The keys of messages that wait to be applied, by their number. */
  readonly keys: Map<number, string>
  /** The readable checkpoints that are kept, newest first; nothing before somebody has looked. */
  kept: readonly Kept[] | undefined
  /** It may have effects that are kept; nothing before somebody has looked. */
  hasEffects: boolean | undefined
  /** It has entries of keyed maps, or had some; nothing before somebody has looked. */
  hasEntries: boolean | undefined
  /** The checkpoint that its entries stand at, with its heads; nothing before somebody has looked. */
  keyed: { readonly at: number; readonly heads: KeyedHeads } | undefined
  /** Messages up to here are known to be removed. */
  droppedTo: number
  /** The sum of its counters, which only grow, as they are in the store. */
  counted: number
}

/**
 * The actors in use. A store has one owner, so that what it read or wrote last is still so; changes are written once per
 * group, however many messages were in it.
 */
export class ActorTable {
  readonly #records: Records
  readonly #entries = new Map<ActorId, ActorEntry>()
  readonly #changed = new Set<ActorEntry>()
  readonly #lost: Set<ActorId>
  readonly #open: Set<ActorId>

  /**
   * `lost` are the actors whose last commit failed, until they are opened again; `open` those of which an incarnation was opened
   * by this owner, until it has left its last will.
   */
  constructor(records: Records, { lost, open }: { readonly lost: Set<ActorId>; readonly open: Set<ActorId> }) {
    this.#records = records
    this.#open = open
    this.#lost = lost
  }

  get(id: ActorId): ActorEntry {
    const known = this.#entries.get(id)
    if (known !== undefined) return known
    const entry = this.#load(id)
    this.#entries.set(id, entry)
    return entry
  }

  /** Marks an entry to be written with this group. */
  touch(entry: ActorEntry): void {
    this.#changed.add(entry)
  }

  /** Throws unless `incarnation` may still commit. */
  fence(entry: ActorEntry, incarnation: number): void {
    const who = `incarnation ${incarnation} of ${displayId(entry.id)} can commit no more`
    if (entry.incarnation !== incarnation) throw new FencedError(`${who}: incarnation ${entry.incarnation} is the newest`)
    if (entry.isSealed) throw new FencedError(`${who}: it has ended`)
    if (this.#lost.has(entry.id)) throw new FencedError(`${who}: an earlier commit of it failed`)
  }

  /** A new incarnation starts from what the store holds. */
  renew(id: ActorId): void {
    this.#lost.delete(id)
  }

  /** An incarnation of it was opened, and has not left its last will. */
  isOpen(id: ActorId): boolean {
    return this.#open.has(id)
  }

  opened(id: ActorId): void {
    this.#open.add(id)
  }

  ended(id: ActorId): void {
    this.#open.delete(id)
  }

  /** Nothing is left of an actor but its counters. */
  empty(entry: ActorEntry): void {
    entry.frontier = entry.nextSeq - 1
    entry.isSealed = true
    entry.lastExit = null
    entry.keys.clear()
    entry.kept = []
    entry.hasEntries = false
    entry.keyed = undefined
    entry.droppedTo = entry.frontier
    this.touch(entry)
  }

  /** Writes what has changed in this group; gives one of the rows that are in no store which has not written it. */
  write(): ActorRow | undefined {
    let telling: ActorRow | undefined
    for (const entry of this.#changed) {
      const row = rowOf(entry)
      this.#records.putActor(row)
      if (countedBy(row) > entry.counted) telling = row
    }
    return telling
  }

  /** The group is committed: actors that have ended are not kept in memory. */
  settle(): void {
    for (const entry of this.#changed) {
      entry.counted = countedBy(entry)
      if (entry.isSealed) this.#entries.delete(entry.id)
    }
    this.#changed.clear()
  }

  /** The group failed: everything is read again. */
  forget(): void {
    this.#entries.clear()
    this.#changed.clear()
  }

  #load(id: ActorId): ActorEntry {
    const row = this.#records.actor(id)
    if (row === undefined) return entryOf(neverSeen(id))
    const entry = entryOf(row)
    const isWaitedFor = row.frontier < row.nextSeq - 1
    if (isWaitedFor) for (const { seq, key } of this.#records.keysAfter(id, row.frontier)) entry.keys.set(seq, key)
    return entry
  }
}

function neverSeen(id: ActorId): ActorRow {
  return { id, incarnation: 0, isSealed: false, lastExit: null, nextSeq: 1, frontier: 0, nextCheckpoint: 1 }
}

function entryOf(row: ActorRow): ActorEntry {
  return {
    ...row,
    keys: new Map(),
    kept: undefined,
    hasEffects: undefined,
    hasEntries: undefined,
    keyed: undefined,
    droppedTo: 0,
    counted: countedBy(row),
  }
}

function rowOf({ id, incarnation, isSealed, lastExit, nextSeq, frontier, nextCheckpoint }: ActorEntry): ActorRow {
  return { id, incarnation, isSealed, lastExit, nextSeq, frontier, nextCheckpoint }
}

function countedBy({ incarnation, nextSeq, nextCheckpoint }: ActorRow | ActorEntry): number {
  return incarnation + nextSeq + nextCheckpoint
}
