import { deepStrictEqual } from 'node:assert'
import fc from 'fast-check'
import { SuperJSON } from 'superjson'
import { describe, expect, it } from 'vitest'
import { superjsonCodec } from '../../src/serialization/superjson-codec.ts'
import { OwnError, plainValue, sharedGraph, storableTree } from '../support/storable-values.ts'

const codec = superjsonCodec()
const roundTrip = (value: unknown): unknown => codec.decode(codec.encode(value, 'state'))

describe('superjsonCodec', () => {
  describe('brings back', () => {
    it('every tree of what can be stored', () => {
      const law = fc.property(storableTree, (value) => deepStrictEqual(plainNames(roundTrip(value)), plainNames(value)))
      fc.assert(law, { numRuns: 1000 })
    })

    it('every graph of shared objects and cycles, with the same objects at the same places', () => {
      const law = fc.property(sharedGraph, (value) => deepStrictEqual(shapeOf(roundTrip(value)), shapeOf(value)))
      fc.assert(law, { numRuns: 1000 })
    })

    it('what superjson itself mixes up: equal bigints, NaN, and references inside a cycle', () => {
      const a: Record<string, unknown> = {}
      const b = { a }
      a['b'] = b
      const value = {
        a,
        b,
        keys: new Map([
          [1n, 'one'],
          [2n, 'two'],
        ]),
        last: 1n,
        first: 2n,
        nan: [Number.NaN, Number.NaN],
      }
      const back = roundTrip(value) as typeof value
      deepStrictEqual(back, value)
      expect([back.a['b'] === back.b, back.b.a === back.a]).toEqual([true, true])
    })

    it('an error with its name, message, stack, cause and fields, as an error of the same name', () => {
      const error = Object.assign(new OwnError('no', { cause: new RangeError('far') }), { status: 404 })
      const back = roundTrip({ error }) as { error: typeof error }
      expect(back.error).toBeInstanceOf(Error)
      expect([back.error.name, back.error.message, back.error.stack, back.error.status]).toEqual([
        'OwnError',
        'no',
        error.stack,
        404,
      ])
      expect(back.error.cause).toBeInstanceOf(RangeError)
    })

    it('an AggregateError with its errors', () => {
      const back = roundTrip(new AggregateError([new TypeError('a'), 'b'], 'both')) as AggregateError
      expect(back).toBeInstanceOf(AggregateError)
      expect(back.errors).toEqual([new TypeError('a'), 'b'])
    })

    it('binary data apart from what it was a part of', () => {
      const part = new Uint16Array(new Uint16Array([1, 2, 3, 4]).buffer, 2, 2)
      const back = roundTrip(part) as Uint16Array
      expect([back, back.buffer.byteLength]).toEqual([new Uint16Array([2, 3]), 4])
    })
  })

  describe('writes', () => {
    it('plain values so that every superjson and every reader of JSON can read them', () => {
      fc.assert(
        fc.property(plainValue, (value) => {
          const text = codec.encode(value, 'state')
          deepStrictEqual(SuperJSON.parse(text), value)
          deepStrictEqual(JSON.parse(text), { json: value })
          deepStrictEqual(codec.decode(text), value)
        }),
      )
    })

    it('what superjson knows so that superjson reads it', () => {
      const value = {
        'at': new Date(5),
        'tags': new Map([['a', new Set([1n, undefined])]]),
        'a.b': [Number.NaN, -0, /x/g, new URL('http://a.test/')],
      }
      deepStrictEqual(SuperJSON.parse(codec.encode(value, 'state')), value)
    })

    it('the text that a person expects', () => {
      expect(codec.encode({ items: [{ sku: 'a', at: new Date(0) }] }, 'state')).toBe(
        '{"json":{"items":[{"sku":"a","at":"1970-01-01T00:00:00.000Z"}]},"meta":{"values":{"items.0.at":["Date"]},"v":1}}',
      )
    })

    it('nothing that cannot be stored, and says where it is', () => {
      expect(() => codec.encode({ items: [1, 2, { price: () => 3 }] }, 'state')).toThrow(
        expect.objectContaining({
          code: 'not-storable',
          path: 'state.items[2].price',
          found: 'a function (price)',
          message:
            'state.items[2].price cannot be stored: a function (price). Store data only, and keep functions in the behavior.',
        }),
      )
    })

    it('nothing longer than allowed', () => {
      expect(() => superjsonCodec({ maxLength: 20 }).encode({ text: 'x'.repeat(20) }, 'state')).toThrow(
        'state cannot be stored: 40 characters of text, where at most 20 are allowed. ' +
          'Split it into several actors, or keep large data elsewhere and store where it is.',
      )
    })
  })

  describe('refuses to read', () => {
    const refused = (text: string) => {
      try {
        return codec.decode(text)
      } catch (error) {
        return [(error as { code?: unknown }).code, (error as Error).message.replace(/^the stored text cannot be read: /, '')]
      }
    }

    it.each(['__proto__', 'constructor', 'prototype', '\\u005f_proto__'])('the key %s, wherever it is', (key) => {
      const name = JSON.parse(`"${key}"`) as string
      expect(refused(`{"json":{"a":[{"${key}":{"isAdmin":true}}]}}`)).toEqual([
        'unreadable',
        `it holds the reserved key "${name}"`,
      ])
      expect(Reflect.get({}, 'isAdmin')).toBe(undefined)
    })

    it.each([
      '{"json":{},"meta":{"values":{"__proto__.isAdmin":["undefined"]},"v":1}}',
      '{"json":{},"meta":{"values":{"constructor.prototype.isAdmin":["undefined"]},"v":1}}',
      '{"json":{"a":1},"meta":{"referentialEqualities":{"a":["__proto__.isAdmin"]},"v":1}}',
      '{"json":{"a":1},"meta":{"referentialEqualities":{"a":["constructor.prototype.isAdmin"]},"v":1}}',
    ])('a note that leads to a prototype: %s', (text) => {
      expect(refused(text)).toEqual(['unreadable', expect.stringMatching(/is not allowed as a property$/)])
      expect(Reflect.get({}, 'isAdmin')).toBe(undefined)
    })

    it('a type that it does not know', () => {
      expect(refused('{"json":{},"meta":{"values":[["custom","process"]],"v":1}}')).toEqual([
        'unreadable',
        'Trying to deserialize unknown custom value',
      ])
      expect(refused('{"json":{},"meta":{"values":[["class","Foo"]],"v":1}}')).toEqual([
        'unreadable',
        expect.stringContaining("unknown class 'Foo'"),
      ])
      expect(refused('{"json":["Foo",""],"meta":{"values":[["custom","binary"]],"v":1}}')).toEqual([
        'unreadable',
        'there is no binary type "Foo"',
      ])
    })

    it('what is not in its format, or cut off', () => {
      expect(refused('[1]')).toEqual(['unreadable', 'it is not in the format of superjson'])
      expect(refused('null')).toEqual(['unreadable', 'it is not in the format of superjson'])
      expect(refused('{"json":{"a":')).toEqual(['unreadable', expect.stringContaining('JSON')])
    })

    it('nesting without end', () => {
      const depth = 200_000
      expect(refused(`{"json":${'[{"constructor":'.repeat(depth)}`)).toEqual(['unreadable', expect.any(String)])
      expect(refused(`{"json":${'['.repeat(depth)}"prototype"${']'.repeat(depth)}}`)).toEqual(['unreadable', expect.any(String)])
    })

    it('what is nested deeper than anything that is written, and no less', () => {
      const nested = (depth: number) => `{"json":${'['.repeat(depth)}"]}\\"]"${']'.repeat(depth)}}`
      expect(refused(nested(1_999))).toMatchObject(expect.any(Array))
      expect(refused(nested(2_000))).toEqual(['unreadable', 'it is nested deeper than 2000'])
      let deepest: unknown = 'the end'
      for (let depth = 0; depth < 500; depth += 1) deepest = new Map([[depth % 2, deepest]])
      expect(codec.encode(roundTrip(deepest), 'state')).toBe(codec.encode(deepest, 'state'))
    })

    it('a bigint that would take long to read, however it is written, and writes none', () => {
      const long = '9'.repeat(100_002)
      for (const digits of [long, `-${long}`, ` ${long}`, long.replace('9', '\\u0039')])
        for (const note of ['{"n":["bigint"]}', '{"m":["map",{"0.1":["bigint"]}]}', '{"a\\\\.b":["bigint"]}', '{"":["bigint"]}'])
          expect(
            refused(
              `{"json":{"n":"${digits}","m":[[1,"${digits}"]],"a.b":"${digits}","":"${digits}"},"meta":{"values":${note},"v":1}}`,
            ),
          ).toEqual(['unreadable', 'it holds a number of more than 100000 digits'])
      expect(refused(`{"json":"${long}","meta":{"values":["bigint"],"v":1}}`)).toEqual([
        'unreadable',
        expect.stringMatching(/than 100000 digits/),
      ])
      expect(refused(`{"json":"${long}","meta":{"values":["bigint"]}}`)).toEqual([
        'unreadable',
        expect.stringMatching(/of another version/),
      ])
      expect(() => codec.encode({ n: 10n ** 100_001n }, 'state')).toThrow(
        'state.n cannot be stored: a bigint of more than 100000',
      )
      expect(roundTrip({ n: -(10n ** 99_990n), text: long })).toEqual({ n: -(10n ** 99_990n), text: long })
    })

    it('or reads without harm, whatever has been done to a text', () => {
      const evil = fc.constantFrom(
        '__proto__',
        '"__proto__":{"isAdmin":1},',
        'constructor.prototype.isAdmin',
        '\\u005f_proto__',
        '["custom","error"]',
        '["custom","binary"]',
        '["map"]',
        '["set"]',
        '["bigint"]',
        '"referentialEqualities":{"a":["__proto__.x"]},',
        '{',
        ']',
        '"',
        '\\',
      )
      const change = fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        drop: fc.nat(6),
        put: fc.oneof(evil, fc.string()),
      })
      const law = fc.property(storableTree, fc.array(change, { minLength: 1, maxLength: 4 }), (value, changes) => {
        let text = codec.encode(value, 'state')
        for (const { at, drop, put } of changes) {
          const place = Math.floor(at * text.length)
          text = text.slice(0, place) + put + text.slice(place + drop)
        }
        const what = refused(text)
        if (what !== undefined && Array.isArray(what) && what[0] === 'unreadable') return
        expect(Reflect.get({}, 'isAdmin')).toBe(undefined)
        expect(Object.getOwnPropertyNames(Object.prototype)).toHaveLength(12)
        expectKnownPrototypes(codec.decode(text))
      })
      fc.assert(law, { numRuns: 3_000 })
    })

    it('a text longer than allowed, before it is parsed', () => {
      expect(() => superjsonCodec({ maxLength: 10 }).decode('{"json":[1,2,3]}')).toThrow(
        'the stored text cannot be read: it has 16 characters, and at most 10 are allowed',
      )
    })
  })
})

/** Nothing in a value that was read has a prototype that data could have chosen. */
function expectKnownPrototypes(value: unknown, seen = new Set<unknown>()): void {
  if (typeof value !== 'object' || value === null || seen.has(value)) return
  seen.add(value)
  const prototype = Object.getPrototypeOf(value) as { readonly constructor: unknown } | null
  if (prototype !== null) {
    expect(Object.hasOwn(prototype, 'constructor')).toBe(true)
    expect(typeof prototype.constructor).toBe('function')
  }
  for (const key of Object.keys(value)) expect(['__proto__', 'constructor', 'prototype']).not.toContain(key)
  const inside = value instanceof Map ? [...value].flat() : value instanceof Set ? [...value] : Object.values(value)
  for (const item of inside) expectKnownPrototypes(item, seen)
}

/** What is compared of an error: its class cannot come back, its name does. */
function plainNames(value: unknown): unknown {
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [plainNames(key), plainNames(item)]))
  if (value instanceof Set) return new Set([...value].map(plainNames))
  if (Array.isArray(value)) return value.map(plainNames)
  if (value instanceof Error) {
    const { name, message, stack, cause, code } = value as Error & { readonly code: unknown }
    return { isError: true, name, message, stack, cause: plainNames(cause), code: plainNames(code) }
  }
  if (typeof value !== 'object' || value === null) return value
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return value
  const copy = Object.create(prototype) as Record<string, unknown>
  for (const [key, item] of Object.entries(value)) copy[key] = plainNames(item)
  return copy
}

/** The objects of a graph in the order in which they are met, each reference as the number of its object. */
function shapeOf(root: unknown): unknown[] {
  const numbers = new Map<object, number>()
  const shapes: unknown[] = []
  const visit = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    const known = numbers.get(value)
    if (known !== undefined) return `object ${known}`
    const number = numbers.size
    numbers.set(value, number)
    const entries: [unknown, unknown][] = value instanceof Map ? [...(value as Map<unknown, unknown>)] : Object.entries(value)
    const prototype: unknown = Object.getPrototypeOf(value)
    shapes[number] = [prototype, entries.map(([key, item]) => [key, visit(item)])]
    return `object ${number}`
  }
  visit(root)
  return shapes
}
