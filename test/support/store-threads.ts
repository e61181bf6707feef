import type { Worker } from 'node:worker_threads'

/** The threads that this process starts while it is watched. */
export interface StoreThreads {
  /** The newest of them. */
  readonly newest: Worker | undefined
  readonly started: number
  unwatch(): void
}

export function watchThreads(): StoreThreads {
  let newest: Worker | undefined
  let started = 0
  const note = (worker: Worker): void => {
    newest = worker
    started += 1
  }
  process.on('worker', note)
  return {
    get newest() {
      return newest
    },
    get started() {
      return started
    },
    unwatch: () => void process.off('worker', note),
  }
}
