import { actor, child, message, supervisor } from '../../../src/index.ts'
import { scenario } from '../../../src/testing/index.ts'
import { bystanders, chatter, Courier } from '../noise.ts'
import { bySeedsAndBounded, planted } from '../planted.ts'

const Board = actor('board', {
  initial: () => ({ leader: '' }),
  handlers: ({ cast }) => ({
    look: cast(message<string>(), ({ state, input, ctx }) => void ctx.cast(input, 'leader', state.leader)),
    claim: cast(message<string>(), ({ input }) => ({ leader: input })),
    take: cast(message<string>(), ({ state, input, ctx }) => {
      const leader = state.leader === '' ? input : state.leader
      void ctx.cast(input, 'leader', leader)
      return { leader }
    }),
  }),
})

/** It looks whether there is a leader, and leads if not: another one may have looked, too. */
const candidate = (isWrong: boolean) =>
  actor('candidate', {
    initial: () => ({ leads: false }),
    handlers: ({ cast }) => ({
      stand: cast(({ ctx }) => void ctx.cast('board', isWrong ? 'look' : 'take', ctx.id)),
      leader: cast(message<string>(), ({ input, ctx }) => {
        if (isWrong && input === '') void ctx.ref(Board, 'board').cast.claim(ctx.id)
        return { leads: input === ctx.id || (isWrong && input === '') }
      }),
    }),
  })

export const splitBrain = planted({
  name: 'split brain',
  law: 'one leads at most',
  cause: 'order',
  hunts: bySeedsAndBounded(20, 30),
  program: (isWrong) => {
    const Candidate = candidate(isWrong)
    const candidates = { one: child(Candidate), two: child(Candidate), three: child(Candidate) }
    return scenario({
      tree: supervisor({}, { board: child(Board), ...candidates, courier: child(Courier), ...bystanders() }),
      store: false,
      items: ['one', 'two', 'three'],
      run: (sim, standing) => {
        for (const [n, to] of standing.entries()) void sim.tree.courier.cast.bring({ stops: 4 * n, to, name: 'stand' })
        chatter(sim)
      },
      always: {
        'one leads at most': (sim) => Object.keys(candidates).filter((id) => sim.peek<{ leads: boolean }>(id)?.leads).length <= 1,
      },
    })
  },
})
