import { ConfigurationError } from '../protocol/errors.ts'

/** Refuses what cannot be run. */
export function checkAction(action: unknown): void {
  if (action !== undefined && typeof action !== 'function')
    throw new ConfigurationError({ path: 'monitor: action', rule: 'must be a function', value: action })
}
