import { actor, child, message, supervisor } from '../../../src/index.ts'
import { scenario } from '../../../src/testing/index.ts'
import { bystanders, chatter } from '../noise.ts'
import { planted } from '../planted.ts'

const Queue = actor('queue', {
  initial: () => ({ items: [] as readonly string[] }),
  handlers: ({ call, cast }) => ({
    put: cast(message<string>(), ({ state, input }) => ({ items: [...state.items, input] })),
    head: call(({ state }) => ({ reply: state.items[0] })),
    take: call(({ state }) => ({ reply: state.items[0], state: { items: state.items.slice(1) } })),
    drop: cast(({ state }) => ({ items: state.items.slice(1) })),
  }),
})

/** It looks at the first item, works, and drops it then: one on which it crashes is the first for ever. */
const worker = (isWrong: boolean) =>
  actor('worker', {
    initial: () => ({ done: [] as readonly string[] }),
    handlers: ({ cast }) => ({
      work: cast(async ({ state, ctx }) => {
        const queue = ctx.ref(Queue, 'queue')
        const item = isWrong ? await queue.call.head() : await queue.call.take()
        if (item === undefined) return state
        if (item === 'poison') throw new Error('it kills')
        if (isWrong) void queue.cast.drop()
        return { done: [...state.done, item] }
      }),
    }),
  })

export const poisonMessage = planted({
  name: 'poison message blocking a queue',
  law: 'what is behind the poison is done',
  cause: 'items',
  hunts: [{ explore: { seeds: 20 } }],
  program: (isWrong) =>
    scenario({
      tree: supervisor(
        { intensity: { restarts: 100, within: '1s' } },
        { queue: child(Queue), worker: child(worker(isWrong)), ...bystanders() },
      ),
      store: false,
      items: ['a', 'b', 'poison', 'c', 'd'],
      faults: [{ at: 'message', actor: 'pat', nth: 1, do: 'crash' }],
      run: async (sim, items) => {
        chatter(sim)
        for (const item of items) void sim.tree.queue.cast.put(item)
        for (let times = 0; times < 8; times += 1) {
          void sim.tree.worker.cast.work()
          await sim.settle()
        }
      },
      invariants: {
        'what is behind the poison is done': (sim) => sim.peek<{ items: readonly string[] }>('queue')?.items.length === 0,
      },
    }),
})
