import { durationMs } from '../../protocol/duration.ts'
import {
  defaultCheckpoints,
  type CheckpointEvery,
  type CheckpointSettings,
  type ShouldCheckpoint,
} from '../../runtime/checkpoint-settings.ts'

/** When the checkpoints of a child are taken, besides those of its start and its end. */
export interface CheckpointOption<State = unknown> {
  /** After so many turns, an integer >= 1; or by turns, time and size, whichever comes first. */
  readonly every?: number | CheckpointEvery
  /**
   * Asked after each turn besides, and answers at once. What it throws is told as `checkpoint policy failed`, harms no turn, and
   * counts as `false`. Not for `durable`, of which every turn is kept.
   */
  readonly should?: ShouldCheckpoint<State>
}

/** The settings for an option that the rules have seen. */
export function readCheckpoint({ every, should }: CheckpointOption): CheckpointSettings {
  const { turns, time, bytes } = typeof every === 'number' ? { turns: every } : (every ?? {})
  return {
    turns: turns ?? defaultCheckpoints.turns,
    timeMs: time === undefined ? defaultCheckpoints.timeMs : durationMs(time, 'checkpoint.every.time'),
    bytes: bytes ?? defaultCheckpoints.bytes,
    should,
  }
}
