import type { MessageHeaders } from '../protocol/envelope.ts'
import { parseJson } from './json-text.ts'
import { isReservedKey } from './storable.ts'

const mark = '{"headers":'

/** The headers of a message stand at the beginning of the document that holds its input, where its readers leave them aside. */
export function withHeaders(text: string, headers: MessageHeaders | undefined): string {
  if (headers === undefined || Object.keys(headers).length === 0) return text
  return `${mark}${JSON.stringify(headers)},${text.slice(1)}`
}

export function headersIn(text: string): MessageHeaders | undefined {
  return text.startsWith(mark) ? (parseJson(text) as { readonly headers: MessageHeaders }).headers : undefined
}

/** As {@link headersIn}, of a text that somebody else has made. Throws if they are no texts by their names. */
export function foreignHeadersIn(text: string): MessageHeaders | undefined {
  const headers: unknown = headersIn(text)
  if (headers === undefined) return undefined
  const isRecord = typeof headers === 'object' && headers !== null && !Array.isArray(headers)
  if (!isRecord || !Object.entries(headers).every(([name, value]) => typeof value === 'string' && !isReservedKey(name)))
    throw new Error('its headers are no texts by their names')
  return headers as MessageHeaders
}
