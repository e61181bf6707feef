import type { RunSize } from './errors.ts'
import type { Recipe } from './replays.ts'
import type { Run } from './run-scenario.ts'

/** A recipe, and the run that it gave. */
export interface Played {
  readonly recipe: Recipe
  readonly run: Run
}

/** How much there is in a run that could be left out. */
export function sizeOf({ recipe: { decisions, items, faults, deaths }, run: { told } }: Played): RunSize {
  const { length: added } = told.filter(({ takesPart }) => takesPart)
  return { decisions: decisions.length, items: items.length, faults: faults.length + added, deaths: deaths.length }
}

/** In words: `3 decisions, 1 item`. */
export function describeSize(size: RunSize): string {
  const parts = (['decisions', 'items', 'faults', 'deaths'] as const).flatMap((name) =>
    size[name] === 0 ? [] : [`${size[name]} ${size[name] === 1 ? name.slice(0, -1) : name}`],
  )
  return parts.length === 0 ? 'nothing' : parts.join(', ')
}
