import type { DurationOrInfinity } from '../protocol/duration.ts'

/** How long to wait for a checkpoint. */
export interface CheckpointOptions {
  /** 5 s if not given, as for a call; the checkpoint may still be taken then. */
  readonly timeout?: DurationOrInfinity
  /** Gives up the wait when aborted. */
  readonly signal?: AbortSignal
}

/** A checkpoint that is durable. */
export interface CheckpointTaken {
  /** Its number: a higher one of the same actor is newer. */
  readonly number: number
}
