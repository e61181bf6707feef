import type { Context, Deferred } from '../runtime/context.ts'
import { copyOf } from './copy.ts'
import { noReply, type CallResult, type HandlerKit } from './handlers.ts'
import { message } from './schema.ts'

/** A result that is kept. */
export interface Remembered<Value> {
  readonly value: Value
  /** Wall clock, milliseconds since 1970. */
  readonly atMs: number
}

/** What a memo keeps: in the order in which it came to be. */
export interface MemoState<Value> {
  readonly results: ReadonlyMap<string, Remembered<Value>>
}

/** What those who ask are told. */
export type MemoAnswer<Value> =
  { readonly status: 'done'; readonly value: Value } | { readonly status: 'failed'; readonly error: unknown }

/** What is asked for. */
export interface MemoQuestion<Input> {
  readonly key: string
  readonly input: Input
}

interface MemoParts<Input, Value> {
  readonly path: string
  readonly fn: (input: Input, context: { readonly signal: AbortSignal }) => Value | Promise<Value>
  readonly max: number
  readonly ttlMs: number
}

type Result<Value> = CallResult<MemoState<Value>, MemoAnswer<Value>>

/** The handlers of a memo. */
export function memoHandlers<Input, Value>({ path, fn, max, ttlMs }: MemoParts<Input, Value>) {
  type State = MemoState<Value>
  // Who waits for what belongs to one incarnation, and cannot be stored.
  const waiting = new WeakMap<Context, Map<string, Deferred[]>>()
  const waitingIn = (ctx: Context): Map<string, Deferred[]> => {
    const known = waiting.get(ctx) ?? new Map<string, Deferred[]>()
    waiting.set(ctx, known)
    return known
  }

  const workOut = async (input: Input, signal: AbortSignal): Promise<MemoAnswer<Value>> => {
    try {
      return { status: 'done', value: copyOf(await fn(input, { signal }), `${path}: result`) }
    } catch (error) {
      return { status: 'failed', error }
    }
  }

  const withResult = (state: State, key: string, value: Value, atMs: number): State => {
    const results = new Map(state.results)
    results.delete(key)
    results.set(key, { value, atMs })
    for (const first of results.keys()) {
      if (results.size <= max) break
      results.delete(first)
    }
    return { results }
  }

  const get = (state: State, { key, input }: MemoQuestion<Input>, ctx: Context): Result<Value> | Promise<Result<Value>> => {
    const known = state.results.get(key)
    if (known !== undefined && ctx.now() - known.atMs < ttlMs) return { reply: { status: 'done', value: known.value } }
    // A journal is applied one message after the other.
    if (ctx.isJournaled(ctx.id))
      return workOut(input, ctx.signal).then((reply) =>
        reply.status === 'done' ? { reply, state: withResult(state, key, reply.value, ctx.now()) } : { reply },
      )
    const asker = ctx.defer()
    const others = waitingIn(ctx).get(key)
    if (others !== undefined) others.push(asker)
    else {
      waitingIn(ctx).set(key, [asker])
      void workOut(input, ctx.signal).then((answer) => ctx.sendSelf('workedOut', { key, answer }))
    }
    return noReply()
  }

  const workedOut = (state: State, key: string, answer: MemoAnswer<Value>, ctx: Context): State => {
    const askers = waitingIn(ctx).get(key) ?? []
    waitingIn(ctx).delete(key)
    for (const asker of askers) asker.reply(answer)
    if (answer.status === 'failed') return state
    ctx.checkpoint()
    return withResult(state, key, answer.value, ctx.now())
  }

  return ({ call, cast }: HandlerKit<State>) => ({
    get: call(message<MemoQuestion<Input>>(), ({ state, input, ctx }) => get(state, input, ctx)),
    workedOut: cast(message<{ readonly key: string; readonly answer: MemoAnswer<Value> }>(), ({ state, input, ctx }) =>
      workedOut(state, input.key, input.answer, ctx),
    ),
    forget: call(message<string>(), ({ state, input, ctx }) => {
      const results = new Map(state.results)
      const reply = results.delete(input)
      if (reply) ctx.checkpoint()
      return { reply, state: { results } }
    }),
    clear: call(({ state, ctx }) => {
      ctx.checkpoint()
      return { reply: state.results.size, state: { results: new Map<string, Remembered<Value>>() } }
    }),
    size: call(({ state }) => ({ reply: state.results.size })),
  })
}
