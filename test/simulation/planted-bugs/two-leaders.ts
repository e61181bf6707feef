import { actor, child, supervisor, message } from 'coppice'
import { simulatedSystem } from 'coppice/testing'
import type { PlantedBug } from './planted-bug.ts'

const Board = actor('board', {
  initial: () => ({ leader: '' }),
  handlers: ({ call, cast }) => ({
    leader: call(({ state }) => ({ reply: state.leader })),
    claim: cast(message<string>(), ({ input }) => ({ leader: input })),
  }),
})

/** It looks whether there is a leader, and leads if not: another one may have looked, too. */
const Candidate = actor('candidate', {
  initial: () => ({ leads: false }),
  handlers: ({ call, cast }) => ({
    stand: cast(async ({ ctx }) => {
      const board = ctx.ref(Board, 'board')
      if ((await board.call.leader()) !== '') return { leads: false }
      void board.cast.claim(ctx.id)
      return { leads: true }
    }),
    leads: call(({ state }) => ({ reply: state.leads })),
  }),
})

export const twoLeaders: PlantedBug = async (order) => {
  const tree = supervisor({}, { board: child(Board), one: child(Candidate), two: child(Candidate) })
  await using sim = await simulatedSystem(tree, { ...order, store: false })
  void sim.tree.one.cast.stand()
  void sim.tree.two.cast.stand()
  await sim.settle()
  const both = (await sim.until(sim.tree.one.call.leads())) && (await sim.until(sim.tree.two.call.leads()))
  return { wrong: both ? 'both lead' : undefined, schedule: sim.schedule, events: [...sim.events] }
}
