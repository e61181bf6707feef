/** `small` shows that everything runs; figures to go by come from `full`. */
export type Size = 'small' | 'full'

/** What is measured, and against what. */
export interface Trial {
  readonly name: string
  /** What is timed, in one sentence. */
  readonly what: string
  /** Why it cannot be run on this machine, where it needs what is not part of this project. */
  readonly missing?: () => string | undefined
  contests(size: Size): readonly Contest[]
}

/** One way of doing the work of a trial: everybody in it does the same, in turn, round by round. */
export interface Contest {
  readonly name: string
  readonly unit: 'a second' | 'bytes each' | 'ms'
  /** What coppice is measured against. */
  readonly ceilings: readonly Ceiling[]
  /** coppice; the goals are for the first, the others show what a setting costs. */
  readonly entrants: readonly Entrant[]
}

/** Somebody who does the work. */
export interface Entrant {
  readonly name: string
  /** Gets ready; nothing of it is measured. */
  enter(): Racer | Promise<Racer>
}

/** The same work with nothing around it: what cannot be beaten by much. */
export interface Ceiling extends Entrant {
  readonly goal?: Goal
}

/** The least part of the ceiling's speed that is good enough, the least speed, or the most that something may take. */
export type Goal = { readonly ratioFrom: number } | { readonly figureFrom: number } | { readonly figureUpTo: number }

/** An entrant that is ready. */
export interface Racer {
  /** Does the work once, and gives the figure in the unit of the contest. */
  round(): Promise<number>
  leave(): void | Promise<void>
}

/** One line of the result: an entrant against a ceiling. */
export interface Standing {
  readonly trial: string
  readonly contest: string
  readonly unit: Contest['unit']
  readonly entrant: string
  readonly ceiling: string
  readonly entrantFigure: Spread
  readonly ceilingFigure: Spread
  /** The entrant's figure as a part of the ceiling's, round by round. */
  readonly ratio: Spread
  readonly goal: Goal | undefined
}

/** What several rounds gave. */
export interface Spread {
  readonly lowest: number
  readonly median: number
  readonly highest: number
}
