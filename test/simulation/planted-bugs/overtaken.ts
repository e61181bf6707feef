import { actor, child, message, supervisor } from 'coppice'
import { simulatedSystem } from 'coppice/testing'
import type { PlantedBug } from './planted-bug.ts'

/** It drops what is about nobody: a change that comes before what it changes. */
const Index = actor('index', {
  initial: () => ({ entry: '' }),
  handlers: ({ call, cast }) => ({
    create: cast(() => ({ entry: 'created' })),
    change: cast(({ state }) => (state.entry === '' ? state : { entry: 'changed' })),
    entry: call(({ state }) => ({ reply: state.entry })),
  }),
})

const Audit = actor('audit', {
  initial: () => ({}),
  handlers: ({ cast }) => ({ create: cast(({ ctx }) => void ctx.ref(Index, 'index').cast.create()) }),
})

/** Two messages for one receiver, of which one makes a detour. */
const Intake = actor('intake', {
  initial: () => ({}),
  handlers: ({ cast }) => ({
    order: cast(({ ctx }) => {
      void ctx.ref(Audit, 'audit').cast.create()
      ctx.sendSelf('change')
    }),
    change: cast(message<undefined>(), ({ ctx }) => void ctx.ref(Index, 'index').cast.change()),
  }),
})

export const overtaken: PlantedBug = async (order) => {
  const tree = supervisor({}, { index: child(Index), audit: child(Audit), intake: child(Intake) })
  await using sim = await simulatedSystem(tree, { ...order, store: false })
  void sim.tree.intake.cast.order()
  await sim.settle()
  const entry = await sim.until(sim.tree.index.call.entry())
  return { wrong: entry === 'changed' ? undefined : `the entry is ${entry}`, schedule: sim.schedule, events: [...sim.events] }
}
