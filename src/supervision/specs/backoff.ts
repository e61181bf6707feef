import { durationMs, type Duration } from '../../protocol/duration.ts'

/** How chance spreads a delay: over all of it (`full`), over its second half (`equal`), or not at all (`none`). */
export type Jitter = 'full' | 'equal' | 'none'

export const jitters: readonly Jitter[] = ['full', 'equal', 'none']

/** A delay before each restart of a child, which grows while it keeps failing. */
export interface BackoffOption {
  /** The delay after the first failure; more than 0. */
  readonly min: Duration
  /** The delay grows up to this; at least `min`. */
  readonly max: Duration
  /** What each further failure multiplies the delay by; at least 1, 2 if not given. */
  readonly factor?: number
  /** `full` if not given: anything from 0 up to the delay, so that children that fail together do not come back together. */
  readonly jitter?: Jitter
  /**
   * A child that has run so long before it fails has been well: the delay begins at `min` again. More than 0; twice `max` if not
   * given. Much shorter than what the child takes to fail, and the delay never grows.
   */
  readonly resetAfter?: Duration
}

/** A {@link BackoffOption}, checked and with every default filled in. */
export interface Backoff {
  readonly minMs: number
  readonly maxMs: number
  readonly factor: number
  readonly jitter: Jitter
  readonly resetAfterMs: number
}

/** The shortest and the longest delay that chance may choose. */
export interface DelayRange {
  readonly fromMs: number
  readonly toMs: number
}

/** The settings of a backoff whose option the rules have seen. */
export function readBackoff({ min, max, factor = 2, jitter = 'full', resetAfter }: BackoffOption): Backoff {
  const maxMs = durationMs(max, 'backoff.max')
  const resetAfterMs = resetAfter === undefined ? maxMs * 2 : durationMs(resetAfter, 'backoff.resetAfter')
  return { minMs: durationMs(min, 'backoff.min'), maxMs, factor, jitter, resetAfterMs }
}

/** The delay after so many failures in a row; the first one is 1. */
export function delayAfter(failures: number, { minMs, maxMs, factor, jitter }: Backoff): DelayRange {
  const toMs = Math.min(maxMs, minMs * factor ** (failures - 1))
  switch (jitter) {
    case 'full':
      return { fromMs: 0, toMs }
    case 'equal':
      return { fromMs: toMs / 2, toMs }
    case 'none':
      return { fromMs: toMs, toMs }
  }
}
