/** How much a store takes, and how long it keeps what nobody may ask for any more. */
export interface Bounds {
  readonly maxFileBytes: number
  readonly maxQueued: number
  readonly answers: Keeping
  readonly deadLetters: Keeping
}

/** How long and how many of a kind are kept. */
export interface Keeping {
  readonly ageMs: number
  readonly most: number
}

const dayMs = 24 * 60 * 60 * 1000

export const defaultBounds: Bounds = {
  maxFileBytes: Infinity,
  maxQueued: Infinity,
  answers: { ageMs: 7 * dayMs, most: 1_000_000 },
  deadLetters: { ageMs: 30 * dayMs, most: 10_000 },
}

/** How often it is looked for what is not kept any more. */
const pruneEveryMs = 60_000

/** How often while there is more of it than goes at once. */
const pruneOnMs = 1_000

/** When it is time to look again for what is not kept any more. */
export function nextPruning(wallMs: number, hasMore: boolean): number {
  return wallMs + (hasMore ? pruneOnMs : pruneEveryMs)
}
