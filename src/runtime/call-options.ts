import { ConfigurationError } from '../protocol/errors.ts'
import type { CallOptions } from './context.ts'

/** @throws {ConfigurationError} if it is no number of retries. */
export function checkRetries(value: unknown, path: string): void {
  if (value === Infinity || (Number.isSafeInteger(value) && Number(value) >= 0)) return
  throw new ConfigurationError({ path, rule: 'must be an integer >= 0, or Infinity', value })
}

/** Checks what types cannot; most calls have no options at all. */
export function checkCallOptions(name: string, { retries, whenDown, deadline }: CallOptions): void {
  const path = `call of "${name}"`
  if (retries !== undefined) checkRetries(retries, `${path}: retries`)
  if (whenDown !== undefined && whenDown !== 'queue' && whenDown !== 'reject')
    throw new ConfigurationError({ path: `${path}: whenDown`, rule: 'must be "queue" or "reject"', value: whenDown })
  if (deadline !== undefined && (typeof deadline !== 'number' || Number.isNaN(deadline)))
    throw new ConfigurationError({ path: `${path}: deadline`, rule: 'must be milliseconds since 1970', value: deadline })
}
