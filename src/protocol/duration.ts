import { ConfigurationError } from './errors.ts'

/** A length of time: whole or broken milliseconds as a number, or a number with its unit, such as `"1.5s"`. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`

/** A {@link Duration}, or `"infinity"`. */
export type DurationOrInfinity = Duration | 'infinity'

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/**
 * The milliseconds of a duration.
 *
 * @throws {ConfigurationError} if it is negative, not a number, or in an unknown unit.
 */
export function durationMs(value: Duration, path: string): number {
  const ms = typeof value === 'number' ? value : parse(value)
  if (ms === undefined || !Number.isFinite(ms) || ms < 0)
    throw new ConfigurationError({
      path,
      rule: 'must be milliseconds >= 0 or a text such as "500ms", "5s", "2m", "1h", "1d"',
      value,
    })
  return ms
}

/** As {@link durationMs}; `"infinity"` is `Infinity`. */
export function durationOrInfinityMs(value: DurationOrInfinity, path: string): number {
  return value === 'infinity' || value === Infinity ? Infinity : durationMs(value, path)
}

function parse(text: unknown): number | undefined {
  if (typeof text !== 'string') return undefined
  const match = /^(\d{1,15}(?:\.\d{1,9})?)(ms|s|m|h|d)$/.exec(text)
  return match === null ? undefined : Number(match[1]) * unitMs[match[2] as keyof typeof unitMs]
}
