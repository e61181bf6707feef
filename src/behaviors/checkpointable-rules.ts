import type { Violation } from '../protocol/errors.ts'
import { nearest } from '../protocol/nearest.ts'
import { checkpointableNames } from '../runtime/checkpointable.ts'

/** What is wrong with the option `checkpointable`: a state that can be saved and not loaded is lost. */
export function checkpointableViolations(path: string, given: unknown): readonly Violation[] {
  if (given === undefined) return []
  const at = `${path}: checkpointable`
  if (typeof given !== 'object' || given === null)
    return [{ path: at, rule: 'must be an object with the functions should, save, load and expired', value: given }]
  const functions = given as Readonly<Record<string, unknown>>
  const missing = checkpointableNames
    .filter((name) => typeof functions[name] !== 'function')
    .map((name) => ({ path: `${at}.${name}`, rule: 'must be a function', value: functions[name] }))
  const unknown = Object.keys(functions).filter((name) => !(checkpointableNames as readonly string[]).includes(name))
  return [...unknown.map((name) => unknownName(at, name, functions[name])), ...missing]
}

function unknownName(at: string, name: string, value: unknown): Violation {
  const near = nearest(name, checkpointableNames)
  const remedy = near === undefined ? 'There are should, save, load and expired' : `Did you mean "${near}"?`
  return { path: `${at}.${name}`, rule: 'is not an option', value, remedy }
}
