import { actor, child, dynamicSupervisor, refuse, supervisor } from 'coppice'
import { simulatedSystem } from 'coppice/testing'
import type { PlantedBug } from './planted-bug.ts'

const Config = actor('config', {
  initial: () => ({ isLoaded: false }),
  handlers: ({ call, cast }) => ({
    load: cast(() => ({ isLoaded: true })),
    read: call(({ state }) => (state.isLoaded ? { reply: 'all well' } : refuse('not-loaded'))),
  }),
})

const Loader = actor('loader', {
  initial: () => ({}),
  handlers: ({ cast }) => ({ load: cast(({ ctx }) => void ctx.ref(Config, 'config').cast.load()) }),
})

const Helper = actor('helper', { initial: () => ({}), handlers: () => ({}) })

/** It opens by starting a helper, and then crashes if it cannot be configured: the helper is left behind. */
const Manager = actor('manager', {
  initial: () => ({ isOpen: false }),
  handlers: ({ call, cast }) => ({
    open: cast(async ({ ctx }) => {
      ctx.member(Helper, 'helpers', `of-${ctx.incarnation}`, undefined)
      await ctx.ref(Config, 'config').call.read()
      return { isOpen: true }
    }),
    isOpen: call(({ state }) => ({ reply: state.isOpen })),
  }),
})

export const orphan: PlantedBug = async (order) => {
  const helpers = dynamicSupervisor(Helper)
  const tree = supervisor({}, { config: child(Config), loader: child(Loader), helpers, manager: child(Manager) })
  await using sim = await simulatedSystem(tree, { ...order, store: false })
  void sim.tree.manager.cast.open()
  void sim.tree.loader.cast.load()
  await sim.settle()
  if (!(await sim.until(sim.tree.manager.call.isOpen()))) void sim.tree.manager.cast.open()
  await sim.settle()
  const count = await sim.until(sim.tree.helpers.count())
  const wrong = count === 1 ? undefined : `there are ${count} helpers of one manager`
  return { wrong, schedule: sim.schedule, events: [...sim.events] }
}
