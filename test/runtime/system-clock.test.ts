import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createSystemClock } from '../../src/runtime/system-clock.ts'

const dayMs = 86_400_000

describe('createSystemClock', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('fires a timer of 60 days, which is more than setTimeout can count, on its day', () => {
    const log: number[] = []
    const clock = createSystemClock()
    clock.setTimer(60 * dayMs, () => log.push(clock.now()))
    const startMs = clock.now()
    vi.advanceTimersByTime(60 * dayMs - 1)
    expect(log).toEqual([])
    vi.advanceTimersByTime(1)
    expect(log).toEqual([startMs + 60 * dayMs])
  })

  it('cancels such a timer also after its first part is over', () => {
    const log: string[] = []
    const timer = createSystemClock().setTimer(60 * dayMs, () => log.push('fired'))
    vi.advanceTimersByTime(30 * dayMs)
    timer.cancel()
    expect(vi.getTimerCount()).toBe(0)
    vi.advanceTimersByTime(60 * dayMs)
    expect(log).toEqual([])
  })

  it('sets nothing for a timer that is due never', () => {
    createSystemClock().setTimer(Infinity, () => undefined)
    expect(vi.getTimerCount()).toBe(0)
  })
})
