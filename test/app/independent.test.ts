import { describe, expect, it } from 'vitest'
import { simulatedSystem } from 'coppice/testing'
import { actor } from '../../src/behaviors/actor.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'

describe('independent children', () => {
  it.each([
    // The one that crashes ends in a second; then the other two stop, and all three start.
    { independent: true, restartMs: 1_000 + 1_000 + 1_000, stopMs: 1_000 },
    { independent: false, restartMs: 1_000 + 2_000 + 3_000, stopMs: 3_000 },
  ])('independent: $independent: three that take a second to start and to stop', async ({ independent, restartMs, stopMs }) => {
    let sleep = (): Promise<void> => Promise.resolve()
    const slow = (name: string) =>
      actor(name, {
        initial: () => ({}),
        init: () => sleep(),
        term: () => sleep(),
        handlers: ({ call, cast }) => ({
          crash: cast(() => {
            throw new Error('boom')
          }),
          isThere: call(() => ({ reply: true })),
        }),
      })
    const [a, b, c] = ['a', 'b', 'c'].map((name) => child(slow(name), { independent }))
    if (a === undefined || b === undefined || c === undefined) throw new Error('there are three')
    await using sim = await simulatedSystem(supervisor({ strategy: 'one_for_all' }, { a, b, c }), { store: false })
    const { tree, clock } = sim
    sleep = () => new Promise((resolve) => void clock.setTimer(1_000, resolve))
    let beganMs = clock.now()
    void tree.a.cast.crash()
    await sim.settle()
    // It is the last to answer that was down when it was called.
    await sim.until(tree.a.call.isThere({ timeout: '1m' }))
    await sim.until(tree.c.call.isThere({ timeout: '1m' }))
    expect(clock.now() - beganMs).toBe(restartMs)
    beganMs = clock.now()
    await sim.until(sim.app.stop())
    expect(clock.now() - beganMs).toBe(stopMs)
  })
})
