import type { Run } from './run-scenario.ts'
import { runRecipe, type Recipe, type Stage } from './replays.ts'
import { shrunk } from './shrink.ts'

/** A failing run, and what it took to find it so short. */
export interface Shrunk {
  readonly recipe: Recipe
  readonly run: Run
  readonly runs: number
}

/**
 * Makes a failing run shorter, as long as the same law is broken: first it leaves out deaths and faults, then items, then
 * decisions, each of which becomes the default; again, until nothing more can be left out.
 *
 * @param most runs after which it is short enough.
 */
export async function shrinkRun<Tree, Item>(
  stage: Stage<Tree, Item>,
  first: { readonly recipe: Recipe; readonly run: Run },
  most: number,
): Promise<Shrunk> {
  let { recipe, run } = first
  const law = run.failure?.law
  let runs = 0
  const isOver = (): boolean => runs >= most

  const tryIt = async (candidate: Recipe): Promise<boolean> => {
    if (isOver()) return false
    runs += 1
    const next = await runRecipe(stage, candidate)
    // Of two ways to be short the one with fewer decisions is easier to read.
    if (next.failure?.law !== law) return false
    recipe = { ...candidate, decisions: next.decisions }
    run = next
    return true
  }

  const story = run.told.filter(({ takesPart }) => takesPart).map(({ place }) => place)
  const size = (): number =>
    recipe.deaths.length + recipe.decisions.length + recipe.items.length + recipe.faults.length + (recipe.told ?? story).length
  for (let before = Infinity; size() < before && !isOver();) {
    before = size()
    await shrunk(recipe.deaths, (deaths) => tryIt({ ...recipe, deaths }), isOver)
    await shrunk(recipe.told ?? story, (told) => tryIt({ ...recipe, told }), isOver)
    await shrunk(recipe.faults, (faults) => tryIt({ ...recipe, faults }), isOver)
    await shrunk(recipe.items, (items) => tryIt({ ...recipe, items }), isOver)
    await shrunk(recipe.decisions, (decisions) => tryIt({ ...recipe, decisions }), isOver)
  }
  return { recipe, run, runs }
}
