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

/** It gives up after three restarts within two seconds, and waits a second before each: there never are so many. */
const tree = (isWrong: boolean) =>
  supervisor(
    { intensity: { restarts: 3, within: isWrong ? '2s' : '1m' } },
    { worker: child(Worker, { backoff: { min: '1s', max: '1s', jitter: 'none' } }) },
  )

export const unreachableLimit = planted({
  name: 'unreachable limit',
  law: 'who never works is given up',
  by: { explore: { seeds: 20 } },
  program: (isWrong) =>
    scenario({
      tree: tree(isWrong),
      store: false,
      items: [1, 2, 3, 4, 5, 6, 7, 8],
      run: async (sim, tries) => {
        for (const _ of tries) {
          void sim.tree.worker.cast.work().catch(() => undefined)
          await sim.advance('1100ms')
        }
      },
      invariants: { 'who never works is given up': (sim) => (sim.app.inspect('worker')?.incarnation ?? 0) <= 4 },
    }),
})
