import { actor, child, message, supervisor } from '../../../src/index.ts'
import { scenario } from '../../../src/testing/index.ts'
import { bystanders, chatter, Courier } from '../noise.ts'
import { bySeedsAndBounded, planted } from '../planted.ts'

const Account = actor('account', {
  initial: () => ({ balance: 0 }),
  handlers: ({ cast }) => ({
    read: cast(message<string>(), ({ state, input, ctx }) => void ctx.cast(input, 'balance', state.balance)),
    write: cast(message<number>(), ({ input }) => ({ balance: input })),
    add: cast(message<number>(), ({ state, input }) => ({ balance: state.balance + input })),
  }),
})

/** It reads, adds and writes back, in two messages. */
const clerk = (isWrong: boolean) =>
  actor('clerk', {
    initial: () => ({ due: 0 }),
    handlers: ({ cast }) => ({
      pay: cast(message<number>(), ({ state, input, ctx }) => {
        if (isWrong) void ctx.ref(Account, 'account').cast.read(ctx.id)
        else void ctx.ref(Account, 'account').cast.add(input)
        return { due: isWrong ? state.due + input : 0 }
      }),
      balance: cast(message<number>(), ({ state, input, ctx }) => {
        void ctx.ref(Account, 'account').cast.write(input + state.due)
        return { due: 0 }
      }),
    }),
  })

export const lostUpdate = planted({
  name: 'lost update',
  law: 'all payments count',
  cause: 'order',
  hunts: bySeedsAndBounded(20, 30),
  program: (isWrong) => {
    const Clerk = clerk(isWrong)
    const clerks = { ann: child(Clerk), bob: child(Clerk), eve: child(Clerk) }
    return scenario({
      tree: supervisor({}, { account: child(Account), ...clerks, courier: child(Courier), ...bystanders() }),
      store: false,
      items: ['ann', 'bob', 'eve'],
      run: (sim, payers) => {
        for (const [n, to] of payers.entries()) void sim.tree.courier.cast.bring({ stops: 4 * n, to, name: 'pay', input: 10 })
        chatter(sim)
      },
      invariants: {
        'all payments count': (sim) => {
          const { length } = sim.steps.flatMap(({ handled }) => handled).filter(({ name }) => name === 'pay')
          const balance = sim.peek<{ balance: number }>('account')?.balance
          return balance === 10 * length || `${length} payments of 10 make ${balance}`
        },
      },
    })
  },
})
