import { describeReason, type ExitReason } from '../protocol/exit-reason.ts'
import type { Codec } from './codec.ts'

/** The text of an exit reason. Never throws: a reason that cannot be stored is stored in fewer words. */
export function encodeReason(codec: Codec, reason: ExitReason): string {
  for (const attempt of [reduceNothing, reduceToMessages, reduceToDescription]) {
    try {
      return codec.encode(attempt(reason), 'reason')
    } catch {
      // The next attempt keeps less.
    }
  }
  return codec.encode(withTerm(reason, 'a reason that cannot be stored'), 'reason')
}

/** The reason of a text, or nothing if the text is none of a reason. */
export function decodeReason(codec: Codec, text: string): ExitReason | undefined {
  try {
    const value = codec.decode(text)
    return isReason(value) ? value : undefined
  } catch {
    return undefined
  }
}

function reduceNothing(reason: ExitReason): ExitReason {
  return reason
}

/** Keeps of an error its name, message and stack, and the same of its causes. */
function reduceToMessages(reason: ExitReason): ExitReason {
  return withTerm(reason, reduceError(termOf(reason), 0))
}

function reduceToDescription(reason: ExitReason): ExitReason {
  return withTerm(reason, describeReason(reason))
}

function reduceError(error: unknown, depth: number): unknown {
  if (!(error instanceof Error)) return depth === 0 ? error : undefined
  const cause = depth < maxCauses ? reduceError(error.cause, depth + 1) : undefined
  const reduced = new Error(String(error.message), cause === undefined ? undefined : { cause })
  reduced.name = String(error.name)
  if (typeof error.stack === 'string') reduced.stack = error.stack
  return reduced
}

/** A chain of causes may lead back to its beginning. */
const maxCauses = 8

function termOf(reason: ExitReason): unknown {
  if (reason.type === 'error') return reason.error
  return reason.type === 'shutdown' ? reason.cause : undefined
}

function withTerm(reason: ExitReason, term: unknown): ExitReason {
  if (reason.type === 'error') return { type: 'error', error: term }
  return reason.type === 'shutdown' && reason.cause !== undefined ? { type: 'shutdown', cause: term } : reason
}

const types = ['normal', 'shutdown', 'killed', 'noproc', 'noconnection', 'error'] satisfies ExitReason['type'][]
const reasonTypes: ReadonlySet<unknown> = new Set(types)

function isReason(value: unknown): value is ExitReason {
  return typeof value === 'object' && value !== null && reasonTypes.has((value as Partial<ExitReason>).type)
}
