import { actor, child, message, supervisor } from 'coppice'
import { scenario } from 'coppice/testing'

const Account = actor('account', {
  initial: () => ({ balance: 0 }),
  handlers: ({ call, cast }) => ({
    read: call(({ state }) => ({ reply: state.balance })),
    write: cast(message<number>(), ({ input }) => ({ balance: input })),
  }),
})

/** It reads, adds and writes back, in two messages. */
const Clerk = actor('clerk', {
  initial: () => ({}),
  handlers: ({ cast }) => ({
    pay: cast(message<number>(), async ({ input, ctx }) => {
      const account = ctx.ref(Account, 'account')
      void account.cast.write((await account.call.read()) + input)
    }),
  }),
})

/** Two payments of which one may be lost. */
export const lostUpdate = scenario({
  name: 'lostUpdate',
  file: import.meta.url,
  tree: supervisor({}, { account: child(Account), ann: child(Clerk), bob: child(Clerk) }),
  store: false,
  run: (sim) => {
    void sim.tree.ann.cast.pay(10)
    void sim.tree.bob.cast.pay(10)
  },
  invariants: {
    'both payments count': (sim) => {
      const balance = sim.peek<{ balance: number }>('account')?.balance
      return balance === 20 || `the balance is ${balance}`
    },
  },
})
