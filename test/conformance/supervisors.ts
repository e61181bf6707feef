import { differences, play } from './supervisor-run.ts'
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
  return [...different, ...got.broken.map((broken) => ({ step: `of the run${how}`, expected: 'nothing of the kind', got: broken }))]
}

function nameOf({ steps }: SupervisorCase, step: number): string {
  if (step < 0) return 'start'
  return step < steps.length ? `${step} ${JSON.stringify(steps[step])}` : 'end'
}
