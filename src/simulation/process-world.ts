import type { Clock, ClockTimer } from '../runtime/clock.ts'
import type { Scheduler } from '../runtime/scheduler.ts'
import type { SeededScheduler } from './seeded-scheduler.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** Time and order as one simulated process has them. */
export interface ProcessWorld {
  /**
   * A timer that is due puts its work in line, as `defer timer`: the scheduler decides when it comes, also between two that are
   * due at once.
   */
  readonly clock: Clock
  readonly scheduler: Scheduler
  /** Ends the process as `kill -9` does: nothing that waits will run, and nothing new is taken. */
  die(): void
}

/** Makes the world of one process. `wallOffsetMs` says by how much the wall clock has jumped so far. */
export function createProcessWorld({
  clock,
  scheduler,
  wallOffsetMs,
}: {
  readonly clock: VirtualClock
  readonly scheduler: SeededScheduler
  readonly wallOffsetMs: () => number
}): ProcessWorld {
  const timers = new Set<ClockTimer>()
  let isAlive = true

  const setTimer = (delayMs: number, run: () => void): ClockTimer => {
    let isSet = isAlive
    const fire = (): void => {
      if (isSet) run()
      isSet = false
    }
    const timer = clock.setTimer(delayMs, () => {
      timers.delete(timer)
      scheduler.defer('timer', fire)
    })
    const cancel = (): void => {
      isSet = false
      timers.delete(timer)
      timer.cancel()
    }
    if (isAlive) timers.add(timer)
    else cancel()
    return { cancel }
  }

  return {
    clock: { now: () => clock.now(), wallNow: () => clock.wallNow() + wallOffsetMs(), setTimer },
    scheduler: {
      ready: (task) => {
        if (isAlive) scheduler.ready(task)
      },
      defer: (label, run) => {
        if (isAlive) scheduler.defer(label, run)
      },
    },
    die: () => {
      isAlive = false
      for (const timer of timers) timer.cancel()
      timers.clear()
      scheduler.dropAll()
    },
  }
}
