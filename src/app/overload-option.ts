import { durationMs, type Duration } from '../protocol/duration.ts'
import type { OverloadLimits } from '../runtime/overload-watch.ts'
import { asOptions, isIntegerFrom, isOptions, isPeriod, refuseIf, unknownNames } from '../supervision/specs/option-checks.ts'
import type { Violation } from '../protocol/errors.ts'

/** When a tree has too much to do. It is looked at only where this is given; `{}` takes what is there if nothing is said. */
export interface OverloadOption {
  /** How often is looked; `100ms` if not given. Ages are known as exactly as this. */
  readonly every?: Duration
  /** By how much the event loop may be late; `100ms` if not given. */
  readonly loopDelay?: Duration
  /** How many messages may wait in one mailbox: an integer >= 17; 10,000 if not given. */
  readonly queued?: number
  /** How long the first message of a mailbox may wait, where more than 16 do; any time if not given. */
  readonly headAge?: Duration
}

const names = ['every', 'loopDelay', 'queued', 'headAge'] as const satisfies readonly (keyof OverloadOption)[]

/** What is wrong with the option, in the order in which it is checked. */
export function overloadViolations(given: unknown): readonly Violation[] {
  if (given === undefined) return []
  const at = 'start: overload'
  const options = asOptions(given)
  return [
    ...refuseIf(!isOptions(given), {
      path: at,
      rule: 'must be an object',
      value: given,
      remedy: 'Write overload: { loopDelay: "50ms" }',
    }),
    ...unknownNames(`${at}.`, given, names),
    ...(['every', 'loopDelay', 'headAge'] as const).flatMap((name) =>
      refuseIf(options[name] !== undefined && !isPeriod(options[name]), {
        path: `${at}.${name}`,
        rule: 'must be milliseconds > 0 or a text such as "500ms", "5s", "2m", "1h", "1d"',
        value: options[name],
      }),
    ),
    ...refuseIf(options['queued'] !== undefined && !isIntegerFrom(17, options['queued']), {
      path: `${at}.queued`,
      rule: 'must be an integer >= 17',
      value: options['queued'],
    }),
  ]
}

/** The limits of an option that has been checked. */
export function readOverload({ every = 100, loopDelay = 100, queued = 10_000, headAge }: OverloadOption): OverloadLimits {
  return {
    everyMs: durationMs(every, 'overload.every'),
    loopDelayMs: durationMs(loopDelay, 'overload.loopDelay'),
    queued,
    headAgeMs: headAge === undefined ? Infinity : durationMs(headAge, 'overload.headAge'),
  }
}
