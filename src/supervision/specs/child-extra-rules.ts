import { durationMs } from '../../protocol/duration.ts'
import { jitters, type BackoffOption } from './backoff.ts'
import type { ChildExtraOptions } from './child-extras.ts'
import {
  asOptions,
  isIntegerFrom,
  isKey,
  isOptions,
  isPeriod,
  keyRule,
  oneOf,
  refuseIf,
  unknownNames,
  type Given,
  type Rule,
} from './option-checks.ts'

/** What the rules for the extras of a child look at. */
export interface ExtraSubject {
  /** The beginning of a path: `"shop/carts: "`. */
  readonly at: string
  readonly options: Given
}

export const extraNames = [
  'backoff',
  'maxRestarts',
  'decide',
  'gate',
  'independent',
] as const satisfies readonly (keyof ChildExtraOptions)[]

const backoffNames = ['min', 'max', 'factor', 'jitter', 'resetAfter'] as const satisfies readonly (keyof BackoffOption)[]

const periodRule = 'must be milliseconds > 0 or a text such as "500ms", "5s", "2m", "1h", "1d"'

/** The rule for what a child may be given beyond OTP. Most have nothing of it, and there may be many of them. */
export const extraRule: Rule<ExtraSubject> = (subject) =>
  extraNames.some((name) => subject.options[name] !== undefined) ? rules.flatMap((rule) => rule(subject)) : []

/** In the order in which they are checked. */
const rules: readonly Rule<ExtraSubject>[] = [
  ({ at, options: { backoff } }) =>
    refuseIf(backoff !== undefined && !isOptions(backoff), {
      path: `${at}backoff`,
      rule: 'must be { min, max }',
      value: backoff,
      remedy: 'Write backoff: { min: "100ms", max: "5s" }',
    }),

  ({ at, options: { backoff } }) => unknownNames(`${at}backoff.`, backoff, backoffNames),

  ({ at, options: { backoff } }) =>
    (['min', 'max'] as const).flatMap((name) => {
      const value = asOptions(backoff)[name]
      return refuseIf(isOptions(backoff) && !isPeriod(value), { path: `${at}backoff.${name}`, rule: periodRule, value })
    }),

  ({ at, options: { backoff } }) => {
    const { min, max } = asOptions(backoff)
    return refuseIf(isPeriod(min) && isPeriod(max) && durationMs(min, '') > durationMs(max, ''), {
      path: `${at}backoff.max`,
      rule: 'must not be less than min',
      value: max,
    })
  },

  ({ at, options: { backoff } }) => {
    const { factor } = asOptions(backoff)
    return refuseIf(factor !== undefined && !(typeof factor === 'number' && factor >= 1 && factor < Infinity), {
      path: `${at}backoff.factor`,
      rule: 'must be a number >= 1',
      value: factor,
    })
  },

  ({ at, options: { backoff } }) => oneOf(`${at}backoff.jitter`, asOptions(backoff)['jitter'], jitters),

  ({ at, options: { backoff } }) => {
    const { resetAfter: value } = asOptions(backoff)
    return refuseIf(value !== undefined && !isPeriod(value), { path: `${at}backoff.resetAfter`, rule: periodRule, value })
  },

  ({ at, options: { backoff, restart, decide } }) =>
    refuseIf(backoff !== undefined && restart === 'temporary' && decide === undefined, {
      path: `${at}backoff`,
      rule: 'is not for a temporary child, which is never restarted',
      value: backoff,
      remedy: 'Set restart to "permanent" or "transient"',
    }),

  ({ at, options: { maxRestarts } }) =>
    refuseIf(maxRestarts !== undefined && maxRestarts !== Infinity && !isIntegerFrom(0, maxRestarts), {
      path: `${at}maxRestarts`,
      rule: 'must be an integer >= 0, or Infinity',
      value: maxRestarts,
    }),

  ({ at, options: { maxRestarts, restart, decide } }) =>
    refuseIf(maxRestarts !== undefined && restart === 'temporary' && decide === undefined, {
      path: `${at}maxRestarts`,
      rule: 'is not for a temporary child, which is never restarted',
      value: maxRestarts,
      remedy: 'Set restart to "permanent" or "transient"',
    }),

  ({ at, options: { decide } }) =>
    refuseIf(decide !== undefined && typeof decide !== 'function', {
      path: `${at}decide`,
      rule: 'must be a function',
      value: decide,
      remedy: 'Write decide: ({ error }) => (error instanceof TypeError ? "escalate" : undefined)',
    }),

  ({ at, options: { gate } }) => refuseIf(gate !== undefined && !isKey(gate), { path: `${at}gate`, rule: keyRule, value: gate }),

  ({ at, options: { gate, restart, decide } }) =>
    refuseIf(gate !== undefined && restart === 'temporary' && decide === undefined, {
      path: `${at}gate`,
      rule: 'is not for a temporary child, which is never restarted',
      value: gate,
      remedy: 'Set restart to "permanent" or "transient"',
    }),

  ({ at, options: { independent } }) =>
    refuseIf(independent !== undefined && typeof independent !== 'boolean', {
      path: `${at}independent`,
      rule: 'must be true or false',
      value: independent,
    }),
]
