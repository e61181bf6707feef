import { normal } from '../protocol/exit-reason.ts'
import type { Context, Deferred } from '../runtime/context.ts'
import { emptyList, push, shift, unshift, type ChunkedList } from './chunked-list.ts'
import { noReply, type CallResult, type HandlerKit } from './handlers.ts'
import { message } from './schema.ts'
import { WaitingCallers } from './waiting-callers.ts'

/** What a queue keeps. */
export interface QueueState<Item> {
  readonly isClosed: boolean
  readonly items: ChunkedList<Item>
}

/** What a queue says to those who ask. */
export type QueueAnswer<Item> =
  | { readonly status: 'done' }
  | { readonly status: 'taken'; readonly items: readonly Item[] }
  | { readonly status: 'full' | 'empty' | 'closed' }

/** How long to wait, in milliseconds: 0 does not wait. A durable queue does not wait in any case. */
interface Wait {
  readonly waitMs: number
}

interface Waiting<Item> {
  readonly getters: WaitingCallers<undefined>
  readonly putters: WaitingCallers<Item>
}

type Result<Item> = CallResult<QueueState<Item>, QueueAnswer<Item> | undefined>
type State<Item> = QueueState<Item>

const done = { status: 'done' } as const
const full = { status: 'full' } as const
const empty = { status: 'empty' } as const
const closed = { status: 'closed' } as const

/** The handlers of a queue that holds `max` items. */
export function queueHandlers<Item>(max: number) {
  // Those who wait belong to one incarnation, and cannot be stored.
  const waiting = new WeakMap<Context, Waiting<Item>>()
  const waitingIn = (ctx: Context): Waiting<Item> => {
    const known = waiting.get(ctx) ?? { getters: new WaitingCallers<undefined>(), putters: new WaitingCallers<Item>() }
    waiting.set(ctx, known)
    return known
  }

  /** The state with one more item, unless somebody waits for it. */
  const handIn = (state: State<Item>, item: Item, ctx: Context): State<Item> => {
    const getter = waitingIn(ctx).getters.take(ctx)
    if (getter === undefined) return { ...state, items: push(state.items, item) }
    getter.asker.reply({ status: 'taken', items: [item] })
    return state
  }

  /** Items have been taken out: room for those who wait, and the end of a queue that was closed. */
  const afterTaking = (state: State<Item>, ctx: Context): State<Item> => {
    const { putters } = waitingIn(ctx)
    let { items } = state
    while (items.size < max) {
      const putter = putters.take(ctx)
      if (putter === undefined) break
      items = push(items, putter.brought)
      putter.asker.reply(done)
    }
    if (state.isClosed && items.size === 0) ctx.stop(normal)
    return { ...state, items }
  }

  const put = (state: State<Item>, { item, waitMs }: Wait & { readonly item: Item }, ctx: Context): Result<Item> => {
    const asker = askerOf(ctx)
    if (asker?.isAwaited === false) return noReply()
    if (state.isClosed) return answer(asker, closed)
    const { getters, putters } = waitingIn(ctx)
    if (state.items.size >= max && getters.count === 0) {
      if (waitMs === 0 || asker === undefined) return answer(asker, full)
      putters.add({ asker, brought: item, ...limit(ctx, 'putExpired', waitMs) })
      return noReply()
    }
    return answer(asker, done, handIn(state, item, ctx))
  }

  const putBatch = (state: State<Item>, items: readonly Item[], ctx: Context): Result<Item> => {
    const asker = askerOf(ctx)
    if (asker?.isAwaited === false) return noReply()
    if (state.isClosed) return answer(asker, closed)
    if (items.length > max - state.items.size + waitingIn(ctx).getters.count) return answer(asker, full)
    return answer(
      asker,
      done,
      items.reduce((next, item) => handIn(next, item, ctx), state),
    )
  }

  const get = (state: State<Item>, { waitMs }: Wait, ctx: Context): Result<Item> => {
    const asker = askerOf(ctx)
    if (asker?.isAwaited === false) return noReply()
    const taken = shift(state.items)
    if (taken !== undefined)
      return answer(asker, { status: 'taken', items: [taken.item] }, afterTaking({ ...state, items: taken.rest }, ctx))
    if (state.isClosed) return answer(asker, closed)
    if (waitMs === 0 || asker === undefined) return answer(asker, empty)
    waitingIn(ctx).getters.add({ asker, brought: undefined, ...limit(ctx, 'getExpired', waitMs) })
    return noReply()
  }

  const getBatch = (state: State<Item>, count: number, ctx: Context): Result<Item> => {
    const asker = askerOf(ctx)
    if (asker?.isAwaited === false) return noReply()
    if (state.items.size < count) return answer(asker, state.isClosed && state.items.size === 0 ? closed : empty)
    const items: Item[] = []
    let rest = state.items
    for (let next = shift(rest); next !== undefined && items.length < count; next = shift(rest)) {
      items.push(next.item)
      rest = next.rest
    }
    return answer(asker, { status: 'taken', items }, afterTaking({ ...state, items: rest }, ctx))
  }

  const close = (state: State<Item>, graceMs: number, ctx: Context) => {
    const { getters, putters } = waitingIn(ctx)
    for (let one = putters.take(ctx); one !== undefined; one = putters.take(ctx)) one.asker.reply(closed)
    for (let one = getters.take(ctx); one !== undefined; one = getters.take(ctx)) one.asker.reply(closed)
    const left = state.items.size
    if (left === 0 || graceMs === 0) ctx.stop(normal)
    else if (graceMs !== Infinity) ctx.sendAfter(graceMs, 'graceOver')
    return { reply: left, state: { isClosed: true, items: graceMs === 0 ? emptyList : state.items } }
  }

  return ({ call, cast }: HandlerKit<State<Item>>) => ({
    put: call(message<Wait & { readonly item: Item }>(), ({ state, input, ctx }) => put(state, input, ctx)),
    putBatch: call(message<readonly Item[]>(), ({ state, input, ctx }) => putBatch(state, input, ctx)),
    get: call(message<Wait>(), ({ state, input, ctx }) => get(state, input, ctx)),
    getBatch: call(message<number>(), ({ state, input, ctx }) => getBatch(state, input, ctx)),
    size: call(({ state }) => ({ reply: state.items.size })),
    close: call(message<{ readonly graceMs: number }>(), ({ state, input, ctx }) => close(state, input.graceMs, ctx)),
    /** What was taken for somebody who is gone, from a durable queue: it is first in line again. */
    giveBack: call(message<Item>(), ({ state, input }) => ({
      reply: undefined,
      state: { ...state, items: unshift(state.items, input) },
    })),
    putExpired: cast(message<number>(), ({ input, ctx }) => waitingIn(ctx).putters.takeExpired(input)?.asker.reply(full)),
    getExpired: cast(message<number>(), ({ input, ctx }) => waitingIn(ctx).getters.takeExpired(input)?.asker.reply(empty)),
    graceOver: cast(({ ctx }): State<Item> => {
      ctx.stop(normal)
      return { isClosed: true, items: emptyList }
    }),
  })
}

function limit(ctx: Context, name: 'putExpired' | 'getExpired', waitMs: number) {
  const ticket = ctx.nextNumber()
  return { ticket, timer: waitMs === Infinity ? undefined : ctx.sendAfter(waitMs, name, ticket) }
}

/** Whoever asks, to see whether they wait still; nothing in a durable turn, whose answer is part of the commit. */
function askerOf(ctx: Context): Deferred | undefined {
  return ctx.isJournaled(ctx.id) ? undefined : ctx.defer()
}

function answer<Item>(asker: Deferred | undefined, reply: QueueAnswer<Item>, ...state: [] | [QueueState<Item>]): Result<Item> {
  if (asker === undefined) return { reply, ...(state.length === 1 && { state: state[0] }) }
  asker.reply(reply)
  return noReply(...state)
}
