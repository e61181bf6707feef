import { actor, child, supervisor } from '../../../src/index.ts'
import { scenario, type Fault } from '../../../src/testing/index.ts'
import { bystanders, chatter } from '../noise.ts'
import { planted } from '../planted.ts'

const Worker = actor('worker', { initial: () => ({ done: 0 }), handlers: ({ cast }) => ({ work: cast(() => ({ done: 1 })) }) })

/** The inner supervisor gives up after one restart; the outer one starts it again, with a new budget, ten times. */
const tree = (isWrong: boolean) =>
  supervisor(
    { intensity: { restarts: isWrong ? 10 : 0, within: '1m' } },
    {
      inner: supervisor({ intensity: { restarts: 1, within: '1m' } }, { worker: child(Worker) }),
      others: supervisor({}, bystanders()),
    },
  )

const crash = (nth: number): Fault => ({ at: 'message', actor: 'inner/worker', nth, do: 'crash' })

export const budgetReset = planted({
  name: 'budget reset by mistake',
  law: 'two crashes are enough',
  cause: 'fault',
  hunts: [{ explore: { seeds: 20 } }],
  program: (isWrong) =>
    scenario({
      tree: tree(isWrong),
      store: false,
      items: [1, 2, 3, 4, 5, 6, 7],
      faults: [crash(1), crash(2), crash(3), crash(5), { at: 'message', actor: 'others/kim', nth: 1, do: { takes: '1s' } }],
      run: async (sim, tries) => {
        chatter({ tree: sim.tree.others })
        for (const _ of tries) {
          void sim.tree.inner.worker.cast.work().catch(() => undefined)
          await sim.settle()
        }
      },
      invariants: {
        'two crashes are enough': (sim) => {
          const crashes = sim.events.filter((event) => event.type === 'exited' && event.id === 'inner/worker').length
          return crashes <= 2 || `there were ${crashes}`
        },
      },
    }),
})
