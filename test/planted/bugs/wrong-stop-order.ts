import { actor, child, message, supervisor } from '../../../src/index.ts'
import { scenario } from '../../../src/testing/index.ts'
import { bystanders, chatter } from '../noise.ts'
import { planted } from '../planted.ts'

const Disk = actor('disk', {
  initial: () => ({ lines: 0 }),
  handlers: ({ call }) => ({
    write: call(message<number>(), ({ state, input }) => ({ reply: undefined, state: { lines: state.lines + input } })),
  }),
})

/** It writes when it is told to, and what it has left when it ends. */
const Buffer = actor('buffer', {
  initial: () => ({ lines: 0 }),
  term: async (ctx) => {
    if (ctx.state.lines > 0) await ctx.ref(Disk, 'disk').call.write(ctx.state.lines, { timeout: '1s' })
  },
  handlers: ({ cast }) => ({
    add: cast(({ state }) => ({ lines: state.lines + 1 })),
    flush: cast(async ({ state, ctx }) => {
      if (state.lines > 0) await ctx.ref(Disk, 'disk').call.write(state.lines)
      return { lines: 0 }
    }),
  }),
})

/** Children are stopped in reverse order: the disk, declared after who needs it, goes first. */
const tree = (isWrong: boolean) =>
  isWrong
    ? supervisor({}, { buffer: child(Buffer), disk: child(Disk), ...bystanders() })
    : supervisor({}, { disk: child(Disk), buffer: child(Buffer), ...bystanders() })

export const wrongStopOrder = planted({
  name: 'wrong stop order',
  law: 'nothing is lost in an orderly stop',
  cause: 'order',
  hunts: [{ explore: { seeds: 20 } }],
  program: (isWrong) =>
    scenario({
      tree: tree(isWrong),
      store: false,
      items: ['add', 'add', 'flush', 'add', 'flush'] as const,
      run: async (sim, messages) => {
        chatter(sim)
        for (const name of messages) void sim.tree.buffer.cast[name]()
        if (messages.at(-1) === 'add') void sim.tree.buffer.cast.flush()
        await sim.until(sim.app.stop())
      },
      invariants: { 'nothing is lost in an orderly stop': (sim) => !sim.events.some(({ type }) => type === 'term failed') },
    }),
})
