import type { Runnable } from '../../src/runtime/scheduler.ts'

/** Notes its id each time it runs, so many times. */
export function task(id: string, log: string[], slices: number): Runnable {
  let left = slices
  return {
    id,
    run: () => {
      log.push(id)
      left -= 1
      return left > 0
    },
  }
}
