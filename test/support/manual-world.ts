import type { Clock } from '../../src/runtime/clock.ts'
import type { Runnable, Scheduler } from '../../src/runtime/scheduler.ts'

/** A clock that stands still and a scheduler that runs what was deferred when told: all that a store needs. */
export interface ManualWorld {
  readonly clock: Clock
  readonly scheduler: Scheduler
  /** What the wall clock says; may be set. */
  wallMs: number
  /** The labels of what was deferred and has not run. */
  readonly deferred: readonly string[]
  /** Runs what was deferred, and what that defers in turn. */
  flush(): void
}

export function manualWorld(): ManualWorld {
  const tasks: { readonly label: string; readonly run: () => void }[] = []
  const world: ManualWorld = {
    wallMs: 1_000_000,
    clock: {
      now: () => 0,
      wallNow: () => world.wallMs,
      setTimer: () => {
        throw new Error('a store sets no timers')
      },
    },
    scheduler: {
      ready: (_task: Runnable) => {
        throw new Error('a store is no actor')
      },
      defer: (label, run) => void tasks.push({ label, run }),
    },
    get deferred() {
      return tasks.map(({ label }) => label)
    },
    flush: () => {
      for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) task.run()
    },
  }
  return world
}
