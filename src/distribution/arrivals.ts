import type { ActorId } from '../protocol/actor-id.ts'
import type { Envelope } from '../protocol/envelope.ts'
import { linkedId } from '../protocol/linked-id.ts'
import { answerKey, requestIn, type Answer, type RequestHead } from '../runtime/requests.ts'
import type { LinkArrival, LinkedMessage } from '../runtime/linked/link-store.ts'
import type { Codec } from '../serialization/codec.ts'
import { foreignHeadersIn } from '../serialization/headers-text.ts'

/** A message from another store: as it is stored, and as its receiver gets it. */
export interface Arrived extends LinkArrival {
  readonly envelope: Envelope
}

/** What those who receive say of a message before it is accepted. */
export interface Receivers {
  /** Why nobody here can handle it; nothing if somebody can. */
  problemWith(to: ActorId, message: Pick<Envelope, 'kind' | 'name' | 'input'>): string | undefined
}

/** Reads a message that has come. What cannot be read, or has nobody to go to, becomes a dead letter and is seen by nobody. */
export function arrivedOf(link: string, message: LinkedMessage, { codec, receivers }: ArrivalParts): Arrived {
  const { from, to, kind, name, input: text, key } = message
  const sender = from === '' ? undefined : linkedId(link, from)
  const head = { kind, name, sender, key: key ?? undefined }
  try {
    const headers = foreignHeadersIn(text)
    const input = codec.decode(text)
    // What is asked for is read later too, and is no text of ours.
    requestIn(head)
    const envelope: Envelope = headers === undefined ? { ...head, input } : { ...head, input, headers }
    const dead = receivers.problemWith(to, envelope)
    return { message, envelope, dead, answer: dead === undefined ? undefined : answerTo(head, dead, codec) }
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    const dead = `its input cannot be read: ${problem}`
    return { message, envelope: { ...head, input: undefined }, dead, answer: answerTo(head, dead, codec) }
  }
}

/** Who has asked with `ctx.request` is told. */
function answerTo(head: RequestHead, problem: string, codec: Codec): LinkArrival['answer'] {
  const asked = readable(head)
  if (asked === undefined) return undefined
  const { then, request } = asked
  const answer: Answer = { request, status: 'failed', code: 'invalid', message: problem }
  return { name: then, input: codec.encode(answer, 'answer'), key: answerKey(request) }
}

function readable(head: RequestHead): ReturnType<typeof requestIn> {
  try {
    return requestIn(head)
  } catch {
    return undefined
  }
}

interface ArrivalParts {
  readonly codec: Codec
  readonly receivers: Receivers
}
