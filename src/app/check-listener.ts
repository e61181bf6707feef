import { ConfigurationError } from '../protocol/errors.ts'
import { lifeEventTypes } from '../runtime/life-listeners.ts'

/** Throws {@link ConfigurationError} unless there is such an event of a life, and something to run. */
export function checkLifeListener(type: unknown, listener: unknown): void {
  if (!(lifeEventTypes as readonly unknown[]).includes(type))
    throw new ConfigurationError({
      path: 'on: type',
      rule: `must be one of ${lifeEventTypes.map((name) => `"${name}"`).join(', ')}`,
      value: type,
    })
  if (typeof listener !== 'function')
    throw new ConfigurationError({ path: 'on: listener', rule: 'must be a function', value: listener })
}
