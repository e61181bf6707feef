import { StepLimitError } from './errors.ts'
import type { SeededScheduler } from './seeded-scheduler.ts'
import { settlePromises } from './settle.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** What {@link runUntilIdle} runs, and how far. */
export interface RunUntilIdleOptions {
  readonly clock: VirtualClock
  readonly scheduler: SeededScheduler
  /** Resolves when promises have gone on as far as they can. Default {@link settlePromises}. */
  readonly settle?: () => Promise<void>
  /**
   * What happens when nothing is left to do now. `none`, the default: it ends. `all`: the clock moves to the next timer, again
   * and again until none is pending. `untilMs`: the same for the timers up to that time, at which the clock then stands.
   */
  readonly timers?: 'none' | 'all' | { readonly untilMs: number }
  /** Choices and timers after which it gives up. Default 100,000. */
  readonly limit?: number
}

/**
 * Runs a simulation until nothing can happen any more: no task is ready, nothing is deferred, no promise can go on, and no
 * timer is to be waited for. Promises go on when nothing else is ready, and before that at moments that the scheduler chooses:
 * in its schedule these are `offer promises`.
 *
 * @returns how many choices and timers it took.
 * @throws {StepLimitError} if it takes more than `limit` of them.
 */
export async function runUntilIdle(options: RunUntilIdleOptions): Promise<number> {
  const { clock, scheduler, settle = settlePromises, timers = 'none', limit = 100_000 } = options
  let steps = 0
  let takeBack: (() => void) | undefined
  let isTakenUp = false

  const count = (): void => {
    if (steps >= limit) throw new StepLimitError({ limit, lastChoices: scheduler.schedule.slice(-10) })
    steps += 1
  }

  // Without this, work that goes on after an `await` would always come after everything that was ready before it.
  const offerPromises = (): void => {
    takeBack ??= scheduler.offer('promises', () => {
      takeBack = undefined
      isTakenUp = true
    })
  }

  const stepUntilIdle = async (): Promise<void> => {
    while (!scheduler.isIdle) {
      count()
      offerPromises()
      scheduler.step()
      if (!isTakenUp) continue
      isTakenUp = false
      await settle()
    }
  }

  try {
    for (;;) {
      await stepUntilIdle()
      await settle()
      if (!scheduler.isIdle) continue
      if (!isDue(clock, timers)) break
      count()
      clock.runNext()
    }
  } finally {
    takeBack?.()
  }
  if (typeof timers === 'object' && timers.untilMs > clock.now()) clock.advanceTo(timers.untilMs)
  return steps
}

function isDue(clock: VirtualClock, timers: 'none' | 'all' | { readonly untilMs: number }): boolean {
  const dueMs = clock.nextDueMs()
  if (dueMs === undefined || timers === 'none') return false
  return timers === 'all' || dueMs <= timers.untilMs
}
