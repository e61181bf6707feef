import { actor, child, message, supervisor } from '../../../src/index.ts'
import { scenario } from '../../../src/testing/index.ts'
import { planted } from '../planted.ts'

const Account = actor('account', {
  initial: () => ({ balance: 50 }),
  handlers: ({ call, cast }) => ({
    read: call(({ state }) => ({ reply: state.balance })),
    /** As a marker: it goes the way of the money, behind all of it. */
    readBoth: call(async ({ state, ctx }) => ({ reply: state.balance + Number(await ctx.call('savings', 'read', undefined)) })),
    send: cast(message<number>(), ({ state, input, ctx }) => {
      void ctx.cast('savings', 'receive', input)
      return { balance: state.balance - input }
    }),
    receive: cast(message<number>(), ({ state, input }) => ({ balance: state.balance + input })),
  }),
})

/** It asks one after the other: what is on its way between them is in neither balance, or in both. */
const auditor = (isWrong: boolean) =>
  actor('auditor', {
    initial: () => ({ total: 100 }),
    handlers: ({ cast }) => ({
      audit: cast(async ({ ctx }) => {
        if (!isWrong) return { total: await ctx.ref(Account, 'current').call.readBoth() }
        const savings = await ctx.ref(Account, 'savings').call.read()
        return { total: savings + (await ctx.ref(Account, 'current').call.read()) }
      }),
    }),
  })

export const cutWithoutMail = planted({
  name: 'cut that misses mail in flight',
  law: 'every audit comes to 100',
  by: { explore: { bounded: true } },
  program: (isWrong) =>
    scenario({
      tree: supervisor({}, { current: child(Account), savings: child(Account), auditor: child(auditor(isWrong)) }),
      store: false,
      run: (sim) => {
        void sim.tree.auditor.cast.audit()
        void sim.tree.current.cast.send(10)
      },
      always: {
        'every audit comes to 100': (sim) => {
          const total = sim.peek<{ total: number }>('auditor')?.total
          return total === 100 || `it comes to ${total}`
        },
      },
    }),
})
