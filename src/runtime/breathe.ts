import type { Scheduler } from './scheduler.ts'

/**
 * Resolves when it is the turn of whoever asks, behind everything that is in line. Of a fair scheduler whose turn is used
 * up that is after the event loop has had its turn.
 */
export function breathe(scheduler: Scheduler, label: string): Promise<void> {
  return new Promise((resolve) => {
    const run = (): boolean => {
      resolve()
      return false
    }
    scheduler.ready({ id: `${label} goes on`, run })
  })
}
