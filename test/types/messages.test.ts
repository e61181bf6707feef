import { describe, it } from 'vitest'
import { actor, child, message, noReply, start, supervisor, type ActorRef, type CallHandler, type Context } from 'coppice'

const Shop = actor('shop', {
  initial: () => ({ n: 0 }),
  handlers: ({ call, cast }) => ({
    price: call(message<string>(), () => ({ reply: 1 }), { retries: 2 }),
    count: call(({ state }) => ({ reply: state.n }), { retries: 1 }),
    put: cast(message<string>(), () => undefined),
  }),
})

/** Nothing here is run: what is wrong does not compile. */
const uncalled = (_: (ctx: Context) => unknown): void => undefined

describe('the types of messages', () => {
  it('refuse what cannot work', () => {
    uncalled(async (ctx) => {
      const shop = ctx.ref(Shop, 'shop')
      await shop.call.price('apple', { retries: 3, whenDown: 'reject', deadline: Date.UTC(2030, 0), dropExpired: true })
      // @ts-expect-error -- no such way
      await shop.call.price('apple', { whenDown: 'wait' })
      // @ts-expect-error -- a number
      await shop.call.price('apple', { retries: '3' })
      // @ts-expect-error -- a cast has no answer that could be tried for again
      await shop.cast.put('apple', { retries: 3 })
      child(Shop, { retries: Infinity, whenDown: 'reject' })
      // @ts-expect-error -- no such way
      child(Shop, { whenDown: 'fail' })
      await start(supervisor({}, { shop: child(Shop) }), { messages: 'share' })
      // @ts-expect-error -- no such way
      await start(supervisor({}, { shop: child(Shop) }), { messages: 'freeze' })

      const id: string = ctx.request(shop, 'price', 'apple', { then: 'priced' })
      ctx.request(shop, 'count', undefined, { then: id, timeout: '1s' })
      // @ts-expect-error -- the answer needs a handler
      ctx.request(shop, 'price', 'apple', {})
      // @ts-expect-error -- no such call
      ctx.request(shop, 'put', 'apple', { then: 'done' })
      // @ts-expect-error -- the input is a string
      ctx.request(shop, 'price', 1, { then: 'priced' })
      ctx.forward(shop, 'price', 'apple')
      // @ts-expect-error -- the input is a string
      ctx.forward(shop, 'price', 1)

      const app = await start(supervisor({}, { shop: child(Shop) }))
      const again: ActorRef<{ price: CallHandler<string, number> }> = app.refOf(app.tree.shop.toJSON(), Shop)
      ctx.ref(Shop, again)
      // @ts-expect-error -- a path alone is no reference
      app.refOf('shop', Shop)
      // @ts-expect-error -- whose actor is it?
      app.refOf({ actor: 'shop' }, Shop)
      return noReply()
    })
  })
})
