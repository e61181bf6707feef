import fc from 'fast-check'

/** An error class that the language does not know. */
export class OwnError extends Error {
  override readonly name = 'OwnError'
}

/** Values of JSON types only; `-0` is none of them. */
export const jsonValue: fc.Arbitrary<unknown> = fc
  .jsonValue({ maxDepth: 4 })
  .filter((value) => !hasKey(value, isReserved))
  .map(withoutNegativeZero)

/** Of these, those without keys that need an escape: V8 itself does not read such keys right; see `json-text.ts`. */
export const plainValue: fc.Arbitrary<unknown> = jsonValue.filter((value) => !hasKey(value, needsEscape))

const oddKey = fc.constantFrom('', '.', '\\', 'a.b', 'a\\.b', '0', '1', '-1', 'toString')
const key = fc.oneof(fc.string({ maxLength: 6 }), oddKey).filter((text) => !isReserved(text))

const bytes = fc.uint8Array({ maxLength: 24 }).map((array) => array.slice().buffer)

const leaf = fc.oneof(
  fc.constantFrom(undefined, null, -0, 0, Number.NaN, Infinity, -Infinity, true, false, ''),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.string({ unit: fc.constantFrom('\ud800', '\udc00', 'a', '"', '\u2028', '\0'), maxLength: 4 }),
  fc.double(),
  fc.integer(),
  fc.bigInt(),
  fc.constantFrom(1n, 2n, 0n),
  fc.date({ noInvalidDate: false }),
  // Made anew each time: the same object at two places is not a tree.
  fc.constantFrom('a\\/b', '^$', '\n', '[/]').map((source) => new RegExp(source, 'giu')),
  fc.webUrl().map((text) => new URL(text)),
  bytes,
  bytes.map((buffer) => Buffer.from(buffer)),
  bytes.map((buffer) => new DataView(buffer)),
  fc
    .oneof(
      fc.uint8Array(),
      fc.int8Array(),
      fc.uint8ClampedArray(),
      fc.uint16Array(),
      fc.int16Array(),
      fc.uint32Array(),
      fc.int32Array(),
      fc.float32Array(),
      fc.float64Array(),
      fc.bigInt64Array(),
      fc.bigUint64Array(),
    )
    .map((array) => array),
)

/** Trees of everything that can be stored. No object is in one of them twice. */
export const storableTree: fc.Arbitrary<unknown> = fc.letrec<{ readonly value: unknown }>((tie) => {
  const inside = tie('value')
  const list = fc.array(inside, { maxLength: 4 })
  return {
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      list,
      fc.array(fc.tuple(key, inside), { maxLength: 4 }).map((entries) => Object.fromEntries(entries) as unknown),
      fc
        .array(fc.tuple(key, inside), { maxLength: 3 })
        .map((entries) => Object.assign(nullObject(), Object.fromEntries(entries))),
      fc.array(fc.tuple(inside, inside), { maxLength: 3 }).map((entries) => new Map(entries)),
      list.map((items) => new Set(items)),
      fc
        .record({
          message: fc.string(),
          cause: inside,
          code: inside,
          maker: fc.constantFrom(Error, TypeError, RangeError, OwnError),
        })
        .map(({ message, cause, code, maker }) => Object.assign(new maker(message, { cause }), { code })),
    ),
  }
}).value

/** A graph of objects, lists and maps that refer to each other in any way, cycles included. */
export const sharedGraph: fc.Arbitrary<unknown> = fc
  .array(
    fc.record({
      kind: fc.constantFrom('object' as const, 'list' as const, 'map' as const, 'bare' as const),
      value: fc.constantFrom<unknown>(1, 1n, undefined, Number.NaN),
      to: fc.array(fc.nat(7), { maxLength: 4 }),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((plans) => {
    const nodes = plans.map(({ kind }) => newNode[kind]())
    plans.forEach(({ value, to }, i) => {
      put(nodes[i], 'value', value)
      to.forEach((target, n) => put(nodes[i], `to.${n}`, nodes[target % nodes.length]))
    })
    return nodes[0]
  })

const newNode: Record<'object' | 'list' | 'map' | 'bare', () => Node> = {
  object: () => ({}),
  list: () => [],
  map: () => new Map<string, unknown>(),
  bare: nullObject,
}

type Node = Record<string, unknown> | unknown[] | Map<string, unknown>

function nullObject(): Record<string, unknown> {
  return Object.create(null) as Record<string, unknown>
}

function put(node: Node | undefined, name: string, value: unknown): void {
  if (Array.isArray(node)) node.push(value)
  else if (node instanceof Map) node.set(name, value)
  else if (node !== undefined) node[name] = value
}

function isReserved(name: string): boolean {
  return name === '__proto__' || name === 'constructor' || name === 'prototype'
}

function hasKey(value: unknown, isMeant: (key: string) => boolean): boolean {
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(([name, inside]) => isMeant(name) || hasKey(inside, isMeant))
}

function needsEscape(name: string): boolean {
  return JSON.stringify(name).includes('\\')
}

function withoutNegativeZero(value: unknown): unknown {
  if (Object.is(value, -0)) return 0
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(withoutNegativeZero)
  return Object.fromEntries(Object.entries(value).map(([name, inside]) => [name, withoutNegativeZero(inside)]))
}
