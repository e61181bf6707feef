import type { Envelope } from '../../protocol/envelope.ts'
import type { CutRequest } from './cut.ts'

/** What is known of a timer that sends a message. */
export interface KeptTimer {
  readonly envelope: Envelope
  /** Set for one that comes again and again. */
  readonly everyMs?: number
}

/** A request whose answer has not come. */
export interface OpenRequest extends CutRequest {
  /** What the call gives that it is. */
  readonly answer: Promise<unknown>
}
