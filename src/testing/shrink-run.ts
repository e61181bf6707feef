import type { Run } from './run-scenario.ts'
import { runRecipe, runWith, type Recipe, type Stage } from './replays.ts'
import { shrunk } from './shrink.ts'
import { inOrder, Steering, type Decision } from './steering.ts'

/** A failing run, and what it took to find it so short. */
export interface Shrunk {
  readonly recipe: Recipe
  readonly run: Run
  readonly runs: number
}

/**
 * Makes a failing run shorter, as long as the same law is broken: first it leaves out deaths and faults, then items, then
 * decisions, each of which becomes the default; again, until nothing more can be left out. What comes after something that was
 * left out comes at other moments; so at last one of the decisions alone is tried at every moment, and the same with each of
 * the items left out.
 *
 * @param most runs after which it is short enough.
 */
export async function shrinkRun<Tree, Item>(
  stage: Stage<Tree, Item>,
  first: { readonly recipe: Recipe; readonly run: Run },
  most: number,
): Promise<Shrunk> {
  const shrinking = new Shrinking(stage, first, most)
  do await shrinking.leaveOut()
  while ((await shrinking.decideOnce()) && !shrinking.isOver())
  return shrinking
}

class Shrinking<Tree, Item> implements Shrunk {
  recipe: Recipe
  run: Run
  runs = 0
  readonly #stage: Stage<Tree, Item>
  readonly #law: string | undefined
  readonly #most: number

  constructor(stage: Stage<Tree, Item>, { recipe, run }: { readonly recipe: Recipe; readonly run: Run }, most: number) {
    this.#stage = stage
    this.#law = run.failure?.law
    this.#most = most
    this.recipe = recipe
    this.run = run
  }

  // A field, so that it can be taken out of the object.
  readonly isOver = (): boolean => this.runs >= this.#most

  /** Leaves out what is not needed. */
  async leaveOut(): Promise<void> {
    const story = this.run.told.filter(({ takesPart }) => takesPart).map(({ place }) => place)
    for (let before = Infinity; this.#size() < before && !this.isOver();) {
      before = this.#size()
      await shrunk(this.recipe.deaths, (deaths) => this.#tries({ ...this.recipe, deaths }), this.isOver)
      await shrunk(this.recipe.told ?? story, (told) => this.#tries({ ...this.recipe, told }), this.isOver)
      await shrunk(this.recipe.faults, (faults) => this.#tries({ ...this.recipe, faults }), this.isOver)
      await shrunk(this.recipe.items, (items) => this.#tries({ ...this.recipe, items }), this.isOver)
      await shrunk(this.recipe.decisions, (decisions) => this.#tries({ ...this.recipe, decisions }), this.isOver)
    }
  }

  /** One decision in place of all. True if something has become shorter. */
  async decideOnce(): Promise<boolean> {
    const { decisions, items } = this.recipe
    if (decisions.length === 0) return false
    const own = new Set(decisions.map(({ choice }) => choice))
    if (decisions.length > 1 && (await this.#triesOnce(this.recipe, own))) return true
    if (decisions.length > 2 && (await this.#triesOnce(this.recipe))) return true
    for (const item of items)
      if (await this.#triesOnce({ ...this.recipe, items: items.filter((one) => one !== item) }, own)) return true
    return false
  }

  /** Tries these choices, or all, one at a time, wherever they could be made. */
  async #triesOnce(recipe: Recipe, choices?: ReadonlySet<string>): Promise<boolean> {
    for (const decision of await this.#chances(recipe, choices))
      if (await this.#tries({ ...recipe, decisions: [decision] })) return true
    return false
  }

  /** Where a run without decisions could have made one of these choices. */
  async #chances(recipe: Recipe, choices: ReadonlySet<string> | undefined): Promise<readonly Decision[]> {
    if (this.isOver()) return []
    this.runs += 1
    const chances: Decision[] = []
    const steering = new Steering((labels, at) => {
      for (const choice of labels.slice(1)) if (choices?.has(choice) !== false) chances.push({ at, choice })
      return inOrder()
    })
    await runWith(this.#stage, recipe, steering)
    return chances
  }

  async #tries(candidate: Recipe): Promise<boolean> {
    if (this.isOver()) return false
    this.runs += 1
    const next = await runRecipe(this.#stage, candidate)
    // Of two ways to be short the one with fewer decisions is easier to read.
    if (next.failure?.law !== this.#law) return false
    this.recipe = { ...candidate, decisions: next.decisions }
    this.run = next
    return true
  }

  #size(): number {
    const { deaths, decisions, items, faults } = this.recipe
    const told = this.run.told.filter(({ takesPart }) => takesPart)
    return deaths.length + decisions.length + items.length + faults.length + told.length
  }
}
