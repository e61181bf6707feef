import type { Context } from '../runtime/context.ts'

/** Settles as `work` does, or rejects with what `late` gives once so much time of the system has gone by. */
export async function within<T>(work: PromiseLike<T>, { ctx, limitMs, late }: Limit): Promise<T> {
  if (limitMs === Infinity) return work
  const done = new AbortController()
  const timeUp = ctx.sleep(limitMs, done.signal).then(() => {
    throw late()
  })
  try {
    return await Promise.race([work, timeUp])
  } finally {
    done.abort()
  }
}

/** Runs what may throw at once as well as later. */
export function attempt<T>(work: () => T | PromiseLike<T>): Promise<T> {
  return new Promise((resolve) => resolve(work()))
}

interface Limit {
  readonly ctx: Context
  /** `Infinity` for none. */
  readonly limitMs: number
  readonly late: () => Error
}
