import { actor, child, message, supervisor } from '../../../src/index.ts'
import { scenario } from '../../../src/testing/index.ts'
import { bystanders, chatter, Courier } from '../noise.ts'
import { bySeedsAndBounded, planted } from '../planted.ts'

interface State {
  readonly asked: string
  readonly prices: Readonly<Record<string, number>>
}

/** A customer asks for prices by messages, and takes any price for that of what it has asked for last. */
const customer = (isWrong: boolean) =>
  actor('customer', {
    initial: (): State => ({ asked: '', prices: {} }),
    restart: (ctx) => ctx.fresh(),
    handlers: ({ cast }) => ({
      ask: cast(message<string>(), ({ state, input, ctx }) => {
        void ctx.ref(Shop, 'shop').cast.price(input)
        return { ...state, asked: input }
      }),
      priced: cast(message<{ item: string; price: number }>(), ({ state, input: { item, price } }) => {
        if (state.asked === '' || (!isWrong && item !== state.asked)) return state
        return { asked: '', prices: { ...state.prices, [state.asked]: price } }
      }),
      crash: cast(() => {
        throw new Error('crash')
      }),
    }),
  })

const Shop = actor('shop', {
  initial: (): Readonly<Record<string, number>> => ({ apple: 1, pear: 2 }),
  handlers: ({ cast }) => ({
    price: cast(message<string>(), ({ state, input: item, ctx }) => {
      void ctx.cast('customer', 'priced', { item, price: state[item] ?? 0 })
    }),
  }),
})

const day = [
  { stops: 0, name: 'ask', input: 'apple' },
  { stops: 3, name: 'crash' },
  { stops: 3, name: 'ask', input: 'pear' },
  { stops: 12, name: 'ask', input: 'apple' },
]

export const replyToTheDead = planted({
  name: 'reply to a dead incarnation',
  law: 'a pear costs 2',
  cause: 'order',
  hunts: bySeedsAndBounded(20, 40),
  program: (isWrong) =>
    scenario({
      tree: supervisor({}, { customer: child(customer(isWrong)), shop: child(Shop), user: child(Courier), ...bystanders() }),
      store: false,
      items: day,
      run: (sim, parcels) => {
        for (const parcel of parcels) void sim.tree.user.cast.bring({ ...parcel, to: 'customer' })
        chatter(sim)
      },
      invariants: {
        'a pear costs 2': (sim) => {
          const pear = sim.peek<State>('customer')?.prices['pear']
          return pear === undefined || pear === 2 || `it costs ${pear}`
        },
      },
    }),
})
