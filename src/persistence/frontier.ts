import type { MessageRow } from './records.ts'

/** The messages of a journal on both sides of the frontier, or the number of the first that should be there and is not. */
export type JournalParts =
  | { readonly type: 'whole'; readonly replay: readonly MessageRow[]; readonly backlog: readonly MessageRow[] }
  | { readonly type: 'gap'; readonly missing: number; readonly backlog: readonly MessageRow[] }

/**
 * Splits the messages after `applied`, which is what the state holds already, into those that were applied and those that
 * were not. A missing message is never papered over: the state would be a different one.
 */
export function splitJournal({
  rows,
  applied,
  frontier,
  nextSeq,
}: {
  readonly rows: readonly MessageRow[]
  readonly applied: number
  readonly frontier: number
  readonly nextSeq: number
}): JournalParts {
  const backlog = rows.filter((row) => row.seq > frontier && !row.isDead)
  const missing = firstMissing(rows, applied + 1, nextSeq - 1)
  if (missing !== undefined) return { type: 'gap', missing, backlog }
  return { type: 'whole', replay: rows.filter((row) => row.seq <= frontier && !row.isDead), backlog }
}

/** How far into its journal the state of a snapshot reaches; without a journal its frontier counts turns, and that is 0. */
export function appliedBy(snapshotFrontier: number, journalFrontier: number): number {
  return Math.min(snapshotFrontier, journalFrontier)
}

function firstMissing(rows: readonly MessageRow[], first: number, last: number): number | undefined {
  let expected = first
  for (const { seq } of rows) {
    if (seq !== expected) return expected
    expected++
  }
  return expected <= last ? expected : undefined
}
