import { actor, child, message, supervisor } from '../../../src/index.ts'
import { scenario } from '../../../src/testing/index.ts'
import { bystanders, chatter, Courier } from '../noise.ts'
import { bySeedsAndBounded, planted } from '../planted.ts'

const Worker = actor('worker', {
  initial: () => ({}),
  handlers: ({ cast }) => ({
    hello: cast(message<string>(), ({ input, ctx }) => void ctx.cast(input, 'greeted', ctx.incarnation)),
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
      watch: cast(({ ctx }) => {
        if (!isWrong) ctx.monitor('worker')
        void ctx.ref(Worker, 'worker').cast.hello(ctx.id)
      }),
      greeted: cast(message<number>(), ({ state, input, ctx }) => {
        if (isWrong) ctx.monitor('worker')
        return { ...state, greeted: input }
      }),
    }),
    info: ({ state, message }) => (message.type === 'down' ? { ...state, downs: state.downs + 1 } : state),
  })

export const missedDown = planted({
  name: 'missed DOWN',
  law: 'who was greeted and ended is known to have ended',
  cause: 'order',
  hunts: bySeedsAndBounded(30, 30),
  program: (isWrong) =>
    scenario({
      tree: supervisor({}, { worker: child(Worker), watcher: child(watcher(isWrong)), vandal: child(Courier), ...bystanders() }),
      store: false,
      items: ['talk', 'crash', 'talk'] as const,
      run: (sim, items) => {
        void sim.tree.watcher.cast.watch()
        for (const item of items)
          if (item === 'talk') chatter(sim)
          else void sim.tree.vandal.cast.bring({ stops: 3, to: 'worker', name: item })
      },
      invariants: {
        'who was greeted and ended is known to have ended': (sim) => {
          const { greeted, downs } = sim.peek<State>('watcher') ?? { greeted: 0, downs: 0 }
          const hasEnded = sim.events.some((event) => event.type === 'exited' && event.id === 'worker')
          return !hasEnded || greeted !== 1 || downs === 1
        },
      },
    }),
})
