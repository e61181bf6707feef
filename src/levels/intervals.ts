import { durationMs, type Duration } from '../protocol/duration.ts'
import { ConfigurationError } from '../protocol/errors.ts'

/** How often a level does what it does by itself. */
export interface IntervalOptions {
  /** How often it asks the levels below for what has changed; `'off'` never. */
  readonly update?: Duration | 'off'
  /** How often it writes its file; `'off'` never. */
  readonly save?: Duration | 'off'
  /** Switches both on and off, and leaves them as they are set. */
  readonly isOn?: boolean
}

/** How they are set: in milliseconds, `Infinity` for never. */
export interface Intervals {
  readonly updateMs: number
  readonly saveMs: number
  readonly isOn: boolean
}

/** As they are in Actors.jl: 10 s and 60 s. */
export const defaultIntervals: Intervals = { updateMs: 10_000, saveMs: 60_000, isOn: true }

const names: readonly string[] = ['update', 'save', 'isOn'] satisfies (keyof IntervalOptions)[]

/**
 * The intervals with what is given in their place.
 *
 * @throws {ConfigurationError} if it is not what it must be; nothing was changed.
 */
export function changedIntervals(path: string, before: Intervals, given: IntervalOptions): Intervals {
  if (typeof given !== 'object' || given === null)
    throw new ConfigurationError({ path, rule: `must be given { ${names.join(', ')} }`, value: given })
  for (const [name, value] of Object.entries(given))
    if (!names.includes(name))
      throw new ConfigurationError({
        path: `${path}: ${name}`,
        rule: 'is not an option',
        value,
        remedy: `The options are ${names.join(', ')}`,
      })
  const { update, save, isOn } = given
  if (isOn !== undefined && typeof isOn !== 'boolean')
    throw new ConfigurationError({ path: `${path}: isOn`, rule: 'must be true or false', value: isOn })
  return {
    updateMs: update === undefined ? before.updateMs : msOf(update, `${path}: update`),
    saveMs: save === undefined ? before.saveMs : msOf(save, `${path}: save`),
    isOn: isOn ?? before.isOn,
  }
}

function msOf(value: Duration | 'off', path: string): number {
  if (value === 'off') return Infinity
  const ms = durationMs(value, path)
  if (ms >= 1) return ms
  throw new ConfigurationError({ path, rule: 'must be at least 1 ms, or "off"', value })
}
