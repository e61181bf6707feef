import { chance } from './chance.ts'

/** The actors that have the bug. */
export type BuggyActor = 'reader' | 'ledger' | 'statistics'

/** Throws for some messages, or does nothing. */
export type Bug = (actor: BuggyActor, row: number, attempt: number) => void

/** What its errors begin with. */
export const bugName = 'seeded bug'

/** How many of an actor's messages it hits; the reader has one for many rows. */
const oneIn: Readonly<Record<BuggyActor, number>> = { reader: 40, ledger: 550, statistics: 550 }

/**
 * The bug of this job: it depends on the seed, the message and the attempt alone, so that it is the same in every process. A
 * message that it hits fails at the first attempt, or at the first two; the third would make it a dead letter.
 */
export function seededBug(seed: number): Bug {
  return (actor, row, attempt) => {
    if (attempt <= failuresOf(seed, actor, row)) throw new Error(`${bugName} at row ${row}, attempt ${attempt}`)
  }
}

/** At how many attempts the bug hits a message: none, the first, or the first two. */
export function failuresOf(seed: number, actor: BuggyActor, row: number): 0 | 1 | 2 {
  if (chance('is hit', seed, actor, row) >= 1 / oneIn[actor]) return 0
  return chance('is hit twice', seed, actor, row) < 1 / 3 ? 2 : 1
}
