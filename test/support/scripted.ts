import { actor } from '../../src/behaviors/actor.ts'
import { refuse } from '../../src/behaviors/handlers.ts'
import { message } from '../../src/behaviors/schema.ts'
import { normal } from '../../src/protocol/exit-reason.ts'

/** An actor that counts, and does what it is told: crash, stop, refuse, wait. */
export const Counter = actor('counter', {
  initial: (args: { from: number } | undefined) => ({ count: args?.from ?? 0 }),
  handlers: ({ call, cast }) => ({
    add: call(message<number>(), ({ state, input }) => ({ reply: state.count + input, state: { count: state.count + input } })),
    count: call(({ state }) => ({ reply: state.count })),
    increment: cast(({ state }) => ({ count: state.count + 1 })),
    /** Changes the state it returns, and then throws. */
    crash: cast(message<string>(), ({ input }) => {
      throw new Error(input)
    }),
    crashAfterAwait: cast(message<string>(), async ({ input }) => {
      await Promise.resolve()
      throw new Error(input)
    }),
    callAndCrash: call(message<string>(), ({ input }): { reply: number } => {
      throw new Error(input)
    }),
    refuse: call(({ state }) =>
      refuse('no', { message: 'not today', details: { count: state.count }, state: { count: state.count + 100 } }),
    ),
    stop: cast(({ state, ctx }) => {
      ctx.stop(normal)
      return { count: state.count + 1 }
    }),
    wait: call(message<number>(), async ({ state, input, ctx }) => {
      await new Promise<void>((resolve) => {
        ctx.signal.addEventListener('abort', () => resolve())
        if (input === 0) resolve()
      })
      return { reply: 'waited', state: { count: state.count + 1 } }
    }),
  }),
})
