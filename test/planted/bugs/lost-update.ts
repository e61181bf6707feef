import { actor, child, message, supervisor } from '../../../src/index.ts'
import { scenario } from '../../../src/testing/index.ts'
import { planted } from '../planted.ts'

const Account = actor('account', {
  initial: () => ({ balance: 0 }),
  handlers: ({ call, cast }) => ({
    read: call(({ state }) => ({ reply: state.balance })),
    write: cast(message<number>(), ({ input }) => ({ balance: input })),
    add: cast(message<number>(), ({ state, input }) => ({ balance: state.balance + input })),
  }),
})

/** It reads, adds and writes back, in two messages. */
const clerk = (isWrong: boolean) =>
  actor('clerk', {
    initial: () => ({}),
    handlers: ({ cast }) => ({
      pay: cast(message<number>(), async ({ input, ctx }) => {
        const account = ctx.ref(Account, 'account')
        if (!isWrong) return void account.cast.add(input)
        void account.cast.write((await account.call.read()) + input)
      }),
    }),
  })

export const lostUpdate = planted({
  name: 'lost update',
  law: 'both payments count',
  by: { explore: { bounded: true } },
  program: (isWrong) => {
    const Clerk = clerk(isWrong)
    return scenario({
      tree: supervisor({}, { account: child(Account), ann: child(Clerk), bob: child(Clerk) }),
      store: false,
      run: (sim) => {
        void sim.tree.ann.cast.pay(10)
        void sim.tree.bob.cast.pay(10)
      },
      invariants: { 'both payments count': (sim) => sim.peek<{ balance: number }>('account')?.balance === 20 },
    })
  },
})
