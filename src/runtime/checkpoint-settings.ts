import type { ActorId } from '../protocol/actor-id.ts'
import type { Duration } from '../protocol/duration.ts'

/** What decides whether a checkpoint is due is told of the actor, after each of its turns. */
export interface CheckpointContext<State = unknown> {
  readonly id: ActorId
  readonly incarnation: number
  /** The state that would be kept. */
  readonly state: State
  /** How far it has come; see `Snapshot.frontier`. */
  readonly frontier: number
  /** Messages since the last checkpoint, the one just handled included: 1 at first. One that failed does not count as one. */
  readonly messages: number
  /** Milliseconds since the last checkpoint was begun, or since the incarnation was, by the clock that never jumps. */
  readonly elapsedMs: number
}

/** Says whether a checkpoint is due. A method, so that it fits where the state is not known. */
export type ShouldCheckpoint<State = unknown> = { says(context: CheckpointContext<State>): boolean }['says']

/** After what a checkpoint is due: whichever comes first. */
export interface CheckpointEvery {
  /** After so many turns; an integer >= 1. */
  readonly turns?: number
  /** So long after the first turn that is not kept. Nothing is timed while everything is. */
  readonly time?: Duration
  /**
   * After messages of about so many bytes; an integer >= 1. A text counts two bytes a letter, anything else eight, binary data what
   * it has.
   */
  readonly bytes?: number
}

/** How the checkpoints of an actor are kept. */
export interface CheckpointLimits {
  /** How many: the newest, and those to fall back to; at least 2. */
  readonly keep: number
  /** How large a state may be, in bytes of its text. */
  readonly maxBytes: number
}

/** What becomes of a start whose newest checkpoint cannot be read: it goes on from one before (`older`), or fails (`fail`). */
export type OnLoadFailure = 'older' | 'fail'

/** When an actor without a journal takes checkpoints (after whatever is reached first), how they are kept, and read. */
export interface CheckpointSettings extends CheckpointLimits {
  /** Turns; `Infinity` for never. */
  readonly turns: number
  /** Milliseconds, counted from the first turn that is not kept; `Infinity` for never. */
  readonly timeMs: number
  /** About so many bytes of messages; `Infinity` for never. */
  readonly bytes: number
  readonly should: ShouldCheckpoint | undefined
  readonly onLoadFailure: OnLoadFailure
}

/** Those of an actor of which nothing else is said. */
export const defaultCheckpoints: CheckpointSettings = Object.freeze({
  turns: Infinity,
  timeMs: Infinity,
  bytes: Infinity,
  should: undefined,
  keep: 2,
  maxBytes: 64 * 1024 * 1024,
  onLoadFailure: 'older',
})
