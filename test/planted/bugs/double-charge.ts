import { actor, child, message, supervisor } from '../../../src/index.ts'
import { scenario } from '../../../src/testing/index.ts'
import { bystanders, chatter } from '../noise.ts'
import { planted } from '../planted.ts'

const Bank = actor('bank', {
  initial: () => ({ charges: [] as readonly string[] }),
  handlers: ({ call }) => ({
    charge: call(message<string>(), ({ state, input }) => ({ reply: 'charged', state: { charges: [...state.charges, input] } })),
  }),
})

/**
 * It asks again when no answer has come in time, although the charge may have been made: without a key that is another charge.
 */
const till = (isWrong: boolean) =>
  actor('till', {
    initial: () => ({}),
    handlers: ({ cast }) => ({
      pay: cast(message<string>(), async ({ input, ctx }) => {
        const bank = ctx.ref(Bank, 'bank')
        const key = isWrong ? {} : { id: input }
        await bank.call.charge(input, { ...key, timeout: 10 }).catch(() => bank.call.charge(input, key))
      }),
    }),
  })

export const doubleCharge = planted({
  name: 'double charge',
  law: 'an order is charged once',
  cause: 'fault',
  hunts: [{ explore: { seeds: 10 } }],
  program: (isWrong) =>
    scenario({
      tree: supervisor({}, { bank: child(Bank, { state: 'durable' }), till: child(till(isWrong)), ...bystanders() }),
      items: ['order 1', 'order 2', 'order 3'],
      faults: [
        { at: 'message', actor: 'pat', nth: 2, do: 'crash' },
        { at: 'message', actor: 'bank', nth: 1, do: { takes: '2ms' } },
        { at: 'message', actor: 'bank', nth: 2, do: { takes: '10ms' } },
        { at: 'store', operation: 'commit', actor: 'bank', nth: 9, do: 'refuse' },
      ],
      run: async (sim, orders) => {
        chatter(sim)
        for (const order of orders) void sim.tree.till.cast.pay(order)
        await sim.advance('1s')
      },
      invariants: {
        'an order is charged once': (sim) => {
          const { charges } = sim.peek<{ charges: readonly string[] }>('bank') ?? { charges: [] }
          return new Set(charges).size === charges.length || `the charges are ${charges.join(', ')}`
        },
      },
    }),
})
