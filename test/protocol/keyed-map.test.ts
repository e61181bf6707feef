import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareKeyedMaps, keyedMap, type KeyedMap } from '../../src/protocol/keyed-map.ts'

const key = fc.oneof(fc.constantFrom('a', 'b', 'c', '', '__proto__', 'ä', '🪵'), fc.string({ maxLength: 3 })).filter(isWellFormed)
const change = fc.oneof(fc.record({ set: key, value: fc.integer({ min: 0, max: 3 }) }), fc.record({ delete: key }))
type Change = { readonly set: string; readonly value: number } | { readonly delete: string }

function isWellFormed(text: string): boolean {
  return !/[\p{Surrogate}\0]/u.test(text)
}

function apply(map: KeyedMap<number>, step: Change): KeyedMap<number> {
  return 'set' in step ? map.set(step.set, step.value) : map.delete(step.delete)
}

function differences(before: KeyedMap<number>, after: KeyedMap<number>): { puts: Map<string, unknown>; removed: Set<string> } {
  const found = { puts: new Map<string, unknown>(), removed: new Set<string>() }
  compareKeyedMaps(before, after, {
    put: ({ key: put, value }) => found.puts.set(put, value),
    removed: (gone) => found.removed.add(gone),
  })
  return found
}

describe('a keyed map', () => {
  it('holds what a Map would, after any changes', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
        const model = new Map<string, number>()
        let map = keyedMap<number>()
        for (const step of changes) {
          map = apply(map, step)
          if ('set' in step) model.set(step.set, step.value)
          else model.delete(step.delete)
          expect(map.size).toBe(model.size)
        }
        expect(new Map(map)).toEqual(model)
        for (const [name, value] of model) expect(map.get(name)).toBe(value)
      }),
    )
  })

  it('has an order that depends on its keys alone', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), fc.nat(), (changes, turn) => {
        const map = changes.reduce(apply, keyedMap<number>())
        const pairs = [...map]
        const other = [...pairs.slice(turn % (pairs.length + 1)), ...pairs.slice(0, turn % (pairs.length + 1))]
        expect([...keyedMap(other)]).toEqual(pairs)
      }),
    )
  })

  it('knows what makes it of another one, whether they have a past in common or not', () => {
    fc.assert(
      fc.property(fc.array(change), fc.array(change), fc.boolean(), (first, then, isRelated) => {
        const before = first.reduce(apply, keyedMap<number>())
        const after = then.reduce(apply, isRelated ? before : keyedMap<number>())
        const { puts, removed } = differences(before, after)
        const expected = [...after].filter(([name, value]) => before.get(name) !== value)
        expect(puts).toEqual(new Map(expected))
        expect(removed).toEqual(new Set([...before.keys()].filter((name) => !after.has(name))))
      }),
    )
  })

  it('keeps keys with one hash apart', () => {
    const [one, other] = sameHash()
    const both = keyedMap<number>().set(one, 1).set(other, 2)
    expect([both.size, both.get(one), both.get(other)]).toEqual([2, 1, 2])
    expect([...keyedMap<number>().set(other, 2).set(one, 1)]).toEqual([...both])
    expect(differences(keyedMap<number>().set(one, 1), both).puts).toEqual(new Map([[other, 2]]))
    expect([...both.set('third', 3).delete(one)].length).toBe(2)
    expect(both.delete(one).delete(other).size).toBe(0)
  })

  it('looks only at what has changed', () => {
    const before = keyedMap(Array.from({ length: 100_000 }, (_, i) => [`key ${i}`, { i }] as const))
    const after = before.set('key 7', { i: -7 }).delete('key 8')
    let told = 0
    const began = performance.now()
    for (let round = 0; round < 1_000; round++) compareKeyedMaps(before, after, { put: () => told++, removed: () => told++ })
    // 100,000 entries take longer than this once.
    expect([told, performance.now() - began < 500]).toEqual([2_000, true])
  })

  it('is the same map where nothing changes', () => {
    const map = keyedMap({ a: 1 })
    expect(map.set('a', 1)).toBe(map)
    expect(map.delete('b')).toBe(map)
    expect(map.setAll({})).toBe(map)
  })

  it('freezes what is put in: a change in place would never be written', () => {
    const item = { tags: ['new'] }
    const map = keyedMap<{ tags: string[] }>().set('a', item)
    expect(() => map.get('a')?.tags.push('old')).toThrow(TypeError)
    expect(() => item.tags.push('old')).toThrow(TypeError)
  })

  it.each([
    [
      7,
      'keyedMap: key must be text, without half a character (a lone surrogate) or U+0000; got 7 (number). Write it as text: "7".',
    ],
    ['\ud800', /^keyedMap: key must be text/],
    ['a\0b', /^keyedMap: key must be text/],
  ])('refuses the key %j', (wrong, message) => {
    expect(() => keyedMap<number>().set(wrong as string, 1)).toThrow(message)
    expect(() => keyedMap([[wrong as string, 1]])).toThrow(message)
  })

  it('refuses entries that are none', () => {
    expect(() => keyedMap(7 as never)).toThrow('keyedMap: entries must be pairs of key and value, or an object; got 7 (number)')
  })

  it('is printed and written as JSON with its entries', () => {
    const map = keyedMap({ a: { b: 1 } })
    expect(inspect(map)).toBe("KeyedMap(1) { 'a' => { b: 1 } }")
    expect(JSON.stringify({ map })).toBe('{"map":{"a":{"b":1}}}')
  })

  it('cannot be cloned into an empty object', () => {
    expect(() => structuredClone({ map: keyedMap({ a: 1 }) })).toThrow(/aKeyedMap.* could not be cloned/s)
  })
})

/** Two texts that the trie cannot tell apart by their hash: FNV-1a is what it begins with, and what follows loses nothing. */
function sameHash(): readonly [string, string] {
  const seen = new Map<number, string>()
  for (let i = 0; ; i++) {
    const text = `k${i.toString(36)}`
    let hash = 0x811c9dc5
    for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
    const known = seen.get(hash)
    if (known !== undefined) return [known, text]
    seen.set(hash, text)
  }
}
