import { describe, expect, it } from 'vitest'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'
import { eventsOf, lives, simulated, simulatedWithoutStore } from '../support/simulated-app.ts'
import { Counter } from '../support/scripted.ts'

const tree = supervisor(
  { strategy: 'rest_for_one' },
  {
    first: child(Counter),
    second: child(Counter, { state: 'durable' }),
    third: child(Counter, { state: 'volatile', args: { from: 10 } }),
  },
)

const run = async (seed: number) => {
  const { tree: actors, events, app, until, settle } = await simulated(tree, { seed })
  await until(actors.second.call.add(5))
  for (const n of [1, 2, 3]) {
    void actors.first.cast.increment()
    void actors.third.call.add(n)
  }
  void actors.first.cast.crash('boom')
  void actors.third.cast.crash('bang')
  await settle()
  const { first, second, third } = actors
  const counts = [await until(first.call.count()), await until(second.call.count()), await until(third.call.count())]
  await until(app.stop())
  return { counts, log: JSON.stringify(events) }
}

describe('a tree on the virtual clock', () => {
  it('does the same twice, event by event, for the same seed', async () => {
    const [one, two] = [await run(7), await run(7)]
    expect(one.log).toBe(two.log)
    expect(one.counts).toEqual([3, 5, 16])
  })

  it('orders events otherwise for another seed, with the same results', async () => {
    const runs = await Promise.all(Array.from({ length: 40 }, (_, seed) => run(seed)))
    expect(new Set(runs.map(({ log }) => log)).size).toBeGreaterThan(1)
    for (const { counts } of runs) expect(counts).toEqual([3, 5, 16])
  })

  it('takes a call to its deadline without waiting for it', async () => {
    const { tree: actors, clock, until } = await simulatedWithoutStore(supervisor({}, { a: child(Counter) }))
    await expect(until(actors.a.call.wait(1, { timeout: '1h' }))).rejects.toMatchObject({ code: 'timeout' })
    expect(clock.now()).toBe(3_600_000)
  })

  it('starts in order and stops in reverse', async () => {
    const { app, events, until } = await simulated(tree)
    await until(app.stop())
    expect(lives(events)).toEqual([
      'first#1 started',
      'second#1 started',
      'third#1 started',
      'root#1 started',
      'third#1 exited shutdown',
      'second#1 exited shutdown',
      'first#1 exited shutdown',
      'root#1 exited shutdown',
    ])
    expect(eventsOf(events, 'decided')).toEqual([])
  })
})
