import { isKeyedMap, type KeyedMap } from '../protocol/keyed-map.ts'
import { customTypes, type CustomType } from './custom-types.ts'

/** A value in superjson's own format: JSON, and notes on what JSON cannot say. */
export interface SuperjsonDocument {
  readonly json: unknown
  readonly meta?: { readonly values?: Note | Notes; readonly referentialEqualities?: Equalities; readonly v: 1 }
}

type Type = string | readonly ['custom', string]
/** The type of the value at a path, and the notes on what is inside it. */
type Note = readonly [type: Type] | readonly [type: Type, inside: Notes]
/** Notes by the path from the value that they stand for. */
type Notes = Record<string, Note>
type Paths = Record<string, string[]>
type Equalities = Paths | readonly [root: string[]] | readonly [root: string[], others: Paths]

/**
 * Writes what superjson reads. superjson's own writer takes equal bigints and every NaN for one shared object, and loses
 * references inside a cycle; this one does not, and is several times faster. An object of `repeated` is written where it
 * occurs first; every further occurrence is a reference to that place.
 *
 * Keyed maps that nothing but fields of plain objects lead to are put into `apart`, if that is given, in place of being written.
 *
 * Expects a value in which `inspect` has found nothing unstorable.
 */
export function writeSuperjson(
  value: unknown,
  repeated: ReadonlySet<object>,
  apart?: Map<string, KeyedMap<unknown>>,
): SuperjsonDocument {
  const writer = new Writer(repeated, apart)
  const json = writer.write(value)
  const values = writer.root ?? writer.notes
  const referentialEqualities = writer.equalities()
  if (values === undefined && referentialEqualities === undefined) return { json }
  const equalities = referentialEqualities === undefined ? {} : { referentialEqualities }
  return { json, meta: { ...(values === undefined ? {} : { values }), ...equalities, v: 1 } }
}

class Writer {
  /** The note on the value as a whole, if it is no plain object or array. */
  root: Note | undefined
  /** The notes inside the nearest value around that has a note of its own. */
  notes: Notes | undefined
  readonly #repeated: ReadonlySet<object>
  /** Nothing, also while something else than fields of plain objects leads to the value at hand. */
  #apart: Map<string, KeyedMap<unknown>> | undefined
  /** For each repeated object met so far: where it was met first, and then. */
  readonly #places = new Map<object, string[]>()
  /** The steps from the root to the value at hand, escaped. */
  readonly #path: string[] = []
  /** How many of these lead to the value whose notes are being taken. */
  #base = 0

  constructor(repeated: ReadonlySet<object>, apart: Map<string, KeyedMap<unknown>> | undefined) {
    this.#repeated = repeated
    this.#apart = apart
  }

  write(value: unknown): unknown {
    switch (typeof value) {
      case 'number':
        if (Object.is(value, -0)) return this.#leaf('number', '-0')
        return Number.isFinite(value) ? value : this.#leaf('number', String(value))
      case 'undefined':
        return this.#leaf('undefined', null)
      case 'bigint':
        return this.#leaf('bigint', value.toString())
      case 'object':
        return value === null ? null : this.#object(value)
      default:
        return value
    }
  }

  equalities(): Equalities | undefined {
    const others: Paths = {}
    let root: string[] | undefined
    for (const [, [first, ...further]] of this.#places) {
      if (first === rootPath) root = further
      else if (first !== undefined && further.length > 0) others[first] = further
    }
    const hasOthers = Object.keys(others).length > 0
    if (root !== undefined) return hasOthers ? [root, others] : [root]
    return hasOthers ? others : undefined
  }

  #object(value: object): unknown {
    if (this.#apart !== undefined && isKeyedMap(value)) {
      this.#apart.set(this.#path.join('.'), value)
      return null
    }
    if (this.#repeated.has(value) && !this.#isFirst(value)) return null
    if (Array.isArray(value)) return this.#apart === undefined ? this.#items(value) : this.#within(() => this.#items(value))
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype === Object.prototype) return this.#fields(value as Record<string, unknown>)
    if (prototype === Map.prototype) return this.#noted('map', () => this.#entries(value as Map<unknown, unknown>))
    if (prototype === Set.prototype) return this.#noted('set', () => this.#items([...(value as Set<unknown>)]))
    if (prototype === null) return this.#custom(customTypes.nullPrototype, value)
    if (value instanceof Error) return this.#custom(customTypes.error, value)
    if (value instanceof Date) return this.#date(value)
    if (value instanceof RegExp) return this.#leaf('regexp', String(value))
    if (value instanceof URL) return this.#leaf('URL', value.href)
    if (isKeyedMap(value)) return this.#custom(customTypes.keyedMap, value)
    if (customTypes.ref.isApplicable(value)) return this.#custom(customTypes.ref, value)
    return this.#leaf(['custom', customTypes.binary.name], customTypes.binary.serialize(value))
  }

  /** What is inside has no place of its own. */
  #within(write: () => unknown): unknown {
    const apart = this.#apart
    this.#apart = undefined
    const json = write()
    this.#apart = apart
    return json
  }

  #isFirst(value: object): boolean {
    const here = this.#path.length === 0 ? rootPath : this.#path.join('.')
    const places = this.#places.get(value)
    if (places === undefined) {
      this.#places.set(value, [here])
      return true
    }
    places.push(here)
    return false
  }

  #fields(value: Record<string, unknown>): Record<string, unknown> {
    const json: Record<string, unknown> = {}
    for (const key of Object.keys(value)) json[key] = this.#inside(escapeStep(key), value[key])
    return json
  }

  #items(value: readonly unknown[]): unknown[] {
    return value.map((item, i) => this.#inside(String(i), item))
  }

  #entries(value: ReadonlyMap<unknown, unknown>): unknown[] {
    return [...value].map((entry, i) => {
      this.#path.push(String(i))
      const json = this.#items(entry)
      this.#path.pop()
      return json
    })
  }

  #inside(name: string, value: unknown): unknown {
    // Most values need no note: the path is kept only around those that might.
    if (typeof value === 'string' || typeof value === 'boolean') return value
    this.#path.push(name)
    const json = this.write(value)
    this.#path.pop()
    return json
  }

  #date(value: Date): unknown {
    if (Number.isNaN(value.getTime())) return this.#leaf(['custom', customTypes.invalidDate.name], null)
    return this.#leaf('Date', value.toISOString())
  }

  #custom(type: CustomType, value: object): unknown {
    return this.#noted(['custom', type.name], () => this.#fields(type.serialize(value) as Record<string, unknown>))
  }

  #leaf(type: Type, json: unknown): unknown {
    this.#note([type])
    return json
  }

  /** superjson turns what is inside into values first, and then the value itself: the notes inside belong to its note. */
  #noted(type: Type, write: () => unknown): unknown {
    const { notes: outerNotes } = this
    const outerBase = this.#base
    this.notes = undefined
    this.#base = this.#path.length
    const json = this.#within(write)
    const inside = this.notes as Notes | undefined
    this.notes = outerNotes
    this.#base = outerBase
    this.#note(inside === undefined ? [type] : [type, inside])
    return json
  }

  #note(note: Note): void {
    if (this.#path.length === 0) this.root = note
    else (this.notes ??= {})[this.#path.slice(this.#base).join('.')] = note
  }
}

/** The place of the root among the places; as a path it would be that of the key `''`. */
const rootPath = '\u0000root'

export function escapeStep(key: string): string {
  return key.includes('.') || key.includes('\\') ? key.replaceAll('\\', '\\\\').replaceAll('.', '\\.') : key
}
