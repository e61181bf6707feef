import { describe, expect, it } from 'vitest'
import { inspect, maxDepth } from '../../src/serialization/storable.ts'

class Price {}

const shared = { shared: true }

function obstacleIn(value: unknown): readonly [path: string, found: string, remedy: string] | undefined {
  const inspection = inspect(value, 'state')
  if (inspection.type !== 'unstorable') return undefined
  const { path, found, remedy } = inspection.obstacle
  return [path, found, remedy]
}

function nested(depth: number): unknown {
  let value: unknown = 1
  for (let i = 0; i < depth; i++) value = [value]
  return value
}

describe('inspect', () => {
  describe('names the first thing that cannot be stored, and where it is', () => {
    const asData = 'Store data only, and keep functions in the behavior.'
    const asFields = 'Store its fields as a plain object.'
    const beside = 'Store the property beside it.'
    const copy = 'Store a copy of it here, or its id.'
    it.each<[string, unknown, string, string, string]>([
      ['a function', { items: [1, 2, { price: () => 1 }] }, 'state.items[2].price', 'a function (price)', asData],
      ['the root itself', () => 1, 'state', 'a function', asData],
      [
        'a method',
        {
          toJSON() {
            return 1
          },
        },
        'state.toJSON',
        'a function (toJSON)',
        asData,
      ],
      ['a symbol', { 'a b': Symbol('x') }, 'state["a b"]', 'a symbol', 'Store a string in its place.'],
      [
        'a symbol as a key',
        { a: { [Symbol('x')]: 1 } },
        'state.a',
        'an object with a symbol as a key',
        'Use a string as the key.',
      ],
      ['an instance of a class', { a: new Price() }, 'state.a', 'an instance of Price', asFields],
      [
        'an instance of a class without a name',
        [new (class {})()],
        'state[0]',
        'an instance of a class without a name',
        asFields,
      ],
      ['an object made from another', Object.create({ a: 1 }), 'state', 'an instance of a class without a name', asFields],
      ['a promise', { a: Promise.resolve() }, 'state.a', 'an instance of Promise', 'Store what it resolves with.'],
      ['a weak map', { a: new WeakMap() }, 'state.a', 'an instance of WeakMap', 'Store a Map or a Set in its place.'],
      ['a boxed number', { a: Object(1) as unknown }, 'state.a', 'an instance of Number', asFields],
      ['a subclass of Map', new (class Index extends Map {})(), 'state', 'an instance of Index', asFields],
      ['a subclass of Array', new (class List extends Array {})(), 'state', 'an instance of List', asFields],
      ['a subclass of Date', new (class Day extends Date {})(), 'state', 'an instance of Day', asFields],
      ['shared memory', { a: new SharedArrayBuffer(1) }, 'state.a', 'an instance of SharedArrayBuffer', asFields],
      ['search parameters', { a: new URLSearchParams('b=1') }, 'state.a', 'an instance of URLSearchParams', asFields],
      ['a hole', { list: [1, , 2] }, 'state.list[1]', 'a hole in an array', 'Put undefined or null there.'],
      [
        'a hole in a list without end',
        { list: new Array<number>(2 ** 32 - 1) },
        'state.list[0]',
        'a hole in an array',
        'Put undefined or null there.',
      ],
      ['a match', { match: /a/.exec('a') }, 'state.match', 'an array with the property "index"', beside],
      ['a Map with a property', Object.assign(new Map(), { size2: 1 }), 'state', 'a Map with the property "size2"', beside],
      ['a Date with a property', Object.assign(new Date(0), { zone: 'UTC' }), 'state', 'a Date with the property "zone"', beside],
      [
        'a RegExp in use',
        Object.assign(/a/g, { lastIndex: 1 }),
        'state',
        'a RegExp with lastIndex 1',
        'Store lastIndex beside it.',
      ],
      [
        'the key __proto__',
        { a: JSON.parse('{"__proto__":1}') as unknown },
        'state.a.__proto__',
        'a reserved key',
        'Use another key, or a Map.',
      ],
      ['the key constructor', { constructor: 1 }, 'state.constructor', 'a reserved key', 'Use another key, or a Map.'],
      ['the key prototype', { prototype: 1 }, 'state.prototype', 'a reserved key', 'Use another key, or a Map.'],
      ['a value of a Map', new Map([['k', [() => 1]]]), 'state.get("k")[0]', 'a function', asData],
      ['a value of a Map by a bigint', new Map([[1n, () => 1]]), 'state.get(1n)', 'a function', asData],
      ['a value of a Map by an object', new Map([[{}, () => 1]]), 'state.values()[0]', 'a function', asData],
      ['a key of a Map', new Map([[{ f: () => 1 }, 1]]), 'state.keys()[0].f', 'a function (f)', asData],
      ['a member of a Set', new Set([1, { f: Symbol() }]), 'state.values()[1].f', 'a symbol', 'Store a string in its place.'],
      [
        'a field of an error',
        { e: Object.assign(new Error('no'), { socket: () => 1 }) },
        'state.e.socket',
        'a function (socket)',
        asData,
      ],
      [
        'the cause of an error',
        new Error('no', { cause: { f: Symbol() } }),
        'state.cause.f',
        'a symbol',
        'Store a string in its place.',
      ],
      [
        'a shared key',
        [shared, new Map([[shared, 1]])],
        'state[1].keys()[0]',
        'an object that occurs elsewhere in the value, here as a key of a Map or a member of a Set',
        copy,
      ],
      [
        'a shared member',
        [shared, new Set([shared])],
        'state[1].values()[0]',
        'an object that occurs elsewhere in the value, here as a key of a Map or a member of a Set',
        copy,
      ],
      [
        'a shared cause',
        [shared, new Error('no', { cause: [shared] })],
        'state[1].cause[0]',
        'an object that occurs elsewhere in the value, here inside an error',
        copy,
      ],
      [
        'nesting too deep',
        nested(maxDepth + 1),
        `state${'[0]'.repeat(maxDepth)}`,
        'nesting deeper than 500',
        'Store a flat list with keys in place of a deep structure.',
      ],
    ])('%s', (_, value, path, found, remedy) => {
      expect(obstacleIn(value)).toEqual([path, found, remedy])
    })
  })

  it.each<[string, unknown]>([
    ['null', null],
    ['text', 'a'],
    ['objects, lists, numbers, truth', { 'a': [1, 'b', true, null, { c: -1.5 }], '': {} }],
    ['the deepest that may be', nested(maxDepth)],
  ])('finds %s to be plain', (_, value) => {
    expect(inspect(value, 'state').type).toBe('plain')
  })

  it.each<[string, unknown]>([
    ['undefined', { a: undefined }],
    ['-0', [-0]],
    ['NaN', [Number.NaN]],
    ['Infinity', [Infinity]],
    ['a bigint', 1n],
    ['a Date', new Date(0)],
    ['a Map', new Map()],
    ['an object without a prototype', Object.create(null)],
    ['an object that occurs twice', [shared, shared]],
  ])('finds %s to need a note', (_, value) => {
    expect(inspect(value, 'state').type).toBe('rich')
  })
})
