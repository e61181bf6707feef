import { actor, child, message, supervisor } from '../../../src/index.ts'
import { scenario } from '../../../src/testing/index.ts'
import { planted } from '../planted.ts'

const Board = actor('board', {
  initial: () => ({ leader: '' }),
  handlers: ({ call, cast }) => ({
    leader: call(({ state }) => ({ reply: state.leader })),
    claim: cast(message<string>(), ({ input }) => ({ leader: input })),
    stand: call(message<string>(), ({ state, input }) => {
      const leader = state.leader === '' ? input : state.leader
      return { reply: leader, state: { leader } }
    }),
  }),
})

/** It looks whether there is a leader, and leads if not: another one may have looked, too. */
const candidate = (isWrong: boolean) =>
  actor('candidate', {
    initial: () => ({ leads: false }),
    handlers: ({ cast }) => ({
      stand: cast(async ({ ctx }) => {
        const board = ctx.ref(Board, 'board')
        if (!isWrong) return { leads: (await board.call.stand(ctx.id)) === ctx.id }
        if ((await board.call.leader()) !== '') return { leads: false }
        void board.cast.claim(ctx.id)
        return { leads: true }
      }),
    }),
  })

export const splitBrain = planted({
  name: 'split brain',
  law: 'one leads at most',
  by: { explore: { bounded: true } },
  program: (isWrong) => {
    const Candidate = candidate(isWrong)
    return scenario({
      tree: supervisor({}, { board: child(Board), one: child(Candidate), two: child(Candidate) }),
      store: false,
      run: (sim) => {
        void sim.tree.one.cast.stand()
        void sim.tree.two.cast.stand()
      },
      always: {
        'one leads at most': (sim) => ['one', 'two'].filter((id) => sim.peek<{ leads: boolean }>(id)?.leads === true).length <= 1,
      },
    })
  },
})
