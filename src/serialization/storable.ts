import { isKeyedMap, type KeyedMap } from '../protocol/keyed-map.ts'
import { refDataOf } from '../protocol/ref-data.ts'
import { binaryName } from './binary-types.ts'
import { errorToFields } from './error-fields.ts'

/** The first thing in a value that would not come back as it was. */
export interface Obstacle {
  /** Where: `state.items[2].price`. */
  readonly path: string
  readonly found: string
  readonly remedy: string
}

/** What has to be known of a value before it is written. */
export type Inspection =
  /** Nothing but what JSON brings back as it was, and no object twice. */
  | { readonly type: 'plain' }
  /** It needs notes on types, or on the objects in `repeated`, which occur more than once. */
  | { readonly type: 'rich'; readonly repeated: ReadonlySet<object> }
  | { readonly type: 'unstorable'; readonly obstacle: Obstacle }

/** How many digits a bigint may have: to read ten times as many takes a hundred times as long. */
export const maxDigits = 100_000

/** How deep objects may lie within each other. */
export const maxDepth = 500

/**
 * Walks through a value once, changes nothing, and stops at the first thing that cannot be stored without loss. It does not look
 * into keyed maps that are `apart`: those that nothing but fields of plain objects lead to.
 */
export function inspect(value: unknown, rootName: string, apart = false): Inspection {
  const inspector = new Inspector()
  const problem = inspector.check(value, 0, apart ? 'field' : 'value')
  if (problem !== undefined) {
    const { found, remedy } = problem
    return { type: 'unstorable', obstacle: { path: rootName + problem.steps.reverse().join(''), found, remedy } }
  }
  return inspector.isPlain ? { type: 'plain' } : { type: 'rich', repeated: inspector.repeated }
}

/** Keys through which data could reach a prototype. */
export function isReservedKey(key: string): boolean {
  return key === '__proto__' || key === 'constructor' || key === 'prototype'
}

/** An obstacle whose path is still being put together, innermost step first. */
interface Problem {
  readonly steps: string[]
  readonly found: string
  readonly remedy: string
}

/**
 * Where a value stands: a reference back to an object cannot be restored at the place of an element; a keyed map in a field, or
 * at the root, is apart.
 */
type Place = 'field' | 'value' | 'element'

const none: ReadonlySet<object> = new Set()

class Inspector {
  isPlain = true
  #repeated: Set<object> | undefined = undefined
  readonly #seen = new Set<object>()
  #errorsAround = 0

  get repeated(): ReadonlySet<object> {
    return this.#repeated ?? none
  }

  check(value: unknown, depth: number, place: Place): Problem | undefined {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return undefined
      case 'number':
        if (!Number.isFinite(value) || Object.is(value, -0)) this.isPlain = false
        return undefined
      case 'bigint':
        this.isPlain = false
        return isTooLong(value) ? problem(`a bigint of more than ${maxDigits} digits`, 'Store its bytes.') : undefined
      case 'undefined':
        this.isPlain = false
        return undefined
      case 'object':
        return value === null ? undefined : this.#checkObject(value, depth, place)
      case 'function':
        return problem(describeFunction(value), 'Store data only, and keep functions in the behavior.')
      default:
        return problem('a symbol', 'Store a string in its place.')
    }
  }

  #checkObject(value: object, depth: number, place: Place): Problem | undefined {
    if (this.#seen.has(value)) return this.#checkRepeated(value, place)
    const prototype: unknown = Object.getPrototypeOf(value)
    if (place === 'field' && prototype !== Object.prototype && isKeyedMap(value)) {
      this.isPlain = false
      return undefined
    }
    this.#seen.add(value)
    if (depth >= maxDepth) return tooDeep()
    if (prototype === Object.prototype) return this.#checkFields(value, depth, place === 'field' ? 'field' : 'value')
    if (Array.isArray(value) && prototype === Array.prototype) return this.#checkArray(value, depth)
    this.isPlain = false
    if (prototype === null) return this.#checkFields(value, depth)
    if (prototype === Map.prototype) return checkNoFields(value, 'Map') ?? this.#checkMap(value as Map<unknown, unknown>, depth)
    if (prototype === Set.prototype) return checkNoFields(value, 'Set') ?? this.#checkSet(value as Set<unknown>, depth)
    if (value instanceof Error) return this.#checkError(value, depth)
    if (isKeyedMap(value)) return this.#checkKeyedMap(value, depth)
    return checkLeaf(value, prototype)
  }

  #checkRepeated(value: object, place: Place): Problem | undefined {
    this.isPlain = false
    ;(this.#repeated ??= new Set()).add(value)
    if (place !== 'element' && this.#errorsAround === 0) return undefined
    const where = place !== 'element' ? 'inside an error' : 'as a key of a Map or a member of a Set'
    return problem(`an object that occurs elsewhere in the value, here ${where}`, 'Store a copy of it here, or its id.')
  }

  #checkFields(value: object, depth: number, place: Place = 'value'): Problem | undefined {
    if (Object.getOwnPropertySymbols(value).length > 0) return symbolKey()
    for (const key of Object.keys(value)) {
      if (isReservedKey(key)) return step(fieldStep(key), reservedKey())
      const found = this.check((value as Record<string, unknown>)[key], depth + 1, place)
      if (found !== undefined) return step(fieldStep(key), found)
    }
    return undefined
  }

  #checkArray(value: readonly unknown[], depth: number): Problem | undefined {
    for (let i = 0; i < value.length; i++) {
      const item = value[i]
      if (item === undefined && !Object.hasOwn(value, i))
        return step(`[${i}]`, problem('a hole in an array', 'Put undefined or null there.'))
      const found = this.check(item, depth + 1, 'value')
      if (found !== undefined) return step(`[${i}]`, found)
    }
    return checkNoFurtherFields(value)
  }

  #checkMap(value: ReadonlyMap<unknown, unknown>, depth: number): Problem | undefined {
    let i = 0
    for (const [key, item] of value) {
      const inKey = this.check(key, depth + 1, 'element')
      if (inKey !== undefined) return step(`.keys()[${i}]`, inKey)
      const inItem = this.check(item, depth + 1, 'value')
      if (inItem !== undefined) return step(typeof key === 'object' ? `.values()[${i}]` : `.get(${describeKey(key)})`, inItem)
      i++
    }
    return undefined
  }

  #checkKeyedMap(value: KeyedMap<unknown>, depth: number): Problem | undefined {
    for (const [key, item] of value) {
      // It is written as lists in a list.
      const found = this.check(item, depth + 3, 'value')
      if (found !== undefined) return step(`.get(${describeKey(key)})`, found)
    }
    return undefined
  }

  #checkSet(value: ReadonlySet<unknown>, depth: number): Problem | undefined {
    let i = 0
    for (const item of value) {
      const found = this.check(item, depth + 1, 'element')
      if (found !== undefined) return step(`.values()[${i}]`, found)
      i++
    }
    return undefined
  }

  #checkError(value: Error, depth: number): Problem | undefined {
    this.#errorsAround++
    const found = this.#checkFields(errorToFields(value), depth)
    this.#errorsAround--
    return found
  }
}

/** What holds no further values: binary data, dates, regular expressions, addresses; no subclass of these. */
function checkLeaf(value: object, prototype: unknown): Problem | undefined {
  if (binaryName(value) !== undefined || refDataOf(value) !== undefined) return undefined
  if (prototype === Date.prototype) return checkNoFields(value, 'Date')
  if (prototype === URL.prototype) return checkNoFields(value, 'URL')
  if (prototype === RegExp.prototype) return checkNoFields(value, 'RegExp') ?? checkRegExp(value as RegExp)
  return problem(`an instance of ${classOf(prototype)}`, remedyFor(value))
}

const largest = 1n << 332_192n

/** Within a digit of the limit: 332,192 bits are 99,999 digits and a half. Comparing costs nothing, writing it down does. */
function isTooLong(value: bigint): boolean {
  return value >= largest || value <= -largest
}

function checkRegExp(value: RegExp): Problem | undefined {
  return value.lastIndex === 0 ? undefined : problem(`a RegExp with lastIndex ${value.lastIndex}`, 'Store lastIndex beside it.')
}

function checkNoFields(value: object, type: string): Problem | undefined {
  const key = Object.keys(value)[0]
  if (key !== undefined) return problem(`a ${type} with the property ${JSON.stringify(key)}`, 'Store the property beside it.')
  return Object.getOwnPropertySymbols(value).length > 0 ? symbolKey() : undefined
}

function checkNoFurtherFields(value: readonly unknown[]): Problem | undefined {
  const keys = Object.keys(value)
  if (keys.length > value.length)
    return problem(`an array with the property ${JSON.stringify(keys[value.length])}`, 'Store the property beside it.')
  return Object.getOwnPropertySymbols(value).length > 0 ? symbolKey() : undefined
}

function problem(found: string, remedy: string): Problem {
  return { steps: [], found, remedy }
}

function step(text: string, inner: Problem): Problem {
  inner.steps.push(text)
  return inner
}

function tooDeep(): Problem {
  return problem(`nesting deeper than ${maxDepth}`, 'Store a flat list with keys in place of a deep structure.')
}

function symbolKey(): Problem {
  return problem('an object with a symbol as a key', 'Use a string as the key.')
}

function reservedKey(): Problem {
  return problem('a reserved key', 'Use another key, or a Map.')
}

function fieldStep(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
}

function describeKey(key: unknown): string {
  if (typeof key === 'string') return JSON.stringify(key)
  return typeof key === 'bigint' ? `${key}n` : String(key)
}

function describeFunction(value: { readonly name?: unknown }): string {
  return typeof value.name === 'string' && value.name !== '' ? `a function (${value.name})` : 'a function'
}

function classOf(prototype: unknown): string {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, 'constructor')
  const maker: unknown = descriptor?.value
  return typeof maker === 'function' && maker.name !== '' ? maker.name : 'a class without a name'
}

function remedyFor(value: object): string {
  if (value instanceof Promise) return 'Store what it resolves with.'
  if (value instanceof WeakMap || value instanceof WeakSet) return 'Store a Map or a Set in its place.'
  return 'Store its fields as a plain object.'
}
