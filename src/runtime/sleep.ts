import { durationMs, type Duration } from '../protocol/duration.ts'
import type { Clock } from './clock.ts'

/** Waits so long by a clock; rejects with the signal's reason when that is aborted. */
export async function sleep(clock: Clock, time: Duration, signal?: AbortSignal): Promise<void> {
  const delayMs = durationMs(time, 'sleep')
  signal?.throwIfAborted()
  await new Promise<void>((resolve, reject) => {
    const give = (): void => {
      timer.cancel()
      reject(signal?.reason as Error)
    }
    const timer = clock.setTimer(delayMs, () => {
      signal?.removeEventListener('abort', give)
      resolve()
    })
    signal?.addEventListener('abort', give, { once: true })
  })
}
