import { entryChecksum } from './checksum.ts'
import type { EntryRow } from './records.ts'

/** What a checkpoint says of one of its keyed maps. */
export interface KeyedHead {
  /** How many entries it has. */
  readonly count: number
  /** Of their keys and values as text. */
  readonly bytes: number
  /** Over the checksums of all of them, in whatever order. */
  readonly sum: string
}

/** The heads of the keyed maps of one checkpoint, by the places of the maps. */
export type KeyedHeads = ReadonlyMap<string, KeyedHead>

/** A head that is being added up: entries come and go, and what is left is the sum over those that are there. */
export class KeyedSum {
  #count: number
  #bytes: number
  #sum: bigint

  constructor(head: KeyedHead = { count: 0, bytes: 0, sum: '0' }) {
    this.#count = head.count
    this.#bytes = head.bytes
    this.#sum = BigInt(`0x${head.sum}`)
  }

  get head(): KeyedHead {
    return { count: this.#count, bytes: this.#bytes, sum: this.#sum.toString(16) }
  }

  add(row: EntryRow): void {
    this.#count += 1
    this.#bytes += bytesOf(row)
    this.#change(row)
  }

  remove(row: EntryRow): void {
    this.#count -= 1
    this.#bytes -= bytesOf(row)
    this.#change(row)
  }

  /** What is in it twice is not in it. */
  #change(row: EntryRow): void {
    this.#sum ^= BigInt(`0x${entryChecksum(row)}`)
  }
}

export function bytesOf({ key, value }: Pick<EntryRow, 'key' | 'value'>): number {
  return Buffer.byteLength(key) + Buffer.byteLength(value)
}

const mark = '{"keyed":'

/** The heads stand at the beginning of the document that holds the rest of the state, where its readers leave them aside. */
export function withHeads(text: string, heads: KeyedHeads): string {
  return `${mark}${JSON.stringify([...heads])},${text.slice(1)}`
}

/** The heads in the text of a state; nothing where there are none. */
export function headsIn(text: string): KeyedHeads | undefined {
  if (!text.startsWith(mark)) return undefined
  const { keyed } = JSON.parse(text) as { readonly keyed: readonly (readonly [string, KeyedHead])[] }
  return new Map(keyed)
}
