import type { CheckpointEvery, CheckpointLimits, OnLoadFailure } from './checkpoint-settings.ts'
import type { Duration, DurationOrInfinity } from '../protocol/duration.ts'

/** How an actor is supervised that is spawned with `supervised` or `detached`: child options that are plain data. */
export interface SupervisedSpawnOptions {
  /** Which exits bring it back: every one (`permanent`, the default of most kinds) or abnormal ones (`transient`). */
  readonly restart?: 'permanent' | 'transient'
  /** Of a detached one: how much of its state outlives an incarnation; what a child has by default if not given. */
  readonly state?: 'volatile' | 'checkpointed' | 'durable'
  /** How long it may take to stop before it is killed; 5 s if not given. */
  readonly shutdown?: DurationOrInfinity | 'kill'
  /** Of a durable one: a message whose handling has crashed it so often is a dead letter; an integer >= 1, 3 if not given. */
  readonly maxAttempts?: number
  /** Of a detached one: when checkpoints are taken, besides the one at every end. Not for `volatile`. */
  readonly checkpoint?: Partial<CheckpointLimits> & {
    readonly every?: number | CheckpointEvery
    readonly onLoadFailure?: OnLoadFailure
  }
  /** How often it is restarted in this process: an integer >= 0; any number if not given. */
  readonly maxRestarts?: number
  /** How long it waits before each restart; from 100 ms up to 30 s if not given. */
  readonly backoff?: {
    readonly min: Duration
    readonly max: Duration
    readonly factor?: number
    readonly jitter?: 'full' | 'equal' | 'none'
    readonly resetAfter?: Duration
  }
}
