import {
  constant,
  constantFrom,
  date,
  double,
  emailAddress,
  integer,
  ipV4,
  ipV6,
  oneof,
  string,
  stringMatching,
  uuid,
  webUrl,
  type Arbitrary,
} from 'fast-check'

/** A JSON Schema, of draft 2020-12 or 7. */
export type JsonSchema = Readonly<Record<string, unknown>>

const smallest = -(2 ** 31)
const largest = 2 ** 31 - 1

/** Whole numbers; without limits of the size that programs use. */
export function integers(schema: JsonSchema): Arbitrary<number> {
  const { min, max, multipleOf } = limitsOf(schema)
  const step = multipleOf ?? 1
  const low = Math.ceil((min ?? Math.min(smallest, max ?? 0)) / step)
  const high = Math.floor((max ?? Math.max(largest, min ?? 0)) / step)
  const isOut = (number: number): boolean => number === schema['exclusiveMinimum'] || number === schema['exclusiveMaximum']
  if (low > high) return constant(low * step)
  return integer({ min: low, max: high })
    .map((number) => number * step)
    .filter((number) => !isOut(number))
}

export function numbers(schema: JsonSchema): Arbitrary<number> {
  const { min, max, multipleOf } = limitsOf(schema)
  if (multipleOf !== undefined) return integers(schema)
  return double({
    noNaN: true,
    noDefaultInfinity: true,
    ...(min !== undefined && { min, minExcluded: min === schema['exclusiveMinimum'] }),
    ...(max !== undefined && { max, maxExcluded: max === schema['exclusiveMaximum'] }),
  }).map((number) => (Object.is(number, -0) ? 0 : number))
}

export function strings(schema: JsonSchema): Arbitrary<string> {
  const minLength = numberIn(schema, 'minLength')
  const maxLength = numberIn(schema, 'maxLength')
  const { pattern, format } = schema
  const known = typeof format === 'string' ? formatted(format) : undefined
  const length = { ...(minLength !== undefined && { minLength }), ...(maxLength !== undefined && { maxLength }) }
  const fits = (text: string): boolean => text.length >= (minLength ?? 0) && text.length <= (maxLength ?? Infinity)
  if (known !== undefined) return known.filter(fits)
  if (typeof pattern !== 'string') return string({ unit: character(), ...length })
  return stringMatching(new RegExp(pattern, 'u'), maxLength === undefined ? {} : { maxLength }).filter(fits)
}

/** Most are of ASCII. None is two for those who count as JavaScript does, and one for those who count as Unicode does. */
function character(): Arbitrary<string> {
  const plain = string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 1 })
  return oneof({ arbitrary: plain, weight: 9 }, { arbitrary: constantFrom('é', '漢', '\n', '\u0000'), weight: 1 })
}

/** Of a format that is not known here a text is made of any kind, or as its pattern says. */
function formatted(format: string): Arbitrary<string> | undefined {
  const day = date({ min: new Date(0), max: new Date('2100-01-01T00:00:00Z'), noInvalidDate: true })
  switch (format) {
    case 'email':
      return emailAddress()
    case 'uuid':
      return uuid()
    case 'uri':
      return webUrl()
    case 'date-time':
      return day.map((at) => at.toISOString())
    case 'date':
      return day.map((at) => at.toISOString().slice(0, 10))
    case 'time':
      return day.map((at) => at.toISOString().slice(11))
    case 'ipv4':
      return ipV4()
    case 'ipv6':
      return ipV6()
    default:
      return undefined
  }
}

function limitsOf(schema: JsonSchema): { min: number | undefined; max: number | undefined; multipleOf: number | undefined } {
  const [least, above] = [numberIn(schema, 'minimum'), numberIn(schema, 'exclusiveMinimum')]
  const [most, below] = [numberIn(schema, 'maximum'), numberIn(schema, 'exclusiveMaximum')]
  return {
    min: least === undefined ? above : Math.max(least, above ?? -Infinity),
    max: most === undefined ? below : Math.min(most, below ?? Infinity),
    multipleOf: numberIn(schema, 'multipleOf'),
  }
}

/** The number under a keyword, if there is one. */
export function numberIn(schema: JsonSchema, keyword: string): number | undefined {
  const value = schema[keyword]
  return typeof value === 'number' ? value : undefined
}
