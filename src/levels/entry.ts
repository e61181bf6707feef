import type { ActorId } from '../protocol/actor-id.ts'

/** One checkpoint as it travels between levels: plain data. */
export interface Entry {
  /** The level that it was given to first: keys of two of them never mix. */
  readonly origin: ActorId
  readonly key: string
  /** Whose numbers these are: a level that has lost its memory counts anew, under another source. */
  readonly source: string
  /** Counts up within its source. */
  readonly number: number
  /** Wall clock, milliseconds since 1970. */
  readonly takenAtMs: number
  readonly value: unknown
  /** It stands for a checkpoint that was forgotten. */
  readonly isForgotten?: true
}

/** Where a level stands. */
export interface LevelPlace {
  readonly id: ActorId
  readonly level: number
}

/** What a superior asks: what has changed since it was last told. */
export interface DeltaQuestion {
  /** The memory that it was told of last; nothing the first time. */
  readonly source: string | undefined
  readonly upTo: number
}

/** What an inferior answers. */
export interface Delta {
  readonly source: string
  readonly upTo: number
  /** The oldest change first. */
  readonly entries: readonly Entry[]
}

/** What came of asking the inferiors. */
export interface Gathered {
  /** Those who have answered, in the order in which they were attached. */
  readonly from: readonly ActorId[]
  /** Those who have not, or not in time: what is there of them is as old as their last answer. */
  readonly missing: readonly ActorId[]
  /** How many checkpoints have changed by it. */
  readonly changed: number
  /** Wall clock, milliseconds since 1970. */
  readonly atMs: number
}

/** What a level keeps under one key. */
export interface Kept {
  readonly entry: Entry
  /** The one before, while there is one. */
  readonly before: Entry | undefined
}
