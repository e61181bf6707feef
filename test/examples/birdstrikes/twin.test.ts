import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Bug } from '../../../examples/birdstrikes/bug.ts'
import { compareTwin } from '../../../examples/birdstrikes/twin-comparison.ts'
import { runTwin } from '../../../examples/birdstrikes/twin.ts'
import { loadTwin, twinIn } from '../../../examples/birdstrikes/twin-state.ts'

const rows = 600
let directory: string
let file: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'birdstrikes-twin-'))
  file = join(directory, 'damage.csv')
  const header = 'Aircraft Airline Operator,Cost Total $,Speed IAS in knots,Effect Amount of damage'
  writeFileSync(file, [header, ...Array.from({ length: rows }, (_, i) => `${i % 3},1,100,Minor`)].join('\n'))
})

afterEach(() => {
  rmSync(directory, { recursive: true })
})

const noBug: Bug = () => undefined

/** Runs the twin, which dies after a row if one is given, and says how often it was struck. */
async function run({ bug = noBug, diesAfter }: { readonly bug?: Bug; readonly diesAfter?: number } = {}): Promise<number> {
  let crashes = 0
  const nothing = (): void => undefined
  const crashed = (): void => {
    crashes += 1
  }
  const passed = (row: number): void => {
    if (row === diesAfter) throw new Error('died')
  }
  const running = runTwin({ file, place: twinIn(directory), bug, loaded: nothing, crashed, passed, saved: nothing })
  if (diesAfter === undefined) await running
  else await expect(running).rejects.toThrow('died')
  return crashes
}

function count(): ReturnType<typeof compareTwin> {
  return compareTwin({ place: twinIn(directory), file })
}

describe('the plain twin', () => {
  it('is exact if nothing happens to it', async () => {
    await run()
    expect(await count()).toEqual({ appliedOnce: rows, lost: 0, twice: 0 })
  })

  it('goes on at its last save, and doubles no total but the notices since then', async () => {
    await run({ diesAfter: 300 })
    expect(loadTwin(twinIn(directory)).position.rows).toBe(250)
    await run()
    expect(loadTwin(twinIn(directory)).statistics.measured).toBe(rows)
    expect(await count()).toEqual({ appliedOnce: rows - 50, lost: 0, twice: 50 })
  })

  it.each(['ledger', 'statistics'] as const)('loses a row that throws in the %s, and no other', async (struck) => {
    const bug: Bug = (actor, row) => {
      if (actor === struck && row === 7) throw new Error('struck')
    }
    expect(await run({ bug })).toBe(1)
    expect(await count()).toEqual({ appliedOnce: rows - 1, lost: 1, twice: 0 })
  })

  it('reads again when reading throws, and loses nothing by it', async () => {
    const bug: Bug = (actor, _row, attempt) => {
      if (actor === 'reader' && attempt <= 2) throw new Error('struck')
    }
    expect(await run({ bug })).toBe(6)
    expect(await count()).toEqual({ appliedOnce: rows, lost: 0, twice: 0 })
  })
})
