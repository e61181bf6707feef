import { actor, child, supervisor } from 'coppice'
import { simulatedSystem } from 'coppice/testing'
import type { PlantedBug } from './planted-bug.ts'

/** It wakes its consumer only if that has said that it sleeps. */
const Queue = actor('queue', {
  initial: () => ({ items: 0, sleeps: false }),
  handlers: ({ call, cast }) => ({
    put: cast(({ state, ctx }) => {
      if (state.sleeps) void ctx.ref(Consumer, 'consumer').cast.work()
      return { items: state.items + 1, sleeps: false }
    }),
    take: call(({ state }) => ({ reply: state.items > 0, state: { ...state, items: Math.max(0, state.items - 1) } })),
    sleeping: cast(({ state }) => ({ ...state, sleeps: true })),
    waiting: call(({ state }) => ({ reply: state.items })),
  }),
})

/** It looks, and then says that it sleeps: what comes in between wakes nobody. */
const Consumer = actor('consumer', {
  initial: () => ({ taken: 0 }),
  handlers: ({ cast }) => ({
    work: cast(async ({ state, ctx }) => {
      const queue = ctx.ref(Queue, 'queue')
      if (await queue.call.take()) {
        ctx.sendSelf('work')
        return { taken: state.taken + 1 }
      }
      void queue.cast.sleeping()
      return state
    }),
  }),
})

const Producer = actor('producer', {
  initial: () => ({}),
  handlers: ({ cast }) => ({ produce: cast(({ ctx }) => void ctx.ref(Queue, 'queue').cast.put()) }),
})

export const lostWakeUp: PlantedBug = async (order) => {
  const tree = supervisor({}, { queue: child(Queue), consumer: child(Consumer), producer: child(Producer) })
  await using sim = await simulatedSystem(tree, { ...order, store: false })
  void sim.tree.consumer.cast.work()
  void sim.tree.producer.cast.produce()
  await sim.settle()
  const waiting = await sim.until(sim.tree.queue.call.waiting())
  const wrong = waiting === 0 ? undefined : 'an item waits, and nobody takes it'
  return { wrong, schedule: sim.schedule, events: [...sim.events] }
}
