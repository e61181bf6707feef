import { durationOrInfinityMs, type DurationOrInfinity } from '../protocol/duration.ts'
import { ConfigurationError } from '../protocol/errors.ts'
import { nearest } from '../protocol/nearest.ts'

/** What one option must be. */
export interface OptionRule {
  readonly name: string
  /** What is right, for a sentence that begins with the option: `must be a function`. */
  readonly rule: string
  isRight(value: unknown): boolean
  readonly isRequired?: boolean
}

/** A table of options, in the order in which they are checked. */
export interface OptionTable {
  readonly rules: readonly OptionRule[]
  /** What to do about a word of other systems, or of another place. */
  readonly elsewhere?: Readonly<Record<string, string>>
}

/** @throws {ConfigurationError} naming the first option that is none, or is not what it must be */
export function checkOptionTable(path: string, options: unknown, { rules, elsewhere = {} }: OptionTable): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new ConfigurationError({ path: `${path}: options`, rule: 'must be an object', value: options })
  const given = options as Readonly<Record<string, unknown>>
  const known = rules.map(({ name }) => name)
  for (const [name, value] of Object.entries(given))
    if (!known.includes(name)) {
      const remedy = elsewhere[name] ?? meant(name, known) ?? `The options are ${known.join(', ')}`
      throw new ConfigurationError({ path: `${path}: ${name}`, rule: 'is not an option', value, remedy })
    }
  for (const { name, rule, isRight, isRequired } of rules) {
    const value = given[name]
    const isBroken = value === undefined ? isRequired === true : !isRight(value)
    if (isBroken) throw new ConfigurationError({ path: `${path}: ${name}`, rule, value })
  }
}

/** @throws {ConfigurationError} if it can be the name of no behavior */
export function checkDefinitionName(maker: string, name: unknown): void {
  if (typeof name === 'string' && name !== '') return
  throw new ConfigurationError({ path: `${maker}: name`, rule: 'must be a text of at least one character', value: name })
}

export function aFunction(name: string, isRequired = false): OptionRule {
  return { name, rule: 'must be a function', isRight: (value) => typeof value === 'function', isRequired }
}

export function aBoolean(name: string): OptionRule {
  return { name, rule: 'must be true or false', isRight: (value) => typeof value === 'boolean' }
}

/** A time that may be infinite. */
export function aLimit(name: string): OptionRule {
  const rule = 'must be milliseconds > 0, a text such as "5s", or "infinity"'
  return { name, rule, isRight: (value) => (msOf(value) ?? 0) > 0 }
}

/** A time that comes again and again. */
export function aPeriod(name: string): OptionRule {
  const isRight = (value: unknown): boolean => {
    const ms = msOf(value)
    return ms !== undefined && ms > 0 && ms < Infinity
  }
  return { name, rule: 'must be milliseconds > 0 or a text such as "5s"', isRight }
}

export function aCount(name: string, least: number): OptionRule {
  const isRight = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= least
  return { name, rule: `must be an integer >= ${least}`, isRight }
}

function msOf(value: unknown): number | undefined {
  if (typeof value !== 'number' && typeof value !== 'string') return undefined
  try {
    // Whether it is one is what is being asked, and the answer to everything else is a throw.
    return durationOrInfinityMs(value as DurationOrInfinity, '')
  } catch {
    return undefined
  }
}

function meant(name: string, known: readonly string[]): string | undefined {
  const near = nearest(name, known)
  return near === undefined ? undefined : `Did you mean "${near}"?`
}
