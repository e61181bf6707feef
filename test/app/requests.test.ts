import { describe, expect, it } from 'vitest'
import { actor } from '../../src/behaviors/actor.ts'
import { noReply, refuse } from '../../src/behaviors/handlers.ts'
import { message } from '../../src/behaviors/schema.ts'
import { memory } from '../../src/persistence/memory-store.ts'
import type { Answer } from '../../src/runtime/requests.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'
import { eventsOf, simulated } from '../support/simulated-app.ts'

const modes = ['volatile', 'durable'] as const
const pairs = modes.flatMap((asker) => modes.map((shop) => [asker, shop] as const))

const Shop = actor('shop', {
  initial: () => ({ asked: 0 }),
  handlers: ({ call }) => ({
    price: call(message<string>(), ({ state, input }) => {
      if (input === 'bread') return refuse('sold-out')
      if (input === 'worm') throw new Error('a worm')
      return { reply: input.length, state: { asked: state.asked + 1 } }
    }),
    asked: call(({ state }) => ({ reply: state.asked })),
    silent: call(({ ctx }) => {
      ctx.defer()
      return noReply()
    }),
  }),
})

const Asker = actor('asker', {
  initial: () => ({ answers: [] as readonly Answer<number>[] }),
  handlers: ({ call, cast }) => ({
    ask: call(message<string>(), ({ input, ctx }) => ({
      reply: ctx.request(ctx.ref(Shop, 'shop'), 'price', input, { then: 'priced' }),
    })),
    askNobody: call(({ ctx }) => ({ reply: ctx.request(ctx.ref(Shop, 'nobody'), 'price', 'x', { then: 'priced' }) })),
    wait: call(({ ctx }) => ({
      reply: ctx.request(ctx.ref(Shop, 'shop'), 'silent', undefined, { then: 'priced', timeout: '1s' }),
    })),
    askAndCrash: cast(({ ctx }) => {
      ctx.request(ctx.ref(Shop, 'shop'), 'price', 'pear', { then: 'priced' })
      if (ctx.attempt < 2) throw new Error('after asking')
    }),
    priced: cast(message<Answer<number>>(), ({ state, input }) => ({ answers: [...state.answers, input] })),
    answers: call(({ state }) => ({ reply: state.answers })),
    pass: call(message<string>(), ({ input, ctx }) => {
      ctx.forward(ctx.ref(Shop, 'shop'), 'price', input)
      return noReply()
    }),
    passTwice: call(({ ctx }) => {
      ctx.forward(ctx.ref(Shop, 'shop'), 'price', 'apple')
      return { reply: 0 }
    }),
  }),
})

const tree = (asker: 'volatile' | 'durable', shop: 'volatile' | 'durable') =>
  supervisor(
    { intensity: { restarts: 20, within: '1s' } },
    { asker: child(Asker, { state: asker }), shop: child(Shop, { state: shop, ...(shop === 'durable' && { maxAttempts: 2 }) }) },
  )

describe('ctx.request', () => {
  it.each(pairs)('brings the answer as a message, with the id of the request (%s asks %s)', async (asker, shop) => {
    const {
      tree: { asker: ref },
      settle,
      until,
    } = await simulated(tree(asker, shop))
    const ids = [await until(ref.call.ask('apple')), await until(ref.call.ask('bread')), await until(ref.call.ask('worm'))]
    await settle()
    const answers = await until(ref.call.answers())
    expect(answers.map(({ request }) => request).sort()).toEqual([...ids].sort())
    expect(answers).toContainEqual({ request: ids[0], status: 'replied', value: 5 })
    expect(answers).toContainEqual(
      expect.objectContaining({ request: ids[1], status: 'failed', code: 'refused', refusal: 'sold-out' }),
    )
    expect(answers).toContainEqual(expect.objectContaining({ request: ids[2], status: 'failed', code: 'crashed' }))
  })

  it.each(modes)('tells too that nobody is there, or that nobody answers in time (%s)', async (mode) => {
    const {
      tree: { asker },
      advance,
      until,
    } = await simulated(tree(mode, 'volatile'))
    await until(asker.call.askNobody())
    await until(asker.call.wait())
    await advance('1s')
    expect((await until(asker.call.answers())).map((answer) => answer.status === 'failed' && answer.code)).toEqual([
      'noproc',
      'timeout',
    ])
  })

  it('is part of the commit: a turn that is dropped has asked nobody, and the answer comes once', async () => {
    const {
      tree: { asker, shop },
      settle,
      until,
      events,
    } = await simulated(tree('durable', 'durable'))
    await until(asker.cast.askAndCrash())
    await settle()
    expect(eventsOf(events, 'exited')).toHaveLength(1)
    expect(await until(asker.call.answers())).toMatchObject([{ status: 'replied', value: 4 }])
    expect(await until(shop.call.asked())).toBe(1)
  })

  it('is answered in the next process too', async () => {
    const store = memory()
    const first = await simulated(tree('durable', 'durable'), { store })
    const asked = first.tree.asker.call.ask('apple')
    await first.until(asked)
    await first.until(first.app.stop())
    const next = await simulated(tree('durable', 'durable'), { store })
    await next.settle()
    expect(await next.until(next.tree.asker.call.answers())).toEqual([{ request: await asked, status: 'replied', value: 5 }])
  })
})

describe('ctx.forward', () => {
  it.each(modes)('has another actor answer the caller (%s)', async (shop) => {
    const {
      tree: { asker },
      until,
    } = await simulated(tree('volatile', shop))
    expect(await until(asker.call.pass('apple'))).toBe(5)
    await expect(until(asker.call.pass('bread'))).rejects.toMatchObject({ code: 'refused', refusal: 'sold-out' })
    await expect(until(asker.call.pass('worm'))).rejects.toMatchObject({ code: 'crashed' })
  })

  it('drops a second answer', async () => {
    const {
      tree: { asker },
      until,
    } = await simulated(tree('volatile', 'volatile'))
    expect(await until(asker.call.passTwice())).toBe(5)
  })

  it('is refused in a durable turn, whose reply is part of the commit', async () => {
    const {
      tree: { asker },
      until,
    } = await simulated(tree('durable', 'volatile'))
    await expect(until(asker.call.pass('apple'))).rejects.toMatchObject({ code: 'crashed' })
  })
})
