import { describe, expect, it } from 'vitest'
import { failuresOf, seededBug, type BuggyActor } from '../../../examples/birdstrikes/bug.ts'

const actors: readonly BuggyActor[] = ['reader', 'ledger', 'statistics']
const rows = Array.from({ length: 10_000 }, (_, i) => i + 1)

/** At how many of so many attempts the bug throws. */
function throwsIn(attempts: number, { seed, actor, row }: { seed: number; actor: BuggyActor; row: number }): number {
  const bug = seededBug(seed)
  return Array.from({ length: attempts }, (_, i) => throws(() => bug(actor, row, i + 1))).filter(Boolean).length
}

function throws(run: () => void): boolean {
  try {
    run()
    return false
  } catch {
    return true
  }
}

describe('seededBug', () => {
  it.each(actors)('never throws more than twice for one message of the %s', (actor) => {
    const most = Math.max(...rows.map((row) => throwsIn(5, { seed: 1, actor, row })))
    expect(most).toBe(2)
  })

  it('throws at the first attempts and never again', () => {
    const hit = rows.filter((row) => failuresOf(1, 'ledger', row) === 1)
    for (const row of hit) {
      expect(() => seededBug(1)('ledger', row, 1)).toThrow(`seeded bug at row ${row}, attempt 1`)
      expect(() => seededBug(1)('ledger', row, 2)).not.toThrow()
    }
    expect(hit.length).toBeGreaterThan(0)
  })

  it('depends on the seed, the actor, the message and the attempt alone', () => {
    const hitBy = (seed: number, actor: BuggyActor): readonly number[] => rows.filter((row) => failuresOf(seed, actor, row) > 0)
    expect(hitBy(1, 'ledger')).toEqual(hitBy(1, 'ledger'))
    expect(hitBy(1, 'ledger')).not.toEqual(hitBy(2, 'ledger'))
    expect(hitBy(1, 'ledger')).not.toEqual(hitBy(1, 'statistics'))
  })

  it.each([1, 2, 3])('hits about forty of the messages of 10,000 rows, with seed %i', (seed) => {
    const failures = rows.flatMap((row) => [failuresOf(seed, 'ledger', row), failuresOf(seed, 'statistics', row)])
    const hits = failures.filter((times) => times > 0)
    expect(hits.length).toBeGreaterThan(20)
    expect(hits.length).toBeLessThan(60)
  })
})
