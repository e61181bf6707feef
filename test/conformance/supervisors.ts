import { isDeepStrictEqual } from 'node:util'
import { play, type Played } from './supervisor-run.ts'
import type { SupervisorCase } from './supervisor-case.ts'
import { realWorld, virtualWorld, type World } from './worlds.ts'

/** Where a case differs from what was recorded, and how. */
export interface Difference {
  readonly step: string
  readonly expected: unknown
  readonly got: unknown
}

/** Runs one case on the virtual clock under several orders; the differences of the first order that has some. */
export async function differencesOf(scenario: SupervisorCase, seeds: readonly number[]): Promise<readonly Difference[]> {
  for (const seed of seeds) {
    const different = await compare(scenario, virtualWorld(seed), ` (seed ${seed})`)
    if (different.length > 0) return different
  }
  return []
}

/** Runs one case on the real clock. */
export function differencesInRealTime(scenario: SupervisorCase): Promise<readonly Difference[]> {
  return compare(scenario, realWorld(), ' (real time)')
}

async function compare(scenario: SupervisorCase, world: World, how: string): Promise<readonly Difference[]> {
  const got = await play(scenario, world)
  const different = differences(scenario, got).map(({ step, ...rest }) => ({ step: `${nameOf(scenario, step)}${how}`, ...rest }))
  const broken = got.broken.map((what) => ({ step: `of the run${how}`, expected: 'nothing of the kind', got: what }))
  return [...different, ...broken]
}

function nameOf({ steps }: SupervisorCase, step: number): string {
  if (step < 0) return 'start'
  return step < steps.length ? `${step} ${JSON.stringify(steps[step])}` : 'end'
}

/** The steps at which what was got is not what was recorded. */
function differences({ expect }: SupervisorCase, got: Played): readonly { step: number; expected: unknown; got: unknown }[] {
  const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null)) as unknown
  const pairs = [[expect.start, got.start], ...expect.steps.map((record, index) => [record, got.steps[index]])]
  const different = pairs.flatMap(([expected, record], index) =>
    isDeepStrictEqual(plain(record), plain(expected)) ? [] : [{ step: index - 1, expected: plain(expected), got: plain(record) }],
  )
  if (isDeepStrictEqual(got.exit, expect.exit)) return different
  return [...different, { step: pairs.length - 1, expected: { exit: expect.exit }, got: { exit: got.exit } }]
}
