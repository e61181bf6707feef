import { actor, child, message, supervisor } from '../../../src/index.ts'
import { scenario } from '../../../src/testing/index.ts'
import { planted } from '../planted.ts'

const Disk = actor('disk', {
  initial: () => ({ lines: 0 }),
  handlers: ({ call }) => ({
    write: call(message<number>(), ({ state, input }) => ({ reply: undefined, state: { lines: state.lines + input } })),
  }),
})

/** It writes what it has when it ends. */
const Buffer = actor('buffer', {
  initial: () => ({ lines: 0 }),
  term: async (ctx) => {
    await ctx.ref(Disk, 'disk').call.write(ctx.state.lines)
  },
  handlers: ({ cast }) => ({ add: cast(({ state }) => ({ lines: state.lines + 1 })) }),
})

/** Children are stopped in reverse order: the disk, declared after who needs it, goes first. */
const tree = (isWrong: boolean) =>
  isWrong
    ? supervisor({}, { buffer: child(Buffer), disk: child(Disk) })
    : supervisor({}, { disk: child(Disk), buffer: child(Buffer) })

export const wrongStopOrder = planted({
  name: 'wrong stop order',
  law: 'nothing is lost in an orderly stop',
  by: { explore: { seeds: 20 } },
  program: (isWrong) =>
    scenario({
      tree: tree(isWrong),
      store: false,
      run: async (sim) => {
        void sim.tree.buffer.cast.add()
        await sim.settle()
        await sim.until(sim.app.stop())
      },
      invariants: { 'nothing is lost in an orderly stop': (sim) => !sim.events.some(({ type }) => type === 'term failed') },
    }),
})
