import { ConfigurationError } from '../protocol/errors.ts'
import { holdModules } from '../simulation/real-modules.ts'
import type { FailureReport } from './errors.ts'
import { failedError } from './explore.ts'
import { describeDeath, type DeathPoint } from './process-death.ts'
import { plainRecipe, runWith, type Recipe, type Stage } from './replays.ts'
import { reportOf } from './report.ts'
import type { Failure, Run } from './run-scenario.ts'
import type { Invariants, Scenario } from './scenario.ts'
import { shrinkRun } from './shrink-run.ts'
import { bySeed, byDecisions, inOrder, Steering } from './steering.ts'

const kinds = ['before commit', 'after commit', 'torn commit', 'after turn'] as const

/** How a scenario is crashed. */
export interface CrashOptions<Tree> extends Invariants<Tree> {
  /** Which points; all if not given. */
  readonly points?: readonly DeathPoint['at'][]
  /** The order in which everything runs; the default order if not given. */
  readonly seed?: number
  /** Runs that may be spent on making a failure shorter. 300 if not given; 0 for none. */
  readonly shrink?: number
}

/** How much of a scenario was crashed. */
export interface CrashCoverage {
  /** Commits of the run without a death, those of the start of the tree among them. */
  readonly commits: number
  /** Turns of that run. */
  readonly turns: number
  /** Commits of it that wrote a checkpoint with another one behind it, so that it can be torn. */
  readonly tearable: number
  /** Points at which the process was to die, by kind. */
  readonly planned: Readonly<Record<DeathPoint['at'], number>>
  /** Points at which it did. */
  readonly crashed: Readonly<Record<DeathPoint['at'], number>>
  /** In one line. */
  readonly text: string
}

/** What came of {@link crashEverywhere}. */
export interface CrashReport {
  readonly coverage: CrashCoverage
  /** Points after which something did not hold, with what. */
  readonly failures: readonly { readonly point: DeathPoint; readonly law: string; readonly detail: string }[]
  /** What is told of the first of them. */
  readonly failure: FailureReport | undefined
}

/**
 * Plays a scenario once without a death, to find the points at which its process could die: before and after each commit, after
 * each commit with the checkpoints that it wrote half missing (but for the first of an actor, behind which there is nothing),
 * and after each turn. Then once for each of them: the process dies there as by `kill -9`, the tree is started again on the same
 * store, everything comes to rest, and what has to hold is asked.
 *
 * Whoever plays the scenario lives in that process: with it the story ends, unless it catches the `ProcessDiedError` and goes on
 * with `sim.tree`, as a client that comes back does. Commits of the start count too.
 *
 * @returns the coverage.
 * @throws {ScenarioFailedError} with a report of the first point after which something does not hold, and the list of all.
 * @throws {ConfigurationError} if an option or the tree breaks a rule.
 * @example
 * ```ts
 * import { actor, child, supervisor } from 'coppice'
 * import { crashEverywhere, scenario } from 'coppice/testing'
 *
 * const Counter = actor('counter', {
 *   initial: () => ({ count: 0 }),
 *   handlers: ({ call }) => ({ next: call(({ state }) => ({ reply: state.count + 1, state: { count: state.count + 1 } })) }),
 * })
 * let told = 0
 * const counting = scenario({
 *   tree: supervisor({}, { counter: child(Counter, { state: 'durable' }) }),
 *   run: async (sim) => {
 *     told = 0
 *     for (let n = 0; n < 2; n += 1) told = await sim.until(sim.tree.counter.call.next())
 *   },
 *   invariants: { 'what was told is there': (sim) => (sim.peek<{ count: number }>('counter')?.count ?? 0) >= told },
 * })
 * const { coverage } = await crashEverywhere(counting, { points: ['before commit', 'after commit'] })
 * console.log(coverage.commits === coverage.crashed['before commit']) // => true
 * ```
 */
export async function crashEverywhere<Tree, Item>(
  scenario: Scenario<Tree, Item>,
  options: CrashOptions<Tree> = {},
): Promise<CrashReport> {
  const { report, failure } = await crashed(scenario, options)
  if (report.failure !== undefined && failure !== undefined) throw failedError(report.failure, failure)
  return report
}

/** As {@link crashEverywhere}, and gives the failures in place of throwing the first. */
export async function findCrash<Tree, Item>(
  scenario: Scenario<Tree, Item>,
  options: CrashOptions<Tree> = {},
): Promise<CrashReport> {
  return (await crashed(scenario, options)).report
}

interface Found {
  readonly point: DeathPoint
  readonly recipe: Recipe
  readonly run: Run
  readonly failure: Failure
}

async function crashed<Tree, Item>(
  scenario: Scenario<Tree, Item>,
  { points = kinds, seed, shrink = 300, invariants, always }: CrashOptions<Tree>,
): Promise<{ readonly report: CrashReport; readonly failure: Failure | undefined }> {
  for (const [index, value] of points.entries())
    if (!kinds.includes(value))
      throw new ConfigurationError({
        path: `crashEverywhere: points[${index}]`,
        rule: `must be one of ${kinds.join(', ')}`,
        value,
      })
  const stage: Stage<Tree, Item> = { scenario, laws: { ...(invariants && { invariants }), ...(always && { always }) } }
  const modules = holdModules()
  try {
    const plain = plainRecipe(stage as unknown as Stage<never, never>, { seed: seed ?? 1, store: 'sqlite' })
    const steering = new Steering(seed === undefined ? inOrder : bySeed(seed))
    const calm = await runWith(stage, plain, steering, { countsCheckpoints: points.includes('torn commit') })
    const recipe = { ...plain, decisions: calm.decisions }
    if (calm.failure !== undefined) return failedCalm(stage, { recipe, run: calm, failure: calm.failure }, shrink)
    const planned = pointsOf(calm, points)
    const founds: Found[] = []
    const reached: DeathPoint[] = []
    for (const point of planned) {
      const at = { ...recipe, death: point }
      const run = await runWith(stage, at, new Steering(byDecisions(recipe.decisions)))
      if (run.death.reached !== undefined) reached.push(point)
      if (run.failure !== undefined) founds.push({ point, recipe: at, run, failure: run.failure })
    }
    const coverage = coverageOf(calm, planned, reached, founds.length)
    const failures = founds.map(({ point, failure: { law, detail } }) => ({ point, law, detail }))
    const first = founds[0]
    if (first === undefined) return { report: { coverage, failures, failure: undefined }, failure: undefined }
    const { run, recipe: short } = await shrinkRun(stage, first, shrink)
    const failure = run.failure ?? first.failure
    const others = founds.map(({ point, failure: { law } }) => `  ${describeDeath(point)}: "${law}"`).slice(0, 10)
    const found = [coverage.text, ...others, ...(founds.length > 10 ? [`  and ${founds.length - 10} more`] : [])].join('\n')
    return { report: { coverage, failures, failure: reportOf({ stage, recipe: short, run, failure, found }) }, failure }
  } finally {
    modules.close()
  }
}

/** What does not hold without any death is told as such. */
async function failedCalm<Tree, Item>(
  stage: Stage<Tree, Item>,
  { recipe, run, failure }: Omit<Found, 'point'>,
  shrink: number,
): Promise<{ readonly report: CrashReport; readonly failure: Failure }> {
  const short = await shrinkRun(stage, { recipe, run }, shrink)
  const found = 'it fails before any crash'
  const report = reportOf({ stage, recipe: short.recipe, run: short.run, failure: short.run.failure ?? failure, found })
  return { report: { coverage: coverageOf(run, [], [], 0), failures: [], failure: report }, failure }
}

function pointsOf({ death: { commits, turns, tearable } }: Run, wanted: readonly DeathPoint['at'][]): readonly DeathPoint[] {
  const numbers: Record<DeathPoint['at'], readonly number[]> = {
    'before commit': upTo(commits),
    'after commit': upTo(commits),
    'torn commit': tearable,
    'after turn': upTo(turns),
  }
  return kinds.filter((at) => wanted.includes(at)).flatMap((at) => numbers[at].map((nth) => ({ at, nth })))
}

function coverageOf(
  { death }: Run,
  planned: readonly DeathPoint[],
  reached: readonly DeathPoint[],
  failed: number,
): CrashCoverage {
  const { commits, turns, tearable } = death
  const parts = kinds.map((at) => `${counted(reached)[at]} of ${counted(planned)[at]} ${at}`)
  const text = `${reached.length} crashes, ${reached.length - failed} held, ${failed} did not: ${parts.join(', ')}`
  return { commits, turns, tearable: tearable.length, planned: counted(planned), crashed: counted(reached), text }
}

function counted(points: readonly DeathPoint[]): Record<DeathPoint['at'], number> {
  const count = (wanted: DeathPoint['at']): number => points.filter(({ at }) => at === wanted).length
  return {
    'before commit': count(kinds[0]),
    'after commit': count(kinds[1]),
    'torn commit': count(kinds[2]),
    'after turn': count(kinds[3]),
  }
}

function upTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, n) => n + 1)
}
