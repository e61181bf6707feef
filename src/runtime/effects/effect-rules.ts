import { durationMs } from '../../protocol/duration.ts'
import { ConfigurationError } from '../../protocol/errors.ts'
import { nearest } from '../../protocol/nearest.ts'

const known = ['run', 'probe', 'ifUnknown', 'timeout']

/** @throws {ConfigurationError} if an effect is not made as it must be. */
export function checkEffect(actor: string, name: unknown, effect: unknown): void {
  if (typeof name !== 'string' || name === '')
    throw new ConfigurationError({ path: `${actor}: effect: name`, rule: 'must be a text that is not empty', value: name })
  const path = `${actor}: effect ${JSON.stringify(name)}`
  if (typeof effect !== 'object' || effect === null)
    throw new ConfigurationError({ path, rule: 'must be an object with a function "run"', value: effect })
  const { run, probe, ifUnknown, timeout } = effect as Record<string, unknown>
  for (const key of Object.keys(effect)) if (!known.includes(key)) throw new ConfigurationError(unknownKey(path, key))
  if (typeof run !== 'function') throw new ConfigurationError({ path: `${path}: run`, rule: 'must be a function', value: run })
  if (probe !== undefined && typeof probe !== 'function')
    throw new ConfigurationError({ path: `${path}: probe`, rule: 'must be a function', value: probe })
  if (ifUnknown !== undefined && ifUnknown !== 'tell' && ifUnknown !== 'run')
    throw new ConfigurationError({ path: `${path}: ifUnknown`, rule: 'must be "tell" or "run"', value: ifUnknown })
  if (timeout !== undefined) durationMs(timeout as number, `${path}: timeout`)
}

function unknownKey(path: string, key: string) {
  const near = nearest(key, known)
  const remedy = near === undefined ? `There are ${known.join(', ')}.` : `Did you mean "${near}"?`
  return { path: `${path}: ${key}`, rule: 'is no option of an effect', value: key, remedy }
}
