import { actor, child, supervisor, type TimerRef } from '../../../src/index.ts'
import { scenario } from '../../../src/testing/index.ts'
import { planted } from '../planted.ts'

interface State {
  readonly touchedMs: number
  readonly livedMs: number | undefined
  readonly timer: TimerRef | undefined
}

/** It ends ten seconds after it was last touched; but the timer of the touch before still runs. */
const session = (isWrong: boolean) =>
  actor('session', {
    initial: (): State => ({ touchedMs: 0, livedMs: undefined, timer: undefined }),
    handlers: ({ cast }) => ({
      touch: cast(({ state, ctx }) => {
        if (!isWrong && state.timer !== undefined) ctx.cancelTimer(state.timer)
        return { touchedMs: ctx.now(), livedMs: undefined, timer: ctx.sendAfter('10s', 'expire') }
      }),
      expire: cast(({ state, ctx }) => ({ ...state, livedMs: state.livedMs ?? ctx.now() - state.touchedMs })),
    }),
  })

export const leakedTimer = planted({
  name: 'leaked timer',
  law: 'a session ends ten seconds after its last touch',
  by: { explore: { seeds: 50 } },
  program: (isWrong) =>
    scenario({
      tree: supervisor({}, { session: child(session(isWrong)) }),
      store: false,
      items: ['1s', '1s', '5s', '1s'] as const,
      run: async (sim, pauses) => {
        for (const pause of pauses) {
          void sim.tree.session.cast.touch()
          await sim.advance(pause)
        }
        await sim.advance('1m')
      },
      invariants: {
        'a session ends ten seconds after its last touch': (sim) => {
          const livedMs = sim.peek<State>('session')?.livedMs
          return livedMs === undefined || livedMs === 10_000 || `it lived for ${livedMs} ms`
        },
      },
    }),
})
