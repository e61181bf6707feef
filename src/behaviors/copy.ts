import { ConfigurationError } from '../protocol/errors.ts'
import { isKeyedMap } from '../protocol/keyed-map.ts'

/**
 * A copy that shares nothing with the original but what cannot be changed.
 *
 * @throws {ConfigurationError} if there is something in it that cannot be copied, such as a function.
 */
export function copyOf<T>(value: T, path: string): T {
  if (typeof value !== 'object' && typeof value !== 'function' && typeof value !== 'symbol') return value
  if (isKeyedMap(value)) return value
  try {
    return structuredClone(value)
  } catch (error) {
    throw new ConfigurationError({
      path,
      rule: 'must be plain data, which can be copied',
      value,
      ...(error instanceof Error && { remedy: error.message }),
    })
  }
}
