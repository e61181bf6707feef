import { monitorEventLoopDelay } from 'node:perf_hooks'

const everyMs = 1

/** How long the event loop kept what was due waiting while `work` ran, in milliseconds: all but the worst hundredth. */
export async function p99DelayOf(work: () => Promise<void>): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: everyMs })
  delay.enable()
  await work()
  delay.disable()
  // It tells the time between two of its timers.
  return Math.max(0, delay.percentile(99) / 1e6 - everyMs)
}

/** The longest time that a timer of 1 ms came late while `work` ran, in milliseconds. */
export async function worstLagOf(work: () => Promise<void>): Promise<number> {
  let [worst, isOver] = [0, false]
  const wait = (): void => {
    const setMs = performance.now()
    setTimeout(() => {
      worst = Math.max(worst, performance.now() - setMs - everyMs)
      if (!isOver) wait()
    }, everyMs)
  }
  wait()
  await work()
  // The one that is late now counts as well.
  await new Promise((resolve) => setTimeout(resolve, everyMs))
  isOver = true
  return worst
}
