import { compareKeyedMaps, keyedMap, type KeyedMap } from '../protocol/keyed-map.ts'
import type { Codec } from '../serialization/codec.ts'

/** Keyed maps by their places in a state. */
export type KeyedMaps = ReadonlyMap<string, KeyedMap<unknown>>

/** What a checkpoint writes of the keyed maps in its state: those that are not mentioned are gone. */
export interface KeyedText {
  /** The number of the checkpoint that this follows; nothing where every map is whole. */
  readonly follows: number | undefined
  readonly maps: readonly KeyedMapText[]
  /** How large the state may be with them. */
  readonly maxBytes: number
}

/** What has changed in one map, as text. */
export interface KeyedMapText {
  readonly map: string
  /** How many entries it has then. */
  readonly count: number
  /** It has no others than those that are put. */
  readonly isWhole: boolean
  readonly puts: readonly (readonly [key: string, value: string])[]
  readonly removed: readonly string[]
}

/** Maps as they were at a checkpoint that is known to be written. */
export interface KeyedBase {
  readonly number: number
  readonly maps: KeyedMaps
}

/** What leads from `base` to `maps`; all of them where there is none. `maxBytes` is passed on. */
export function keyedToText(codec: Codec, maps: KeyedMaps, base: KeyedBase | undefined, maxBytes: number): KeyedText {
  const texts = [...maps].map(([place, map]) => mapToText(codec, place, map, base?.maps.get(place)))
  return { follows: base?.number, maps: texts, maxBytes }
}

function mapToText(codec: Codec, place: string, map: KeyedMap<unknown>, before: KeyedMap<unknown> | undefined): KeyedMapText {
  const puts: [string, string][] = []
  const removed: string[] = []
  const name = place === '' ? 'state' : `state.${place}`
  compareKeyedMaps(before ?? keyedMap(), map, {
    put: ({ key, value }) => puts.push([key, codec.encode(value, `${name}.get(${JSON.stringify(key)})`)]),
    removed: (key) => removed.push(key),
  })
  return { map: place, count: map.size, isWhole: before === undefined, puts, removed }
}

/** About how much text that is, in UTF-16 units. */
export function keyedSize({ maps }: KeyedText): number {
  let size = 0
  for (const { puts } of maps) for (const [key, value] of puts) size += key.length + value.length
  return size
}
