import { actor, child, memory, message, start, supervisor, type Answer, type CoppiceEvent, type Store } from '../../src/index.ts'
import type { LinkOptions } from '../../src/distribution/link-options.ts'
import { createVirtualClock } from '../../src/simulation/virtual-clock.ts'

export const Invoices = actor('invoices', {
  initial: () => ({ made: [] as string[] }),
  handlers: ({ call, cast }) => ({
    make: cast(message<string>(), ({ state, input }) => ({ made: [...state.made, input] })),
    makeAndCount: call(message<string>(), ({ state, input }) => ({
      reply: state.made.length + 1,
      state: { made: [...state.made, input] },
    })),
    made: call(({ state }) => ({ reply: state.made })),
  }),
})

/** Orders that make invoices in another store. */
export const Orders = actor('orders', {
  initial: () => ({ told: [] as Answer<number>[] }),
  handlers: ({ call, cast }) => ({
    place: call(message<string>(), ({ input, ctx }) => {
      void ctx.linked('billing').ref(Invoices, 'invoices').cast.make(input)
      return { reply: 'placed' }
    }),
    placeAfterEffect: call(message<string>(), async ({ input, ctx }) => {
      await ctx.effect('look', { run: () => 'seen' })
      void ctx.linked('billing').ref(Invoices, 'invoices').cast.make(input)
      return { reply: 'placed' }
    }),
    placeTo: call(message<{ to: string; item: string }>(), ({ input, ctx }) => {
      ctx.request(ctx.linked('billing').ref(Invoices, input.to), 'makeAndCount', input.item, { then: 'counted' })
      return { reply: 'placed' }
    }),
    placeAndThrow: cast(message<string>(), ({ input, ctx }) => {
      void ctx.linked('billing').ref(Invoices, 'invoices').cast.make(input)
      throw new Error('changed its mind')
    }),
    counted: cast(message<Answer<number>>(), ({ state, input }) => ({ told: [...state.told, input] })),
    told: call(({ state }) => ({ reply: state.told })),
  }),
})

export const shopTree = supervisor(
  {},
  { orders: child(Orders, { state: 'durable', maxAttempts: 1 }), till: child(Orders, { state: 'volatile' }) },
)
export const billingTree = supervisor(
  {},
  {
    invoices: child(Invoices, { state: 'durable' }),
    drafts: child(Invoices, { state: 'volatile' }),
  },
)

type Links = Readonly<Record<string, LinkOptions>>

/** A tree with links on a clock that is moved by hand. */
async function startOn<Tree>(tree: Parameters<typeof start<Tree>>[0], links: Links, store: Store = memory()) {
  const clock = createVirtualClock()
  const events: CoppiceEvent[] = []
  const app = await start(tree, { store, links, clock, onEvent: (event) => events.push(event) })
  return { app, tree: app.tree, clock, events }
}

export const startShop = (billing: LinkOptions, store?: Store) => startOn(shopTree, { billing }, store)
export const startBilling = (shop: LinkOptions, store?: Store) => startOn(billingTree, { shop }, store)

/** Lets everything happen, timers too, until it is so. */
export async function until(
  isSo: () => boolean | Promise<boolean>,
  clocks: readonly { readonly clock: { runNext(): boolean } }[] = [],
): Promise<void> {
  for (let turn = 0; turn < 3_000; turn += 1) {
    if (await isSo()) return
    await new Promise((resolve) => setImmediate(resolve))
    if (turn % 20 === 19) for (const { clock } of clocks) clock.runNext()
  }
  throw new Error('it has not come to that')
}

export const typesOf = (events: readonly CoppiceEvent[]): string[] =>
  events.filter(({ type }) => type.startsWith('link')).map(({ type }) => type)
