import { ConfigurationError } from './errors.ts'
import { deepFreeze } from './freeze.ts'
import { compareTries, findLeaf, leafOf, leavesOf, putLeaf, removeLeaf, type Trie, type TrieListener } from './hash-trie.ts'

/**
 * Entries by keys of text, never changed: what changes gives a new map, which shares all else with the one before. Changing one
 * entry costs about the same in a map of ten and of a million.
 *
 * In a state that is kept in a store its entries are rows of their own, and a commit writes those that have changed. Plain
 * objects and arrays are frozen when they are put in: changing one in place would be changing what nobody writes.
 */
export interface KeyedMap<Value> extends Iterable<readonly [key: string, value: Value]> {
  readonly size: number
  get(key: string): Value | undefined
  has(key: string): boolean
  /**
   * The map with this entry.
   *
   * @throws {ConfigurationError} if the key is no well-formed text.
   */
  set(key: string, value: Value): KeyedMap<Value>
  /** The map with these entries besides, as {@link KeyedMap.set}. */
  setAll(entries: KeyedEntries<Value>): KeyedMap<Value>
  /** The map with what `change` makes of the entry, or of nothing if there is none. */
  update(key: string, change: (value: Value | undefined) => Value): KeyedMap<Value>
  /** The map without this entry; the same map if there is none. */
  delete(key: string): KeyedMap<Value>
  /** In an order that depends on the keys alone: it is the same after a restart, however they came in. */
  keys(): IterableIterator<string>
  values(): IterableIterator<Value>
  entries(): IterableIterator<readonly [key: string, value: Value]>
  /** The entries as a plain object. */
  toJSON(): Readonly<Record<string, Value>>
}

/** What a {@link KeyedMap} is made of: pairs, as a `Map` has them, or the fields of an object. */
export type KeyedEntries<Value> = Iterable<readonly [key: string, value: Value]> | Readonly<Record<string, Value>>

/**
 * Makes a map for a part of a state that grows large, of which only what has changed is written.
 *
 * It may be the state, or a field of it, also of an object within: `{ items: keyedMap() }`. Anywhere else (in an array, in a
 * `Map`, in a message) it is stored as a whole, with what is around it.
 *
 * @throws {ConfigurationError} if a key is no well-formed text.
 * @example
 * ```ts
 * import { actor, child, keyedMap, memory, message, start, supervisor } from 'coppice'
 *
 * const Stock = actor('stock', {
 *   initial: () => ({ items: keyedMap<number>() }),
 *   handlers: ({ call }) => ({
 *     add: call(message<string>(), ({ state, input }) => {
 *       const items = state.items.update(input, (n = 0) => n + 1)
 *       return { reply: items.get(input), state: { items } }
 *     }),
 *   }),
 * })
 * const tree = supervisor({}, { stock: child(Stock, { state: 'durable' }) })
 * const app = await start(tree, { store: memory() })
 * await app.tree.stock.call.add('pears')
 * console.log(await app.tree.stock.call.add('pears')) // => 2
 * await app.stop()
 * ```
 */
export function keyedMap<Value>(entries?: KeyedEntries<Value>): KeyedMap<Value> {
  const empty: KeyedMap<Value> = new Entries<Value>(undefined, 0)
  return entries === undefined ? empty : empty.setAll(entries)
}

export function isKeyedMap(value: unknown): value is KeyedMap<unknown> {
  return value instanceof Entries
}

/** Tells what makes one map of another, in time that depends on how much that is. */
export function compareKeyedMaps(before: KeyedMap<unknown>, after: KeyedMap<unknown>, told: TrieListener<unknown>): void {
  compareTries(trieOf(before), trieOf(after), told)
}

/** What `util.inspect` and the console ask for. */
const inspected = Symbol.for('nodejs.util.inspect.custom')

class Entries<Value> implements KeyedMap<Value> {
  readonly size: number
  /** A structured clone would be an empty object. Where there is a function in it, it is refused. */
  readonly clone = aKeyedMap
  readonly #trie: Trie<Value> | undefined

  constructor(trie: Trie<Value> | undefined, size: number) {
    this.#trie = trie
    this.size = size
    Object.freeze(this)
  }

  static trieOf(map: Entries<unknown>): Trie<unknown> | undefined {
    return map.#trie
  }

  get(key: string): Value | undefined {
    return typeof key === 'string' ? findLeaf(this.#trie, key)?.value : undefined
  }

  has(key: string): boolean {
    return typeof key === 'string' && findLeaf(this.#trie, key) !== undefined
  }

  set(key: string, value: Value): KeyedMap<Value> {
    const trie = putLeaf(this.#trie, leafOf(checkKey(key), deepFreeze(value)))
    if (trie === this.#trie) return this
    return new Entries(trie, this.has(key) ? this.size : this.size + 1)
  }

  setAll(entries: KeyedEntries<Value>): KeyedMap<Value> {
    let trie = this.#trie
    let { size } = this
    for (const [key, value] of pairsOf(entries)) {
      if (findLeaf(trie, checkKey(key)) === undefined) size += 1
      trie = putLeaf(trie, leafOf(key, deepFreeze(value)))
    }
    return trie === this.#trie ? this : new Entries(trie, size)
  }

  update(key: string, change: (value: Value | undefined) => Value): KeyedMap<Value> {
    return this.set(key, change(this.get(key)))
  }

  delete(key: string): KeyedMap<Value> {
    const trie = typeof key === 'string' ? removeLeaf(this.#trie, key) : this.#trie
    return trie === this.#trie ? this : new Entries(trie, this.size - 1)
  }

  *keys(): Generator<string, undefined> {
    for (const { key } of leavesOf(this.#trie)) yield key
  }

  *values(): Generator<Value, undefined> {
    for (const { value } of leavesOf(this.#trie)) yield value
  }

  *entries(): Generator<readonly [string, Value], undefined> {
    for (const { key, value } of leavesOf(this.#trie)) yield [key, value]
  }

  [Symbol.iterator](): Generator<readonly [string, Value], undefined> {
    return this.entries()
  }

  toJSON(): Readonly<Record<string, Value>> {
    return Object.fromEntries(this.entries())
  }

  [inspected](_depth: number, options: object, inspect: (value: unknown, options: object) => string): string {
    return `Keyed${inspect(new Map(this), options)}`
  }
}

function aKeyedMap(): void {}

function trieOf(map: KeyedMap<unknown>): Trie<unknown> | undefined {
  return map instanceof Entries ? Entries.trieOf(map) : undefined
}

function pairsOf<Value>(entries: KeyedEntries<Value>): Iterable<readonly [string, Value]> {
  if (typeof entries === 'object' && entries !== null)
    return Symbol.iterator in entries ? (entries as Iterable<readonly [string, Value]>) : Object.entries(entries)
  throw new ConfigurationError({
    path: 'keyedMap: entries',
    rule: 'must be pairs of key and value, or an object',
    value: entries,
  })
}

/** A database has no place for half a character: two keys could become one. */
function checkKey(key: unknown): string {
  if (typeof key === 'string' && !/[\p{Surrogate}\0]/u.test(key)) return key
  throw new ConfigurationError({
    path: 'keyedMap: key',
    rule: 'must be text, without half a character (a lone surrogate) or U+0000',
    value: key,
    ...(typeof key === 'number' && { remedy: `Write it as text: ${JSON.stringify(String(key))}.` }),
  })
}
