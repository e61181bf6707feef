import { actor, child, supervisor, type TimerRef } from '../../../src/index.ts'
import { scenario } from '../../../src/testing/index.ts'
import { bystanders, chatter, Courier } from '../noise.ts'
import { bySeedsAndBounded, planted } from '../planted.ts'

interface State {
  readonly isOpen: boolean
  readonly expired: number
  readonly timer: TimerRef | undefined
}

/** It ends ten seconds after it was last touched, or when it is closed; but a touch that comes late sets the timer anew. */
const session = (isWrong: boolean) =>
  actor('session', {
    initial: (): State => ({ isOpen: true, expired: 0, timer: undefined }),
    handlers: ({ cast }) => ({
      touch: cast(({ state, ctx }) => {
        if (!isWrong && !state.isOpen) return state
        if (state.timer !== undefined) ctx.cancelTimer(state.timer)
        return { ...state, timer: ctx.sendAfter('10s', 'expire') }
      }),
      close: cast(({ state, ctx }) => {
        if (state.timer !== undefined) ctx.cancelTimer(state.timer)
        return { ...state, isOpen: false, timer: undefined }
      }),
      expire: cast(({ state }) => ({ ...state, isOpen: false, expired: state.expired + (state.isOpen ? 0 : 1) })),
    }),
  })

export const leakedTimer = planted({
  name: 'leaked timer',
  law: 'a session that is closed does not end again',
  cause: 'order',
  hunts: bySeedsAndBounded(20, 30),
  program: (isWrong) =>
    scenario({
      tree: supervisor({}, { session: child(session(isWrong)), user: child(Courier), closer: child(Courier), ...bystanders() }),
      store: false,
      items: [0, 1, 2, 1],
      run: async (sim, touches) => {
        for (const stops of touches) void sim.tree.user.cast.bring({ stops, to: 'session', name: 'touch' })
        void sim.tree.closer.cast.bring({ stops: 10, to: 'session', name: 'close' })
        chatter(sim)
        await sim.advance('1m')
      },
      invariants: { 'a session that is closed does not end again': (sim) => sim.peek<State>('session')?.expired === 0 },
    }),
})
