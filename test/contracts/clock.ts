import { describe, expect, it } from 'vitest'
import type { Clock } from '../../src/runtime/clock.ts'

/** A clock under test, and the way to let time pass until something has happened on it. */
export interface ClockUnderTest {
  readonly clock: Clock
  /** Lets time pass until `event` has settled. */
  until<Value>(event: Promise<Value>): Promise<Value>
}

/** What every clock has to keep. */
export function describeClock(name: string, create: () => ClockUnderTest): void {
  describe(`the contract of a clock: ${name}`, () => {
    it('fires a timer when its delay is over, and not before', async () => {
      const { clock, until } = create()
      const startMs = clock.now()
      await until(fired(clock, 3))
      expect(clock.now() - startMs).toBeGreaterThanOrEqual(3)
    })

    it('never fires a timer before setTimer has returned', async () => {
      const { clock, until } = create()
      const log: string[] = []
      const event = fired(clock, 0, () => log.push('fired'))
      log.push('set')
      await until(event)
      expect(log).toEqual(['set', 'fired'])
    })

    it('fires timers in the order in which they are due', async () => {
      const { clock, until } = create()
      const log: string[] = []
      const late = fired(clock, 12, () => log.push('late'))
      const soon = fired(clock, 2, () => log.push('soon'))
      await until(Promise.all([late, soon]))
      expect(log).toEqual(['soon', 'late'])
    })

    it('fires a timer that another timer has set', async () => {
      const { clock, until } = create()
      const startMs = clock.now()
      await until(fired(clock, 1).then(() => fired(clock, 2)))
      expect(clock.now() - startMs).toBeGreaterThanOrEqual(3)
    })

    it('does not fire a timer that was cancelled', async () => {
      const { clock, until } = create()
      const log: string[] = []
      const cancelled = clock.setTimer(1, () => log.push('cancelled'))
      const later = fired(clock, 5)
      cancelled.cancel()
      cancelled.cancel()
      await until(later)
      expect(log).toEqual([])
    })

    it('lets a timer be cancelled by another one that is due before it', async () => {
      const { clock, until } = create()
      const log: string[] = []
      const first = fired(clock, 1, () => second.cancel())
      const second = clock.setTimer(10, () => log.push('second'))
      await until(first.then(() => fired(clock, 15)))
      expect(log).toEqual([])
    })

    it('ignores the cancelling of a timer that has fired', async () => {
      const { clock, until } = create()
      let timer = { cancel: (): void => undefined }
      await until(new Promise<void>((resolve) => (timer = clock.setTimer(0, resolve))))
      expect(() => timer.cancel()).not.toThrow()
    })

    it.each([
      ['no end', Infinity],
      ['more than setTimeout can count', 2 ** 31 + 5],
    ])('does not fire at once with %s as delay', async (_, delayMs) => {
      const { clock, until } = create()
      const log: string[] = []
      const timer = clock.setTimer(delayMs, () => log.push('fired'))
      await until(fired(clock, 4))
      timer.cancel()
      expect(log).toEqual([])
    })

    it('shows wall time that moves along with its own', async () => {
      const { clock, until } = create()
      const [startMs, wallStartMs] = [clock.now(), clock.wallNow()]
      expect(Number.isFinite(wallStartMs)).toBe(true)
      await until(fired(clock, 5))
      expect(clock.now()).toBeGreaterThanOrEqual(startMs)
      expect(clock.wallNow()).toBeGreaterThanOrEqual(wallStartMs)
    })
  })
}

function fired(clock: Clock, delayMs: number, run: () => void = () => undefined): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimer(delayMs, () => {
      run()
      resolve()
    })
  })
}
