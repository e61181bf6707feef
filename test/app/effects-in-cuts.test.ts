import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { actor, child, message, supervisor, supervisorOf, type Store } from 'coppice'
import { simulatedSystem } from '../../src/app/simulated-system.ts'
import { memory } from '../../src/persistence/memory-store.ts'

/** What lies outside: whom it has paid, by which key. */
const makeTree = (paid: string[]) => {
  const Payments = actor('payments', {
    initial: () => ({ done: [] as string[] }),
    handlers: ({ call, cast }) => ({
      hold: cast(async ({ state, ctx }) => {
        await ctx.sleep(100)
        return state
      }),
      pay: cast(message<string>(), async ({ state, input, ctx }) => {
        const outcome = await ctx.effect('charge', {
          run: ({ key }) => {
            paid.push(`${input} ${key}`)
            return paid.length
          },
        })
        return { done: [...state.done, `${input} ${outcome.status === 'done' ? outcome.value : outcome.status}`] }
      }),
      add: cast(message<number>(), ({ state }) => state),
      done: call(({ state }) => ({ reply: state.done })),
    }),
  })
  const group = supervisor({ intensity: { restarts: 100, within: '1s' } }, { a: child(Payments, { state: 'durable' }) })
  return supervisor({}, { group })
}

describe.each(['memory', 'sqlite'] as const)('an effect of a message that comes back with a cut (%s)', (kind) => {
  it('is not done again, however often the group goes back, and whatever was handled since', async () => {
    const paid: string[] = []
    const store: Store | DatabaseSync = kind === 'memory' ? memory() : new DatabaseSync(':memory:')
    await using sim = await simulatedSystem(makeTree(paid), { store })
    const group = supervisorOf(sim.tree.group)
    const { a } = sim.tree.group
    // Both wait in the mail when the cut is taken.
    void a.cast.hold()
    await sim.until(a.cast.pay('x'))
    await sim.until(a.cast.pay('y'))
    const cut = await sim.until(group.cut())
    expect(cut.members[0]?.mail.map(({ name }) => name)).toEqual(['pay', 'pay'])
    // Nothing was done yet when the group goes back for the first time.
    await sim.until(group.restore(cut))
    await sim.advance(2_000)
    expect(await sim.until(a.call.done())).toEqual(['x 1', 'y 2'])
    for (let n = 0; n < 50; n += 1) await sim.until(a.cast.add(n))
    for (let time = 1; time <= 3; time += 1) {
      await sim.until(group.restore(cut))
      await sim.advance(2_000)
      expect(await sim.until(a.call.done())).toEqual(['x 1', 'y 2'])
    }
    // A later cut has other numbers of the same messages.
    await sim.until(group.restore(cut))
    const later = await sim.until(group.cut())
    await sim.advance(2_000)
    await sim.until(group.restore(later))
    await sim.advance(2_000)
    expect(await sim.until(a.call.done())).toEqual(['x 1', 'y 2'])
    expect(paid.map((text) => text.split(' ')[0])).toEqual(['x', 'y'])
  })

  it('that was done while it waited behind the cut is not done again either, nor in the next process', async () => {
    const paid: string[] = []
    const store: Store | DatabaseSync = kind === 'memory' ? memory() : new DatabaseSync(':memory:')
    await using sim = await simulatedSystem(makeTree(paid), { store })
    const group = supervisorOf(sim.tree.group)
    const { a } = sim.tree.group
    void a.cast.hold()
    await sim.until(a.cast.pay('x'))
    const cut = await sim.until(group.cut())
    await sim.advance(2_000)
    await sim.until(group.restore(cut))
    await sim.restart()
    await sim.advance(2_000)
    expect(await sim.until(sim.tree.group.a.call.done())).toEqual(['x 1'])
    expect(paid).toHaveLength(1)
  })
})
