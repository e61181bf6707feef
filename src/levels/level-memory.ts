import type { ActorId } from '../protocol/actor-id.ts'
import type { Delta, DeltaQuestion, Entry, Kept, LevelPlace } from './entry.ts'

/** How many forgotten checkpoints are remembered as such, so that an answer under way does not bring them back. */
const keptForgotten = 1_000

/** What a superior knows of one of those that it asks. */
export interface Inferior extends LevelPlace {
  told: DeltaQuestion
}

/** What has changed since it was written last, by what each is called where it is written. */
export interface Unsaved {
  readonly kept: readonly (readonly [string, Entry])[]
  readonly gone: readonly string[]
}

/**
 * What a level has in memory. It is changed in place: a checkpoint costs two entries in maps, however many others there are.
 * No time and no messages here: whoever changes it says when.
 */
export class LevelMemory {
  /** Names this memory, and nobody else's. */
  readonly source: string
  superior: LevelPlace | undefined = undefined
  readonly inferiors = new Map<ActorId, Inferior>()
  readonly #kept = new Map<string, Kept>()
  /** Positions of what a superior has not been told of, the oldest change first. */
  readonly #changed = new Map<string, number>()
  readonly #forgotten = new Set<string>()
  /** Nothing where nobody asks for it. */
  readonly #unsaved: Set<string> | undefined
  #position = 0
  #number = 0
  #toldUpTo = 0

  constructor(source: string, { countsUnsaved = false }: { readonly countsUnsaved?: boolean } = {}) {
    this.source = source
    this.#unsaved = countsUnsaved ? new Set() : undefined
  }

  /** How many checkpoints there are, those of inferiors too. */
  get size(): number {
    return this.#kept.size - this.#forgotten.size
  }

  /** Keeps a value of its own, in place of the one before. */
  put(origin: ActorId, key: string, value: unknown, takenAtMs: number): Entry {
    this.#number += 1
    const entry: Entry = { origin, key, source: this.source, number: this.#number, takenAtMs, value }
    this.#keep(idOf(origin, key), entry)
    return entry
  }

  /** Takes over what another level has; one that is older than what is here is left. True if it changed anything. */
  take(entry: Entry): boolean {
    const id = idOf(entry.origin, entry.key)
    const known = this.#kept.get(id)?.entry
    if (known?.source === entry.source && known.number >= entry.number) return false
    this.#keep(id, entry)
    return true
  }

  get(origin: ActorId, key: string): Kept | undefined {
    const kept = this.#kept.get(idOf(origin, key))
    return kept?.entry.isForgotten === true ? undefined : kept
  }

  /** The keys of one origin, in the order in which they were first kept. */
  keys(origin: ActorId): string[] {
    return this.all()
      .filter((entry) => entry.origin === origin)
      .map(({ key }) => key)
  }

  /** Leaves a mark in its place, which goes up like a checkpoint; nothing if it is not here. */
  forget(origin: ActorId, key: string, takenAtMs: number): Entry | undefined {
    if (this.get(origin, key) === undefined) return undefined
    this.#number += 1
    const mark: Entry = { origin, key, source: this.source, number: this.#number, takenAtMs, value: undefined, isForgotten: true }
    this.#keep(idOf(origin, key), mark)
    return mark
  }

  all(): Entry[] {
    return [...this.#kept.values()].map(({ entry }) => entry).filter(({ isForgotten }) => isForgotten !== true)
  }

  /** What a store is to be told. It counts as told when {@link saved} is told so. */
  unsaved(): Unsaved {
    const kept: (readonly [string, Entry])[] = []
    const gone: string[] = []
    for (const id of this.#unsaved ?? []) {
      const entry = this.#kept.get(id)?.entry
      if (entry === undefined || entry.isForgotten === true) gone.push(id)
      else kept.push([id, entry])
    }
    return { kept, gone }
  }

  /** It is written now, but for what has changed meanwhile. */
  saved({ kept, gone }: Unsaved): void {
    for (const [id, entry] of kept) if (this.#kept.get(id)?.entry === entry) this.#unsaved?.delete(id)
    for (const id of gone) if ((this.#kept.get(id)?.entry.isForgotten ?? true) === true) this.#unsaved?.delete(id)
  }

  /** What has changed since; everything for one who was told by another memory, or has not heard of what was answered since. */
  since({ source, upTo }: DeltaQuestion): Delta {
    const isKnown = source === this.source && upTo >= this.#toldUpTo
    const answer = { source: this.source, upTo: this.#position }
    if (!isKnown) {
      this.#changed.clear()
      this.#toldUpTo = this.#position
      return { ...answer, entries: [...this.#kept.values()].map(({ entry }) => entry) }
    }
    for (const [id, position] of this.#changed) {
      if (position > upTo) break
      this.#changed.delete(id)
    }
    this.#toldUpTo = upTo
    return { ...answer, entries: [...this.#changed.keys()].flatMap((id) => this.#kept.get(id)?.entry ?? []) }
  }

  /** Has these and no others from now on; both levels above and below are left as they are. */
  replace(entries: readonly Entry[]): void {
    // What is not among them is to be gone where it is written too.
    for (const id of this.#kept.keys()) this.#unsaved?.add(id)
    this.#kept.clear()
    this.#changed.clear()
    this.#forgotten.clear()
    // Whoever was told before is told all of it anew.
    this.#toldUpTo = Infinity
    for (const entry of entries) this.#keep(idOf(entry.origin, entry.key), entry)
  }

  #keep(id: string, entry: Entry): void {
    const known = this.#kept.get(id)?.entry
    this.#kept.set(id, { entry, before: entry.isForgotten === true || known?.isForgotten === true ? undefined : known })
    this.#position += 1
    this.#unsaved?.add(id)
    this.#changed.delete(id)
    this.#changed.set(id, this.#position)
    if (entry.isForgotten === true) this.#remember(id)
    else if (this.#forgotten.size > 0) this.#forgotten.delete(id)
  }

  #remember(id: string): void {
    this.#forgotten.delete(id)
    this.#forgotten.add(id)
    for (const oldest of this.#forgotten) {
      if (this.#forgotten.size <= keptForgotten) break
      this.#forgotten.delete(oldest)
      this.#kept.delete(oldest)
      this.#changed.delete(oldest)
    }
  }
}

function idOf(origin: ActorId, key: string): string {
  // Both may hold any character.
  return `${origin.length} ${origin}${key}`
}
