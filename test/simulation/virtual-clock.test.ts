import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { settlePromises } from '../../src/simulation/settle.ts'
import { createVirtualClock, type VirtualClock } from '../../src/simulation/virtual-clock.ts'
import { describeClock } from '../contracts/clock.ts'

describeClock('the virtual clock', () => {
  const clock = createVirtualClock()
  return { clock, until: (event) => runUntilSettled(clock, event) }
})

describe('createVirtualClock', () => {
  it('begins at 0, at a wall time that is the same in every run', () => {
    expect(createVirtualClock().now()).toBe(0)
    expect(new Date(createVirtualClock().wallNow()).toISOString()).toBe('2000-01-01T00:00:00.000Z')
    expect(createVirtualClock({ wallStartMs: 5 }).wallNow()).toBe(5)
  })

  it('fires each timer at its own time, whatever the length of the step', () => {
    const { clock, log } = setUp([5, 1, 3])
    clock.advance(10)
    expect(log).toEqual(['1 at 1', '3 at 3', '5 at 5'])
    expect(clock.now()).toBe(10)
    expect(clock.wallNow()).toBe(createVirtualClock().wallNow() + 10)
  })

  it('fires timers that are due at the same time in the order in which they were set', () => {
    const clock = createVirtualClock()
    const log: string[] = []
    for (const name of ['first', 'second', 'third']) clock.setTimer(5, () => log.push(name))
    clock.advance(5)
    expect(log).toEqual(['first', 'second', 'third'])
  })

  it('fires a timer that was set on the way, if it falls into the same step', () => {
    const clock = createVirtualClock()
    const log: string[] = []
    const beat = (): void => {
      log.push(`beat at ${clock.now()}`)
      clock.setTimer(4, beat)
    }
    clock.setTimer(4, beat)
    clock.setTimer(9, () => log.push(`other at ${clock.now()}`))
    clock.advance(12)
    expect(log).toEqual(['beat at 4', 'beat at 8', 'other at 9', 'beat at 12'])
  })

  it('fires a timer without delay only when it is moved, if only by nothing', () => {
    const { clock, log } = setUp([0])
    expect(log).toEqual([])
    clock.advance(0)
    expect(log).toEqual(['0 at 0'])
  })

  it('moves to the next timer and no further', () => {
    const { clock, log } = setUp([7, 7, 9])
    expect(clock.nextDueMs()).toBe(7)
    expect(clock.runNext()).toBe(true)
    expect(log).toEqual(['7 at 7'])
    expect([clock.now(), clock.nextDueMs(), clock.pending]).toEqual([7, 7, 2])
    clock.runNext()
    clock.runNext()
    expect([clock.runNext(), clock.now(), clock.nextDueMs(), clock.pending]).toEqual([false, 9, undefined, 0])
  })

  it('counts neither what was cancelled, nor what has fired, nor what is due never', () => {
    const clock = createVirtualClock()
    const [a, b, never] = [1, 2, Infinity].map((delayMs) => clock.setTimer(delayMs, () => undefined))
    expect(clock.pending).toBe(2)
    a?.cancel()
    a?.cancel()
    never?.cancel()
    expect([clock.pending, clock.nextDueMs()]).toEqual([1, 2])
    clock.advance(2)
    b?.cancel()
    expect(clock.pending).toBe(0)
  })

  it('passes on what a timer throws, and can be moved on', () => {
    const { clock, log } = setUp([2])
    clock.setTimer(1, () => {
      throw new Error('out of a timer')
    })
    expect(() => clock.advance(5)).toThrow('out of a timer')
    expect(clock.now()).toBe(1)
    clock.advance(5)
    expect(log).toEqual(['2 at 2'])
  })

  it('cannot be moved by a timer', () => {
    const clock = createVirtualClock()
    clock.setTimer(1, () => clock.advance(1))
    expect(() => clock.advance(5)).toThrow(
      'a timer tried to move the virtual clock that runs it; set another timer instead. The clock was not moved',
    )
  })

  it.each([
    ['a step back', (clock: VirtualClock) => clock.advance(-1), 'advance: ms must be milliseconds >= 0; got -1 (number)'],
    ['a time that is over', (clock: VirtualClock) => clock.advanceTo(3), 'must be a time from now (4) on; got 3 (number)'],
    ['the end of time', (clock: VirtualClock) => clock.advanceTo(Infinity), 'must be a time from now (4) on; got Infinity'],
    ['no number', (clock: VirtualClock) => clock.setTimer(NaN, ignore), 'delayMs must be milliseconds >= 0; got NaN (number)'],
  ])('refuses %s', (_, act, message) => {
    const clock = createVirtualClock()
    clock.advance(4)
    expect(() => act(clock)).toThrow(message)
    expect(clock.now()).toBe(4)
  })

  it('fires the same timers in the same order, however a span of time is split', () => {
    fc.assert(
      fc.property(fc.array(timerPlan, { maxLength: 30 }), fc.array(fc.nat(40), { minLength: 1 }), (plans, steps) => {
        const totalMs = steps.reduce((sum, step) => sum + step, 0)
        expect(firings(plans, steps)).toEqual(firings(plans, [totalMs]))
      }),
    )
  })
})

interface TimerPlan {
  readonly delayMs: number
  readonly cancels: number | undefined
  readonly nested: readonly number[]
}

const timerPlan: fc.Arbitrary<TimerPlan> = fc.record({
  delayMs: fc.nat(100),
  cancels: fc.option(fc.nat(29), { nil: undefined }),
  nested: fc.array(fc.nat(50), { maxLength: 3 }),
})

function firings(plans: readonly TimerPlan[], steps: readonly number[]): readonly string[] {
  const clock = createVirtualClock()
  const log: string[] = []
  const note = (name: string): void => void log.push(`${name} at ${clock.now()}`)
  const timers = plans.map(({ delayMs, cancels, nested }, index) =>
    clock.setTimer(delayMs, () => {
      note(`${index}`)
      if (cancels !== undefined) timers[cancels]?.cancel()
      nested.forEach((nestedMs, nth) => clock.setTimer(nestedMs, () => note(`${index}.${nth}`)))
    }),
  )
  for (const stepMs of steps) clock.advance(stepMs)
  return log
}

function ignore(): void {
  // A timer that does nothing.
}

function setUp(delays: readonly number[]): { readonly clock: VirtualClock; readonly log: string[] } {
  const clock = createVirtualClock()
  const log: string[] = []
  for (const delayMs of delays) clock.setTimer(delayMs, () => log.push(`${delayMs} at ${clock.now()}`))
  return { clock, log }
}

async function runUntilSettled<Value>(clock: VirtualClock, event: Promise<Value>): Promise<Value> {
  let isSettled = false
  const settled = event.finally(() => (isSettled = true))
  for (;;) {
    // Promises go on in between: one of them may set the next timer.
    await settlePromises()
    if (isSettled || !clock.runNext()) return settled
  }
}
