import type { Violation } from '../protocol/errors.ts'
import { ConfigurationError } from '../protocol/errors.ts'
import { nearest } from '../protocol/nearest.ts'
import { checkLinkName } from '../protocol/linked-id.ts'
import type { Wire } from './wire.ts'

/** One link to another store. */
export interface LinkOptions {
  /** The way to the other end; without it the link is down until `app.linked(name).connect(wire)`. */
  readonly wire?: Wire
  /**
   * How many messages may wait until the other store has them: an integer >= 1; 100,000 if not given. Beyond it a cast from outside
   * of durable turns rejects with `unavailable`, and what a durable turn sends is a dead letter.
   */
  readonly maxOutbox?: number
  /**
   * From how many pairs of actors (one there, one here) messages are taken: an integer >= 1; 100,000 if not given. For each one a
   * row is kept for ever.
   */
  readonly maxPairs?: number
}

/** The options of a link, filled in. */
export interface LinkSettings {
  readonly wire: Wire | undefined
  readonly maxOutbox: number
  readonly maxPairs: number
}

const names = ['wire', 'maxOutbox', 'maxPairs']
const most = 100_000

/** What is wrong with the option `links` of `start`, in the order in which it is looked at. */
export function linkViolations(given: unknown, { hasStore }: { readonly hasStore: boolean }): Violation[] {
  if (given === undefined) return []
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return [{ path: 'start: links', rule: 'must be an object, from names to links', value: given }]
  if (!hasStore)
    return [{ path: 'start: links', rule: 'needs a store, which has the outboxes', value: given, remedy: 'Give start a store' }]
  const links = Object.entries(given as Readonly<Record<string, unknown>>)
  return [...links.flatMap(([name, options]) => [...nameViolations(name), ...optionViolations(name, options)])]
}

export function readLinks(given: Readonly<Record<string, LinkOptions>>): ReadonlyMap<string, LinkSettings> {
  const links = Object.entries(given)
  return new Map(links.map(([name, { wire, maxOutbox = most, maxPairs = most }]) => [name, { wire, maxOutbox, maxPairs }]))
}

function nameViolations(name: string): Violation[] {
  try {
    checkLinkName(name, 'start: links: name')
    return []
  } catch (error) {
    if (error instanceof ConfigurationError) return [error]
    throw error
  }
}

function optionViolations(name: string, options: unknown): Violation[] {
  const path = `start: links.${name}`
  if (typeof options !== 'object' || options === null)
    return [{ path, rule: 'must be an object', value: options, remedy: 'Write { wire: portWire(port) }' }]
  const given = options as Readonly<Record<string, unknown>>
  const found: Violation[] = []
  for (const option of Object.keys(given)) {
    if (names.includes(option)) continue
    const near = nearest(option, names)
    const remedy = near === undefined ? `The options are ${names.join(', ')}` : `Did you mean ${near}?`
    found.push({ path: `${path}.${option}`, rule: 'is not an option', value: given[option], remedy })
  }
  if (given['wire'] !== undefined && !isWire(given['wire']))
    found.push({
      path: `${path}.wire`,
      rule: 'must be a wire',
      value: given['wire'],
      remedy: 'Make one with portWire or ipcWire',
    })
  for (const option of ['maxOutbox', 'maxPairs']) {
    const value = given[option]
    if (value !== undefined && !(Number.isSafeInteger(value) && Number(value) >= 1))
      found.push({ path: `${path}.${option}`, rule: 'must be an integer >= 1', value })
  }
  return found
}

export function isWire(value: unknown): value is Wire {
  if (typeof value !== 'object' || value === null) return false
  const wire = value as Readonly<Record<string, unknown>>
  return ['send', 'onText', 'onClose', 'close'].every((method) => typeof wire[method] === 'function')
}
