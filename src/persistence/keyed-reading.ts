import { keyedMap, type KeyedMap } from '../protocol/keyed-map.ts'
import type { ActorId } from '../protocol/actor-id.ts'
import type { Codec } from '../serialization/codec.ts'
import { placeKeyedMap } from '../serialization/keyed-places.ts'
import { headsIn, KeyedSum, type KeyedHeads } from './keyed-checksum.ts'
import type { Checked, EntryRow, Records } from './records.ts'

interface Held extends Checked<EntryRow> {
  /** Infinity for one that holds still. */
  readonly until: number
}

/** The entries of the keyed maps of one actor, as each of its checkpoints has them; read when they are asked for first. */
export class KeyedReading {
  readonly #records: Records
  readonly #actor: ActorId
  #held: readonly Held[] | undefined

  constructor(records: Records, actor: ActorId) {
    this.#records = records
    this.#actor = actor
  }

  /** Where the newest entries are those of this checkpoint; nothing before anybody has asked for any. */
  standsAt(checkpoint: number): boolean {
    return this.#held?.every(({ row, until }) => row.since <= checkpoint && (until === Infinity || until <= checkpoint)) === true
  }

  /** What is wrong with the entries of a checkpoint; nothing if they are what was written. */
  problemAt(checkpoint: number, text: string): string | undefined {
    const heads = headsIn(text)
    if (heads === undefined) return undefined
    const sums = new Map([...heads.keys()].map((map) => [map, new KeyedSum()]))
    for (const { row, isIntact } of this.#at(checkpoint)) {
      const name = `${JSON.stringify(row.key)} of its keyed map ${JSON.stringify(row.map)}`
      if (!isIntact) return `the entry ${name} is not what was written`
      const sum = sums.get(row.map)
      if (sum === undefined) return `the entry ${name} does not belong to it`
      sum.add(row)
    }
    return [...heads]
      .map(([map, head]) => problemOf(map, head, sums.get(map) ?? new KeyedSum()))
      .find((text) => text !== undefined)
  }

  /** Puts the entries of a checkpoint into its state, which was read without them. */
  complete(codec: Codec, checkpoint: { readonly number: number; readonly text: string; readonly state: unknown }): unknown {
    const heads = headsIn(checkpoint.text)
    if (heads === undefined) return checkpoint.state
    let { state } = checkpoint
    for (const [place, map] of this.#mapsAt(codec, checkpoint.number, heads)) state = placeKeyedMap(state, place, map)
    return state
  }

  #mapsAt(codec: Codec, checkpoint: number, heads: KeyedHeads): ReadonlyMap<string, KeyedMap<unknown>> {
    const entries = new Map<string, (readonly [string, unknown])[]>([...heads.keys()].map((map) => [map, []]))
    for (const { row } of this.#at(checkpoint)) entries.get(row.map)?.push([row.key, codec.decode(row.value)])
    return new Map([...entries].map(([map, pairs]) => [map, keyedMap(pairs)]))
  }

  #at(checkpoint: number): readonly Held[] {
    return this.#rows().filter(({ row, until }) => row.since <= checkpoint && checkpoint < until)
  }

  #rows(): readonly Held[] {
    this.#held ??= [
      ...this.#records.entries(this.#actor).map((entry) => ({ ...entry, until: Infinity })),
      ...this.#records.pastEntries(this.#actor).map((entry) => ({ ...entry, until: entry.row.until })),
    ]
    return this.#held
  }
}

function problemOf(map: string, expected: KeyedSum['head'], found: KeyedSum): string | undefined {
  const { count, bytes, sum } = found.head
  const name = `its keyed map ${JSON.stringify(map)}`
  if (count !== expected.count) return `${name} has ${count} of its ${expected.count} entries`
  return bytes === expected.bytes && sum === expected.sum ? undefined : `the entries of ${name} are not those that were written`
}
