import { durationMs } from '../../protocol/duration.ts'
import {
  defaultCheckpoints,
  type CheckpointEvery,
  type CheckpointSettings,
  type OnLoadFailure,
  type ShouldCheckpoint,
} from '../../runtime/checkpoint-settings.ts'

/** When the checkpoints of a child are taken, besides those of its start and its end, and how they are kept. */
export interface CheckpointOption<State = unknown> {
  /** After so many turns, an integer >= 1; or by turns, time and size, whichever comes first. */
  readonly every?: number | CheckpointEvery
  /**
   * Asked after each turn besides, and answers at once. What it throws is told as `checkpoint policy failed`, harms no turn, and
   * counts as `false`. Not for `durable`, of which every turn is kept.
   */
  readonly should?: ShouldCheckpoint<State>
  /** How many checkpoints are kept, the newest included: an integer >= 2, so that there is one to fall back to; 2 if not given. */
  readonly keep?: number
  /**
   * How many bytes a state may have as text: an integer >= 1, 64 MiB if not given. A checkpoint of a larger one is not taken: the
   * event `checkpoint failed`, or the crash of a durable turn, has a `CheckpointTooLargeError`.
   */
  readonly maxBytes?: number
  /**
   * What happens at a start whose newest checkpoint is damaged: the one before is used (`older`, if not given), or the start fails
   * (`fail`). Where none can be read it fails in any case, as with a state of newer code.
   */
  readonly onLoadFailure?: OnLoadFailure
}

/** The settings for an option that the rules have seen. */
export function readCheckpoint({ every, should, keep, maxBytes, onLoadFailure }: CheckpointOption): CheckpointSettings {
  const { turns, time, bytes } = typeof every === 'number' ? { turns: every } : (every ?? {})
  return {
    turns: turns ?? defaultCheckpoints.turns,
    timeMs: time === undefined ? defaultCheckpoints.timeMs : durationMs(time, 'checkpoint.every.time'),
    bytes: bytes ?? defaultCheckpoints.bytes,
    should,
    keep: keep ?? defaultCheckpoints.keep,
    maxBytes: maxBytes ?? defaultCheckpoints.maxBytes,
    onLoadFailure: onLoadFailure ?? defaultCheckpoints.onLoadFailure,
  }
}
