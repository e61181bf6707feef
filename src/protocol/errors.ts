/** The base of every error that coppice throws or rejects with: recognise it by `code`, not by `instanceof`. */
export abstract class CoppiceError extends Error {
  /** A fixed word for the situation, such as `"timeout"`; the same in every thread, process and version. */
  abstract readonly code: string
}

/** Thrown when coppice finds one of its own invariants broken. Please report it together with `state`. */
export class InternalError extends CoppiceError {
  override readonly name = 'InternalError'
  readonly code = 'internal'
  /** What broke the invariant. */
  readonly state: unknown

  constructor(message: string, state?: unknown) {
    super(`internal error: ${message}; this is a defect in coppice, please report it`)
    this.state = state
  }
}

/** What a caller gave, and the rule it breaks. */
export interface Violation {
  /** Where, from the root: `"shop/carts: shutdown"`. */
  readonly path: string
  /** What would be right: `"must be an integer >= 0"`. */
  readonly rule: string
  /** What was given instead. */
  readonly value: unknown
  /** What to do about it, where the rule alone does not say so. */
  readonly remedy?: string
}

/**
 * Thrown when a definition, an option or an argument breaks a rule. It is always thrown before the first effect:
 * nothing was started, stopped or written.
 */
export class ConfigurationError extends CoppiceError implements Violation {
  override readonly name = 'ConfigurationError'
  readonly code = 'configuration'
  readonly path: string
  readonly rule: string
  readonly value: unknown
  readonly remedy?: string

  constructor(violation: Violation) {
    super(describeViolation(violation))
    this.path = violation.path
    this.rule = violation.rule
    this.value = violation.value
    if (violation.remedy !== undefined) this.remedy = violation.remedy
  }
}

/** A value cannot be stored without loss. Thrown before anything is written. */
export class NotStorableError extends CoppiceError {
  override readonly name = 'NotStorableError'
  readonly code = 'not-storable'
  /** Where in the value: `state.items[2].price`. */
  readonly path: string
  /** What was found there. */
  readonly found: string
  constructor({ path, found, remedy }: { readonly path: string; readonly found: string; readonly remedy: string }) {
    super(`${path} cannot be stored: ${found}. ${remedy}`)
    this.path = path
    this.found = found
  }
}

/** The sentence of a violation: where, the rule, what was got, and the way out if there is one. */
export function describeViolation({ path, rule, value, remedy }: Violation): string {
  return `${path} ${rule}; got ${describeValue(value)}${remedy === undefined ? '' : `. ${remedy}`}`
}

/** A short, safe text of any value for an error message; it never runs code of the value. */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value)
    case 'number':
    case 'boolean':
      return `${String(value)} (${typeof value})`
    case 'bigint':
      return `${value}n (bigint)`
    case 'undefined':
      return 'nothing'
    case 'function':
      return `a function${value.name === '' ? '' : ` (${value.name})`}`
    case 'symbol':
      return 'a symbol'
    default:
      return value === null ? 'null' : Array.isArray(value) ? `an array of ${value.length}` : 'an object'
  }
}
