import { describe, expectTypeOf, it } from 'vitest'
import {
  actor,
  child,
  dynamicSupervisor,
  message,
  partitionSupervisor,
  start,
  supervisor,
  type ActorRef,
  type CallHandler,
  type TreeNode,
} from 'coppice'

interface Item {
  readonly sku: string
  readonly qty: number
}

const Cart = actor('cart', {
  initial: (args: { readonly owner: string }) => ({ owner: args.owner, items: [] as readonly Item[] }),
  init: (ctx) => {
    expectTypeOf(ctx.args).toEqualTypeOf<{ readonly owner: string }>()
    expectTypeOf(ctx.offered?.state.items).toEqualTypeOf<readonly Item[] | undefined>()
  },
  handlers: ({ call, cast }) => ({
    add: call(message<Item>(), ({ state, input }) => {
      expectTypeOf(state).toEqualTypeOf<Readonly<{ owner: string; items: readonly Item[] }>>()
      expectTypeOf(input).toEqualTypeOf<Item>()
      return { reply: state.items.length, state: { ...state, items: [...state.items, input] } }
    }),
    owner: call(({ state }) => ({ reply: state.owner })),
    clear: cast(({ state }) => ({ ...state, items: [] })),
  }),
})

const Plain = actor('plain', {
  initial: () => ({ n: 0 }),
  handlers: ({ call }) => ({ n: call(({ state }) => ({ reply: state.n })) }),
})

/** Nothing here is run. */
const uncalled = (_: () => unknown): void => undefined

describe('the types of a tree', () => {
  it('are those of what is declared, without annotations', () => {
    uncalled(async () => {
      const app = await start(
        supervisor(
          { strategy: 'rest_for_one' },
          {
            cart: child(Cart, {
              args: { owner: 'o' },
              hooks: {
                term: ({ state }) => {
                  expectTypeOf(state.owner).toEqualTypeOf<string>()
                },
              },
              fallback: {
                add: ({ input }) => {
                  expectTypeOf(input).toEqualTypeOf<Item>()
                  return 0
                },
              },
            }),
            inner: child(supervisor({}, { deep: child(Plain), deeper: supervisor({}, { last: child(Plain) }) }), {
              shutdown: '1m',
            }),
            carts: dynamicSupervisor(Cart, { restart: 'transient' }),
            plains: dynamicSupervisor(Plain),
            rooms: dynamicSupervisor(supervisor({}, { door: child(Plain) })),
            pool: partitionSupervisor(Plain, { partitions: 2 }),
          },
        ),
      )
      const { tree } = app
      expectTypeOf(tree.cart.call.add({ sku: 'a', qty: 1 })).toEqualTypeOf<Promise<number>>()
      expectTypeOf(tree.cart.call.owner({ timeout: '1s' })).toEqualTypeOf<Promise<string>>()
      expectTypeOf(tree.cart.cast.clear()).toEqualTypeOf<Promise<void>>()
      expectTypeOf(tree.inner.deep.call.n()).toEqualTypeOf<Promise<number>>()
      expectTypeOf(tree.inner.deeper.last.call.n()).toEqualTypeOf<Promise<number>>()
      expectTypeOf(tree.carts.start).parameters.toExtend<readonly [string, { readonly owner: string }, ...unknown[]]>()
      expectTypeOf(tree.carts.get('k').call.owner()).toEqualTypeOf<Promise<string>>()
      expectTypeOf(tree.plains.start('k')).resolves.toEqualTypeOf<typeof tree.inner.deep>()
      expectTypeOf(tree.rooms.get('k').door.call.n()).toEqualTypeOf<Promise<number>>()
      expectTypeOf(tree.pool.for('k').call.n()).toEqualTypeOf<Promise<number>>()
    })
  })

  it('are those of any key where the children are a list', () => {
    uncalled(() => {
      const refOf = <Ref>(_: TreeNode<Ref>): Ref => undefined as never
      const list = ['a', 'b'].map((key) => [key, child(Plain)] as const)
      type Found = ActorRef<{ n: CallHandler<void, number> }> | undefined
      expectTypeOf(refOf(supervisor({}, list))['a']).toEqualTypeOf<Found>()
      expectTypeOf(refOf(supervisor({}, [['a', child(Plain)]]))['a']).toEqualTypeOf<Found>()
    })
  })
})
