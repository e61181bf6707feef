import type { Context } from '../runtime/context.ts'
import type { Outcome } from '../runtime/persistence.ts'
import type { Parts } from '../runtime/streams/pump.ts'
import type { InputOf, OutputOf, StandardSchema } from './schema.ts'

/** What a handler gets. */
export interface Turn<State, Input> {
  /** The state to go on from. Never change it in place: return a new one. */
  readonly state: Readonly<State>
  readonly input: Input
  readonly ctx: Context
}

/** What a call handler gives back: the reply, and the new state if it changes. Or a refusal. */
export type CallResult<State, Reply> = { readonly reply: Reply; readonly state?: State } | Refusal<State> | NoReply<State>

/** What a call handler may give back, at once or later. */
export type AnyCallResult<State> = CallResult<State, unknown> | Promise<CallResult<State, unknown>>

/**
 * What callers get of what a handler gives back: one of its replies, of whatever type they are. Of a handler that has none in it,
 * because it answers later or hands on, nobody knows.
 */
export type ReplyIn<Result> = [Extract<Awaited<Result>, { readonly reply: unknown }>] extends [never]
  ? unknown
  : Extract<Awaited<Result>, { readonly reply: unknown }>['reply']

/** What a cast handler gives back: the new state, or nothing if it stays. Or a refusal. */
// A handler that ends without a return statement is typed as returning void.
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type
export type CastResult<State> = State | Refusal<State> | undefined | void

/** What belongs to a handler of requests. */
export interface CallHandlerOptions {
  /** How often a call is handled again that was lost with an incarnation, if the call does not say; see `CallOptions.retries`. */
  readonly retries?: number
}

/** A handler of requests with an answer; made by `call`. */
export interface CallHandler<Input, Reply> {
  readonly kind: 'call'
  readonly schema: StandardSchema | undefined
  readonly retries?: number | undefined
  readonly run: (turn: Turn<unknown, unknown>) => unknown
  /** Only for the type. */
  readonly types?: { readonly input: Input; readonly reply: Reply }
}

/** A handler of messages without an answer; made by `cast`. */
export interface CastHandler<Input> {
  readonly kind: 'cast'
  readonly schema: StandardSchema | undefined
  readonly retries?: undefined
  readonly run: (turn: Turn<unknown, unknown>) => unknown
  /** Only for the type. */
  readonly types?: { readonly input: Input }
}

/** What a handler of a stream gets. */
export interface StreamTurn<State, Input> extends Turn<State, Input> {
  /** Aborted when the stream has ended: its taker has left or waited in vain, or the incarnation ends. */
  readonly signal: AbortSignal
}

/** A handler of requests that are answered in parts; made by `stream`. */
export interface StreamHandler<Input, Part> {
  readonly kind: 'stream'
  readonly schema: StandardSchema | undefined
  readonly retries?: undefined
  readonly run: (turn: StreamTurn<unknown, unknown>) => Parts<unknown>
  /** Only for the type. */
  readonly types?: { readonly input: Input; readonly part: Part }
}

export type AnyHandler = CallHandler<unknown, unknown> | CastHandler<unknown> | StreamHandler<unknown, unknown>

/** What `handlers` is given: makers of handlers that know the type of the state. */
export interface HandlerKit<State> {
  /** A handler of a request without input. */
  call<Result extends AnyCallResult<State>>(
    run: (turn: Turn<State, undefined>) => Result,
    options?: CallHandlerOptions,
  ): CallHandler<void, ReplyIn<Result>>
  /** A handler of a request whose input fits a Standard Schema; `message<T>()` names a type only. */
  call<Schema extends StandardSchema, Result extends AnyCallResult<State>>(
    input: Schema,
    run: (turn: Turn<State, OutputOf<Schema>>) => Result,
    options?: CallHandlerOptions,
  ): CallHandler<InputOf<Schema>, ReplyIn<Result>>
  /** A handler of a message without input. */
  cast(run: (turn: Turn<State, undefined>) => CastResult<State> | Promise<CastResult<State>>): CastHandler<void>
  /** A handler of a message whose input fits a Standard Schema; `message<T>()` names a type only. */
  cast<Schema extends StandardSchema>(
    input: Schema,
    run: (turn: Turn<State, OutputOf<Schema>>) => CastResult<State> | Promise<CastResult<State>>,
  ): CastHandler<InputOf<Schema>>
  /**
   * A handler of a request without input that is answered in parts: a generator, or anything that can be gone through. It runs
   * beside the turns, with the state as it was when its turn came; the actor goes on with other messages meanwhile. It makes
   * parts as they are taken. What it throws ends the incarnation; to refuse, it returns `refuse(…)`.
   */
  stream<Part>(run: (turn: StreamTurn<State, undefined>) => Parts<Part>): StreamHandler<void, Part>
  /** A handler of a request that is answered in parts, whose input fits a Standard Schema; `message<T>()` names a type only. */
  stream<Schema extends StandardSchema, Part>(
    input: Schema,
    run: (turn: StreamTurn<State, OutputOf<Schema>>) => Parts<Part>,
  ): StreamHandler<InputOf<Schema>, Part>
}

/** A declared error: the caller's promise rejects with `RefusedError`, the message counts as applied, the actor goes on. */
export class Refusal<State = never> {
  readonly code: string
  readonly message: string
  readonly details: unknown
  readonly next: { readonly state: State } | undefined

  constructor(
    code: string,
    { message, details, next }: { message: string; details: unknown; next: { readonly state: State } | undefined },
  ) {
    this.code = code
    this.message = message
    this.details = details
    this.next = next
  }

  /** What the caller is told: so that middleware around a handling may refuse a message too. */
  get outcome(): Outcome {
    const { code: refusal, message, details } = this
    return { status: 'refused', refusal, message, details }
  }
}

/**
 * Refuses a message by a declared error: to be returned by a handler. It is no crash: the message counts as applied, the actor
 * goes on, with `state` if it is given, and the caller of a call gets a `RefusedError` with this code.
 *
 * @param code a word of your own that callers can tell cases apart by
 */
export function refuse<State = never>(
  code: string,
  options?: { readonly message?: string; readonly details?: unknown; readonly state?: State },
): Refusal<State> {
  const next = options !== undefined && 'state' in options ? { state: options.state } : undefined
  return new Refusal<State>(code, { message: options?.message ?? code, details: options?.details, next })
}

/** No answer now: it comes by what `ctx.defer()` has given, or the caller learns of the end of the actor. */
export class NoReply<State = never> {
  readonly next: { readonly state: State } | undefined

  constructor(next: { readonly state: State } | undefined) {
    this.next = next
  }
}

/** To be returned by a call handler that answers later, through `ctx.defer()`. OTP's `{noreply, State}`. */
export function noReply<State = never>(...state: [] | [state: State]): NoReply<State> {
  return new NoReply<State>(state.length === 0 ? undefined : { state: state[0] })
}

/** The kit is the same for every state: only its type knows which. */
export function handlerKit<State>(): HandlerKit<State> {
  const make =
    (kind: 'call' | 'cast' | 'stream') =>
    (...args: readonly unknown[]): unknown => {
      const [schema, run, options] = typeof args[0] === 'function' ? [undefined, ...args] : args
      return { kind, schema, run, retries: (options as CallHandlerOptions | undefined)?.retries }
    }
  // One maker stands for all six signatures.
  return { call: make('call'), cast: make('cast'), stream: make('stream') } as unknown as HandlerKit<State>
}
