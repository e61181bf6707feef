import { describe, expectTypeOf, it } from 'vitest'
import { actor, child, message, noReply, refuse, type Context, type TreeNode } from 'coppice'

interface Door {
  readonly opened: number
  readonly status: 'open' | 'closed'
  readonly names: readonly string[]
}

/** Only for the type. */
const refOf = <Ref>(_: TreeNode<Ref>): Ref => undefined as never

/** Nothing here is run: what is wrong does not compile. */
const uncalled = (_: () => unknown): void => undefined

const initial = (): Door => ({ opened: 0, status: 'closed', names: [] })
const later = (_: Context): Promise<void> => Promise.resolve()

const Shapes = actor('shapes', {
  initial,
  handlers: ({ call }) => ({
    one: call(({ state }) => ({ reply: state.opened })),
    two: call(message<number>(), ({ input }) => (input > 1 ? { reply: 'many' } : { reply: input })),
    twoLater: call(message<number>(), async ({ input, ctx }) => {
      await later(ctx)
      if (input > 1) return { reply: 'many' }
      return { reply: input }
    }),
    found: call(message<string>(), async ({ input, state, ctx }) => {
      await later(ctx)
      const at = state.names.indexOf(input)
      if (at < 0) return { reply: { isFound: false as const } }
      return { reply: { isFound: true as const, at }, state: { ...state, opened: state.opened + 1 } }
    }),
    refusing: call(async ({ state, ctx }) => {
      await later(ctx)
      if (state.opened > 1) return refuse('often')
      if (state.opened > 0) return noReply({ ...state, status: 'open' })
      return { reply: 1 }
    }),
    handedOn: call(() => noReply()),
    nothing: call(() => ({ reply: undefined })),
    literal: call(({ state }) => ({ reply: 'open' as const, state: { ...state, status: 'open' } })),
    literalLater: call(async ({ state, ctx }) => {
      await later(ctx)
      return { reply: 1, state: { ...state, status: 'open', names: [] } }
    }),
    annotated: call((): { reply: 'a' | 1 } => ({ reply: 1 })),
  }),
})

describe('the types of replies', () => {
  it('are those of all branches of a handler, also of an async one', () => {
    uncalled(async () => {
      const { call } = refOf(child(Shapes))
      expectTypeOf(call.one()).toEqualTypeOf<Promise<number>>()
      expectTypeOf(call.two(1)).toEqualTypeOf<Promise<string | number>>()
      expectTypeOf(call.twoLater(1)).toEqualTypeOf<Promise<string | number>>()
      const found = await call.found('a')
      expectTypeOf(found.isFound).toEqualTypeOf<boolean>()
      if (found.isFound) expectTypeOf(found.at).toEqualTypeOf<number>()
      expectTypeOf(call.refusing()).toEqualTypeOf<Promise<number>>()
      expectTypeOf(call.handedOn()).toEqualTypeOf<Promise<unknown>>()
      expectTypeOf(call.nothing()).toEqualTypeOf<Promise<undefined>>()
      expectTypeOf(call.literal()).toEqualTypeOf<Promise<'open'>>()
      expectTypeOf(call.literalLater()).toEqualTypeOf<Promise<number>>()
      expectTypeOf(call.annotated()).toEqualTypeOf<Promise<'a' | 1>>()
    })
  })

  it('refuse a state that is not that of the actor, and a handler that gives no reply', () => {
    uncalled(() =>
      actor('wrong', {
        initial,
        handlers: ({ call }) => ({
          // @ts-expect-error -- a number
          state: call(({ state }) => ({ reply: 1, state: { ...state, opened: 'often' } })),
          // @ts-expect-error -- a number
          stateLater: call(async ({ state, ctx }) => {
            await later(ctx)
            return { reply: 1, state: { ...state, opened: 'often' } }
          }),
          // @ts-expect-error -- no such status
          status: call(({ state }) => ({ reply: 1, state: { ...state, status: 'ajar' } })),
          // @ts-expect-error -- the reply is missing
          none: call(() => undefined),
          // @ts-expect-error -- the reply is not the result
          bare: call(() => 7),
          // @ts-expect-error -- and in one branch
          branch: call(message<number>(), ({ input }) => (input > 1 ? { reply: 1 } : undefined)),
        }),
      }),
    )
  })
})
