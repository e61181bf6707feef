import { actor, child, message, supervisor } from '../../../src/index.ts'
import { ProcessDiedError, scenario } from '../../../src/testing/index.ts'
import { bystanders, chatter } from '../noise.ts'
import { planted } from '../planted.ts'

const Queue = actor('queue', {
  initial: () => ({ items: [] as readonly string[] }),
  handlers: ({ call }) => ({
    put: call(message<string>(), ({ state, input }) => ({ reply: undefined, state: { items: [...state.items, input] } })),
  }),
})

/** A client that hears nothing asks again when the process is back; without a key nobody knows that it is the same item. */
export const duplicateOnRetry = planted({
  name: 'duplicate on retry',
  law: 'an item is there once',
  cause: 'death',
  hunts: [{ crash: { points: ['after commit', 'after turn'] } }],
  program: (isWrong) =>
    scenario({
      tree: supervisor({}, { queue: child(Queue, { state: 'durable' }), ...bystanders() }),
      store: 'memory',
      items: ['a', 'b', 'c'],
      run: async (sim, items) => {
        chatter(sim)
        for (const item of items) {
          const put = () => sim.until(sim.tree.queue.call.put(item, isWrong ? {} : { id: item }))
          await put().catch((error: unknown) => {
            if (error instanceof ProcessDiedError) return put()
            throw error
          })
        }
      },
      invariants: {
        'an item is there once': (sim) => {
          const { items } = sim.peek<{ items: readonly string[] }>('queue') ?? { items: [] }
          return new Set(items).size === items.length || `there are ${items.join(', ')}`
        },
      },
    }),
})
