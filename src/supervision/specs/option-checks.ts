import { maxKeyLength } from '../../protocol/actor-id.ts'
import { durationOrInfinityMs, type Duration, type DurationOrInfinity } from '../../protocol/duration.ts'
import { describeValue, type Violation } from '../../protocol/errors.ts'
import { nearest } from './nearest.ts'

/** Options as they were given: anything. */
export type Given = Readonly<Record<string, unknown>>

/** Says what breaks one rule; nothing if it is kept. */
export type Rule<Subject> = (subject: Subject) => readonly Violation[]

/** What to do about a word of other systems. */
export type Elsewhere = Readonly<Record<string, string>>

/** True for what can hold options: an object, and not a list. */
export function isOptions(value: unknown): value is Given {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The options given; none if what was given are not options, which is refused elsewhere. */
export function asOptions(value: unknown): Given {
  return isOptions(value) ? value : {}
}

/** The violation, if what it says is the case. */
export function refuseIf(broken: boolean, violation: Violation): readonly Violation[] {
  return broken ? [violation] : []
}

/** Refuses every name that is none of `known`. */
export function unknownNames(
  path: string,
  given: unknown,
  known: readonly string[],
  elsewhere: Elsewhere = {},
): readonly Violation[] {
  const unknown = Object.entries(asOptions(given)).filter(([name]) => !known.includes(name))
  return unknown.map(([name, value]) => {
    const remedy = wayOut(name, known, elsewhere) ?? `The options are ${listed(known, 'and')}`
    return { path: `${path}${name}`, rule: 'is not an option', value, remedy }
  })
}

/** Refuses a value that is none of `known`. */
export function oneOf(path: string, value: unknown, known: readonly string[], elsewhere: Elsewhere = {}): readonly Violation[] {
  if (value === undefined || (typeof value === 'string' && known.includes(value))) return []
  const remedy = typeof value === 'string' ? wayOut(value, known, elsewhere) : undefined
  return [{ path, rule: `must be ${listed(known, 'or')}`, value, ...(remedy === undefined ? {} : { remedy }) }]
}

/** True for a whole number from `least` on. */
export function isIntegerFrom(least: number, value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= least
}

/** True for a length of time, `"infinity"` included. */
export function isDuration(value: unknown): value is DurationOrInfinity {
  if (typeof value !== 'number' && typeof value !== 'string') return false
  try {
    // Whether it is one is what is being asked, and the answer to everything else is a throw.
    durationOrInfinityMs(value as DurationOrInfinity, '')
    return true
  } catch {
    return false
  }
}

/** True for a length of time that is more than 0 and comes to an end. */
export function isPeriod(value: unknown): value is Duration {
  return isDuration(value) && value !== 'infinity' && value !== Infinity && durationOrInfinityMs(value, '') > 0
}

/** True for what can be the key of a child, or its name. */
export function isKey(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= maxKeyLength
}

export const keyRule = `must be a string of 1 to ${maxKeyLength} characters`

/** Words in quotes, the last one after `and` or `or`. */
export function listed(words: readonly string[], last: 'and' | 'or'): string {
  const quoted = words.map(describeValue)
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} ${last} ${quoted.at(-1)}`
}

function wayOut(word: string, known: readonly string[], elsewhere: Elsewhere): string | undefined {
  if (Object.hasOwn(elsewhere, word)) return elsewhere[word]
  const near = nearest(word, known)
  return near === undefined ? undefined : `Did you mean "${near}"?`
}
