import {
  explore,
  findCrash,
  findFailure,
  crashEverywhere,
  type CrashOptions,
  type ExploreOptions,
  type FailureReport,
  type Scenario,
} from '../../src/testing/index.ts'

/** What it takes for a bug to show, besides its program. */
export type Cause = 'order' | 'fault' | 'items' | 'death'

/** A small program with a mistake in it that a test seldom shows, and the same program without. */
export interface PlantedBug {
  readonly name: string
  /** What the program has to keep, in words. */
  readonly law: string
  readonly cause: Cause
  readonly hunts: readonly Hunt[]
  /** The program with the mistake, and more in it than the mistake needs. */
  readonly wrong: Scenario<never, never>
  readonly right: Scenario<never, never>
}

/** How a bug is looked for. */
export type Hunt =
  | { readonly explore: Omit<ExploreOptions<never>, 'invariants' | 'always'> }
  | { readonly crash: Omit<CrashOptions<never>, 'invariants' | 'always'> }

/** By seeds, and in every order up to so many runs: those with the fewest decisions come first. */
export const bySeedsAndBounded = (seeds: number, runs: number): readonly Hunt[] => [
  { explore: { seeds } },
  { explore: { bounded: { runs } } },
]

/** Looks for what is wrong in a program. */
export async function hunt(scenario: Scenario<never, never>, by: Hunt): Promise<FailureReport | undefined> {
  return 'explore' in by ? (await findFailure(scenario, by.explore)).failure : (await findCrash(scenario, by.crash)).failure
}

/** Looks in the same way, and throws what is found. */
export async function clear(scenario: Scenario<never, never>, by: Hunt): Promise<void> {
  await ('explore' in by ? explore(scenario, by.explore) : crashEverywhere(scenario, by.crash))
}

/** Makes a planted bug of a program that is made with the mistake, or without. */
export function planted<Tree, Item>({
  program,
  ...bug
}: Omit<PlantedBug, 'wrong' | 'right'> & {
  readonly program: (isWrong: boolean) => Scenario<Tree, Item>
}): PlantedBug {
  const [wrong, right] = [true, false].map((isWrong) => program(isWrong) as unknown as Scenario<never, never>)
  return { ...bug, wrong: wrong as Scenario<never, never>, right: right as Scenario<never, never> }
}
