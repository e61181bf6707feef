import type { Codec } from '../serialization/codec.ts'
import { superjsonCodec } from '../serialization/superjson-codec.ts'
import type { Result } from './group-writer.ts'
import { errorFromText, errorToText } from './link-errors.ts'
import type { Reply } from './link-words.ts'
import type { Accepted, EffectRecord } from '../runtime/persistence.ts'
import type { Operation } from './operation.ts'

/** What was read piece by piece travels as one: as long as a string can be. */
const longestText = 2 ** 29 - 24

/** A codec for what crosses between threads. */
export function linkCodec(): Codec {
  return superjsonCodec({ maxLength: longestText })
}

/** The replies to a group, as one text. */
export function repliesToText(codec: Codec, operations: readonly Operation[], results: readonly Result[]): string {
  return JSON.stringify(operations.map((operation, i) => replyOf(codec, operation, results[i])))
}

export function repliesFromText(text: string): readonly Reply[] {
  return JSON.parse(text) as readonly Reply[]
}

/** The value of a reply; throws what the operation failed with. */
export function readReply(codec: Codec, reply: Reply): unknown {
  if (reply.status === 'failed') throw errorFromText(codec, reply.error)
  return 'text' in reply ? codec.decode(reply.text) : reply.value
}

function replyOf(codec: Codec, operation: Operation, result: Result | undefined): Reply {
  if (result?.isDone !== true) return { status: 'failed', error: errorToText(codec, result?.error) }
  const { value } = result
  if (!holdsValues(operation, value)) return { status: 'done', value }
  return { status: 'done', text: codec.encode(value, 'answer') }
}

/** Most answers are numbers and words of ours; the others hold what users have stored. */
function holdsValues({ type }: Operation, value: unknown): boolean {
  if (value === undefined) return false
  if (type === 'accept') return (value as Accepted).status === 'answered'
  if (type === 'beginEffect') return (value as EffectRecord).status === 'settled'
  if (type === 'deadLetters' || type === 'exhume') return true
  return type === 'open' || type === 'read' || type === 'fire' || type === 'members' || type === 'exits'
}
