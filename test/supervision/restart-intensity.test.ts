import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RestartIntensity } from '../../src/supervision/machine/restart-intensity.ts'

describe('RestartIntensity', () => {
  it('allows as many restarts as it says within the window, and no more', () => {
    const intensity = new RestartIntensity({ restarts: 2, withinMs: 1_000 })
    expect(intensity.budgetLeft(0)).toBe(2)
    intensity.record(0)
    expect(intensity.budgetLeft(10)).toBe(1)
    intensity.record(10)
    expect(intensity.budgetLeft(20)).toBe(0)
  })

  it('allows none at all with 0 restarts', () => {
    expect(new RestartIntensity({ restarts: 0, withinMs: 1_000 }).budgetLeft(0)).toBe(0)
  })

  it('still counts a restart that is exactly as old as the window', () => {
    const intensity = new RestartIntensity({ restarts: 1, withinMs: 1_000 })
    intensity.record(0)
    expect(intensity.budgetLeft(1_000)).toBe(0)
    expect(intensity.budgetLeft(1_001)).toBe(1)
  })

  it('slides: it is not reset at fixed times', () => {
    const intensity = new RestartIntensity({ restarts: 2, withinMs: 1_000 })
    intensity.record(0)
    intensity.record(900)
    expect(intensity.budgetLeft(1_100)).toBe(1)
    intensity.record(1_100)
    expect(intensity.budgetLeft(1_800)).toBe(0)
    expect(intensity.budgetLeft(1_901)).toBe(1)
  })

  it('goes its own way after a copy', () => {
    const intensity = new RestartIntensity({ restarts: 2, withinMs: 1_000 })
    intensity.record(0)
    const copy = intensity.copy()
    copy.record(0)
    expect([intensity.budgetLeft(0), copy.budgetLeft(0)]).toEqual([1, 0])
    expect([intensity.budgetLeft(5_000), copy.budgetLeft(0)]).toEqual([2, 0])
  })

  it('counts as a list of all restarts does, whatever the times', () => {
    const step = fc.record({ after: fc.nat(120), record: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), fc.nat(300), (steps, withinMs) => {
        const intensity = new RestartIntensity({ restarts: 5, withinMs })
        const all: number[] = []
        let nowMs = 0
        for (const { after, record } of steps) {
          nowMs += after
          const left = 5 - all.filter((time) => nowMs - time <= withinMs).length
          expect(intensity.budgetLeft(nowMs)).toBe(left)
          if (!record || left <= 0) continue
          intensity.record(nowMs)
          all.push(nowMs)
        }
      }),
    )
  })
})
