import { ConfigurationError } from '../protocol/errors.ts'
import { holdModules } from '../simulation/real-modules.ts'
import type { FailureReport } from './errors.ts'
import { failedError } from './explore.ts'
import { machineLaws, type MachineScenario, type PlannedCell } from './machine-scenario.ts'
import { NotPlayedError, type MachineStep } from './machine-steps.ts'
import { tableOf, type MachineCell } from './machine-table.ts'
import { plainRecipe, replayedOf, runWith, type Recipe, type Stage } from './replays.ts'
import { reportOf } from './report.ts'
import type { Failure, Run } from './run-scenario.ts'
import { shrinkRun } from './shrink-run.ts'
import { bySeed, inOrder, Steering } from './steering.ts'
import { beginTime, type TimeBudget } from './time-budget.ts'
import { printToken } from './token.ts'

/** How far a machine is covered. */
export interface CoverOptions extends TimeBudget {
  /** The most cells that are run, the first of each transition being that without a fault. 2,000 if not given. */
  readonly most?: number
  /** The order in which everything runs; the default order if not given. */
  readonly seed?: number
  /** Runs that may be spent on making the first failure shorter. 300 if not given; 0 for none. */
  readonly shrink?: number
}

/** What came of {@link coverMachine}. */
export interface MachineCoverage {
  /** Transitions by faults, in the order in which they are run. */
  readonly cells: readonly MachineCell[]
  /** Transitions that the machine declares and no path of the events takes. */
  readonly unreached: readonly string[]
  /** How many cells were run. */
  readonly runs: number
  /** True if there were more cells than `most`, or the time was over. */
  readonly isCut: boolean
  /** What is told of the first cell that is broken. */
  readonly failure: FailureReport | undefined
  /** All of it as a table. */
  readonly text: string
}

/**
 * Takes a machine through each of its transitions with each fault: the events that lead there are played in a simulation of the
 * whole tree, the last of them goes wrong, everything recovers, and what has to hold is asked. A cell is a transition with a
 * fault.
 *
 * Besides what the scenario says two things have to hold: the machine is up again, and, if it keeps its state, it is where its
 * events lead: each was applied once.
 *
 * @returns a table of the cells: held, not reached, or not run.
 * @throws {ScenarioFailedError} with the table, and a report of the first cell that is broken.
 * @throws {ConfigurationError} if an option or the tree breaks a rule.
 * @example
 * ```ts
 * import { child, machine, supervisor } from 'coppice'
 * import { coverMachine, machineScenario } from 'coppice/testing'
 * import { createMachine } from 'xstate'
 *
 * const door = createMachine({ initial: 'shut', states: { shut: { on: { open: 'ajar' } }, ajar: { on: { shut: 'shut' } } } })
 * const doors = machineScenario({
 *   tree: supervisor({}, { door: child(machine('door', door), { state: 'durable' }) }),
 *   actor: 'door',
 *   machine: door,
 *   events: [{ type: 'open' }, { type: 'shut' }],
 *   faults: ['crash', 'restart', 'duplicate', 'delay'],
 * })
 * const { text } = await coverMachine(doors)
 * console.log(text.split('\n')[0]) // => 2 transitions by 4 faults: 10 of 10 cells run, 10 held, 0 broken, 0 not reached
 * ```
 */
export async function coverMachine<Tree>(scenario: MachineScenario<Tree>, options: CoverOptions = {}): Promise<MachineCoverage> {
  const { coverage, failure } = await covered(scenario, options)
  if (coverage.failure !== undefined && failure !== undefined) throw failedError(coverage.failure, failure)
  return coverage
}

/** As {@link coverMachine}, and gives what is broken in place of throwing it. */
export async function findBrokenCells<Tree>(
  scenario: MachineScenario<Tree>,
  options: CoverOptions = {},
): Promise<MachineCoverage> {
  return (await covered(scenario, options)).coverage
}

interface Broken {
  readonly recipe: Recipe
  readonly run: Run
  readonly failure: Failure
}

interface Covered {
  readonly coverage: MachineCoverage
  readonly failure: Failure | undefined
}

async function covered<Tree>(scenario: MachineScenario<Tree>, options: CoverOptions): Promise<Covered> {
  const { most = 2_000, seed, shrink = 300 } = options
  if (!Number.isInteger(most) || most < 1)
    throw new ConfigurationError({ path: 'coverMachine: most', rule: 'must be an integer >= 1', value: most })
  const isOver = beginTime(options, 'coverMachine')
  const stage: Stage<Tree, MachineStep> = { scenario, laws: {} }
  const modules = holdModules()
  try {
    const cells: MachineCell[] = []
    let [runs, isCut] = [0, false]
    let first: Broken | undefined
    let lost: string | undefined
    for (const { transition, fault, items } of scenario.cells) {
      isCut ||= runs === most || isOver()
      if (fault === undefined) lost = undefined
      if (isCut) cells.push({ transition, fault, status: 'not run' })
      else if (lost !== undefined) cells.push({ transition, fault, status: 'not reached', why: lost })
      else {
        runs += 1
        const { cell, broken } = await runCell(stage, { transition, fault, items }, seed)
        cells.push(cell)
        first ??= broken
        if (fault === undefined && cell.status !== 'held') lost = cell.why
      }
    }
    return await told(stage, { cells, runs, isCut }, first, shrink)
  } finally {
    modules.close()
  }
}

async function runCell<Tree>(
  stage: Stage<Tree, MachineStep>,
  { transition, fault, items }: PlannedCell,
  seed: number | undefined,
): Promise<{ readonly cell: MachineCell; readonly broken?: Broken }> {
  const plain = stage as unknown as Stage<never, never>
  const recipe = plainRecipe(plain, { items, ...(seed !== undefined && { seed }) })
  const run = await runWith(stage, recipe, new Steering(seed === undefined ? inOrder : bySeed(seed)))
  const { failure } = run
  if (failure === undefined) return { cell: { transition, fault, status: 'held' } }
  const { law, detail, error } = failure
  if (error instanceof NotPlayedError) return { cell: { transition, fault, status: 'not reached', why: detail } }
  // Without a fault it is the search for paths that is wrong about the machine, or its tree that makes it go elsewhere.
  if (fault === undefined && law === machineLaws.isThere)
    return { cell: { transition, fault, status: 'not reached', why: `${transition} does not come about: ${detail}` } }
  const decided = { ...recipe, decisions: run.decisions }
  const token = printToken(replayedOf(plain, decided))
  const cell: MachineCell = { transition, fault, status: 'broken', why: law, detail, token }
  return { cell, broken: { recipe: decided, run, failure } }
}

async function told<Tree>(
  stage: Stage<Tree, MachineStep>,
  { cells, runs, isCut }: Pick<MachineCoverage, 'cells' | 'runs' | 'isCut'>,
  first: Broken | undefined,
  shrink: number,
): Promise<Covered> {
  const { unreached } = stage.scenario as MachineScenario<Tree>
  const count = (status: MachineCell['status']): number => cells.filter((cell) => cell.status === status).length
  const faults = new Set(cells.flatMap(({ fault }) => fault ?? [])).size
  const transitions = new Set(cells.map(({ transition }) => transition)).size
  const head = [
    `${transitions} transitions by ${faults} faults: ${runs} of ${cells.length} cells run`,
    `${count('held')} held, ${count('broken')} broken, ${count('not reached')} not reached`,
    ...(isCut ? [`cut before the last ${count('not run')}`] : []),
  ].join(', ')
  const text = `${head}\n\n${tableOf(cells, unreached)}`
  const coverage = { cells, unreached, runs, isCut, text }
  if (first === undefined) return { coverage: { ...coverage, failure: undefined }, failure: undefined }
  const { recipe, run, runs: shrinkRuns } = await shrinkRun(stage, first, shrink)
  const search = { run: cells.findIndex(({ status }) => status === 'broken') + 1, first, shrinkRuns }
  const failure = run.failure ?? first.failure
  return { coverage: { ...coverage, failure: reportOf({ stage, recipe, run, failure, found: text, search }) }, failure }
}
