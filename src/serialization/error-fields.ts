/** Errors as plain fields and back: name, message, stack, cause, and what else the error carries. */

/** The plain form of an error; fields of its own stand beside these. */
export interface ErrorFields {
  readonly name: string
  readonly message: string
  readonly stack?: string
  readonly cause?: unknown
  /** Of an `AggregateError`. */
  readonly errors?: unknown
  readonly [field: string]: unknown
}

type Make = (message: string) => Error

/** Only the language's own classes come back as such: no class of anybody else is made from data. */
const makers: ReadonlyMap<string, Make> = new Map<string, Make>([
  ['AggregateError', (message) => new AggregateError([], message)],
  ['EvalError', (message) => new EvalError(message)],
  ['RangeError', (message) => new RangeError(message)],
  ['ReferenceError', (message) => new ReferenceError(message)],
  ['SyntaxError', (message) => new SyntaxError(message)],
  ['TypeError', (message) => new TypeError(message)],
  ['URIError', (message) => new URIError(message)],
])

const namedFields: ReadonlySet<string> = new Set(['name', 'message', 'stack', 'cause', 'errors'])

/** The fields of an error that are stored. The values of `cause`, `errors` and further fields are as they were. */
export function errorToFields(error: Error): ErrorFields {
  const fields: Record<string, unknown> = { name: String(error.name), message: String(error.message) }
  if (typeof error.stack === 'string') fields['stack'] = error.stack
  if (Object.hasOwn(error, 'cause')) fields['cause'] = error.cause
  if (Object.hasOwn(error, 'errors')) fields['errors'] = (error as AggregateError).errors
  for (const [key, value] of Object.entries(error)) if (!namedFields.has(key)) fields[key] = value
  return fields as unknown as ErrorFields
}

/** An error with these fields. One of a class of the user's comes back as an `Error` of the same name. */
export function errorFromFields(fields: ErrorFields): Error {
  const error = makers.get(fields.name)?.(fields.message) ?? new Error(fields.message)
  if (error.name !== fields.name) hide(error, 'name', fields.name)
  // The stack of where it was thrown, in place of the stack of where it was read.
  hide(error, 'stack', fields.stack)
  for (const key of Object.keys(fields)) {
    if (key === 'cause' || key === 'errors') hide(error, key, fields[key])
    else if (!namedFields.has(key)) (error as unknown as Record<string, unknown>)[key] = fields[key]
  }
  return error
}

/** As the language defines these properties: not seen by a loop over the error's own fields. */
function hide(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, writable: true, configurable: true, enumerable: false })
}
