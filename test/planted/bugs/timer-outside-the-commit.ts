import { actor, child, supervisor } from '../../../src/index.ts'
import { ProcessDiedError, scenario, type Sim } from '../../../src/testing/index.ts'
import { bystanders, chatter } from '../noise.ts'
import { planted } from '../planted.ts'

/** It has somebody else remind it, whose timer ends with the process: the order is committed, its reminder is not. */
const order = (isWrong: boolean) =>
  actor('order', {
    initial: () => ({ isPlaced: false, isReminded: false }),
    handlers: ({ cast }) => ({
      place: cast(({ state, ctx }) => {
        if (isWrong) void ctx.cast('alarm', 'set', undefined)
        else ctx.sendAfter('1h', 'remind')
        return { ...state, isPlaced: true }
      }),
      remind: cast(({ state }) => ({ ...state, isReminded: true })),
    }),
  })

const Alarm = actor('alarm', {
  initial: () => ({}),
  handlers: ({ cast }) => ({
    set: cast(({ ctx }) => void ctx.sendAfter('1h', 'ring')),
    ring: cast(({ ctx }) => void ctx.cast('order', 'remind', undefined)),
  }),
})

/** Lets time go by, whatever dies meanwhile. */
async function live(sim: Sim<unknown>): Promise<void> {
  await sim.advance('2h').catch((error: unknown) => {
    if (!(error instanceof ProcessDiedError)) throw error
    return sim.advance('2h')
  })
}

export const timerOutsideTheCommit = planted({
  name: 'timer outside the commit',
  law: 'who is placed is reminded',
  cause: 'death',
  hunts: [{ crash: { points: ['after commit', 'after turn'] } }],
  program: (isWrong) =>
    scenario({
      tree: supervisor(
        {},
        { alarm: child(Alarm, { state: 'volatile' }), order: child(order(isWrong), { state: 'durable' }), ...bystanders() },
      ),
      store: 'memory',
      items: ['order', 'talk', 'talk'] as const,
      run: async (sim, items) => {
        for (const item of items)
          if (item === 'talk') chatter(sim)
          else void sim.tree.order.cast.place().catch(() => undefined)
        await live(sim)
      },
      invariants: {
        'who is placed is reminded': (sim) => {
          const { isPlaced, isReminded } = sim.peek<{ isPlaced: boolean; isReminded: boolean }>('order') ?? {}
          return isPlaced === isReminded
        },
      },
    }),
})
