import { actor, child, message, supervisor } from 'coppice'
import { simulatedSystem } from 'coppice/testing'
import type { PlantedBug } from './planted-bug.ts'

const Disk = actor('disk', {
  initial: () => ({ lines: 0 }),
  handlers: ({ call, cast }) => ({
    write: cast(message<number>(), ({ state, input }) => ({ lines: state.lines + input })),
    lines: call(({ state }) => ({ reply: state.lines })),
  }),
})

/** It writes every 10 ms, and nothing when it stops. */
const Buffer = actor('buffer', {
  initial: () => ({ lines: 0 }),
  handlers: ({ cast }) => ({
    add: cast(({ state, ctx }) => {
      ctx.sendAfter(10, 'flush')
      return { lines: state.lines + 1 }
    }),
    flush: cast(({ state, ctx }) => {
      void ctx.ref(Disk, 'disk').cast.write(state.lines)
      return { lines: 0 }
    }),
    stop: cast(({ ctx }) => ctx.stop()),
  }),
})

const User = actor('user', {
  initial: () => ({}),
  handlers: ({ cast }) => ({
    begin: cast(({ ctx }) => {
      void ctx.ref(Buffer, 'buffer').cast.add()
      ctx.sendAfter(10, 'end')
    }),
    end: cast(({ ctx }) => void ctx.ref(Buffer, 'buffer').cast.stop()),
  }),
})

export const lostFlush: PlantedBug = async (order) => {
  const tree = supervisor({}, { disk: child(Disk), buffer: child(Buffer, { restart: 'temporary' }), user: child(User) })
  await using sim = await simulatedSystem(tree, { ...order, store: false })
  void sim.tree.user.cast.begin()
  await sim.advance(100)
  const lines = await sim.until(sim.tree.disk.call.lines())
  return { wrong: lines === 1 ? undefined : `${lines} lines were written`, schedule: sim.schedule, events: [...sim.events] }
}
