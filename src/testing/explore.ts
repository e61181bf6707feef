import { ConfigurationError } from '../protocol/errors.ts'
import { holdModules } from '../simulation/real-modules.ts'
import { ScenarioFailedError, StaleTokenError, type FailureReport } from './errors.ts'
import { reportOf } from './report.ts'
import { recipeOf, runRecipe, type Stage } from './replays.ts'
import type { Failure, Run } from './run-scenario.ts'
import type { Invariants, Scenario } from './scenario.ts'
import { searchAll, searchSeeds, type Searched } from './search.ts'
import { shrinkRun } from './shrink-run.ts'
import { beginTime, type TimeBudget } from './time-budget.ts'
import { parseToken } from './token.ts'

/** How a scenario is explored: by seeds, or, if it is small, in every order. */
export interface ExploreOptions<Tree> extends Invariants<Tree>, TimeBudget {
  /** How many seeds, from 1 on, or which. 200 if neither this nor `bounded` is given. */
  readonly seeds?: number | readonly number[]
  /**
   * Every order, up to so many runs; 10,000 for `true`. `reduce: false` tries also orders that cannot differ: see `explore`.
   */
  readonly bounded?: boolean | { readonly runs?: number; readonly reduce?: boolean }
  /** Tries orders of the first start of the tree, too. `false` if not given: it starts in the default order. */
  readonly fromStart?: boolean
  /** Runs that may be spent on making a failure shorter. 1,000 if not given; 0 for none. */
  readonly shrink?: number
}

/** What an exploration has come to. */
export interface Exploration {
  readonly runs: number
  /** Runs that were broken off, since the rest was known from others. */
  readonly redundant: number
  /** True if it ended early: the time was over, or `bounded` had made as many runs as it may. */
  readonly isCut: boolean
  /** True if every order is known. */
  readonly isComplete: boolean
  /** The most choices that a run had. */
  readonly choices: number
  /** Nothing if everything holds. */
  readonly failure: FailureReport | undefined
}

/**
 * Plays a scenario in many orders, until something does not hold that has to. Then it looks for the shortest run that fails for
 * the same reason, and throws a report: what does not hold, the run as a list, a sequence diagram and a timeline, a token for
 * `replay`, and a test to paste.
 *
 * By seeds every choice is made by chance: who runs next, when the store commits, when code behind an `await` goes on. With
 * `bounded` every order is tried, those that differ least from the default first. Code behind an `await` then goes on right
 * after the step that lets it, and of two steps that are independent only one order is tried: turns, commits and timers that
 * touch no actor in common, neither the store nor chance, and neither start nor end anybody. What actors share besides messages
 * is not seen: variables outside of them, names and groups that they join while they run. For such trees say `reduce: false`.
 *
 * The first start of the tree runs in the default order, if `fromStart` does not say otherwise. Where a process dies and the
 * tree is started again, that start is tried in other orders too.
 *
 * @returns how many runs there were, and whether that was all.
 * @throws {ScenarioFailedError} with the report.
 * @throws {ConfigurationError} if an option or the tree breaks a rule.
 * @example
 * ```ts
 * import { actor, child, message, supervisor } from 'coppice'
 * import { explore, scenario } from 'coppice/testing'
 *
 * const Tally = actor('tally', {
 *   initial: () => ({ votes: 0 }),
 *   handlers: ({ cast }) => ({ vote: cast(message<number>(), ({ state, input }) => ({ votes: state.votes + input })) }),
 * })
 * const votes = scenario({
 *   tree: supervisor({}, { a: child(Tally), b: child(Tally) }),
 *   store: false,
 *   run: (sim) => {
 *     for (const tally of [sim.tree.a, sim.tree.b]) for (const vote of [1, 2]) void tally.cast.vote(vote)
 *   },
 *   invariants: { 'every vote counts': (sim) => sim.peek<{ votes: number }>('a')?.votes === 3 },
 * })
 * console.log((await explore(votes, { bounded: true })).isComplete) // => true
 * ```
 */
export async function explore<Tree, Item>(
  scenario: Scenario<Tree, Item>,
  options: ExploreOptions<Tree> = {},
): Promise<Exploration> {
  const exploration = await findFailure(scenario, options)
  if (exploration.failure !== undefined) throw new ScenarioFailedError(exploration.failure)
  return exploration
}

/** As {@link explore}, and gives the failure in place of throwing it. */
export async function findFailure<Tree, Item>(
  scenario: Scenario<Tree, Item>,
  options: ExploreOptions<Tree> = {},
): Promise<Exploration> {
  const { seeds, bounded = false, shrink = 1_000, fromStart: isFromStart = false, invariants, always } = options
  if (seeds !== undefined && bounded !== false)
    throw new ConfigurationError({ path: 'explore: bounded', rule: 'goes without seeds: it tries every order', value: bounded })
  const stage = { scenario, laws: { ...(invariants && { invariants }), ...(always && { always }) } }
  const { runs: most = 10_000, reduce: reduces = true } = typeof bounded === 'object' ? bounded : {}
  const modules = holdModules()
  try {
    const limits = { isOver: beginTime(options, 'explore'), isFromStart }
    const searched =
      bounded === false
        ? await searchSeeds(stage, { ...limits, seeds: seedsOf(seeds) })
        : await searchAll(stage, { ...limits, most, reduces })
    const { runs, redundant, isCut, isComplete, choices } = searched
    return { runs, redundant, isCut, isComplete, choices, failure: await told(stage, searched, bounded !== false, shrink) }
  } finally {
    modules.close()
  }
}

/** Plays a scenario once more as a token says; see `replay`. */
export async function replayScenario<Tree, Item>(
  scenario: Scenario<Tree, Item>,
  token: string,
  laws: Invariants<Tree> = {},
): Promise<Run> {
  const replayed = parseToken(token)
  const stage = { scenario, laws }
  const recipe = recipeOf(stage as unknown as Stage<never, never>, replayed)
  const run = await runRecipe(stage, recipe, true)
  const missing = recipe.told?.find((place) => place >= run.told.length)
  if (missing !== undefined)
    throw new StaleTokenError(`it adds ${run.told.length} faults while it runs, and number ${missing + 1} is wanted`)
  const { failure } = run
  if (failure === undefined) return run
  throw failedError(reportOf({ stage, recipe, run, failure, found: 'replayed' }), failure)
}

/** The error of a report, with what was thrown as its cause. */
export function failedError(report: FailureReport, { error }: Failure): ScenarioFailedError {
  return new ScenarioFailedError(report, error === undefined ? undefined : { cause: error })
}

async function told<Tree, Item>(
  stage: Stage<Tree, Item>,
  { found, runs }: Searched,
  isBounded: boolean,
  shrink: number,
): Promise<FailureReport | undefined> {
  if (found === undefined) return undefined
  const { recipe, run, runs: shrinkRuns } = await shrinkRun(stage, found, shrink)
  const { failure } = run
  if (failure === undefined) return undefined
  const how = isBounded ? 'in a search of every order' : `by seed ${found.recipe.seed}`
  const search = { run: runs, first: found, shrinkRuns }
  return reportOf({ stage, recipe, run, failure, found: `found ${how}, in run ${runs}`, search })
}

function seedsOf(seeds: number | readonly number[] = 200): readonly number[] {
  if (typeof seeds !== 'number') return seeds
  if (!Number.isInteger(seeds) || seeds < 1)
    throw new ConfigurationError({ path: 'explore: seeds', rule: 'must be an integer >= 1, or a list of seeds', value: seeds })
  return Array.from({ length: seeds }, (_, n) => n + 1)
}
