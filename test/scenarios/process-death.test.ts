import { describe, expect, it } from 'vitest'
import { memory } from '../../src/persistence/memory-store.ts'
import { settlePromises } from '../../src/simulation/settle.ts'
import { eventsOf, simulated } from '../support/simulated-app.ts'
import { handleInGroups, orderNumbers, ordersTree, placeOrders, problemsOf, type OrdersApp } from './orders-workload.ts'

const variants = [
  { seed: 1, inGroups: false },
  { seed: 2, inGroups: true },
] as const

const open = async (options: Parameters<typeof simulated>[1], inGroups: boolean): Promise<OrdersApp> => {
  const app = await simulated(ordersTree, options)
  if (inGroups) handleInGroups(app)
  return app
}

/** Takes `steps` steps and stops where it then is, which is what `kill -9` does. True if there was nothing left to do. */
const runUntilDeath = async ({ scheduler, clock }: OrdersApp, steps: number, seed: number): Promise<boolean> => {
  let isOver = false
  for (let step = 0; step < steps; step += 1) {
    if (scheduler.isIdle || (step * 7 + seed) % 3 === 0) await settlePromises()
    if (!scheduler.isIdle) scheduler.step()
    else if (!clock.runNext()) isOver = true
  }
  await settlePromises()
  return isOver
}

describe.each(variants)('durable actors (seed $seed, in groups: $inGroups)', ({ seed, inGroups }) => {
  it('crash, drop groups and refuse to be stored, and lose, double and swap nothing', async () => {
    const app = await open({ seed }, inGroups)
    const replies = new Map<number, unknown>()
    placeOrders(app, replies)
    await app.settle()
    expect([...replies.values()].map((reply) => typeof reply)).toEqual(orderNumbers.map(() => 'string'))
    expect(eventsOf(app.events, 'exited').length).toBeGreaterThan(0)
    if (inGroups) expect(eventsOf(app.events, 'group dropped').length).toBeGreaterThan(0)
    expect(await problemsOf(app)).toEqual([])
  })

  it('lose, double and swap nothing whatever the step after which their process dies, and answer the same again', async () => {
    let isOver = false
    for (let steps = 0; !isOver; steps += 1) {
      const store = memory()
      const before = await open({ store, seed }, inGroups)
      const told = new Map<number, unknown>()
      placeOrders(before, told)
      isOver = await runUntilDeath(before, steps, seed)
      const answered = [...told]
      const after = await open({ store, seed: seed + 100, clock: before.clock }, inGroups)
      const replies = new Map<number, unknown>()
      placeOrders(after, replies)
      await after.settle()
      expect({ steps, problems: await problemsOf(after) }).toEqual({ steps, problems: [] })
      expect({ steps, replies: answered.map(([n]) => [n, replies.get(n)]) }).toEqual({ steps, replies: answered })
      expect([...replies.values()].every((reply) => typeof reply === 'string')).toBe(true)
    }
  })
})
