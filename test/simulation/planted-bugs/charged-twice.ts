import { actor, child, supervisor } from 'coppice'
import { simulatedSystem } from 'coppice/testing'
import type { PlantedBug } from './planted-bug.ts'

const Bank = actor('bank', {
  initial: () => ({ charges: 0 }),
  handlers: ({ call }) => ({
    charge: call(({ state }) => ({ reply: 'charged', state: { charges: state.charges + 1 } })),
    charges: call(({ state }) => ({ reply: state.charges })),
  }),
})

/** It asks again when no answer has come in time, although the charge may have been made. */
const Till = actor('till', {
  initial: () => ({}),
  handlers: ({ cast }) => ({
    pay: cast(async ({ ctx }) => {
      const bank = ctx.ref(Bank, 'bank')
      await bank.call.charge({ timeout: 10 }).catch(() => bank.call.charge())
    }),
  }),
})

export const chargedTwice: PlantedBug = async (order) => {
  const faults = [{ at: 'message', actor: 'bank', handler: 'charge', nth: 1, do: { takes: '10ms' } }] as const
  const tree = supervisor({}, { bank: child(Bank), till: child(Till) })
  await using sim = await simulatedSystem(tree, { ...order, store: false, faults })
  void sim.tree.till.cast.pay()
  await sim.advance(100)
  const charges = await sim.until(sim.tree.bank.call.charges())
  return { wrong: charges === 1 ? undefined : `charged ${charges} times`, schedule: sim.schedule, events: [...sim.events] }
}
