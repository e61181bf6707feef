import { actor, child, message, supervisor } from 'coppice'
import { simulatedSystem } from 'coppice/testing'
import type { PlantedBug } from './planted-bug.ts'

/** A customer asks for prices by messages, and takes any price for the one that it has asked for. */
const Customer = actor('customer', {
  initial: (): { asked: string; prices: Record<string, number> } => ({ asked: '', prices: {} }),
  restart: (ctx) => ctx.fresh(),
  handlers: ({ cast, call }) => ({
    ask: cast(message<string>(), ({ state, input, ctx }) => {
      void ctx.ref(Shop, 'shop').cast.price(input)
      return { ...state, asked: input }
    }),
    priced: cast(message<number>(), ({ state, input }) =>
      state.asked === '' ? state : { asked: '', prices: { ...state.prices, [state.asked]: input } },
    ),
    crash: cast(() => {
      throw new Error('crash')
    }),
    prices: call(({ state }) => ({ reply: state.prices })),
  }),
})

const Shop = actor('shop', {
  initial: (): Record<string, number> => ({ apple: 1, pear: 2 }),
  handlers: ({ cast }) => ({
    price: cast(message<string>(), ({ state, input, ctx }) => void ctx.ref(Customer, 'customer').cast.priced(state[input] ?? 0)),
  }),
})

const User = actor('user', {
  initial: () => ({}),
  handlers: ({ cast }) => ({
    begin: cast(({ ctx }) => {
      void ctx.ref(Customer, 'customer').cast.ask('apple')
      ctx.sendSelf('thenCrash')
    }),
    thenCrash: cast(message<undefined>(), ({ ctx }) => {
      void ctx.ref(Customer, 'customer').cast.crash()
      ctx.sendSelf('thenAsk')
    }),
    thenAsk: cast(message<undefined>(), ({ ctx }) => void ctx.ref(Customer, 'customer').cast.ask('pear')),
  }),
})

export const replyToTheDead: PlantedBug = async (order) => {
  const tree = supervisor({}, { customer: child(Customer), shop: child(Shop), user: child(User) })
  await using sim = await simulatedSystem(tree, { ...order, store: false })
  void sim.tree.user.cast.begin()
  await sim.settle()
  const prices = await sim.until(sim.tree.customer.call.prices())
  const wrong = prices['pear'] === 2 ? undefined : `a pear costs ${prices['pear']}`
  return { wrong, schedule: sim.schedule, events: [...sim.events] }
}
