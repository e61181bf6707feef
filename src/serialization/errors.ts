import { CoppiceError } from '../protocol/errors.ts'

/** A stored text cannot be turned back into a value. */
export class UnreadableError extends CoppiceError {
  override readonly name = 'UnreadableError'
  readonly code = 'unreadable'
  constructor(problem: string, cause?: unknown) {
    super(`the stored text cannot be read: ${problem}`, cause === undefined ? undefined : { cause })
  }
}
