import { ConfigurationError } from '../protocol/errors.ts'
import { holdModules } from '../simulation/real-modules.ts'
import type { FailureReport } from './errors.ts'
import { failedError } from './explore.ts'
import { coverageOf, deathKinds, pointsIn, pointsOf, type CrashCounts, type CrashCoverage } from './crash-coverage.ts'
import { describeDeath, type DeathPoint } from './process-death.ts'
import { plainRecipe, runWith, type Recipe, type Stage } from './replays.ts'
import { reportOf } from './report.ts'
import type { Failure, Run } from './run-scenario.ts'
import type { Invariants, Scenario } from './scenario.ts'
import { shrinkRun } from './shrink-run.ts'
import { bySeed, byDecisions, inOrder, Steering } from './steering.ts'
import { beginTime, type TimeBudget } from './time-budget.ts'

/** How a scenario is crashed. */
export interface CrashOptions<Tree> extends Invariants<Tree>, TimeBudget {
  /** Which points; all if not given. */
  readonly points?: readonly DeathPoint['at'][]
  /**
   * How often the process dies in one run. 1 if not given; 2 for all that, and, for each of these points, a second death at every
   * point from the first one on until the tree is up again.
   */
  readonly deaths?: 1 | 2
  /** The order in which everything runs; the default order if not given. */
  readonly seed?: number
  /** Runs that may be spent on making a failure shorter. 300 if not given; 0 for none. */
  readonly shrink?: number
}

/** A death after which something did not hold. */
export interface CrashFailure {
  readonly point: DeathPoint
  /** Where it died again, if it did. */
  readonly again?: DeathPoint
  readonly law: string
  readonly detail: string
}

/** What came of {@link crashEverywhere}. */
export interface CrashReport {
  readonly coverage: CrashCoverage
  /** Points after which something did not hold, with what. */
  readonly failures: readonly CrashFailure[]
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
 * with `sim.tree`, as a client that comes back does. Commits of the start count too. With `deaths: 2` the process dies once
 * more while the tree is started again: at each point of each recovery.
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

interface Found extends CrashFailure {
  /** Which crash it was, from 1. */
  readonly nth: number
  readonly recipe: Recipe
  readonly run: Run
  readonly failure: Failure
}

async function crashed<Tree, Item>(
  scenario: Scenario<Tree, Item>,
  options: CrashOptions<Tree>,
): Promise<{ readonly report: CrashReport; readonly failure: Failure | undefined }> {
  const { points = deathKinds, seed, deaths = 1, shrink = 300, invariants, always } = options
  checkOptions(points, deaths)
  const isOver = beginTime(options, 'crashEverywhere')
  const stage: Stage<Tree, Item> = { scenario, laws: { ...(invariants && { invariants }), ...(always && { always }) } }
  const modules = holdModules()
  try {
    const plain = plainRecipe(stage as unknown as Stage<never, never>, { seed: seed ?? 1, store: 'sqlite' })
    const countsCheckpoints = points.includes('torn commit')
    const calm = await runWith(stage, plain, new Steering(seed === undefined ? inOrder : bySeed(seed)), { countsCheckpoints })
    const recipe = { ...plain, decisions: calm.decisions }
    if (calm.failure !== undefined) return await failedCalm(stage, { recipe, run: calm, failure: calm.failure }, shrink)
    const crashes = new Crashes(stage, recipe)
    const planned = pointsOf(calm.death, points)
    let isCut = false
    for (const point of planned) {
      isCut ||= isOver()
      if (isCut) break
      const run = await crashes.once(point, deaths === 2 && countsCheckpoints)
      const [recovery] = run.death.recoveries
      if (deaths === 1 || recovery === undefined) continue
      for (const again of pointsIn(recovery, run.death.tearable, points)) {
        isCut ||= isOver()
        if (!isCut) await crashes.twice(point, again)
      }
    }
    return await told(stage, crashes.founds, coverageOf({ ...crashes.counts, calm: calm.death, planned, isCut }), shrink)
  } finally {
    modules.close()
  }
}

/** Has the process die, once or twice, and keeps what came of it. */
class Crashes<Tree, Item> {
  readonly founds: Found[] = []
  readonly #reached: DeathPoint[] = []
  readonly #plannedAgain: DeathPoint[] = []
  readonly #reachedAgain: DeathPoint[] = []
  readonly #stage: Stage<Tree, Item>
  readonly #recipe: Recipe
  #runs = 0

  constructor(stage: Stage<Tree, Item>, recipe: Recipe) {
    this.#stage = stage
    this.#recipe = recipe
  }

  get counts(): Omit<CrashCounts, 'calm' | 'planned' | 'isCut'> {
    const [reached, plannedAgain, reachedAgain] = [this.#reached, this.#plannedAgain, this.#reachedAgain]
    return { reached, plannedAgain, reachedAgain, failed: this.founds.length }
  }

  async once(point: DeathPoint, countsCheckpoints: boolean): Promise<Run> {
    const run = await this.#crash([point], countsCheckpoints)
    if (run.death.reached.length > 0) this.#reached.push(point)
    return run
  }

  async twice(point: DeathPoint, again: DeathPoint): Promise<void> {
    this.#plannedAgain.push(again)
    const run = await this.#crash([point, again], false)
    if (run.death.reached.length > 1) this.#reachedAgain.push(again)
  }

  async #crash(deaths: readonly [DeathPoint, DeathPoint?], countsCheckpoints: boolean): Promise<Run> {
    this.#runs += 1
    const [point, again] = deaths
    const recipe = { ...this.#recipe, deaths: again === undefined ? [point] : [point, again] }
    const run = await runWith(this.#stage, recipe, new Steering(byDecisions(recipe.decisions)), { countsCheckpoints })
    const { failure } = run
    if (failure === undefined) return run
    const { law, detail } = failure
    this.founds.push({ point, ...(again && { again }), law, detail, nth: this.#runs, recipe, run, failure })
    return run
  }
}

async function told<Tree, Item>(
  stage: Stage<Tree, Item>,
  founds: readonly Found[],
  coverage: CrashCoverage,
  shrink: number,
): Promise<{ readonly report: CrashReport; readonly failure: Failure | undefined }> {
  const failures = founds.map(({ point, again, law, detail }) => ({ point, ...(again && { again }), law, detail }))
  const first = founds[0]
  if (first === undefined) return { report: { coverage, failures, failure: undefined }, failure: undefined }
  const { run, recipe, runs: shrinkRuns } = await shrinkRun(stage, first, shrink)
  const search = { run: first.nth, first, shrinkRuns }
  const failure = run.failure ?? first.failure
  const others = failures.map(
    ({ point, again, law }) => `  ${describeDeath(point)}${again === undefined ? '' : ` and ${describeDeath(again)}`}: "${law}"`,
  )
  const more = others.length > 10 ? [`  and ${others.length - 10} more`] : []
  const found = [coverage.text, ...others.slice(0, 10), ...more].join('\n')
  return { report: { coverage, failures, failure: reportOf({ stage, recipe, run, failure, found, search }) }, failure }
}

/** What does not hold without any death is told as such. */
async function failedCalm<Tree, Item>(
  stage: Stage<Tree, Item>,
  { recipe, run, failure }: Pick<Found, 'recipe' | 'run' | 'failure'>,
  shrink: number,
): Promise<{ readonly report: CrashReport; readonly failure: Failure }> {
  const short = await shrinkRun(stage, { recipe, run }, shrink)
  const found = 'it fails before any crash'
  const report = reportOf({ stage, recipe: short.recipe, run: short.run, failure: short.run.failure ?? failure, found })
  const none = { planned: [], reached: [], plannedAgain: [], reachedAgain: [], failed: 0, isCut: false }
  return { report: { coverage: coverageOf({ ...none, calm: run.death }), failures: [], failure: report }, failure }
}

function checkOptions(points: readonly DeathPoint['at'][], deaths: number): void {
  for (const [index, value] of points.entries())
    if (!deathKinds.includes(value)) {
      const rule = `must be one of ${deathKinds.join(', ')}`
      throw new ConfigurationError({ path: `crashEverywhere: points[${index}]`, rule, value })
    }
  if (deaths !== 1 && deaths !== 2)
    throw new ConfigurationError({ path: 'crashEverywhere: deaths', rule: 'must be 1 or 2', value: deaths })
}
