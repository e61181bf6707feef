import { actor, child, message, supervisor } from '../../../src/index.ts'
import { scenario } from '../../../src/testing/index.ts'
import { bystanders, chatter, Courier } from '../noise.ts'
import { bySeedsAndBounded, planted } from '../planted.ts'

/** Two of a kind, of which the one with the name `db` is in charge. Who is not any more passes late writes on, or drops them. */
const db = (isWrong: boolean) =>
  actor('db', {
    initial: () => ({ written: 0, lost: 0, successor: '' }),
    handlers: ({ cast }) => ({
      lead: cast(({ ctx }) => void ctx.register('db')),
      handOver: cast(message<string>(), ({ state, input, ctx }) => {
        ctx.unregister('db')
        void ctx.cast(input, 'lead', undefined)
        return { ...state, successor: input }
      }),
      write: cast(({ state, ctx }) => {
        if (state.successor === '') return { ...state, written: state.written + 1 }
        if (isWrong) return { ...state, lost: state.lost + 1 }
        void ctx.cast(state.successor, 'write', undefined)
        return state
      }),
    }),
  })

/** It looks the name up once, and goes on with what it found. */
const Client = actor('client', {
  initial: () => ({ db: '' }),
  handlers: ({ cast }) => ({
    connect: cast(({ ctx }) => ({ db: ctx.whereis('db')?.id ?? '' })),
    write: cast(({ state, ctx }) => {
      if (state.db !== '') void ctx.cast(state.db, 'write', undefined)
      return state
    }),
  }),
})

export const staleName = planted({
  name: 'stale name',
  law: 'nothing is lost with who is not in charge',
  cause: 'order',
  hunts: bySeedsAndBounded(20, 30),
  program: (isWrong) => {
    const Db = db(isWrong)
    return scenario({
      tree: supervisor({}, { one: child(Db), two: child(Db), client: child(Client), courier: child(Courier), ...bystanders() }),
      store: false,
      items: [0, 0, 1, 1],
      run: async (sim, writes) => {
        void sim.tree.one.cast.lead()
        await sim.settle()
        void sim.tree.client.cast.connect()
        for (const stops of writes) void sim.tree.courier.cast.bring({ stops, to: 'client', name: 'write' })
        void sim.tree.courier.cast.bring({ stops: 4, to: 'one', name: 'handOver', input: 'two' })
        chatter(sim)
      },
      invariants: { 'nothing is lost with who is not in charge': (sim) => sim.peek<{ lost: number }>('one')?.lost === 0 },
    })
  },
})
