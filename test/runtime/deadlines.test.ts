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
})
