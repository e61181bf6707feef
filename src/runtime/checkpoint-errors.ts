import { displayId, type ActorId } from '../protocol/actor-id.ts'
import { CoppiceError } from '../protocol/errors.ts'

/** A checkpoint that somebody has asked for was not taken: none is kept of this actor (`not-kept`), or it failed (`failed`). */
export class CheckpointError extends CoppiceError {
  override readonly name = 'CheckpointError'
  readonly code = 'checkpoint'
  readonly actor: ActorId
  readonly problem: 'not-kept' | 'failed'
  constructor(actor: ActorId, problem: CheckpointError['problem'], cause?: unknown) {
    const why = problem === 'not-kept' ? notKept : `it failed (${cause instanceof Error ? cause.message : String(cause)})`
    super(`no checkpoint of ${displayId(actor)} was taken: ${why}`, cause === undefined ? undefined : { cause })
    this.actor = actor
    this.problem = problem
  }
}

/** A state is larger than `checkpoint.maxBytes` of the child allows. Nothing was written: the checkpoint before is the newest. */
export class CheckpointTooLargeError extends CoppiceError {
  override readonly name = 'CheckpointTooLargeError'
  readonly code = 'checkpoint-too-large'
  /** Of the state as text. */
  readonly bytes: number
  readonly maxBytes: number
  constructor(behavior: string, bytes: number, maxBytes: number) {
    const remedy = 'Keep less in the state, or raise checkpoint.maxBytes of the child'
    super(`a state of "${behavior}" has ${bytes} bytes, and ${maxBytes} are allowed; nothing was written. ${remedy}`)
    this.bytes = bytes
    this.maxBytes = maxBytes
  }
}

const notKept = 'its state is kept in no store. Start the tree with a store, and the child with state "checkpointed" or "durable"'
