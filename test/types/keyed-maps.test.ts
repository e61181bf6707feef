import { describe, expectTypeOf, it } from 'vitest'
import { actor, keyedMap, message, type KeyedMap } from 'coppice'

interface Item {
  readonly qty: number
}

const Cart = actor('cart', {
  initial: () => ({ items: keyedMap<Item>() }),
  restart: (ctx) => {
    expectTypeOf(ctx.offered?.state.items).toEqualTypeOf<KeyedMap<Item> | undefined>()
  },
  handlers: ({ call }) => ({
    put: call(message<string>(), ({ state, input }) => {
      const items = state.items.update(input, (item) => {
        expectTypeOf(item).toEqualTypeOf<Item | undefined>()
        return { qty: (item?.qty ?? 0) + 1 }
      })
      expectTypeOf(items).toEqualTypeOf<KeyedMap<Item>>()
      // @ts-expect-error entries have one type
      items.set(input, 'many')
      // @ts-expect-error keys are texts
      items.set(7, { qty: 7 })
      return { reply: items.get(input), state: { items } }
    }),
  }),
})

describe('the types of a keyed map', () => {
  it('follow from its entries', () => {
    expectTypeOf(keyedMap({ a: 1, b: 2 })).toEqualTypeOf<KeyedMap<number>>()
    expectTypeOf(keyedMap([['a', true]])).toEqualTypeOf<KeyedMap<boolean>>()
    expectTypeOf(keyedMap(new Map([['a', 1n]]))).toEqualTypeOf<KeyedMap<bigint>>()
    expectTypeOf([...keyedMap<Item>()]).toEqualTypeOf<(readonly [key: string, value: Item])[]>()
  })
})

void Cart
