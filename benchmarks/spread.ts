import type { Spread } from './contest.ts'

/** The median of some figures, and how far they lie apart. */
export function spreadOf(figures: readonly number[]): Spread {
  const sorted = figures.toSorted((a, b) => a - b)
  const [lowest] = sorted
  const highest = sorted.at(-1)
  if (lowest === undefined || highest === undefined) throw new Error('there are no figures')
  return { lowest, median: medianOf(sorted), highest }
}

function medianOf(sorted: readonly number[]): number {
  const middle = sorted.slice(Math.floor((sorted.length - 1) / 2), Math.floor(sorted.length / 2) + 1)
  return middle.reduce((sum, figure) => sum + figure, 0) / middle.length
}
