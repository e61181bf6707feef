import type { ActorId } from '../protocol/actor-id.ts'
import type { DurationOrInfinity } from '../protocol/duration.ts'
import { CallError, RefusedError } from './errors.ts'
import type { Envelope } from '../protocol/envelope.ts'
import type { Outcome } from './persistence.ts'

/** How a request is made whose reply comes as a message. */
export interface RequestOptions {
  /** The cast handler of this actor that gets the answer. */
  readonly then: string
  /**
   * How long an actor without a journal may take to answer; 5 s if not given. What a durable actor asks a durable one has no limit:
   * both are in the journal, and the answer comes when it is there.
   */
  readonly timeout?: DurationOrInfinity
}

/** The input of the cast that brings the answer to a request. */
export type Answer<Reply = unknown> =
  | { readonly request: string; readonly status: 'replied'; readonly value: Reply }
  /** `code` is that of the error which a call would have rejected with; `refusal` the code of a declared error. */
  | {
      readonly request: string
      readonly status: 'failed'
      readonly code: string
      readonly message: string
      readonly refusal?: string
    }

/** What a sender gives to a call, by its method. */
export type RequestInput<Method> = Method extends (options?: infer Options) => unknown
  ? Options extends { readonly timeout?: DurationOrInfinity } | undefined
    ? undefined
    : Options
  : Method extends (input: infer Input, ...rest: never) => unknown
    ? Input
    : never

/** Whom a request goes to: a typed reference. */
export interface Callable<Calls> {
  readonly id: ActorId
  readonly call: Calls
}

export function answerOf(request: string, outcome: Outcome): Answer {
  if (outcome.status === 'replied') return { request, status: 'replied', value: outcome.value }
  if (outcome.status === 'crashed') return { request, status: 'failed', code: 'crashed', message: outcome.message }
  return { request, status: 'failed', code: 'refused', message: outcome.message, refusal: outcome.refusal }
}

export function failureOf(request: string, error: unknown): Answer {
  const { message } = error as Error
  const code = error instanceof CallError ? (error as CallError & { readonly code: string }).code : 'crashed'
  if (error instanceof RefusedError) return { request, status: 'failed', code, message, refusal: error.refusal }
  return { request, status: 'failed', code, message }
}

const mark = '~request/'

/**
 * The key of a request in a journal: where its answer goes, and what makes it one of a kind. The store gives the answer to a key
 * once, so that a request that is taken twice is answered once.
 */
export function requestKey(then: string, request: string): string {
  return `${mark}${encodeURIComponent(then)}/${request}`
}

/** What tells a request. */
export type RequestHead = Pick<Envelope, 'kind' | 'key' | 'sender'>

/** The request that a journaled call is; nothing if it is none, or nobody is to be answered. */
export function requestIn({
  kind,
  key,
  sender,
}: RequestHead): { readonly to: ActorId; readonly then: string; readonly request: string } | undefined {
  if (kind !== 'call' || sender === undefined || key?.startsWith(mark) !== true) return undefined
  const [then = '', ...request] = key.slice(mark.length).split('/')
  return { to: sender, then: decodeURIComponent(then), request: request.join('/') }
}

/** The key of the answer to a request. */
export function answerKey(request: string): string {
  return `~answer/${request}`
}
