import type { ActorId } from '../protocol/actor-id.ts'
import { NotStorableError } from '../protocol/errors.ts'
import type { Envelope, MessageHeaders } from '../protocol/envelope.ts'
import type { Codec } from '../serialization/codec.ts'
import { headersIn, withHeaders } from '../serialization/headers-text.ts'
import type { Journaled } from '../runtime/persistence.ts'
import type { EnvelopeText, MessageRow } from './records.ts'

/** The columns of an envelope. `where` is how it is called in an error. */
export function envelopeToText(codec: Codec, envelope: Envelope, where: string): EnvelopeText {
  return {
    kind: envelope.kind,
    name: checkText(envelope.name, `${where}.name`),
    input: withHeaders(codec.encode(envelope.input, `${where}.input`), checkedHeaders(envelope.headers)),
    sender: envelope.sender ?? null,
    key: envelope.key === undefined ? null : checkText(envelope.key, `${where}.key`),
  }
}

/** The columns of a message to `to`. */
export function messageToText(codec: Codec, to: ActorId, envelope: Envelope): EnvelopeText {
  checkText(to, 'actor id')
  return envelopeToText(codec, envelope, 'message')
}

export function envelopeFromText(codec: Codec, text: EnvelopeText): Envelope {
  const { kind, name, input, sender, key } = text
  const headers = headersIn(input)
  const envelope = { kind, name, input: codec.decode(input), sender: sender ?? undefined, key: key ?? undefined }
  return headers === undefined ? envelope : { ...envelope, headers }
}

function checkedHeaders(headers: MessageHeaders | undefined): MessageHeaders | undefined {
  if (headers === undefined) return undefined
  for (const [name, value] of Object.entries(headers)) checkText(name + value, `message.headers.${name}`)
  return headers
}

export function journaledFromRow(codec: Codec, row: MessageRow): Journaled {
  return { seq: row.seq, envelope: envelopeFromText(codec, row), attempts: row.attempts }
}

/** A database keeps text as UTF-8, which has no place for half a character: two keys could become one. */
export function checkText(text: string, path: string): string {
  if (!mayBeIllFormed(text) || !/[\p{Surrogate}\0]/u.test(text)) return text
  const found = 'text with half a character (a lone surrogate) or U+0000'
  throw new NotStorableError({ path, found, remedy: 'Use well-formed text.' })
}

/** Names are short and hardly ever hold what would need a closer look. */
function mayBeIllFormed(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i)
    if (unit === 0 || (unit >= firstSurrogate && unit <= lastSurrogate)) return true
  }
  return false
}

const [firstSurrogate, lastSurrogate] = [0xd800, 0xdfff]
