import fc from 'fast-check'
import { findFailure } from '../../../src/testing/explore.ts'
import { anyPlan, type Plan } from './plan.ts'
import { play } from './play.ts'
import { stormOf, type StormLaws } from './storm.ts'
import { withoutStrays } from './strays.ts'

/** How many plans are played, and which. */
export interface Search {
  readonly runs: number
  /** No new run begins after this much real time; for ever if not given. */
  readonly seconds?: number
  readonly seed: number
  /** Of a failure that was found: this run alone, as fast-check tells it. */
  readonly path?: string | undefined
  /** One plan as JSON: nothing is searched, this one is played. */
  readonly plan?: string | undefined
}

/** What a search came to. */
export interface Findings {
  readonly isFound: boolean
  readonly runs: number
  /** For a person: how many runs, or the smallest plan that breaks a law, with the commands that show it again. */
  readonly text: string
}

/**
 * Plays random plans until one breaks a law. fast-check makes its tree small, and the kit what happens in it.
 *
 * @param more laws besides those of every storm.
 */
export async function findings({ runs, seconds, seed, path, plan }: Search, more: StormLaws = {}): Promise<Findings> {
  if (plan !== undefined) return played(JSON.parse(plan) as Plan, more)
  const counts = { actors: 0, restarts: 0, gaveUp: 0 }
  const property = fc.asyncProperty(anyPlan, async (any) => {
    const { law, problem, events } = await withoutStrays(() => play(any, more))
    for (const event of events) {
      if (event.type === 'started') counts.actors += 1
      if (event.type === 'decided' && event.decision.decided === 'restart') counts.restarts += 1
      if (event.type === 'decided' && event.decision.decided === 'give up') counts.gaveUp += 1
    }
    if (law !== undefined) throw new Error(`"${law}" does not hold: ${problem}`)
  })
  const result = await fc.check(property, {
    numRuns: runs,
    seed,
    ...(path !== undefined && { path }),
    ...(seconds !== undefined && { interruptAfterTimeLimit: seconds * 1_000 }),
  })
  const { actors, restarts, gaveUp } = counts
  const done = `${result.numRuns} runs (seed ${seed}): ${actors} starts, ${restarts} restarts, ${gaveUp} give-ups`
  if (!result.failed) return { isFound: false, runs: result.numRuns, text: `${done}; every law held` }
  const [smallest] = result.counterexample ?? []
  const error = result.errorInstance instanceof Error ? result.errorInstance.message : String(result.errorInstance)
  const text = [
    `${done}; a law is broken:`,
    (smallest && (await reportOf(smallest, more))) ?? error,
    '',
    `the smallest plan, after ${result.numShrinks} steps:`,
    JSON.stringify(smallest, undefined, 2),
    '',
    'to see it again:',
    `  npm run -s storms -- --seed ${seed} --path ${result.counterexamplePath} --runs 1`,
    `  npm run -s storms -- --plan '${JSON.stringify(smallest)}'`,
  ].join('\n')
  return { isFound: true, runs: result.numRuns, text }
}

async function played(plan: Plan, more: StormLaws): Promise<Findings> {
  const { law, problem } = await withoutStrays(() => play(plan, more))
  if (law === undefined) return { isFound: false, runs: 1, text: 'every law held' }
  const text = (await reportOf(plan, more)) ?? `"${law}" does not hold: ${problem}`
  return { isFound: true, runs: 1, text: `a law is broken:\n${text}` }
}

/** What the kit tells of it; nothing if it fails before there is a story to tell. */
async function reportOf(plan: Plan, more: StormLaws): Promise<string | undefined> {
  const { failure } = await findFailure(stormOf(plan, more), { seeds: [plan.seed] })
  const made = `import { stormOf } from './storm.ts'\n\nconst storm = stormOf(${JSON.stringify(plan)})`
  return failure?.text.replace("import { storm } from './storm.ts'", made)
}
