import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../src/runtime/random.ts'
import type { Runnable } from '../../src/runtime/scheduler.ts'
import { runUntilIdle } from '../../src/simulation/run-until-idle.ts'
import { createSeededScheduler } from '../../src/simulation/seeded-scheduler.ts'
import { createVirtualClock } from '../../src/simulation/virtual-clock.ts'
import { task } from '../support/runnables.ts'

describe('runUntilIdle', () => {
  it('runs tasks and what is deferred, and says how many steps it took', async () => {
    const { world, log } = setUp()
    world.scheduler.ready(task('a', log, 2))
    world.scheduler.defer('store', () => log.push('store'))
    await expect(runUntilIdle(world)).resolves.toBeGreaterThanOrEqual(3)
    expect(log.toSorted()).toEqual(['a', 'a', 'store'])
    expect(world.scheduler.isIdle).toBe(true)
  })

  it('waits for promises, and goes on with the work that they bring', async () => {
    const { world, log } = setUp()
    const waiting = async (): Promise<void> => {
      for (let hop = 0; hop < 50; hop += 1) await Promise.resolve()
      world.scheduler.ready(task('after the promises', log, 1))
    }
    void waiting()
    await runUntilIdle(world)
    expect(log).toEqual(['after the promises'])
  })

  it('lets promises go on before or after what is ready, as the seed decides', async () => {
    const orders = new Set<string>()
    for (let seed = 0; seed < 20; seed += 1) {
      const { world, log } = setUp(seed)
      void Promise.resolve().then(() => log.push('promise'))
      world.scheduler.ready(task('a', log, 1))
      await runUntilIdle(world)
      orders.add(log.join(' '))
    }
    expect([...orders].sort()).toEqual(['a promise', 'promise a'])
  })

  it('leaves timers alone unless it is told to move the clock', async () => {
    const { world, log, timer } = setUp()
    timer(5)
    await runUntilIdle(world)
    expect([log, world.clock.now(), world.clock.pending]).toEqual([[], 0, 1])
  })

  it('moves from timer to timer until none is left, with all that they set off in between', async () => {
    const { world, log } = setUp()
    const setSecondTimer = (): boolean => {
      world.clock.setTimer(10, () => log.push(`second timer at ${world.clock.now()}`))
      return false
    }
    world.clock.setTimer(3_600_000, () => {
      log.push('timer')
      world.scheduler.ready({ id: 'a', run: setSecondTimer })
    })
    world.clock.setTimer(3_600_005, () => log.push('between'))
    await runUntilIdle({ ...world, timers: 'all' })
    expect(log).toEqual(['timer', 'between', 'second timer at 3600010'])
  })

  it('moves no further than it is told to, and stands there', async () => {
    const { world, log, timer } = setUp()
    for (const delayMs of [1, 5, 6]) timer(delayMs)
    await runUntilIdle({ ...world, timers: { untilMs: 5 } })
    expect([log, world.clock.now()]).toEqual([['1', '5'], 5])
    await runUntilIdle({ ...world, timers: { untilMs: 5.5 } })
    expect(world.clock.now()).toBe(5.5)
  })

  it('gives up after its limit of steps, and says what it was doing', async () => {
    const { world, log } = setUp()
    world.scheduler.ready(task('busy', log, Infinity))
    const gaveUp = /^the simulation is not idle after 50 steps; raise `limit` if .* too few\. The last choices were .*run busy/
    await expect(runUntilIdle({ ...world, limit: 50 })).rejects.toMatchObject({
      code: 'step-limit',
      message: expect.stringMatching(gaveUp),
    })
  })

  it('counts timers as steps: a clock that ticks for ever ends it too', async () => {
    const { world } = setUp()
    const tick = (): void => void world.clock.setTimer(1_000, tick)
    tick()
    await expect(runUntilIdle({ ...world, timers: 'all', limit: 50 })).rejects.toThrow('The last choices were timers only')
    expect(world.clock.now()).toBe(50_000)
  })

  it('leaves nothing of its own behind', async () => {
    const { world, log } = setUp()
    world.scheduler.ready(task('a', log, 1))
    await runUntilIdle(world)
    world.scheduler.ready(task('b', log, 20))
    while (world.scheduler.step());
    expect(world.scheduler.schedule.slice(-20)).toEqual(Array.from({ length: 20 }, () => 'run b'))
  })

  it('takes promises on with what it is given', async () => {
    const { world } = setUp()
    let settled = 0
    await runUntilIdle({ ...world, settle: () => Promise.resolve(void (settled += 1)) })
    expect(settled).toBe(1)
  })

  it('comes to the same end when its schedule is replayed, promises included', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer(), async (first, second) => {
        const recorded = await runAsyncTasks(first)
        expect(await runAsyncTasks(second, recorded.text)).toEqual(recorded)
      }),
      { numRuns: 50 },
    )
  })
})

/** Three tasks that each go on after an `await`, as asynchronous handlers do. */
async function runAsyncTasks(seed: number, replay = ''): Promise<{ readonly text: string; readonly log: readonly string[] }> {
  const { world, log } = setUp(seed, replay)
  for (const id of ['a', 'b', 'c']) {
    let turns = 0
    const handle = async (): Promise<void> => {
      log.push(`${id} ${turns} begins`)
      await Promise.resolve()
      log.push(`${id} ${turns} ends`)
      turns += 1
      if (turns < 3) world.scheduler.ready(asynchronous)
    }
    const asynchronous: Runnable = { id, run: () => (void handle(), false) }
    world.scheduler.ready(asynchronous)
  }
  await runUntilIdle(world)
  return { text: world.scheduler.print(), log }
}

function setUp(seed = 1, replay = '') {
  const log: string[] = []
  const world = { clock: createVirtualClock(), scheduler: createSeededScheduler({ random: seededRandom(seed), replay }) }
  const timer = (delayMs: number): void => void world.clock.setTimer(delayMs, () => log.push(`${delayMs}`))
  return { world, log, timer }
}
