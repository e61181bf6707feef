import { StaleTokenError } from './errors.ts'
import type { DeathPoint } from './process-death.ts'
import { runScenario, type Run, type RunPlan } from './run-scenario.ts'
import type { Invariants, Scenario } from './scenario.ts'
import { byDecisions, Steering, type Decision } from './steering.ts'
import type { Replayed } from './token.ts'

/** A run of a scenario as data: the same data gives the same run. */
export interface Recipe {
  readonly seed: number
  readonly isStepwise: boolean
  readonly decisions: readonly Decision[]
  /** The places of the items and faults that take part. */
  readonly items: readonly number[]
  readonly faults: readonly number[]
  /** The places of the faults of `sim.fault` that take part; nothing for all. */
  readonly told: readonly number[] | undefined
  /** Where the process dies, in order. */
  readonly deaths: readonly DeathPoint[]
  /** The start of the tree is steered, too. */
  readonly isFromStart: boolean
  /** Where state is kept if the scenario does not say. */
  readonly store: 'memory' | 'sqlite'
}

/** What stays the same in all runs of a scenario. */
export interface Stage<Tree, Item> {
  readonly scenario: Scenario<Tree, Item>
  /** What must hold besides what the scenario says. */
  readonly laws: Invariants<Tree>
}

/** The recipe with all items and faults, and no decision. */
export function plainRecipe({ scenario }: Stage<never, never>, given: Partial<Recipe> = {}): Recipe {
  const { items = [], faults = [] } = scenario
  return {
    seed: 1,
    isStepwise: false,
    decisions: [],
    items: [...items.keys()],
    faults: [...faults.keys()],
    told: undefined,
    deaths: [],
    isFromStart: false,
    store: 'memory',
    ...given,
  }
}

/** Plays it. A decision that does not fit is left out, or, if `isStrict`, refused. */
export function runRecipe<Tree, Item>(stage: Stage<Tree, Item>, recipe: Recipe, isStrict = false): Promise<Run> {
  const missing = isStrict ? refuse : undefined
  return runWith(stage, recipe, new Steering(byDecisions(recipe.decisions, missing)))
}

/** Plays it with other choices. */
export function runWith<Tree, Item>(
  { scenario, laws }: Stage<Tree, Item>,
  { seed, isStepwise, isFromStart, items, faults, told, deaths, store }: Recipe,
  steering: Steering,
  more: Pick<RunPlan<Tree, Item>, 'watch' | 'seen' | 'countsCheckpoints'> = {},
): Promise<Run> {
  const allItems = scenario.items ?? []
  const allFaults = scenario.faults ?? []
  return runScenario({
    scenario,
    laws,
    store: scenario.store ?? store,
    steering,
    seed,
    told,
    deaths,
    settlesEachStep: isStepwise,
    steersStart: isFromStart,
    items: items.flatMap((place) => (place in allItems ? [allItems[place] as Item] : [])),
    faults: faults.flatMap((place) => allFaults[place] ?? []),
    ...more,
  })
}

/** The recipe that a token stands for. */
export function recipeOf({ scenario }: Stage<never, never>, { items, faults, ...rest }: Replayed): Recipe {
  const { items: allItems = [], faults: allFaults = [] } = scenario
  const outside = (places: readonly number[], all: readonly unknown[]): boolean => places.some((place) => place >= all.length)
  if (outside(items ?? [], allItems))
    throw new StaleTokenError(`it goes by ${allItems.length} items, and wants number ${Math.max(...(items ?? [])) + 1}`)
  if (outside(faults ?? [], allFaults))
    throw new StaleTokenError(`it has ${allFaults.length} faults, and number ${Math.max(...(faults ?? [])) + 1} is wanted`)
  return { ...rest, items: items ?? [...allItems.keys()], faults: faults ?? [...allFaults.keys()] }
}

/** What a token has to say of a recipe. */
export function replayedOf({ scenario }: Stage<never, never>, { items, faults, ...rest }: Recipe): Replayed {
  const isAll = (places: readonly number[], all: readonly unknown[] = []): boolean => places.length === all.length
  return {
    ...rest,
    items: isAll(items, scenario.items) ? undefined : items,
    faults: isAll(faults, scenario.faults) ? undefined : faults,
  }
}

function refuse({ at, choice }: Decision, labels: readonly string[]): never {
  throw new StaleTokenError(
    `decision ${at} wants "${choice}", and what can run is ${labels.map((label) => `"${label}"`).join(', ')}`,
  )
}
