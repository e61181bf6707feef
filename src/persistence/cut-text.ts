import { ConfigurationError } from '../protocol/errors.ts'
import type { Cut } from '../runtime/cuts/cut.ts'
import { superjsonCodec } from '../serialization/superjson-codec.ts'
import { checksumOfText } from './checksum.ts'

const title = 'coppice cut'
const format = 1

/** A cut as long as a string can be. */
const codec = () => superjsonCodec({ maxLength: 2 ** 29 - 24 })

/**
 * The text of a cut, to keep anywhere: a line with the format and a checksum, then what is in it.
 *
 * @throws {NotStorableError} if a state or a message in it is more than data.
 */
export function cutToText(cut: Cut): string {
  const body = codec().encode(cut, 'cut')
  return `${title} ${format} ${checksumOfText(body)}\n${body}\n`
}

/**
 * The cut in a text that {@link cutToText} has made.
 *
 * @throws {ConfigurationError} if it is torn, changed, of a newer format or something else: nothing of it is believed.
 */
export function cutFromText(text: string): Cut {
  const refusal = (rule: string): ConfigurationError => new ConfigurationError({ path: 'cut', rule, value: text.slice(0, 80) })
  const end = text.indexOf('\n')
  const match = /^coppice cut (\d+) ([0-9a-f]{64})$/.exec(text.slice(0, Math.max(end, 0)))
  if (match === null) throw refusal('must begin as the text of a cut does')
  if (Number(match[1]) > format) throw refusal(`must have a format that this version of coppice knows, up to ${format}`)
  const body = text.slice(end + 1, -1)
  if (!text.endsWith('\n') || checksumOfText(body) !== match[2]) throw refusal('must be whole: its checksum does not fit')
  // The checksum says that it is what was written.
  return codec().decode(body) as Cut
}
