import { actor, child, dynamicSupervisor, supervisor } from '../../../src/index.ts'
import { scenario } from '../../../src/testing/index.ts'
import { bystanders, chatter } from '../noise.ts'
import { planted } from '../planted.ts'

const Config = actor('config', {
  initial: () => ({}),
  handlers: ({ call }) => ({ read: call(() => ({ reply: 'all well' })) }),
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
  cause: 'fault',
  hunts: [{ explore: { seeds: 10 } }],
  program: (isWrong) =>
    scenario({
      tree: supervisor(
        {},
        { config: child(Config), helpers: dynamicSupervisor(Helper), manager: child(manager(isWrong)), ...bystanders() },
      ),
      store: false,
      items: ['open', 'talk', 'open', 'open', 'talk'] as const,
      faults: [
        { at: 'message', actor: 'pat', nth: 1, do: { takes: '1s' } },
        { at: 'message', actor: 'config', nth: 1, do: 'crash' },
        { at: 'message', actor: 'kim', nth: 2, do: 'crash' },
      ],
      run: async (sim, items) => {
        for (const item of items) {
          if (item === 'talk') chatter(sim)
          else void sim.tree.manager.cast.open()
          await sim.settle()
        }
      },
      invariants: {
        'a manager has one helper': async (sim) => {
          const count = await sim.until(sim.tree.helpers.count())
          return count <= 1 || `there are ${count}`
        },
      },
    }),
})
