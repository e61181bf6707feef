import { actor, child, dynamicSupervisor, refuse, supervisor } from '../../../src/index.ts'
import { scenario } from '../../../src/testing/index.ts'
import { planted } from '../planted.ts'

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
const manager = (isWrong: boolean) =>
  actor('manager', {
    initial: () => ({ isOpen: false }),
    handlers: ({ cast }) => ({
      open: cast(async ({ state, ctx }) => {
        if (state.isOpen) return state
        if (isWrong) ctx.member(Helper, 'helpers', `of-${ctx.incarnation}`, undefined)
        await ctx.ref(Config, 'config').call.read()
        if (!isWrong) ctx.member(Helper, 'helpers', `of-${ctx.incarnation}`, undefined)
        return { isOpen: true }
      }),
    }),
  })

export const orphan = planted({
  name: 'orphan after a crash in start',
  law: 'a manager has one helper',
  by: { explore: { seeds: 100 } },
  program: (isWrong) =>
    scenario({
      tree: supervisor(
        {},
        { config: child(Config), loader: child(Loader), helpers: dynamicSupervisor(Helper), manager: child(manager(isWrong)) },
      ),
      store: false,
      run: async (sim) => {
        void sim.tree.manager.cast.open()
        void sim.tree.loader.cast.load()
        await sim.settle()
        void sim.tree.manager.cast.open()
      },
      invariants: {
        'a manager has one helper': async (sim) => {
          const count = await sim.until(sim.tree.helpers.count())
          return count === 1 || `there are ${count}`
        },
      },
    }),
})
