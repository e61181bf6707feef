import { actor, child, message, supervisor } from '../../../src/index.ts'
import { scenario } from '../../../src/testing/index.ts'
import { bystanders, chatter, Courier } from '../noise.ts'
import { bySeedsAndBounded, planted } from '../planted.ts'

const Account = actor('account', {
  initial: () => ({ balance: 50 }),
  handlers: ({ cast }) => ({
    tell: cast(message<string>(), ({ state, input, ctx }) => void ctx.cast(input, 'told', state.balance)),
    /** As a marker: it goes the way of the money, behind all of it. */
    tellBoth: cast(message<string>(), ({ state, input, ctx }) => {
      void ctx.cast('savings', 'addTo', { to: input, sum: state.balance })
    }),
    addTo: cast(message<{ to: string; sum: number }>(), ({ state, input: { to, sum }, ctx }) => {
      void ctx.cast(to, 'told', sum + state.balance)
    }),
    send: cast(message<number>(), ({ state, input, ctx }) => {
      void ctx.cast('savings', 'receive', input)
      return { balance: state.balance - input }
    }),
    receive: cast(message<number>(), ({ state, input }) => ({ balance: state.balance + input })),
  }),
})

interface State {
  readonly told: readonly number[]
  readonly total: number
}

/** It asks one after the other: what is on its way between them is in neither balance, or in both. */
const auditor = (isWrong: boolean) =>
  actor('auditor', {
    initial: (): State => ({ told: [], total: 100 }),
    handlers: ({ cast }) => ({
      audit: cast(({ ctx }) => void ctx.cast(isWrong ? 'savings' : 'current', isWrong ? 'tell' : 'tellBoth', ctx.id)),
      told: cast(message<number>(), ({ state, input, ctx }) => {
        if (!isWrong) return { told: [], total: input }
        const [first] = state.told
        if (first !== undefined) return { told: [], total: first + input }
        void ctx.cast('current', 'tell', ctx.id)
        return { ...state, told: [input] }
      }),
    }),
  })

export const cutWithoutMail = planted({
  name: 'cut that misses mail in flight',
  law: 'every audit comes to 100',
  cause: 'order',
  hunts: bySeedsAndBounded(20, 30),
  program: (isWrong) =>
    scenario({
      tree: supervisor(
        {},
        {
          current: child(Account),
          savings: child(Account),
          auditor: child(auditor(isWrong)),
          courier: child(Courier),
          ...bystanders(),
        },
      ),
      store: false,
      items: [10, 20, 5],
      run: (sim, payments) => {
        void sim.tree.auditor.cast.audit()
        for (const [n, input] of payments.entries())
          void sim.tree.courier.cast.bring({ stops: 6 + n, to: 'current', name: 'send', input })
        chatter(sim)
      },
      always: {
        'every audit comes to 100': (sim) => {
          const total = sim.peek<State>('auditor')?.total
          return total === 100 || `it comes to ${total}`
        },
      },
    }),
})
