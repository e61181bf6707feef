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

/** A small program with a mistake in it that a test seldom shows, and the same program without. */
export interface PlantedBug {
  readonly name: string
  /** What the program has to keep, in words. */
  readonly law: string
  /** Looks for it, and gives what is found. */
  hunt(): Promise<FailureReport | undefined>
  /** Looks in the same way for something in the program without the mistake, and throws what is found. */
  clear(): Promise<void>
  /** Plays the wrong program, for replays. */
  readonly scenario: Scenario<never, never>
}

/** How a bug is looked for. */
export type Hunt =
  | { readonly explore: Omit<ExploreOptions<never>, 'invariants' | 'always'> }
  | { readonly crash: Omit<CrashOptions<never>, 'invariants' | 'always'> }

/** Makes a planted bug of a program that is made with the mistake, or without. */
export function planted<Tree, Item>({
  name,
  law,
  by,
  program,
}: {
  readonly name: string
  readonly law: string
  readonly by: Hunt
  readonly program: (isWrong: boolean) => Scenario<Tree, Item>
}): PlantedBug {
  return {
    name,
    law,
    hunt: async () =>
      'explore' in by
        ? (await findFailure(program(true), by.explore)).failure
        : (await findCrash(program(true), by.crash)).failure,
    clear: async () =>
      void ('explore' in by ? await explore(program(false), by.explore) : await crashEverywhere(program(false), by.crash)),
    scenario: program(true) as unknown as Scenario<never, never>,
  }
}
