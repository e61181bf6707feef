import type { ActorId } from '../protocol/actor-id.ts'
import type { MessageHeaders } from '../protocol/envelope.ts'
import type { Outcome } from './persistence.ts'

/** A message that is about to leave, as a middleware sees it. */
export interface SentMessage {
  /** Of a `stream`, and of a call that is forwarded, `next` gives nothing: the answer goes to who asked. */
  readonly kind: 'call' | 'cast' | 'stream'
  /** Whom it goes to. */
  readonly to: ActorId
  /** The handler that it is for. */
  readonly name: string
  /** What is sent: the very value that the sender gave. Never change it in place: give another one to `next`. */
  readonly input: unknown
  /** Who sends it; nothing if it comes from outside every actor. */
  readonly sender: ActorId | undefined
  /** What goes with it: what is sent in a handler begins with the headers of the message that is being handled. */
  readonly headers: MessageHeaders
  /** A call that its first receiver hands on: it is answered to who made it, and `next` gives nothing. */
  readonly isForwarded: boolean
}

/** A message that is about to be handled, as a middleware sees it. */
export interface ArrivedMessage {
  /** Of a `stream`, what is handled is its beginning. */
  readonly kind: 'call' | 'cast' | 'stream'
  /** Who handles it. */
  readonly to: ActorId
  /** The incarnation that handles it. */
  readonly incarnation: number
  readonly name: string
  readonly input: unknown
  readonly sender: ActorId | undefined
  readonly headers: MessageHeaders
  /** How often handling it has been begun, this time included: 1 is the first. */
  readonly attempt: number
  /** It had been applied before the process ended, and is handled again to bring the state back: nothing leaves. */
  readonly isReplay: boolean
}

/** What a middleware changes; what is not named stays. */
export interface MessageChange {
  readonly input?: unknown
  /** All headers that go on: write `{ ...message.headers, more: 'text' }` to add one. */
  readonly headers?: MessageHeaders
}

/** What a handler has made of a message. Pass on what `next` gave: it holds more than is named here. */
export interface Handled {
  /** What the caller is told; nothing for a cast, and for an answer that comes later. */
  readonly outcome?: Outcome
}

/** What every middleware gets besides the message. */
export interface MiddlewareKit {
  /** Milliseconds of the system's clock, which never jumps, and which a simulation moves: for measuring. */
  now(): number
}

/**
 * Runs around each send, on the side of the sender. `next` sends: it is called once at most, and before the first `await`, so
 * that messages keep their order. It gives a promise of the reply, or, for a cast, of its acceptance; what the middleware
 * resolves with is what the sender gets. What it throws rejects the send.
 */
export type SendMiddleware = (
  message: SentMessage,
  next: (change?: MessageChange) => Promise<unknown>,
  kit: MiddlewareKit,
) => Promise<unknown>

/**
 * Runs around each handling, in the turn of the receiver. `next` has the handler run, once at most; without it the message is
 * not handled, and counts as applied with the outcome that is given. What it throws crashes the receiver.
 */
export type HandleMiddleware = (
  message: ArrivedMessage,
  next: (change?: MessageChange) => Handled | PromiseLike<Handled>,
  kit: MiddlewareKit,
) => Handled | PromiseLike<Handled>

/** Functions around what passes between actors. */
export interface Middleware {
  /** How it is called in errors. */
  readonly name?: string
  readonly send?: SendMiddleware
  readonly handle?: HandleMiddleware
}
