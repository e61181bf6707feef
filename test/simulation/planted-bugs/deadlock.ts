import { actor, child, message, supervisor } from 'coppice'
import { simulatedSystem } from 'coppice/testing'
import type { PlantedBug } from './planted-bug.ts'

/** Each pays the other, and waits for the receipt in the turn in which it pays. */
const Account = actor('account', {
  initial: () => ({ balance: 100 }),
  handlers: ({ call, cast }) => ({
    pay: cast(message<string>(), async ({ state, input, ctx }) => {
      await ctx.ref(Account, input).call.credit()
      return { balance: state.balance - 10 }
    }),
    credit: call(({ state }) => ({ reply: 'thanks', state: { balance: state.balance + 10 } })),
  }),
})

const User = actor('user', {
  initial: () => ({}),
  handlers: ({ cast }) => ({
    pay: cast(message<string>(), ({ input, ctx }) => void ctx.ref(Account, input === 'one' ? 'two' : 'one').cast.pay(input)),
  }),
})

export const deadlock: PlantedBug = async (order) => {
  const tree = supervisor({}, { one: child(Account), two: child(Account), ann: child(User), bob: child(User) })
  await using sim = await simulatedSystem(tree, { ...order, store: false })
  void sim.tree.ann.cast.pay('one')
  void sim.tree.bob.cast.pay('two')
  await sim.advance('1m')
  const crashed = sim.events.filter(({ type }) => type === 'exited').length
  return { wrong: crashed === 0 ? undefined : 'they wait for each other', schedule: sim.schedule, events: [...sim.events] }
}
