import { actor, child, message, supervisor } from '../../../src/index.ts'
import { scenario } from '../../../src/testing/index.ts'
import { planted } from '../planted.ts'

interface State {
  readonly jobs: readonly string[]
  readonly done: number
}

/** It goes on with the state in which it crashed, crashes again, and is started again, for as long as its budget allows. */
const worker = (isWrong: boolean) =>
  actor('worker', {
    initial: (): State => ({ jobs: [], done: 0 }),
    restart: (ctx) => (isWrong ? ctx.resume() : ctx.fresh()),
    handlers: ({ cast }) => ({
      add: cast(message<string>(), ({ state, input }) => ({ ...state, jobs: [...state.jobs, input] })),
      work: cast(({ state }) => {
        const [job, ...jobs] = state.jobs
        if (job === 'impossible') throw new Error('this cannot be done')
        return { jobs, done: state.done + 1 }
      }),
    }),
  })

const Clock = actor('clock', {
  initial: () => ({ ticks: 0 }),
  handlers: ({ cast }) => ({
    tick: cast(({ state, ctx }) => {
      void ctx.cast('worker', 'work', undefined)
      if (state.ticks < 8) ctx.sendAfter('1s', 'tick')
      return { ticks: state.ticks + 1 }
    }),
  }),
})

export const restartLoop = planted({
  name: 'restart loop without progress',
  law: 'a restart gets it further',
  by: { explore: { seeds: 20 } },
  program: (isWrong) =>
    scenario({
      tree: supervisor({ intensity: { restarts: 100, within: '1m' } }, { worker: child(worker(isWrong)), clock: child(Clock) }),
      store: false,
      items: ['a', 'impossible', 'b', 'c'],
      run: async (sim, jobs) => {
        for (const job of jobs) void sim.tree.worker.cast.add(job)
        void sim.tree.clock.cast.tick()
        await sim.advance('1m')
      },
      invariants: { 'a restart gets it further': (sim) => (sim.app.inspect('worker')?.incarnation ?? 0) <= 3 },
    }),
})
