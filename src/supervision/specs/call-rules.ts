import { isIntegerFrom, oneOf, refuseIf, type Given, type Rule } from './option-checks.ts'

/** What is done with a call to an actor that is down: it waits, or is refused at once. */
export const whenDowns = ['queue', 'reject'] as const

/** What a child may say of the calls to it. */
export interface CallDefaults {
  /**
   * How often a call that was lost with an incarnation is handled again, if neither the call nor the handler says: an integer >= 0 or
   * `Infinity`; 0 if not given. See `CallOptions.retries`.
   */
  readonly retries?: number
  /** What becomes of a call while the child is down, if the call does not say: it waits (`queue`, the default), or rejects with `unavailable`. */
  readonly whenDown?: (typeof whenDowns)[number]
}

export const callNames = ['retries', 'whenDown'] as const satisfies readonly (keyof CallDefaults)[]

export const callRules: readonly Rule<{ readonly at: string; readonly options: Given }>[] = [
  ({ at, options: { retries } }) =>
    refuseIf(retries !== undefined && retries !== Infinity && !isIntegerFrom(0, retries), {
      path: `${at}retries`,
      rule: 'must be an integer >= 0, or Infinity',
      value: retries,
    }),

  ({ at, options }) => oneOf(`${at}whenDown`, options['whenDown'], whenDowns),
]
