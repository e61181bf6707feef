import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Collects garbage now, so that nobody pays for what the one before left behind. */
export function collectGarbage(): void {
  // Works in any process, however it was started.
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  collect()
}

/** What lives on the heap. */
export function heapBytes(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed
}
