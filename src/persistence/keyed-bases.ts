import type { ActorId } from '../protocol/actor-id.ts'
import type { KeyedMap } from '../protocol/keyed-map.ts'
import type { Checkpoint } from '../runtime/persistence.ts'
import type { Codec } from '../serialization/codec.ts'
import { keyedMapsIn } from '../serialization/keyed-places.ts'
import { keyedToText, type KeyedBase, type KeyedText } from './keyed-text.ts'

const none: ReadonlyMap<string, KeyedMap<unknown>> = new Map()

/** An incarnation, as far as its maps go: the checkpoint that is offered, and the one that the entries in the store stand at. */
interface Begun {
  readonly offered: Checkpoint | undefined
  readonly keyedAt?: number
}

/** Told what came of the writing of keyed maps: the number of the checkpoint, or nothing where it is not known to be written. */
export type KeyedWriting = (checkpoint: number | undefined) => void

/** Stands for maps of which it is not known what is in the store: they are on their way, or were when it failed. */
type Unknown = symbol

/** What is known to be in the store of the keyed maps of each actor: the next checkpoint writes what has changed since. */
export class KeyedBases {
  /** Where a codec puts the maps of the state that it encodes. */
  readonly found = new Map<string, KeyedMap<unknown>>()
  readonly #bases = new Map<ActorId, KeyedBase | Unknown>()

  /** What is to be written of the maps that were found; nothing if there are none, and were none before. */
  take(codec: Codec, id: ActorId, maxBytes: number): KeyedText | undefined {
    const base = this.#bases.get(id)
    if (this.found.size === 0 && base === undefined) return undefined
    try {
      return keyedToText(codec, this.found, typeof base === 'symbol' ? undefined : base, maxBytes)
    } catch (error) {
      this.found.clear()
      throw error
    }
  }

  /** The maps that were found are on their way. Until it is known what came of it, whoever writes again writes all of them. */
  begin(id: ActorId): KeyedWriting {
    const maps = new Map(this.found)
    this.found.clear()
    const underWay = Symbol('under way')
    this.#bases.set(id, underWay)
    return (number) => {
      // Whoever has begun since then has written all of its own.
      if (number !== undefined && this.#bases.get(id) === underWay)
        this.#bases.set(id, { number, maps: maps.size === 0 ? none : maps })
    }
  }

  /** An incarnation begins, or goes on looking. */
  opened(id: ActorId, { offered, keyedAt }: Begun): void {
    if (keyedAt === undefined) this.#bases.delete(id)
    else if (offered?.number === keyedAt) this.#bases.set(id, { number: keyedAt, maps: keyedMapsIn(offered.state) })
    else this.#bases.set(id, Symbol('not offered'))
  }

  /** Somebody has read a checkpoint, and may go on from what is in it. */
  read(id: ActorId, checkpoint: Checkpoint | undefined): void {
    const base = this.#bases.get(id)
    if (checkpoint === undefined || base === undefined || typeof base === 'symbol' || base.number !== checkpoint.number) return
    this.#bases.set(id, { number: base.number, maps: keyedMapsIn(checkpoint.state) })
  }

  /** An incarnation has ended: what it had need not be kept in memory. */
  ended(id: ActorId): void {
    this.#bases.delete(id)
  }
}
