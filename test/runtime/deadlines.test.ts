import { describe, expect, it } from 'vitest'
import { Deadlines, type Timed } from '../../src/runtime/deadlines.ts'
import { createVirtualClock } from '../../src/simulation/virtual-clock.ts'

const entry = (name: string, expired: string[]): Timed => ({
  dueMs: 0,
  previous: undefined,
  next: undefined,
  expire: () => void expired.push(name),
})

describe('deadlines', () => {
  it('fall due in the order of their times, whatever order they were set in', () => {
    const clock = createVirtualClock()
    const deadlines = new Deadlines(clock)
    const expired: string[] = []
    for (const [name, timeoutMs] of [
      ['c', 300],
      ['a', 100],
      ['b', 200],
      ['a2', 100],
    ] as const)
      deadlines.add(entry(name, expired), timeoutMs)
    clock.advance(100)
    expect(expired).toEqual(['a', 'a2'])
    clock.advance(200)
    expect(expired).toEqual(['a', 'a2', 'b', 'c'])
    expect(clock.pending).toBe(0)
  })

  it('that were removed do not fall due: the first, the last and one between', () => {
    const clock = createVirtualClock()
    const deadlines = new Deadlines(clock)
    const expired: string[] = []
    const all = ['1', '2', '3', '4', '5'].map((name) => entry(name, expired))
    for (const one of all) deadlines.add(one, 50)
    for (const index of [0, 2, 4, 2]) deadlines.remove(all[index] as Timed, 50)
    clock.advance(50)
    expect(expired).toEqual(['2', '4'])
  })

  it('never ask the clock for a time that is over: it goes on meanwhile', () => {
    const asked: number[] = []
    let nowMs = 0
    const setTimer = (delayMs: number) => ({ cancel: () => void asked.push(delayMs) })
    const deadlines = new Deadlines({ now: () => (nowMs += 1), wallNow: () => 0, setTimer })
    deadlines.add(entry('a', []), 0)
    deadlines.close()
    expect(asked).toEqual([0])
  })

  it('set one timer for any number of calls, and none is left after close', () => {
    const clock = createVirtualClock()
    const deadlines = new Deadlines(clock)
    for (let n = 0; n < 100; n += 1) deadlines.add(entry(`${n}`, []), 50)
    expect(clock.pending).toBe(1)
    deadlines.close()
    expect(clock.pending).toBe(0)
  })

  describe('on a clock that is costly to read', () => {
    const setUp = () => {
      const clock = createVirtualClock()
      let reads = 0
      const now = (): number => ((reads += 1), clock.now())
      const costly = { now, wallNow: () => 0, setTimer: clock.setTimer, isCostly: true }
      return { clock, deadlines: new Deadlines(costly), reads: () => reads }
    }

    it('count from the next turn of the event loop where they are far away, and cost a read for all calls before it', () => {
      const { clock, deadlines, reads } = setUp()
      const expired: string[] = []
      const all = Array.from({ length: 1_000 }, (_, n) => entry(`${n}`, expired))
      for (const one of all) deadlines.add(one, 5_000)
      for (const one of all.slice(1, -1)) deadlines.remove(one, 5_000)
      clock.advance(5_000)
      expect(expired).toEqual(['0', '999'])
      expect(reads()).toBeLessThan(10)
    })

    it('are known when they are asked for', () => {
      const { clock, deadlines } = setUp()
      const one = entry('a', [])
      deadlines.add(one, 5_000)
      expect(one.dueMs).toBeNaN()
      deadlines.begin()
      expect(one.dueMs).toBe(5_000)
      deadlines.remove(one, 5_000)
      deadlines.close()
      expect(clock.pending).toBe(0)
    })

    it('count at once where they are short', () => {
      const { clock, deadlines } = setUp()
      const expired: string[] = []
      deadlines.add(entry('short', expired), 10)
      deadlines.add(entry('long', expired), 1_000)
      clock.advance(10)
      expect(expired).toEqual(['short'])
      clock.advance(990)
      expect(expired).toEqual(['short', 'long'])
    })
  })
})
