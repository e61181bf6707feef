import { actor, child, message, supervisor } from '../../../src/index.ts'
import { scenario } from '../../../src/testing/index.ts'
import { bystanders, chatter } from '../noise.ts'
import { planted } from '../planted.ts'

const Log = actor('log', {
  initial: () => ({ lines: '' }),
  handlers: ({ call }) => ({
    append: call(message<string>(), ({ state, input }) => ({ reply: undefined, state: { lines: state.lines + input } })),
  }),
})

/** It sends all lines at once, and again those that were not taken: they come behind the others then. */
const writer = (isWrong: boolean) =>
  actor('writer', {
    initial: () => ({}),
    handlers: ({ cast }) => ({
      write: cast(message<readonly string[]>(), async ({ input, ctx }) => {
        const log = ctx.ref(Log, 'log')
        const send = (line: string): Promise<unknown> => log.call.append(line).catch(() => log.call.append(line))
        if (isWrong) await Promise.all(input.map(send))
        else for (const line of input) await send(line)
      }),
    }),
  })

export const orderLostOverARestart = planted({
  name: 'order lost over a restart',
  law: 'lines keep their order',
  cause: 'fault',
  hunts: [{ explore: { seeds: 20 } }],
  program: (isWrong) =>
    scenario({
      tree: supervisor({}, { log: child(Log), writer: child(writer(isWrong)), ...bystanders() }),
      store: false,
      items: ['1', '2', '3', '4'],
      faults: [
        { at: 'message', actor: 'log', nth: 2, do: 'crash' },
        { at: 'message', actor: 'log', nth: 4, do: { takes: '1s' } },
        { at: 'message', actor: 'pat', nth: 1, do: 'crash' },
      ],
      run: async (sim, lines) => {
        chatter(sim)
        void sim.tree.writer.cast.write(lines)
        await sim.advance('1m')
      },
      invariants: {
        'lines keep their order': (sim) => {
          const lines = sim.peek<{ lines: string }>('log')?.lines ?? ''
          return lines === [...lines].sort().join('') || `they are ${lines}`
        },
      },
    }),
})
