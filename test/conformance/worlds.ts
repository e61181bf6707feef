import type { StartOptions } from '../../src/index.ts'
import { createSeededScheduler, createVirtualClock, runUntilIdle, seededRandom } from '../../src/testing/index.ts'

/** What a case is driven by: virtual time, or the real one. */
export interface World {
  /** For `start`. */
  readonly options: StartOptions
  /** Lets time go by. */
  sleep(ms: number): Promise<void>
  /** Runs until nothing can happen any more without time going by. */
  settle(): Promise<void>
  /** Runs until the case is at rest, with as much time as that takes. */
  rest(isAtRest: () => boolean): Promise<void>
  /** Lets time go by, and what is due in it happen. */
  pass(ms: number): Promise<void>
}

/** Virtual time, with every order decided by one seed. */
export function virtualWorld(seed: number): World {
  const clock = createVirtualClock()
  const random = seededRandom(seed)
  const scheduler = createSeededScheduler({ random })
  const run = async (timers: 'none' | 'all' | { readonly untilMs: number }): Promise<void> =>
    void (await runUntilIdle({ clock, scheduler, timers, firesTogether: true }))
  return {
    options: { clock, random, scheduler, attribution: 'off' },
    sleep: (ms) => new Promise((resolve) => void clock.setTimer(ms, resolve)),
    settle: () => run('none'),
    rest: () => run('all'),
    pass: (ms) => run({ untilMs: clock.now() + ms }),
  }
}

/** After so long without coming to rest a case has failed. */
const longestRestMs = 60_000

/** The real clock and the fair scheduler. At rest is what stays so for a few turns of the event loop. */
export function realWorld(): World {
  const pass = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  }
  return {
    options: {},
    sleep: pass,
    settle,
    rest: async (isAtRest) => {
      const endsAt = performance.now() + longestRestMs
      for (let quiet = 0; quiet < 3; quiet = isAtRest() ? quiet + 1 : 0) {
        await settle()
        if (!isAtRest()) await pass(2)
        if (performance.now() > endsAt) throw new Error(`not at rest after ${longestRestMs} ms`)
      }
    },
    pass,
  }
}
