import { actor, child, supervisor } from 'coppice'
import { simulatedSystem } from 'coppice/testing'
import type { PlantedBug } from './planted-bug.ts'

const Worker = actor('worker', {
  initial: () => ({}),
  handlers: ({ call, cast }) => ({
    hello: call(({ ctx }) => ({ reply: ctx.incarnation })),
    crash: cast(() => {
      throw new Error('crash')
    }),
  }),
})

/** It greets first and monitors then: whoever answered may have ended in between. */
const Watcher = actor('watcher', {
  initial: () => ({ greeted: 0, downs: 0 }),
  handlers: ({ call, cast }) => ({
    watch: cast(async ({ state, ctx }) => {
      const greeted = await ctx.ref(Worker, 'worker').call.hello()
      ctx.monitor('worker')
      return { ...state, greeted }
    }),
    seen: call(({ state }) => ({ reply: state })),
  }),
  info: ({ state, message }) => (message.type === 'down' ? { ...state, downs: state.downs + 1 } : state),
})

const Vandal = actor('vandal', {
  initial: () => ({}),
  handlers: ({ cast }) => ({ strike: cast(({ ctx }) => void ctx.ref(Worker, 'worker').cast.crash()) }),
})

export const missedDown: PlantedBug = async (order) => {
  const tree = supervisor({}, { worker: child(Worker), watcher: child(Watcher), vandal: child(Vandal) })
  await using sim = await simulatedSystem(tree, { ...order, store: false })
  void sim.tree.watcher.cast.watch()
  void sim.tree.vandal.cast.strike()
  await sim.settle()
  const { greeted, downs } = await sim.until(sim.tree.watcher.call.seen())
  const wrong = greeted === 1 && downs === 0 ? 'nobody was told of the end of the first incarnation' : undefined
  return { wrong, schedule: sim.schedule, events: [...sim.events] }
}
