import { array, boolean, constant, constantFrom, dictionary, jsonValue, oneof, string, tuple, type Arbitrary } from 'fast-check'
import { integers, numberIn, numbers, strings, type JsonSchema } from './json-scalars.ts'
import { fields } from './slots.ts'

/** So many references deep there is as little as the schema allows. */
const deepest = 3

/** So many there is no end to what it asks for. */
const endless = 20

/** Members that nothing is said of, and that make no difference. */
const anyValue = (): Arbitrary<unknown> => jsonValue({ maxDepth: 2 })

/**
 * Values that a JSON Schema describes. `not`, `if`, `contains`, `patternProperties`, `propertyNames` and the `dependent…`
 * keywords are not gone by: what does not fit them is for whoever checks to sort out. Of two in `allOf` that say something of
 * the same keyword, the last counts.
 */
export function valuesOf(schema: JsonSchema): Arbitrary<unknown> {
  return new Walk(schema).values(schema, 0)
}

class Walk {
  readonly #root: JsonSchema

  constructor(root: JsonSchema) {
    this.#root = root
  }

  values(given: unknown, depth: number): Arbitrary<unknown> {
    if (typeof given !== 'object' || given === null || depth > endless) return anyValue()
    const schema = given as JsonSchema
    if (typeof schema['$ref'] === 'string')
      return this.values({ ...this.#at(schema['$ref']), ...without(schema, '$ref') }, depth + 1)
    if ('const' in schema) return constant(schema['const'])
    if (isList(schema['enum'])) return constantFrom(...schema['enum'])
    for (const keyword of ['anyOf', 'oneOf'])
      if (isList(schema[keyword])) return this.#either(schema[keyword], without(schema, keyword), depth)
    if (isList(schema['allOf'])) return this.values(this.#merged(without(schema, 'allOf'), schema['allOf']), depth)
    const types = isList(schema['type']) ? schema['type'] : [schema['type'] ?? typeBy(schema)]
    return oneof({ withCrossShrink: true }, ...types.map((type) => this.#typed(type, schema, depth)))
  }

  #typed(type: unknown, schema: JsonSchema, depth: number): Arbitrary<unknown> {
    switch (type) {
      case 'null':
        return constant(null)
      case 'boolean':
        return boolean()
      case 'integer':
        return integers(schema)
      case 'number':
        return numbers(schema)
      case 'string':
        return strings(schema)
      case 'array':
        return this.#arrays(schema, depth)
      case 'object':
        return this.#objects(schema, depth)
      default:
        return anyValue()
    }
  }

  /** Too far down only what goes no further. */
  #either(choices: readonly unknown[], rest: JsonSchema, depth: number): Arbitrary<unknown> {
    const ends = choices.filter((choice) => !JSON.stringify(choice).includes('"$ref"'))
    const some = depth >= deepest && ends.length > 0 ? ends : choices
    return oneof({ withCrossShrink: true }, ...some.map((choice) => this.values(this.#merged(rest, [choice]), depth)))
  }

  #arrays(schema: JsonSchema, depth: number): Arbitrary<unknown[]> {
    const first = schema['prefixItems'] ?? (isList(schema['items']) ? schema['items'] : undefined)
    const heads = isList(first) ? first : []
    const items = heads.length > 0 && schema['items'] === first ? schema['additionalItems'] : schema['items']
    const least = Math.max(0, (numberIn(schema, 'minItems') ?? 0) - heads.length)
    const isShut = items === false || (heads.length > 0 && items === undefined) || depth >= deepest
    const most = isShut ? least : Math.max(least, (numberIn(schema, 'maxItems') ?? least + 5) - heads.length)
    const rest = most === 0 ? constant([]) : array(this.values(items, depth), { minLength: least, maxLength: most })
    const whole = tuple(tuple(...heads.map((head) => this.values(head, depth))), rest).map(([head, tail]) => [...head, ...tail])
    return schema['uniqueItems'] === true ? whole.map((all) => distinct(all)).filter((all) => all.length >= least) : whole
  }

  #objects(schema: JsonSchema, depth: number): Arbitrary<object> {
    const properties = (schema['properties'] ?? {}) as JsonSchema
    const required = isList(schema['required']) ? schema['required'] : []
    const names = Object.keys(properties)
    const valueOf = (name: string): Arbitrary<unknown> => this.values(properties[name], depth)
    const needed = [...new Set([...names.filter((name) => required.includes(name)), ...required.map(String)])]
    const optional = depth >= deepest ? [] : names.filter((name) => !required.includes(name))
    const must = tuple(...needed.map(valueOf)).map((values) =>
      Object.fromEntries(needed.map((name, index) => [name, values[index]])),
    )
    const may = fields(Object.fromEntries(optional.map((name) => [name, valueOf(name)])))
    const others = schema['additionalProperties']
    const isOpen = typeof others === 'object' && others !== null && depth < deepest
    const more = isOpen ? dictionary(string(), this.values(others, depth), { maxKeys: 3 }) : constant({})
    return tuple(more, must, may).map((parts) => Object.assign({}, ...parts) as object)
  }

  #merged(schema: JsonSchema, parts: readonly unknown[]): JsonSchema {
    return parts.reduce<JsonSchema>((whole, part) => {
      const one = this.#resolved(part)
      const [before, after] = [whole['required'], one['required']]
      return {
        ...whole,
        ...one,
        ...((whole['properties'] ?? one['properties']) !== undefined && {
          properties: { ...(whole['properties'] as object | undefined), ...(one['properties'] as object | undefined) },
        }),
        ...(isList(before) && isList(after) && { required: [...before, ...after] }),
      }
    }, schema)
  }

  #resolved(part: unknown): JsonSchema {
    if (typeof part !== 'object' || part === null) return {}
    const schema = part as JsonSchema
    return typeof schema['$ref'] === 'string' ? { ...this.#at(schema['$ref']), ...without(schema, '$ref') } : schema
  }

  /** What a reference within the schema leads to. */
  #at(ref: string): JsonSchema {
    const steps = ref === '#' ? [] : ref.replace(/^#\//, '').split('/')
    const found = steps.reduce<unknown>(
      (place, step) => (place as JsonSchema | undefined)?.[decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')],
      this.#root,
    )
    return (found ?? {}) as JsonSchema
  }
}

/** The type that the keywords are about, where none is named. */
function typeBy(schema: JsonSchema): string | undefined {
  if ('properties' in schema || 'required' in schema || 'additionalProperties' in schema) return 'object'
  if ('items' in schema || 'prefixItems' in schema) return 'array'
  if ('pattern' in schema || 'minLength' in schema || 'maxLength' in schema) return 'string'
  return 'minimum' in schema || 'maximum' in schema || 'multipleOf' in schema ? 'number' : undefined
}

function without(schema: JsonSchema, keyword: string): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => name !== keyword))
}

function distinct(all: readonly unknown[]): unknown[] {
  const texts = all.map((value) => JSON.stringify(value))
  return all.filter((_, index) => texts.indexOf(texts[index] ?? '') === index)
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value)
}
