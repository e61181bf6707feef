import { describeReason, type ExitReason } from '../protocol/exit-reason.ts'
import { errorFromFields, errorToFields } from './error-fields.ts'
import { isReservedKey } from './storable.ts'

/** How much of a reason is kept: an error may carry a whole request, and a chain of causes may lead back to its beginning. */
const most = { depth: 100, values: 1_000, characters: 16_000, inOneText: 4_000 }

/**
 * A reason as plain data of bounded size, which can be stored: errors with name, message, stack, simple fields and causes, also
 * those within the causes of a supervisor that gave up; what is neither data nor an error is described. Never throws.
 */
export function plainReason(reason: ExitReason): ExitReason {
  for (const reduce of [reduceAll, reduceToWords]) {
    try {
      return reduce(reason)
    } catch {
      // Even looking at it throws.
    }
  }
  return { type: 'error', error: 'a reason that cannot be stored' }
}

function reduceAll(reason: ExitReason): ExitReason {
  // It is an object with the same keys, the type among them.
  return new Reducer().reduce(reason, 0) as ExitReason
}

function reduceToWords(reason: ExitReason): ExitReason {
  return { type: 'error', error: describeReason(reason).slice(0, most.inOneText) }
}

class Reducer {
  #values = 0
  #characters = 0

  reduce(value: unknown, depth: number): unknown {
    this.#values += 1
    if (this.#values > most.values || depth > most.depth) return '…'
    switch (typeof value) {
      case 'string':
        return this.#text(value)
      case 'function':
        return '[function]'
      case 'symbol':
        return this.#text(String(value))
      case 'object':
        return value === null ? null : this.#object(value, depth + 1)
      default:
        return value
    }
  }

  #object(value: object, depth: number): unknown {
    if (value instanceof Error) return this.#error(value, depth)
    if (Array.isArray(value)) return Array.from(value.slice(0, most.values), (item: unknown) => this.reduce(item, depth))
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype === Date.prototype) return new Date((value as Date).getTime())
    if (prototype !== Object.prototype && prototype !== null) return `[${nameOf(prototype)}]`
    return this.#fields(value, depth, () => true)
  }

  #error(error: Error, depth: number): Error {
    const isKept = (key: string, value: unknown): boolean => key === 'cause' || key === 'errors' || isSimple(value)
    const fields = this.#fields(errorToFields(error), depth, isKept)
    return errorFromFields({ ...fields, name: String(fields['name']), message: String(fields['message']) })
  }

  #fields(value: object, depth: number, isKept: (key: string, value: unknown) => boolean): Record<string, unknown> {
    const fields: Record<string, unknown> = {}
    for (const [key, field] of Object.entries(value)) {
      if (this.#values > most.values) break
      if (!isReservedKey(key) && isKept(key, field)) fields[key] = this.reduce(field, depth)
    }
    return fields
  }

  #text(text: string): string {
    const left = Math.max(0, Math.min(most.inOneText, most.characters - this.#characters))
    this.#characters += Math.min(left, text.length)
    return text.length <= left ? text : `${text.slice(0, left)}…`
  }
}

function isSimple(value: unknown): boolean {
  return typeof value !== 'object' && typeof value !== 'function'
}

function nameOf(prototype: unknown): string {
  const maker: unknown = (prototype as { readonly constructor?: unknown }).constructor
  return typeof maker === 'function' && maker.name !== '' ? maker.name : 'object'
}
