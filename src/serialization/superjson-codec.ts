import { SuperJSON } from 'superjson'
import { NotStorableError } from '../protocol/errors.ts'
import type { KeyedMap } from '../protocol/keyed-map.ts'
import type { Codec } from './codec.ts'
import { customTypes } from './custom-types.ts'
import { UnreadableError } from './errors.ts'
import { parseJson } from './json-text.ts'
import { inspect, isReservedKey } from './storable.ts'
import { checkDepth, checkDigits } from './text-limits.ts'
import { writeSuperjson } from './superjson-writer.ts'

/** How long one text may be by default, in UTF-16 units. */
const defaultMaxLength = 64 * 1024 * 1024

/**
 * Makes a codec whose texts are in the format of superjson.
 *
 * A value of JSON types only is written as `{"json":…}`, which every superjson reads. Of the rest, these come back as they
 * were: `undefined`, `-0`, `NaN`, infinities, `bigint`, `Date`, `Map`, `Set`, `RegExp`, `URL`, `Buffer`, `ArrayBuffer`, typed
 * arrays, errors (one of the user's own class as an `Error` of the same name), keyed maps, objects without a prototype, shared
 * objects and cycles.
 */
export function superjsonCodec({ maxLength = defaultMaxLength }: { readonly maxLength?: number } = {}): Codec {
  const reader = makeReader()
  return {
    encode: (value, rootName, apart) => {
      const text = write(value, rootName, apart)
      if (text.length > maxLength) throw new NotStorableError(tooLong({ rootName, length: text.length, maxLength }))
      return text
    },
    decode: (text) => {
      if (text.length <= maxLength) return read(reader, text)
      throw new UnreadableError(`it has ${text.length} characters, and at most ${maxLength} are allowed`)
    },
  }
}

function makeReader(): SuperJSON {
  const reader = new SuperJSON()
  for (const { name, isApplicable, serialize, deserialize } of Object.values(customTypes)) {
    const isOfType = (value: unknown): value is unknown => isApplicable(value)
    // superjson wants JSON of this function; our own writer, which calls it in its place, goes on into what it gives.
    const toJson = serialize as (value: unknown) => never
    reader.registerCustom<unknown, never>({ isApplicable: isOfType, serialize: toJson, deserialize }, name)
  }
  return reader
}

function write(value: unknown, rootName: string, apart: Map<string, KeyedMap<unknown>> | undefined): string {
  // What most messages say needs no looking into.
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return `{"json":${JSON.stringify(value)}}`
  if (Number.isInteger(value) && value !== 0) return `{"json":${value as number}}`
  try {
    const inspection = inspect(value, rootName, apart !== undefined)
    switch (inspection.type) {
      case 'plain':
        return `{"json":${JSON.stringify(value)}}`
      case 'rich':
        return JSON.stringify(writeSuperjson(value, inspection.repeated, apart))
      case 'unstorable':
        throw new NotStorableError(inspection.obstacle)
    }
  } catch (error) {
    throw error instanceof NotStorableError ? error : new NotStorableError(throwing(rootName, error))
  }
}

/** A getter or a proxy in it has thrown, or it is too long for any text: its own fault, and none of a store. */
function throwing(path: string, error: unknown) {
  const problem = error instanceof Error ? error.message : String(error)
  return { path, found: `what throws where it is read (${problem})`, remedy: 'Store plain data, without getters and proxies.' }
}

function read(reader: SuperJSON, text: string): unknown {
  try {
    checkDepth(text)
    const document = parseJson(text)
    if (!isDocument(document)) throw new Error('it is not in the format of superjson')
    checkDigits(text, document)
    if (mayHoldReservedKey(text)) refuseReservedKeys(document)
    return reader.deserialize(document, { inPlace: true })
  } catch (cause) {
    throw new UnreadableError(cause instanceof Error ? cause.message : String(cause), cause)
  }
}

function isDocument(value: unknown): value is Parameters<SuperJSON['deserialize']>[0] {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'json')
}

/** A cheap look at the text, so that hardly any document has to be walked through. Keys with escapes have been looked at. */
function mayHoldReservedKey(text: string): boolean {
  return /"(?:__proto__|constructor|prototype)"/.test(text)
}

function refuseReservedKeys(node: unknown): void {
  if (typeof node !== 'object' || node === null) return
  for (const key of Object.keys(node)) {
    if (isReservedKey(key)) throw new Error(`it holds the reserved key "${key}"`)
    refuseReservedKeys((node as Record<string, unknown>)[key])
  }
}

function tooLong(size: { readonly rootName: string; readonly length: number; readonly maxLength: number }) {
  return {
    path: size.rootName,
    found: `${size.length} characters of text, where at most ${size.maxLength} are allowed`,
    remedy: 'Split it into several actors, or keep large data elsewhere and store where it is.',
  }
}
