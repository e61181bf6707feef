import { isKeyedMap, type KeyedMap } from '../protocol/keyed-map.ts'
import { escapeStep } from './superjson-writer.ts'

/**
 * Keyed maps have a place of their own where nothing but fields of plain objects lead to them from the root of a state. The name
 * of a place is the names of the fields, joined by dots, with a backslash before a dot or a backslash of theirs: `items`,
 * `shop.items`; that of the root is empty.
 */

/** The keyed maps in a state that a codec would put apart. */
export function keyedMapsIn(state: unknown): ReadonlyMap<string, KeyedMap<unknown>> {
  const found = new Map<string, KeyedMap<unknown>>()
  collect(state, [], found, new Set())
  return found
}

function collect(value: unknown, path: string[], found: Map<string, KeyedMap<unknown>>, seen: Set<object>): void {
  if (typeof value !== 'object' || value === null) return
  if (isKeyedMap(value)) found.set(path.join('.'), value)
  else if (Object.getPrototypeOf(value) === Object.prototype && !seen.has(value)) {
    seen.add(value)
    for (const [key, inner] of Object.entries(value)) collect(inner, [...path, escapeStep(key)], found, seen)
  }
}

/** Puts a map at its place in a state that was read without it; gives the state. */
export function placeKeyedMap(state: unknown, place: string, map: KeyedMap<unknown>): unknown {
  if (place === '' && state === null) return map
  const steps = stepsOf(place)
  let at = state
  for (const step of steps.slice(0, -1)) at = fieldOf(at, step, place)
  const last = steps.at(-1) ?? ''
  if (fieldOf(at, last, place) !== null) throw notThere(place)
  ;(at as Record<string, unknown>)[last] = map
  return state
}

function fieldOf(value: unknown, step: string, place: string): unknown {
  if (typeof value === 'object' && value !== null && Object.hasOwn(value, step)) return (value as Record<string, unknown>)[step]
  throw notThere(place)
}

function stepsOf(place: string): string[] {
  return place.split(/(?<=(?:^|[^\\])(?:\\\\)*)\./).map((step) => step.replaceAll(/\\(.)/g, '$1'))
}

function notThere(place: string): Error {
  return new Error(`it has no place for the keyed map ${JSON.stringify(place)}`)
}
