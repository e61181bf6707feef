import { constant, oneof, tuple, type Arbitrary } from 'fast-check'
import type { AnyHandler, CallHandler, CastHandler } from '../../behaviors/handlers.ts'
import type { Kind } from '../../behaviors/kind.ts'
import { validate, type InputOf, type StandardSchema } from '../../behaviors/schema.ts'
import { ConfigurationError } from '../../protocol/errors.ts'
import type { InputFor } from '../spied-message.ts'
import type { JsonSchema } from './json-scalars.ts'
import { valuesOf } from './json-schema.ts'

/** Where the values of a schema come from that has no JSON Schema of its own. */
export interface InputSource<Input> {
  /** Values of which some fit: the others are left out. */
  readonly from?: Arbitrary<Input>
  /** What a schema library makes of the schema, such as `z.toJSONSchema(schema)`. */
  readonly jsonSchema?: JsonSchema
}

/** A message for an actor, told apart by `name`. */
export type GeneratedMessage<Handlers> = {
  [Name in keyof Handlers & string]: Handlers[Name] extends CallHandler<infer _I, infer _R>
    ? { readonly kind: 'call'; readonly name: Name; readonly input: InputFor<Handlers, Name> }
    : Handlers[Name] extends CastHandler<infer _I>
      ? { readonly kind: 'cast'; readonly name: Name; readonly input: InputFor<Handlers, Name> }
      : never
}[keyof Handlers & string]

/**
 * Values for handlers whose schema does not say what they look like, such as `message<T>()`; others are put in the place of
 * what it says.
 */
export type InputArbitraries<Handlers> = { readonly [Name in keyof Handlers]?: Arbitrary<InputFor<Handlers, Name>> }

/** So many values in a row may not fit before it is taken for a mistake. */
const mostRejected = 1_000

/**
 * Inputs that fit a Standard Schema, as they are sent. They are made of the JSON Schema that the schema gives of its input
 * (Standard JSON Schema: zod from 4.2 on, arktype, valibot by `toStandardJsonSchema`), or of the one that is given, or are
 * chosen from `from`; and every one is held against the schema. What no JSON Schema can say, such as a `Date`, needs `from`.
 *
 * @throws {ConfigurationError} if nothing says what the values look like; or, while they are made, if 1,000 in a row do not fit.
 * @example
 * ```ts
 * import fc from 'fast-check'
 * import { inputs } from 'coppice/fast-check'
 *
 * const isCoin = (value: unknown): boolean => Number(value) % 5 === 0
 * const Cents = {
 *   '~standard': {
 *     version: 1,
 *     vendor: 'shop',
 *     validate: (value: unknown) => (isCoin(value) ? { value } : { issues: [{ message: 'no such coin' }] }),
 *     jsonSchema: { input: () => ({ type: 'integer', minimum: 0, maximum: 100 }) },
 *   },
 * } as const
 * console.log(fc.sample(inputs(Cents), 20).every((cents) => isCoin(cents) && Number(cents) <= 100)) // => true
 * ```
 */
export function inputs<Schema extends StandardSchema<never, unknown> | StandardSchema>(
  schema: Schema,
  { from, jsonSchema }: InputSource<InputOf<Schema>> = {},
): Arbitrary<InputOf<Schema>> {
  // What a JSON Schema of the input describes is the input.
  const base = from ?? (valuesOf(jsonSchema ?? jsonSchemaOf(schema)) as Arbitrary<InputOf<Schema>>)
  let rejected = 0
  return base.filter((value) => {
    const checked = validate(schema, value)
    rejected = 'problem' in checked ? rejected + 1 : 0
    if ('problem' in checked && rejected >= mostRejected)
      throw new ConfigurationError({
        path: 'inputs',
        rule: `must be given values of which some fit: of ${mostRejected} none did (${checked.problem})`,
        value,
        remedy: 'Give values that are nearer, by inputs(schema, { from: … })',
      })
    return rejected === 0
  })
}

/**
 * Messages for an actor, one of any of its calls and casts: with inputs as the schemas of its handlers say, or as they are
 * given here. Send them with {@link send}.
 *
 * @throws {ConfigurationError} if it is no kind that `actor` has made, or nothing says what an input looks like.
 * @example
 * ```ts
 * import fc from 'fast-check'
 * import { actor, child, message, supervisor } from 'coppice'
 * import { messages, send } from 'coppice/fast-check'
 * import { simulate } from 'coppice/testing'
 *
 * const Account = actor('account', {
 *   initial: () => ({ cents: 0 }),
 *   handlers: ({ call, cast }) => ({
 *     pay: cast(message<number>(), ({ state, input }) => ({ cents: state.cents + Math.abs(input) })),
 *     balance: call(({ state }) => ({ reply: state.cents })),
 *   }),
 * })
 * const any = fc.array(messages(Account, { pay: fc.integer({ min: -100, max: 100 }) }))
 * const isNeverInDebt = fc.asyncProperty(any, (all) =>
 *   simulate(supervisor({}, { account: child(Account) }), { store: false }, async (sim) => {
 *     sim.always('no debts', () => (sim.peek<{ cents: number }>('account')?.cents ?? 0) >= 0)
 *     for (const one of all) void send(sim.tree.account, one)
 *     await sim.settle()
 *   }),
 * )
 * await fc.assert(isNeverInDebt, { numRuns: 20 })
 * ```
 */
export function messages<Handlers>(
  definition: Kind<never, never, unknown, Handlers> | Kind<unknown, unknown, unknown, Handlers>,
  given: InputArbitraries<Handlers> = {},
): Arbitrary<GeneratedMessage<Handlers>> {
  const handlers = definition.handlers as Readonly<Record<string, AnyHandler>> | undefined
  if (handlers === undefined)
    throw new ConfigurationError({ path: 'messages', rule: 'must be given a kind that actor(…) has made', value: definition })
  const known = given as Readonly<Record<string, Arbitrary<unknown> | undefined>>
  const each = Object.entries(handlers).flatMap(([name, { kind, schema }]) => {
    if (kind === 'stream') return []
    const input = schema === undefined ? constant(undefined) : (known[name] ?? inputsOf(name, schema))
    return [
      tuple(constant(kind), constant(name), input).map(([way, handler, value]) => ({ kind: way, name: handler, input: value })),
    ]
  })
  if (each.length === 0)
    throw new ConfigurationError({ path: 'messages', rule: 'must be given a kind with calls or casts', value: definition })
  return oneof({ withCrossShrink: true }, ...each) as unknown as Arbitrary<GeneratedMessage<Handlers>>
}

/** Sends a message to an actor by its reference; what comes of it is as for the call or cast. */
export function send(
  to: { readonly call: object; readonly cast: object },
  { kind, name, input }: { readonly kind: 'call' | 'cast'; readonly name: string; readonly input: unknown },
): Promise<unknown> {
  const methods = to[kind] as Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>
  const method = methods[name]
  if (method === undefined)
    throw new ConfigurationError({ path: `send: ${name}`, rule: `must be a ${kind} of the actor`, value: name })
  return input === undefined ? method() : method(input)
}

function inputsOf(name: string, schema: StandardSchema): Arbitrary<unknown> {
  try {
    return inputs(schema)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    const { rule, value } = error
    const remedy = `Give them: messages(Definition, { ${name}: fc.… })`
    throw new ConfigurationError({ path: `messages: ${name}`, rule, value, remedy })
  }
}

/** @throws {ConfigurationError} if the schema has none, or its library cannot make one. */
function jsonSchemaOf(schema: unknown): JsonSchema {
  const remedy = 'Give { jsonSchema } or { from: fc.… }'
  const { '~standard': standard } = schema as {
    readonly '~standard'?: { readonly jsonSchema?: { readonly input?: (options: { readonly target: string }) => JsonSchema } }
  }
  const { jsonSchema } = standard ?? {}
  if (typeof jsonSchema?.input !== 'function')
    throw new ConfigurationError({ path: 'inputs', rule: 'must be given a schema that has a JSON Schema', value: schema, remedy })
  try {
    return jsonSchema.input({ target: 'draft-2020-12' })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const rule = `must be given a schema of which its library can make a JSON Schema (${why})`
    throw new ConfigurationError({ path: 'inputs', rule, value: schema, remedy })
  }
}
