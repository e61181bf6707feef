import { actor, child, supervisor } from '../../../src/index.ts'
import { scenario } from '../../../src/testing/index.ts'
import { planted } from '../planted.ts'

const Bank = actor('bank', {
  initial: () => ({ charges: 0 }),
  handlers: ({ call }) => ({ charge: call(({ state }) => ({ reply: 'charged', state: { charges: state.charges + 1 } })) }),
})

/**
 * It asks again when no answer has come in time, although the charge may have been made: without a key that is another charge.
 */
const till = (isWrong: boolean) =>
  actor('till', {
    initial: () => ({}),
    handlers: ({ cast }) => ({
      pay: cast(async ({ ctx }) => {
        const bank = ctx.ref(Bank, 'bank')
        const key = isWrong ? {} : { id: 'order-1' }
        await bank.call.charge({ ...key, timeout: 10 }).catch(() => bank.call.charge(key))
      }),
    }),
  })

export const doubleCharge = planted({
  name: 'double charge',
  law: 'an order is charged once',
  by: { explore: { seeds: 200 } },
  program: (isWrong) =>
    scenario({
      tree: supervisor({}, { bank: child(Bank, { state: 'durable' }), till: child(till(isWrong), { state: 'volatile' }) }),
      faults: [{ at: 'message', actor: 'bank', handler: 'charge', nth: 1, do: { takes: '10ms' } }],
      run: async (sim) => {
        void sim.tree.till.cast.pay()
        await sim.advance('1s')
      },
      invariants: { 'an order is charged once': (sim) => sim.peek<{ charges: number }>('bank')?.charges === 1 },
    }),
})
