import fc from 'fast-check'
import { anyPlan, type Plan } from './plan.ts'
import { play, type Played } from './play.ts'

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

/** Plays random plans until one breaks a law, which is made as small as it goes. */
export async function findings(
  { runs, seconds, seed, path, plan }: Search,
  player: (plan: Plan) => Promise<Played> = play,
): Promise<Findings> {
  if (plan !== undefined) return played(JSON.parse(plan) as Plan, player)
  const counts = { actors: 0, restarts: 0, gaveUp: 0 }
  const property = fc.asyncProperty(anyPlan, async (any) => {
    const { problems, events } = await player(any)
    for (const event of events) {
      if (event.type === 'started') counts.actors += 1
      if (event.type === 'decided' && event.decision.decided === 'restart') counts.restarts += 1
      if (event.type === 'decided' && event.decision.decided === 'give up') counts.gaveUp += 1
    }
    if (problems.length > 0) throw new Error(problems.join('\n'))
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
  const error = result.errorInstance instanceof Error ? result.errorInstance : undefined
  const text = [
    `${done}; a law is broken:`,
    error?.message ?? String(result.errorInstance),
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

async function played(plan: Plan, player: (plan: Plan) => Promise<Played>): Promise<Findings> {
  const { problems, schedule } = await player(plan)
  if (problems.length === 0) return { isFound: false, runs: 1, text: 'every law held' }
  return { isFound: true, runs: 1, text: ['a law is broken:', ...problems, '', 'the schedule:', schedule].join('\n') }
}
