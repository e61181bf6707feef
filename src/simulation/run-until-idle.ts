import { StepLimitError } from './errors.ts'
import type { SeededScheduler } from './seeded-scheduler.ts'
import { settlePromises } from './settle.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** What {@link runUntilIdle} runs, and how far. */
export interface RunUntilIdleOptions {
  readonly clock: VirtualClock
  readonly scheduler: SeededScheduler
  /** Resolves when promises have gone on as far as they can. By default it waits for a turn of the event loop. */
  readonly settle?: () => Promise<void>
  /** Runs a stretch of steps, between which nothing else happens: here they can be watched. By default it just runs them. */
  readonly stretch?: (run: () => void) => void
  /** True ends a stretch before its next step. */
  readonly isInterrupted?: () => boolean
  /** Fires all timers that are due at the same time before anything that they set off: for timers that only put work in line. */
  readonly firesTogether?: boolean
  /**
   * What happens when nothing is left to do now. `none`, the default: it ends. `all`: the clock moves to the next timer, again
   * and again until none is pending. `untilMs`: the same for the timers up to that time, at which the clock then stands.
   */
  readonly timers?: 'none' | 'all' | { readonly untilMs: number }
  /** Choices and timers after which it gives up. Default 100,000. */
  readonly limit?: number
  /** Lets promises go on after each choice as far as they can: when they go on is none then. */
  readonly settlesEachStep?: boolean
  /** Told after each choice and each timer, and, with `settled`, whenever promises have gone on. What it throws ends the run. */
  readonly after?: (what: 'step' | 'settled') => void
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
  const { clock, scheduler, settle = settlePromises, stretch = runIt, timers = 'none', limit = 100_000 } = options
  const { isInterrupted = never, firesTogether = false, settlesEachStep = false, after } = options
  let steps = 0
  let takeBack: (() => void) | undefined
  let isTakenUp = false

  const count = (): void => {
    if (steps >= limit) throw new StepLimitError({ limit, lastChoices: scheduler.schedule.slice(-10) })
    steps += 1
  }

  const takeUp = (): void => {
    takeBack = undefined
    isTakenUp = true
  }

  // Without this offer, work that goes on after an `await` would always come after everything that was ready before it.
  const stepUntilPromises = (): void => {
    while (!scheduler.isIdle && !isTakenUp && !isInterrupted()) {
      count()
      if (!settlesEachStep) takeBack ??= scheduler.offer('promises', takeUp)
      if (scheduler.step()) after?.('step')
      if (settlesEachStep) return
    }
  }

  const fireNext = (): void => {
    count()
    clock.runNext()
    while (firesTogether && clock.nextDueMs() === clock.now()) clock.runNext()
    after?.('step')
  }

  try {
    for (;;) {
      stretch(stepUntilPromises)
      isTakenUp = false
      await settle()
      after?.('settled')
      if (!scheduler.isIdle) continue
      if (!isDue(clock, timers)) break
      stretch(fireNext)
    }
  } finally {
    takeBack?.()
  }
  if (typeof timers === 'object' && timers.untilMs > clock.now()) clock.advanceTo(timers.untilMs)
  return steps
}

function runIt(run: () => void): void {
  run()
}

function never(): boolean {
  return false
}

function isDue(clock: VirtualClock, timers: 'none' | 'all' | { readonly untilMs: number }): boolean {
  const dueMs = clock.nextDueMs()
  if (dueMs === undefined || timers === 'none') return false
  return timers === 'all' || dueMs <= timers.untilMs
}
