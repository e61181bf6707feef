import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { run } from '../support/program.ts'
import { inDirectory } from '../support/store-fixtures.ts'

/** How often the store thread is killed; STORE_KILLS sets another number, STORE_SEED another series of moments. */
const kills = Number(process.env['STORE_KILLS'] ?? 20)
const seed = Number(process.env['STORE_SEED'] ?? 1)

/** What an actor of the program has taken: the last number of each sender, the sum, and what was out of order. */
interface Taken {
  readonly last: Readonly<Record<string, number>>
  readonly sum: number
  readonly problems: readonly string[]
}

interface Report {
  readonly acknowledged: Readonly<Record<string, number>>
  readonly wrongReplies: readonly string[]
  readonly found: readonly Taken[]
  readonly noted: Taken
  readonly counts: { readonly calls: number; readonly rejected: number; readonly crashes: number; readonly threads: number }
}

const program = fileURLToPath(new URL('fixtures/store-kills.ts', import.meta.url))

it(`a store thread that is killed ${kills} times under load (seed ${seed}) loses nothing, and nothing is done twice`, () =>
  inDirectory(async (directory) => {
    const { code, said } = await run(program, [join(directory, 'store.db'), `${kills}`, `${seed}`]).end()
    expect(code).toBe(0)
    const { acknowledged, wrongReplies, found, noted, counts } = said[0] as Report
    if (process.env['STORE_KILLS'] !== undefined) console.log(JSON.stringify(counts))
    expect(wrongReplies).toEqual([])
    expect(Object.assign({}, ...found.map(({ last }) => last))).toEqual(acknowledged)
    expect(noted.last).toEqual(acknowledged)
    expect([...found.flatMap(({ problems }) => problems), ...noted.problems]).toEqual([])
    expect(noted.sum).toBe(found.reduce((sum, desk) => sum + desk.sum, 0))
    expect(counts.threads).toBe(kills + 1)
  }), 120_000 + kills * 1_000)
