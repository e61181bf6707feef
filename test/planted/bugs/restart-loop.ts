import { actor, child, message, supervisor } from '../../../src/index.ts'
import { scenario } from '../../../src/testing/index.ts'
import { bystanders, chatter } from '../noise.ts'
import { planted } from '../planted.ts'

interface State {
  readonly job: string | undefined
  readonly done: number
}

/** It goes on with the state in which it crashed: who has begun a job can begin no other, and crashes again and again. */
const worker = (isWrong: boolean) =>
  actor('worker', {
    initial: (): State => ({ job: undefined, done: 0 }),
    restart: (ctx) => (isWrong ? ctx.resume() : ctx.fresh()),
    handlers: ({ cast }) => ({
      begin: cast(message<string>(), ({ state, input, ctx }) => {
        if (state.job !== undefined) throw new Error(`it is busy with ${state.job}`)
        void ctx.cast(ctx.id, 'end', undefined)
        return { ...state, job: input }
      }),
      end: cast(({ state }) => ({ job: undefined, done: state.done + 1 })),
    }),
  })

export const restartLoop = planted({
  name: 'restart loop without progress',
  law: 'a fault costs one restart',
  cause: 'fault',
  hunts: [{ explore: { seeds: 20 } }],
  program: (isWrong) =>
    scenario({
      tree: supervisor({ intensity: { restarts: 100, within: '1m' } }, { worker: child(worker(isWrong)), ...bystanders() }),
      store: false,
      items: ['a', 'b', 'c', 'd', 'e'],
      faults: [
        { at: 'message', actor: 'worker', handler: 'begin', nth: 2, do: 'crash' },
        { at: 'message', actor: 'worker', handler: 'end', nth: 2, do: 'crash' },
        { at: 'message', actor: 'worker', handler: 'begin', nth: 5, do: { takes: '1s' } },
        { at: 'message', actor: 'pat', nth: 2, do: 'crash' },
      ],
      run: async (sim, jobs) => {
        chatter(sim)
        for (const job of jobs) {
          void sim.tree.worker.cast.begin(job)
          await sim.advance('1s')
        }
      },
      invariants: {
        'a fault costs one restart': (sim) => {
          const count = (type: string): number =>
            sim.events.filter((event) => event.type === type && 'id' in event && event.id === 'worker').length
          return count('exited') <= count('fault') || `${count('fault')} faults, ${count('exited')} crashes`
        },
      },
    }),
})
