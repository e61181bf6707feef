import { actor, child, message, supervisor } from 'coppice'
import { simulatedSystem } from 'coppice/testing'
import type { PlantedBug } from './planted-bug.ts'

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
    pay: cast(async ({ ctx }) => {
      const account = ctx.ref(Account, 'account')
      void account.cast.write((await account.call.read()) + 10)
    }),
  }),
})

export const lostUpdate: PlantedBug = async (order) => {
  const tree = supervisor({}, { account: child(Account), one: child(Clerk), two: child(Clerk) })
  await using sim = await simulatedSystem(tree, { ...order, store: false })
  void sim.tree.one.cast.pay()
  void sim.tree.two.cast.pay()
  await sim.settle()
  const balance = await sim.until(sim.tree.account.call.read())
  const wrong = balance === 20 ? undefined : `the balance is ${balance}`
  return { wrong, schedule: sim.schedule, events: [...sim.events] }
}
