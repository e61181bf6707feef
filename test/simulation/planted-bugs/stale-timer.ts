import { actor, child, message, supervisor } from 'coppice'
import { simulatedSystem } from 'coppice/testing'
import type { PlantedBug } from './planted-bug.ts'

const lifeMs = 10

/** A session lives for 10 ms. Somebody else wakes it then, and does not know that it is another session by now. */
const Session = actor('session', {
  initial: () => ({ openedAt: 0, livedMs: -1 }),
  restart: (ctx) => ctx.fresh(),
  handlers: ({ cast, call }) => ({
    open: cast(({ ctx }) => {
      void ctx.ref(Alarm, 'alarm').cast.set()
      return { openedAt: ctx.now(), livedMs: -1 }
    }),
    timeout: cast(({ state, ctx }) => (state.livedMs < 0 ? { ...state, livedMs: ctx.now() - state.openedAt } : state)),
    crash: cast(() => {
      throw new Error('crash')
    }),
    livedMs: call(({ state }) => ({ reply: state.livedMs })),
  }),
})

const Alarm = actor('alarm', {
  initial: () => ({}),
  handlers: ({ cast }) => ({
    set: cast(({ ctx }) => void ctx.sendAfter(lifeMs, 'ring')),
    ring: cast(({ ctx }) => void ctx.ref(Session, 'session').cast.timeout()),
  }),
})

const User = actor('user', {
  initial: () => ({}),
  handlers: ({ cast }) => ({
    begin: cast(({ ctx }) => {
      void ctx.ref(Session, 'session').cast.open()
      ctx.sendAfter(lifeMs, 'tryAgain')
    }),
    tryAgain: cast(message<undefined>(), ({ ctx }) => {
      void ctx.ref(Session, 'session').cast.crash()
      void ctx.ref(Session, 'session').cast.open()
    }),
  }),
})

export const staleTimer: PlantedBug = async (order) => {
  const tree = supervisor({}, { session: child(Session), alarm: child(Alarm), user: child(User) })
  await using sim = await simulatedSystem(tree, { ...order, store: false })
  void sim.tree.user.cast.begin()
  await sim.advance(100)
  const livedMs = await sim.until(sim.tree.session.call.livedMs())
  const wrong = livedMs < lifeMs ? `the session lived for ${livedMs} ms` : undefined
  return { wrong, schedule: sim.schedule, events: [...sim.events] }
}
