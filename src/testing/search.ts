import { BoundedSteering } from './bounded-steering.ts'
import { FootprintWatch } from './footprint.ts'
import { Frontier } from './frontier.ts'
import type { KitSim } from './kit-sim.ts'
import { plainRecipe, runWith, type Recipe, type Stage } from './replays.ts'
import type { Run } from './run-scenario.ts'
import { bySeed, Steering } from './steering.ts'

/** What a search has come to. */
export interface Searched {
  /** How many runs there were. */
  readonly runs: number
  /** How many of them were broken off, since the rest was known from others. */
  readonly redundant: number
  /** True if there is no order that was not tried, or is known to give what one gives that was. Never for seeds. */
  readonly isComplete: boolean
  /** True if it ended because its time was over, or it had made as many runs as it may. */
  readonly isCut: boolean
  /** The most choices that a run had. */
  readonly choices: number
  readonly found: { readonly recipe: Recipe; readonly run: Run } | undefined
}

/** How far a search goes, and from where on it has a choice. */
export interface SearchLimits {
  readonly isOver: () => boolean
  readonly isFromStart: boolean
}

/** Plays a scenario once for each seed, until one fails. */
export async function searchSeeds<Tree, Item>(
  stage: Stage<Tree, Item>,
  { seeds, isOver, isFromStart }: SearchLimits & { readonly seeds: readonly number[] },
): Promise<Searched> {
  let runs = 0
  let choices = 0
  for (const seed of seeds) {
    if (isOver()) return { runs, redundant: 0, isComplete: false, isCut: true, choices, found: undefined }
    const recipe = plainRecipe(stage as unknown as Stage<never, never>, { seed, isFromStart })
    const run = await runWith(stage, recipe, new Steering(bySeed(seed)))
    runs += 1
    choices = Math.max(choices, run.choices)
    if (run.failure !== undefined) {
      const found = { recipe: { ...recipe, decisions: run.decisions }, run }
      return { runs, redundant: 0, isComplete: false, isCut: false, choices, found }
    }
  }
  return { runs, redundant: 0, isComplete: false, isCut: false, choices, found: undefined }
}

/** Plays a scenario in every order, those with few decisions first, until one fails or `most` runs were made. */
export async function searchAll<Tree, Item>(
  stage: Stage<Tree, Item>,
  { most, reduces, isOver, isFromStart }: SearchLimits & { readonly most: number; readonly reduces: boolean },
): Promise<Searched> {
  const recipe = plainRecipe(stage as unknown as Stage<never, never>, { isStepwise: true, isFromStart })
  const frontier = new Frontier()
  let [runs, redundant, choices] = [0, 0, 0]
  for (let branch = frontier.next(); branch !== undefined; branch = frontier.next()) {
    if (runs === most || isOver()) return { runs, redundant, isComplete: false, isCut: true, choices, found: undefined }
    runs += 1
    let sim: KitSim<Tree> | undefined
    const watch = reduces ? new FootprintWatch<Tree>(() => sim) : undefined
    const steering = new BoundedSteering(branch, frontier, watch)
    const seen = (shown: KitSim<Tree>): void => {
      sim = shown
    }
    const run = await runWith(stage, recipe, steering, { seen, ...(watch && { watch }) })
    choices = Math.max(choices, run.choices)
    if (steering.isRedundant) redundant += 1
    else if (run.failure !== undefined) {
      const found = { recipe: { ...recipe, decisions: run.decisions }, run }
      return { runs, redundant, isComplete: false, isCut: false, choices, found }
    }
  }
  return { runs, redundant, isComplete: true, isCut: false, choices, found: undefined }
}
