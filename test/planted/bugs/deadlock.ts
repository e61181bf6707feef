import { actor, child, message, supervisor } from '../../../src/index.ts'
import { scenario } from '../../../src/testing/index.ts'
import { bystanders, chatter, Courier } from '../noise.ts'
import { bySeedsAndBounded, planted } from '../planted.ts'

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
  cause: 'order',
  hunts: bySeedsAndBounded(40, 30),
  program: (isWrong) => {
    const Account = account(isWrong)
    const accounts = { one: child(Account), two: child(Account), three: child(Account) }
    return scenario({
      tree: supervisor({}, { ...accounts, courier: child(Courier), ...bystanders() }),
      store: false,
      items: [
        { stops: 0, to: 'one', input: 'two' },
        { stops: 3, to: 'two', input: 'one' },
        { stops: 4, to: 'three', input: 'one' },
      ],
      run: async (sim, payments) => {
        for (const payment of payments) void sim.tree.courier.cast.bring({ ...payment, name: 'pay' })
        chatter(sim)
        await sim.advance('1m')
      },
      invariants: { 'nobody crashes': (sim) => !sim.events.some(({ type }) => type === 'exited') },
    })
  },
})
