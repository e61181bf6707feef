import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { actor, child, memo, message, supervisor, type StandardSchema } from 'coppice'
import { inputs, messages, send, type JsonSchema } from 'coppice/fast-check'
import { simulate } from 'coppice/testing'

/** A schema as a library makes it: it checks a value, and has a JSON Schema of what it takes. */
function schemaOf<T>(jsonSchema: JsonSchema, fits: (value: T) => boolean = () => true): StandardSchema<T> {
  const validate = (value: unknown) => (fits(value as T) ? { value: value as T } : { issues: [{ message: 'does not fit' }] })
  const standard = { version: 1, vendor: 'test', validate, jsonSchema: { input: () => jsonSchema } } as const
  return { '~standard': standard }
}

const madeOf = (jsonSchema: JsonSchema): unknown[] => fc.sample(inputs(schemaOf<unknown>(jsonSchema)), { numRuns: 150, seed: 7 })

describe('inputs of a schema', () => {
  const isText = (value: unknown): value is string => typeof value === 'string'
  const isNumber = (value: unknown): value is number => typeof value === 'number'
  const tree = {
    $ref: '#/$defs/node',
    $defs: {
      node: { type: 'object', properties: { kids: { type: 'array', items: { $ref: '#/$defs/node' } } }, required: ['kids'] },
    },
  }
  const depthOf = (value: unknown): number => 1 + Math.max(0, ...(value as { kids: unknown[] }).kids.map(depthOf))

  it.each<[string, JsonSchema, (value: never) => boolean]>([
    [
      'whole numbers',
      { type: 'integer', minimum: 3, exclusiveMaximum: 9 },
      (value: unknown) => Number.isInteger(value) && Number(value) >= 3 && Number(value) < 9,
    ],
    [
      'large whole numbers',
      { type: 'integer', minimum: 2 ** 40 },
      (value: unknown) => Number.isInteger(value) && Number(value) >= 2 ** 40,
    ],
    ['multiples', { type: 'number', multipleOf: 5, minimum: 3, maximum: 22 }, (value: number) => [5, 10, 15, 20].includes(value)],
    [
      'numbers',
      { type: 'number', exclusiveMinimum: 0, maximum: 1 },
      (value: unknown) => isNumber(value) && value > 0 && value <= 1,
    ],
    [
      'texts',
      { type: 'string', minLength: 2, maxLength: 3 },
      (value: unknown) => isText(value) && value.length >= 2 && value.length <= 3,
    ],
    ['texts of a pattern', { type: 'string', pattern: '^[a-c]{2}$' }, (value: string) => /^[a-c]{2}$/.test(value)],
    ['mail', { type: 'string', format: 'email' }, (value: string) => value.includes('@')],
    ['dates', { type: 'string', format: 'date' }, (value: string) => /^\d{4}-\d\d-\d\d$/.test(value)],
    ['words', { enum: ['a', 7, null] }, (value: never) => ['a', 7, null].includes(value)],
    ['one word', { const: 'a' }, (value: string) => value === 'a'],
    ['several types', { type: ['boolean', 'null'] }, (value: unknown) => value === null || typeof value === 'boolean'],
    [
      'choices',
      { oneOf: [{ type: 'boolean' }, { type: 'integer' }] },
      (value: unknown) => typeof value === 'boolean' || Number.isInteger(value),
    ],
    [
      'lists',
      { type: 'array', items: { type: 'integer' }, minItems: 1, maxItems: 2 },
      (value: number[]) => value.every(Number.isInteger) && [1, 2].includes(value.length),
    ],
    [
      'sets',
      { type: 'array', items: { enum: [1, 2, 3] }, uniqueItems: true, minItems: 2 },
      (value: number[]) => new Set(value).size === value.length && value.length > 1,
    ],
    [
      'pairs',
      { type: 'array', prefixItems: [{ type: 'string' }, { type: 'integer' }], items: false },
      ([a, b, ...rest]: [unknown, unknown]) => isText(a) && isNumber(b) && rest.length === 0,
    ],
    [
      'objects',
      { properties: { a: { type: 'string' }, b: { type: 'integer' } }, required: ['a'] },
      (value: { a?: unknown; b?: unknown }) => isText(value.a) && (value.b === undefined || isNumber(value.b)),
    ],
    [
      'dictionaries',
      { type: 'object', additionalProperties: { type: 'integer' } },
      (value: object) => Object.values(value).every(Number.isInteger),
    ],
    [
      'both of two',
      {
        allOf: [
          { properties: { a: { const: 1 } }, required: ['a'] },
          { properties: { b: { const: 2 } }, required: ['b'] },
        ],
      },
      (value: object) => JSON.stringify(value) === '{"a":1,"b":2}',
    ],
    [
      'what is referred to',
      { $ref: '#/$defs/a', $defs: { a: { type: 'boolean' } } },
      (value: unknown) => typeof value === 'boolean',
    ],
    ['what refers to itself', tree, (value: never) => depthOf(value) <= 4],
  ])('are %s', (_, jsonSchema, fits) => {
    for (const value of madeOf(jsonSchema) as never[]) expect(fits(value), JSON.stringify(value)).toBe(true)
  })

  it('are of every kind that the schema allows', () => {
    const [numbers, lists] = [madeOf({ type: ['integer', 'null'] }), madeOf(tree) as never[]]
    expect([numbers.includes(null), numbers.some(isNumber), lists.some((value) => depthOf(value) > 2)]).toEqual([
      true,
      true,
      true,
    ])
    const some = madeOf({ properties: { a: { type: 'null' } } }) as object[]
    expect(new Set(some.map((value) => Object.keys(value).length))).toEqual(new Set([0, 1]))
  })

  it('are held against the schema, and become small', () => {
    const Even = schemaOf<number>({ type: 'integer', minimum: 0 }, (value) => value % 2 === 0)
    expect(fc.sample(inputs(Even), 50).every((value) => value % 2 === 0)).toBe(true)
    const Order = schemaOf<{ cents?: number }>({
      properties: { id: { type: 'string' }, cents: { type: 'integer', minimum: 0 } },
      required: ['id'],
    })
    const found = fc.check(
      fc.property(inputs(Order), ({ cents = 0 }) => cents < 11),
      { seed: 1 },
    )
    expect(found.counterexample).toEqual([{ id: '', cents: 11 }])
  })

  it('come from elsewhere where the schema does not say, or says too little', () => {
    const Never = schemaOf<number>({ type: 'integer' }, (value) => value === 0.5)
    expect(() => fc.sample(inputs(Never), 1)).toThrow(
      'must be given values of which some fit: of 1000 none did (the input: does not fit)',
    )
    expect(fc.sample(inputs(Never, { from: fc.constantFrom(0.5, 0.6) }), 5)).toEqual([0.5, 0.5, 0.5, 0.5, 0.5])
    expect(() => inputs(message<string>())).toThrow('inputs must be given a schema that has a JSON Schema')
    expect(fc.sample(inputs(message<string>(), { jsonSchema: { const: 'a' } }), 1)).toEqual(['a'])
    const input = (): never => {
      throw new Error('no Date in JSON')
    }
    expect(() => inputs({ '~standard': { ...Never['~standard'], jsonSchema: { input } } } as StandardSchema<Date>)).toThrow(
      'can make a JSON Schema (no Date in JSON)',
    )
  })
})

describe('messages for an actor', () => {
  const Account = actor('account', {
    initial: () => ({ cents: 0, notes: 0 }),
    handlers: ({ call, cast, stream }) => ({
      pay: cast(schemaOf<number>({ type: 'integer', minimum: 1, maximum: 9 }), ({ state, input }) => ({
        ...state,
        cents: state.cents + input,
      })),
      note: cast(message<string>(), ({ state }) => ({ ...state, notes: state.notes + 1 })),
      balance: call(({ state }) => ({ reply: state.cents })),
      history: stream(() => []),
    }),
  })

  it('are of all its calls and casts, typed, and are sent by its reference', async () => {
    const any = messages(Account, { note: fc.constant('x') })
    const all = fc.sample(any, { numRuns: 60, seed: 1 })
    expect(new Set(all.map(({ kind, name }) => `${kind} ${name}`))).toEqual(new Set(['cast pay', 'cast note', 'call balance']))
    await simulate(supervisor({}, { account: child(Account) }), { store: false }, async (sim) => {
      for (const one of all) void send(sim.tree.account, one)
      await sim.settle()
      const cents = all.reduce((sum, one) => sum + (one.name === 'pay' ? one.input : 0), 0)
      expect(sim.peek('account')).toEqual({ cents, notes: all.filter(({ name }) => name === 'note').length })
      expect(() => send(sim.tree.account, { kind: 'call', name: 'pay', input: 1 })).toThrow(
        'send: pay must be a call of the actor',
      )
    })
    type Generated = (typeof all)[number]
    expectTypeOf<Generated['name']>().toEqualTypeOf<'pay' | 'note' | 'balance'>()
    expectTypeOf<Extract<Generated, { name: 'pay' }>['input']>().toEqualTypeOf<number>()
    // @ts-expect-error -- a note is a text
    void messages(Account, { note: fc.integer() })
  })

  it('need values where nothing says what they look like, and a kind that says what it takes', () => {
    expect(() => messages(Account)).toThrow(
      /note must be given a schema that has a JSON Schema; got .* Give them: messages\(Definition, \{ note: fc.… \}\)/,
    )
    expect(() => messages(memo('m', () => 1) as never)).toThrow('messages must be given a kind that actor(…) has made')
  })
})
