/** What a Standard Schema validator has to offer (https://standardschema.dev, version 1): zod, valibot, arktype and others do. */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

/** What a validation gives: the value, or what is wrong with it. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | {
      readonly issues: readonly {
        readonly message: string
        readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
      }[]
    }

/** What a sender gives to a handler with this schema. */
export type InputOf<Schema> = Schema extends StandardSchema<infer Input, unknown> ? Input : never

/** What a handler with this schema gets. */
export type OutputOf<Schema> = Schema extends StandardSchema<infer _Input, infer Output> ? Output : never

/**
 * The type of a message that is not checked at run time: a Standard Schema that lets everything pass. For messages that come
 * from your own code; give a real schema for those that come from elsewhere.
 *
 * @example
 * ```ts
 * import { actor, message } from 'coppice'
 *
 * const Basket = actor('basket', {
 *   initial: () => ({ items: [] as string[] }),
 *   handlers: ({ cast }) => ({ put: cast(message<string>(), ({ state, input }) => ({ items: [...state.items, input] })) }),
 * })
 * console.log(Basket.name) // => basket
 * ```
 */
export function message<T>(): StandardSchema<T> {
  return { '~standard': { version: 1, vendor: 'coppice', validate: (value) => ({ value: value as T }) } }
}

/** Checks a value: what the handler gets, or what is wrong in one sentence. A schema that answers later cannot be used. */
export function validate(schema: StandardSchema, value: unknown): { readonly value: unknown } | { readonly problem: string } {
  const result = schema['~standard'].validate(value)
  if (result instanceof Promise) {
    result.catch(() => undefined)
    return { problem: 'its schema validates asynchronously, which a mailbox cannot wait for' }
  }
  if (result.issues === undefined) return { value: result.value }
  return { problem: result.issues.map(describeIssue).join('; ') }
}

function describeIssue({
  message: text,
  path,
}: {
  message: string
  path?: readonly (PropertyKey | { key: PropertyKey })[] | undefined
}): string {
  if (path === undefined || path.length === 0) return `the input: ${text}`
  return `input.${path.map((step) => String(typeof step === 'object' ? step.key : step)).join('.')}: ${text}`
}
