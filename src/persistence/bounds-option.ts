import { durationMs, type Duration } from '../protocol/duration.ts'
import { ConfigurationError } from '../protocol/errors.ts'
import { defaultBounds, type Bounds, type Keeping } from './bounds.ts'

/** How much a store takes. Beyond it new messages are rejected, before anything of them is accepted. */
export interface LimitOptions {
  /**
   * How large the file may become, in bytes, without the room that is free in it: an integer >= 65536; any size if not given. What
   * has been accepted is handled and committed all the same, so that it may grow a little beyond.
   */
  readonly maxFileBytes?: number
  /**
   * How many messages may wait in the journal of one actor, whether it runs or not: an integer >= 1; any number if not given. What
   * durable actors send in their turns is accepted with their commits, whatever waits.
   */
  readonly maxQueued?: number
}

/** How long something is kept. What is over either bound goes, the oldest first. */
export interface KeepOptions {
  /** Of any age with `"forever"`. */
  readonly age?: Duration | 'forever'
  /** How many in the whole store: an integer >= 1. */
  readonly most?: number
}

export interface KeptKinds {
  /** Answers to messages with an `id`, for those who ask again; 7 days and 1,000,000 if not given. An `id` is new after that. */
  readonly answers?: KeepOptions
  /** Dead letters; 30 days and 10,000 if not given. */
  readonly deadLetters?: KeepOptions
}

/** The bounds of a store, checked and filled in. */
export function readBounds({ limits, keep }: { readonly limits?: unknown; readonly keep?: unknown }): Bounds {
  const { maxFileBytes, maxQueued } = checkNames('limits', limits, ['maxFileBytes', 'maxQueued'])
  const kinds = checkNames('keep', keep, ['answers', 'deadLetters'])
  return {
    maxFileBytes: atLeast('limits.maxFileBytes', maxFileBytes, 65_536) ?? Infinity,
    maxQueued: atLeast('limits.maxQueued', maxQueued, 1) ?? Infinity,
    answers: keeping('keep.answers', kinds['answers'], defaultBounds.answers),
    deadLetters: keeping('keep.deadLetters', kinds['deadLetters'], defaultBounds.deadLetters),
  }
}

function keeping(path: string, given: unknown, usual: Keeping): Keeping {
  const { age, most } = checkNames(path, given, ['age', 'most'])
  return { ageMs: ageOf(path, age) ?? usual.ageMs, most: atLeast(`${path}.most`, most, 1) ?? usual.most }
}

function ageOf(path: string, age: unknown): number | undefined {
  if (age === undefined) return undefined
  return age === 'forever' ? Infinity : durationMs(age as Duration, `sqlite: ${path}.age`)
}

function atLeast(path: string, value: unknown, least: number): number | undefined {
  if (value === undefined) return undefined
  if (Number.isSafeInteger(value) && Number(value) >= least) return Number(value)
  throw new ConfigurationError({ path: `sqlite: ${path}`, rule: `must be an integer >= ${least}`, value })
}

function checkNames(path: string, options: unknown, names: readonly string[]): Readonly<Record<string, unknown>> {
  if (options === undefined) return {}
  if (typeof options !== 'object' || options === null)
    throw new ConfigurationError({ path: `sqlite: ${path}`, rule: 'must be an object', value: options })
  const given = options as Readonly<Record<string, unknown>>
  for (const name of Object.keys(given))
    if (!names.includes(name)) {
      const remedy = `The options are ${names.join(' and ')}.`
      throw new ConfigurationError({ path: `sqlite: ${path}.${name}`, rule: 'is no option', value: given[name], remedy })
    }
  return given
}
