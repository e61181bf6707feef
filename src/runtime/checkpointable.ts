import type { ActorId } from '../protocol/actor-id.ts'
import type { CheckpointContext } from './checkpoint-settings.ts'
import type { CheckpointInfo } from './persistence.ts'

/** What `save` of {@link Checkpointable} is given. */
export interface SaveContext<State = unknown> {
  readonly id: ActorId
  readonly incarnation: number
  /** The number to keep the state by; nobody else has it, and it is given once. */
  readonly checkpoint: number
  readonly state: State
  /** How far the actor has come; see `Snapshot.frontier`. */
  readonly frontier: number
  /** Aborted when the incarnation ends, and at its end when the time for that is over. */
  readonly signal: AbortSignal
}

/** What `load` of {@link Checkpointable} is given. */
export interface LoadContext {
  readonly id: ActorId
  readonly incarnation: number
  /** Those that are complete and that there is a choice of, newest first, by number. */
  readonly checkpoints: readonly CheckpointInfo[]
  /** Aborted when the start is given up. */
  readonly signal: AbortSignal
}

/** A state that was kept elsewhere. */
export interface LoadedState<State = unknown> {
  /** The number of its checkpoint, one of those that were offered. */
  readonly checkpoint: number
  readonly state: State
}

/** What `expired` of {@link Checkpointable} is given. */
export interface ExpiredContext {
  readonly id: ActorId
  /** A checkpoint that is no longer kept, or that never came to be: what there is of it can go. */
  readonly checkpoint: number
  /** Aborted when the incarnation ends. */
  readonly signal: AbortSignal
}

/**
 * Keeps the state of an actor elsewhere than in the store, which has only the numbers. All four have to be there. Follows Ray's
 * `Checkpointable`, with what its source and its reviews show to be missing.
 */
export interface Checkpointable<State = unknown> {
  /** Asked after each message whether a checkpoint is due; what it throws counts as `false`. Where the child says `checkpoint: { should }` that counts. */
  should(context: CheckpointContext<State>): boolean
  /**
   * Keeps the state by the number that it is given. No message is handled meanwhile. Only when it is done is there a checkpoint; if
   * it throws there is none, told as `checkpoint failed`.
   */
  save(context: SaveContext<State>): void | Promise<void>
  /**
   * Gives one of the states that were kept, or nothing to begin anew. If it throws it is asked again without the newest, unless
   * `onLoadFailure` is `fail`. A number that was not offered is a start that fails.
   */
  load(context: LoadContext): LoadedState<State> | undefined | Promise<LoadedState<State> | undefined>
  /**
   * Lets go of what was kept by this number. Called once for each, and again if it throws (told as `checkpoint expiry failed`), or
   * if the process dies before it is known that it was called.
   */
  expired(context: ExpiredContext): void | Promise<void>
}

/** The names of its functions. */
export const checkpointableNames = ['should', 'save', 'load', 'expired'] as const satisfies readonly (keyof Checkpointable)[]
