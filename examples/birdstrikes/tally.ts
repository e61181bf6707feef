/** How often a row's effects are there: those that are wanted, and how often each was found. */
export interface Tally {
  readonly appliedOnce: number
  readonly lost: number
  readonly twice: number
}

/** What one row is to be found in, and the rows that were found there. */
export interface Place {
  readonly wanted: readonly number[]
  readonly found: readonly number[]
}

/**
 * Counts rows: lost if one of their effects is missing, applied twice if one is there more than once and none is missing, and
 * applied once otherwise. A row that is found where it is not wanted is missing where it is.
 */
export function tally(rows: number, places: readonly Place[]): Tally {
  const lost = new Set<number>()
  const twice = new Set<number>()
  for (const { wanted, found } of places) {
    const times = new Map<number, number>()
    for (const row of found) times.set(row, (times.get(row) ?? 0) + 1)
    for (const row of wanted) {
      const count = times.get(row) ?? 0
      if (count === 0) lost.add(row)
      else if (count > 1) twice.add(row)
    }
  }
  const onlyTwice = [...twice].filter((row) => !lost.has(row)).length
  return { appliedOnce: rows - lost.size - onlyTwice, lost: lost.size, twice: onlyTwice }
}
