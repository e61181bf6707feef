import { isDeepStrictEqual } from 'node:util'
import { cutLike } from './normal-form.ts'
import type { SignalCase, SignalRecord, Term } from './signal-case.ts'
import { play, type RawRecord } from './signal-world.ts'

/** Where a case differs from what was recorded. */
export interface Difference {
  readonly scenario: string
  readonly step: string
  readonly expected: unknown
  readonly got: unknown
}

/** Runs one case under several orders; the first difference, or nothing. */
export async function differenceOf(scenario: SignalCase, seeds: readonly number[]): Promise<Difference | undefined> {
  for (const seed of seeds) {
    const { start, steps } = await play(scenario, seed)
    const pairs = [
      [scenario.expect.start, start],
      ...scenario.expect.steps.map((record, index) => [record, steps[index]]),
    ] as const
    for (const [index, pair] of pairs.entries()) {
      const [expected, raw] = pair as readonly [SignalRecord, RawRecord | undefined]
      const got = raw === undefined ? undefined : comparable(expected, raw)
      if (isDeepStrictEqual(got, plain(expected))) continue
      const step = index === 0 ? 'start' : `${index - 1} ${JSON.stringify(scenario.steps[index - 1])}`
      return { scenario: scenario.name, step: `${step} (seed ${seed})`, expected: plain(expected), got }
    }
  }
  return undefined
}

function plain({ result, returned = [], seen = {}, exits = {}, alive }: SignalRecord): object {
  return { result, returned, seen, exits, alive }
}

function comparable(expected: SignalRecord, { result, returned = [], seen, exits = {}, alive }: RawRecord): object {
  const cut: Record<string, Term> = {}
  for (const [id, events] of seen) cut[id] = cutLike(expected.seen?.[id] ?? [], events)
  return JSON.parse(JSON.stringify({ result, returned, seen: cut, exits, alive })) as object
}
