import type { DurationOrInfinity } from '../../protocol/duration.ts'
import type { StreamLink } from './stream-link.ts'

/** How parts are taken. */
export interface PartsOptions {
  /** How long to wait for each part; 5 s if not given, `"infinity"` waits for ever. */
  readonly timeout?: DurationOrInfinity
  /** Until when the whole stream may take, in milliseconds since 1970; any time if not given. */
  readonly deadline?: number
  /** Ends the stream when aborted. */
  readonly signal?: AbortSignal
  /**
   * How many parts the handler may be ahead of whoever takes them: an integer >= 0; 16 if not given. With 0 it makes a part when
   * it is asked for.
   */
  readonly ahead?: number
}

/**
 * The parts of an answer, in the order in which they are made. Nothing is sent before the first is asked for. Leaving the loop,
 * or `return`, ends the stream on the other side too.
 */
export class PartStream<Part> implements AsyncIterableIterator<Part, undefined> {
  readonly #open: () => StreamLink<Part>
  readonly #signal: AbortSignal | undefined
  #link: StreamLink<Part> | undefined = undefined
  #isLeft = false

  constructor(open: () => StreamLink<Part>) {
    this.#open = open
  }

  /** @throws {CallError} as a rejection, once; after that there are no more parts. */
  async next(): Promise<IteratorResult<Part, undefined>> {
    if (this.#isLeft) return { done: true, value: undefined }
    try {
      this.#link ??= this.#open()
    } catch (error) {
      this.#isLeft = true
      throw error
    }
    return this.#link.take()
  }

  return(): Promise<IteratorResult<Part, undefined>> {
    this.#isLeft = true
    this.#link?.leave()
    return Promise.resolve({ done: true, value: undefined })
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }
}
