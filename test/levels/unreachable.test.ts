import { describe, expect, it } from 'vitest'
import { actor } from '../../src/behaviors/actor.ts'
import { checkpoints } from '../../src/levels/checkpoints.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'
import { eventsOf, simulatedWithoutStore } from '../support/simulated-app.ts'

const Near = checkpoints('near')
const Far = checkpoints('far', { level: 2 })

const Worker = actor('worker', {
  initial: async (_: undefined, ctx) => {
    const kept = await ctx.ref(Near, 'near').restore('worker')
    return { value: (kept?.value as number | undefined) ?? 0 }
  },
  handlers: ({ call }) => ({
    next: call(async ({ state, ctx }) => {
      const value = state.value + 1
      await ctx.ref(Near, 'near').checkpoint('worker', value, { level: 2, strict: true })
      return { reply: value, state: { value } }
    }),
  }),
  restart: (ctx) => ctx.fresh(),
})

describe('an actor that is kept at a level', () => {
  it('[W5] is not started while no level that may have it can be reached, and goes on from there when it can', async () => {
    const backoff = { min: '1m', max: '1m' } as const
    const tree = supervisor(
      {},
      {
        far: child(Far, { backoff }),
        near: child(Near, { hooks: { restart: (ctx) => ctx.fresh() } }),
        worker: child(Worker, { backoff: { min: '20s', max: '20s' } }),
      },
    )
    const sim = await simulatedWithoutStore(tree)
    const { far, near, worker } = sim.tree
    await sim.until(near.attachTo(far))
    expect(await sim.until(worker.call.next())).toBe(1)
    expect(await sim.until(worker.call.next())).toBe(2)
    // The first level has lost what it had, and the second is down for a minute.
    await sim.until(sim.app.kill(near))
    await sim.until(near.whenUp())
    await sim.until(near.attachTo(far))
    await sim.until(sim.app.kill(far))
    await sim.until(sim.app.kill(worker))
    await sim.advance(40_000)
    const failed = eventsOf(sim.events, 'start failed').filter(({ id }) => id === 'worker')
    expect(failed.length).toBeGreaterThan(0)
    expect(failed[0]?.reason).toMatchObject({ type: 'error', error: { code: 'level-unavailable', reached: 1 } })
    expect(sim.app.inspect(worker)?.status).toBe('restarting')
    await sim.until(far.whenUp())
    await sim.until(worker.whenUp())
    expect(await sim.until(worker.call.next())).toBe(3)
  })
})
