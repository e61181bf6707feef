import type { ActorId } from '../protocol/actor-id.ts'
import { durationOrInfinityMs } from '../protocol/duration.ts'
import { AbortedError, CallTimeoutError, NoProcError } from './errors.ts'
import type { ExitReason } from '../protocol/exit-reason.ts'
import type { Clock } from './clock.ts'
import type { WhenUpOptions } from './context.ts'
import type { Waiting } from './life-listeners.ts'

const what = 'whenUp'

/** Somebody waits for an actor to be up. `wait` puts the wait in line and returns what takes it back. */
export function waitForUp(
  id: ActorId,
  {
    clock,
    wait,
    options = {},
  }: {
    readonly clock: Clock
    readonly wait: (waiting: Waiting) => () => void
    readonly options: WhenUpOptions | undefined
  },
): Promise<number> {
  const timeoutMs = options.timeout === undefined ? Infinity : durationOrInfinityMs(options.timeout, 'whenUp: timeout')
  const { signal } = options
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      leave()
      reject(error)
    }
    const abort = (): void => fail(new AbortedError(id, what, signal?.reason))
    const leave = (): void => {
      takeBack()
      timer?.cancel()
      signal?.removeEventListener('abort', abort)
    }
    const waiting: Waiting = {
      up: (incarnation) => {
        leave()
        resolve(incarnation)
      },
      gone: (reason) => fail(goneError(id, reason)),
    }
    const takeBack = wait(waiting)
    const timer =
      timeoutMs === Infinity ? undefined : clock.setTimer(timeoutMs, () => fail(new CallTimeoutError(id, what, timeoutMs)))
    signal?.addEventListener('abort', abort, { once: true })
    if (signal?.aborted === true) abort()
  })
}

/** It will not be up. */
export function goneError(id: ActorId, reason: ExitReason | undefined): NoProcError {
  return new NoProcError(id, what, reason)
}
