import { actor, child, message, supervisor } from '../../../src/index.ts'
import { scenario } from '../../../src/testing/index.ts'
import { bystanders, chatter } from '../noise.ts'
import { planted } from '../planted.ts'

const Orders = actor('orders', {
  initial: () => ({ orders: 0 }),
  handlers: ({ call }) => ({
    place: call(message<string>(), ({ state }) => ({ reply: 'thank you', state: { orders: state.orders + 1 } })),
  }),
})

/** It thanks for an order that is in memory only: the next checkpoint comes after a hundred of them. */
export const earlyAcknowledgement = planted({
  name: 'acknowledgement before commit',
  law: 'no order is lost that was thanked for',
  cause: 'death',
  hunts: [{ crash: { points: ['after turn'] } }],
  program: (isWrong) => {
    let thanks = 0
    const how = isWrong ? ({ state: 'checkpointed', checkpoint: { every: 100 } } as const) : ({ state: 'durable' } as const)
    return scenario({
      tree: supervisor({}, { orders: child(Orders, how), ...bystanders() }),
      store: 'memory',
      items: ['one', 'two', 'three', 'four'],
      run: async (sim, orders) => {
        thanks = 0
        chatter(sim)
        for (const id of orders) {
          await sim.until(sim.tree.orders.call.place(id, { id }))
          thanks += 1
        }
        await sim.settle()
      },
      invariants: {
        'no order is lost that was thanked for': (sim) => (sim.peek<{ orders: number }>('orders')?.orders ?? 0) >= thanks,
      },
    })
  },
})
