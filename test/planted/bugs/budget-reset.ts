import { actor, child, supervisor } from '../../../src/index.ts'
import { scenario } from '../../../src/testing/index.ts'
import { planted } from '../planted.ts'

const Worker = actor('worker', {
  initial: () => ({}),
  handlers: ({ cast }) => ({
    work: cast(() => {
      throw new Error('it never works')
    }),
  }),
})

/** The inner supervisor gives up after two restarts; the outer one starts it again, with a new budget, ten times. */
const tree = (isWrong: boolean) =>
  supervisor(
    { intensity: { restarts: isWrong ? 10 : 0, within: '1m' } },
    { inner: supervisor({ intensity: { restarts: 2, within: '1m' } }, { worker: child(Worker) }) },
  )

export const budgetReset = planted({
  name: 'budget reset by mistake',
  law: 'three crashes are enough',
  by: { explore: { seeds: 20 } },
  program: (isWrong) =>
    scenario({
      tree: tree(isWrong),
      store: false,
      items: [1, 2, 3, 4, 5, 6, 7],
      run: async (sim, tries) => {
        for (const _ of tries) {
          void sim.tree.inner.worker.cast.work().catch(() => undefined)
          await sim.settle()
        }
      },
      invariants: {
        'three crashes are enough': (sim) => {
          const crashes = sim.events.filter((event) => event.type === 'exited' && event.id === 'inner/worker').length
          return crashes <= 3 || `there were ${crashes}`
        },
      },
    }),
})
