import { actor, child, supervisor } from '../../../src/index.ts'
import { scenario, type Fault } from '../../../src/testing/index.ts'
import { bystanders, chatter } from '../noise.ts'
import { planted } from '../planted.ts'

const Worker = actor('worker', { initial: () => ({ done: 0 }), handlers: ({ cast }) => ({ work: cast(() => ({ done: 1 })) }) })

/** It gives up after one restart within a second, and waits a second before each: there never are so many. */
const tree = (isWrong: boolean) =>
  supervisor(
    { intensity: { restarts: 1, within: isWrong ? '1s' : '1m' } },
    { worker: child(Worker, { backoff: { min: '1s', max: '1s', jitter: 'none' } }), ...bystanders() },
  )

const crash = (nth: number): Fault => ({ at: 'message', actor: 'worker', nth, do: 'crash' })

export const unreachableLimit = planted({
  name: 'unreachable limit',
  law: 'who crashes again and again is given up',
  cause: 'fault',
  hunts: [{ explore: { seeds: 20 } }],
  program: (isWrong) =>
    scenario({
      tree: tree(isWrong),
      store: false,
      items: ['1100ms', '1100ms', '1100ms', '1100ms'] as const,
      faults: [{ at: 'message', actor: 'kim', nth: 1, do: { takes: '1s' } }, crash(1), crash(2), crash(3)],
      run: async (sim, pauses) => {
        chatter(sim)
        for (const pause of pauses) {
          void sim.tree.worker.cast.work().catch(() => undefined)
          await sim.advance(pause)
        }
      },
      invariants: {
        'who crashes again and again is given up': (sim) => {
          const crashes = sim.events.filter((event) => event.type === 'exited' && event.id === 'worker').length
          return crashes < 2 || sim.app.inspect('worker')?.status !== 'running' || `it goes on after ${crashes} crashes`
        },
      },
    }),
})
