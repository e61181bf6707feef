import { durationMs, type Duration } from '../protocol/duration.ts'
import { createSystemClock } from '../runtime/system-clock.ts'

/** How much real time a search may take. What it finds until then counts. */
export interface TimeBudget {
  /** No run is begun after this. No limit if not given. */
  readonly time?: Duration
  /** Real time in milliseconds, from any beginning. The clock of this machine if not given. */
  readonly now?: () => number
}

/** Begins a budget: what it gives says whether its time is over. */
export function beginTime({ time, now = createSystemClock().now }: TimeBudget, path: string): () => boolean {
  const mostMs = time === undefined ? Infinity : durationMs(time, `${path}: time`)
  if (mostMs === Infinity) return () => false
  const beginMs = now()
  return () => now() - beginMs >= mostMs
}
