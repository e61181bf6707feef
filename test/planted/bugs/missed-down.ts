import { actor, child, supervisor } from '../../../src/index.ts'
import { scenario } from '../../../src/testing/index.ts'
import { planted } from '../planted.ts'

const Worker = actor('worker', {
  initial: () => ({}),
  handlers: ({ call, cast }) => ({
    hello: call(({ ctx }) => ({ reply: ctx.incarnation })),
    crash: cast(() => {
      throw new Error('crash')
    }),
  }),
})

interface State {
  readonly greeted: number
  readonly downs: number
}

/** It greets first and monitors then: whoever answered may have ended in between. */
const watcher = (isWrong: boolean) =>
  actor('watcher', {
    initial: (): State => ({ greeted: 0, downs: 0 }),
    handlers: ({ cast }) => ({
      watch: cast(async ({ state, ctx }) => {
        if (!isWrong) ctx.monitor('worker')
        const greeted = await ctx.ref(Worker, 'worker').call.hello()
        if (isWrong) ctx.monitor('worker')
        return { ...state, greeted }
      }),
    }),
    info: ({ state, message }) => (message.type === 'down' ? { ...state, downs: state.downs + 1 } : state),
  })

const Vandal = actor('vandal', {
  initial: () => ({}),
  handlers: ({ cast }) => ({ strike: cast(({ ctx }) => void ctx.ref(Worker, 'worker').cast.crash()) }),
})

export const missedDown = planted({
  name: 'missed DOWN',
  law: 'who was greeted and ended is known to have ended',
  by: { explore: { seeds: 1_000 } },
  program: (isWrong) =>
    scenario({
      tree: supervisor({}, { worker: child(Worker), watcher: child(watcher(isWrong)), vandal: child(Vandal) }),
      store: false,
      run: (sim) => {
        void sim.tree.watcher.cast.watch()
        void sim.tree.vandal.cast.strike()
      },
      invariants: {
        'who was greeted and ended is known to have ended': (sim) => {
          const { greeted, downs } = sim.peek<State>('watcher') ?? { greeted: 0, downs: 0 }
          return greeted !== 1 || downs === 1
        },
      },
    }),
})
