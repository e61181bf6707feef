import { actor, child, message, supervisor } from '../../../src/index.ts'
import { scenario } from '../../../src/testing/index.ts'
import { planted } from '../planted.ts'

/** Two of a kind, of which the one with the name `db` is in charge. */
const Db = actor('db', {
  initial: () => ({ written: 0, lost: 0 }),
  handlers: ({ cast }) => ({
    lead: cast(({ ctx }) => void ctx.register('db')),
    handOver: cast(message<string>(), ({ input, ctx }) => {
      ctx.unregister('db')
      void ctx.ref(Db, input).cast.lead()
    }),
    write: cast(({ state, ctx }) =>
      ctx.whereis('db')?.id === ctx.id ? { ...state, written: state.written + 1 } : { ...state, lost: state.lost + 1 },
    ),
  }),
})

/** It looks the name up once, and goes on with what it found. */
const client = (isWrong: boolean) =>
  actor('client', {
    initial: () => ({ db: '' }),
    handlers: ({ cast }) => ({
      connect: cast(({ ctx }) => ({ db: ctx.whereis('db')?.id ?? '' })),
      write: cast(({ state, ctx }) => {
        const owner = isWrong ? state.db : ctx.whereis('db')?.id
        if (owner !== undefined && owner !== '') void ctx.ref(Db, owner).cast.write()
        return state
      }),
    }),
  })

const Admin = actor('admin', {
  initial: () => ({}),
  handlers: ({ cast }) => ({ switch: cast(({ ctx }) => void ctx.ref(Db, 'one').cast.handOver('two')) }),
})

export const staleName = planted({
  name: 'stale name',
  law: 'nothing is written to who is not in charge',
  by: { explore: { seeds: 200 } },
  program: (isWrong) =>
    scenario({
      tree: supervisor({}, { one: child(Db), two: child(Db), client: child(client(isWrong)), admin: child(Admin) }),
      store: false,
      run: async (sim) => {
        void sim.tree.one.cast.lead()
        await sim.settle()
        void sim.tree.client.cast.connect()
        await sim.settle()
        void sim.tree.admin.cast.switch()
        await sim.settle()
        void sim.tree.client.cast.write()
      },
      invariants: { 'nothing is written to who is not in charge': (sim) => sim.peek<{ lost: number }>('one')?.lost === 0 },
    }),
})
