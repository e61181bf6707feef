import { actor, child, message, supervisor } from '../../../src/index.ts'
import { scenario } from '../../../src/testing/index.ts'
import { planted } from '../planted.ts'

/** Each pays the other, and waits for the receipt in the turn in which it pays. */
const account = (isWrong: boolean) =>
  actor('account', {
    initial: () => ({ balance: 100 }),
    handlers: ({ call, cast }) => ({
      pay: cast(message<string>(), async ({ state, input, ctx }) => {
        if (isWrong) await ctx.call(input, 'credit', undefined)
        else void ctx.cast(input, 'receive', undefined)
        return { balance: state.balance - 10 }
      }),
      credit: call(({ state }) => ({ reply: 'thanks', state: { balance: state.balance + 10 } })),
      receive: cast(({ state }) => ({ balance: state.balance + 10 })),
    }),
  })

export const deadlock = planted({
  name: 'deadlock of two calls',
  law: 'nobody crashes',
  by: { explore: { bounded: true } },
  program: (isWrong) => {
    const Account = account(isWrong)
    return scenario({
      tree: supervisor({}, { one: child(Account), two: child(Account) }),
      store: false,
      run: async (sim) => {
        void sim.tree.one.cast.pay('two')
        void sim.tree.two.cast.pay('one')
        await sim.advance('1m')
      },
      invariants: { 'nobody crashes': (sim) => !sim.events.some(({ type }) => type === 'exited') },
    })
  },
})
