import type { ActorId } from '../../protocol/actor-id.ts'
import { crash } from '../../protocol/exit-reason.ts'
import type { Clock, ClockTimer } from '../clock.ts'
import { AbortedError, CallTimeoutError, CrashedError, RefusedError } from '../errors.ts'
import type { Caller, CallInfo, CallOrigin, Waiting } from '../message.ts'
import type { Outcome } from '../persistence.ts'
import { RingQueue } from '../ring-queue.ts'

/** What a stream is bound to. */
export interface StreamTerms {
  readonly target: ActorId
  readonly handler: string
  readonly clock: Clock
  /** How long to wait for each part. */
  readonly timeoutMs: number
  /** Until when the whole may take, by the clock that never jumps. */
  readonly dueMs: number
  /** How many parts may wait to be taken. */
  readonly ahead: number
  /** The turn in which it is asked for. */
  readonly origin: CallOrigin | undefined
}

interface Taker<Part> {
  readonly resolve: (result: IteratorResult<Part, undefined>) => void
  readonly reject: (error: Error) => void
  readonly timer: ClockTimer | undefined
}

/**
 * One stream of parts between an actor that makes them and whoever takes them. It ends once: when there are no more parts, when
 * the maker fails or ends, or when the taker leaves or waits in vain. Whatever ends it, the signal is aborted.
 */
export class StreamLink<Part = unknown> implements Caller, CallInfo, Waiting {
  readonly isRetried = false
  readonly target: ActorId
  readonly dueMs: number
  readonly #terms: StreamTerms
  readonly #parts = new RingQueue<Part>(2)
  readonly #takers: Taker<Part>[] = []
  readonly #abort = new AbortController()
  #room: (() => void) | undefined = undefined
  readonly #deadline: ClockTimer | undefined
  #end: { error: Error | undefined } | undefined = undefined

  constructor(terms: StreamTerms) {
    this.#terms = terms
    this.target = terms.target
    this.dueMs = terms.dueMs
    ;(terms.origin?.message && (terms.origin.message.waits ??= []))?.push(this)
    const { clock, dueMs } = terms
    this.#deadline =
      dueMs === Infinity ? undefined : clock.setTimer(Math.max(0, dueMs - clock.now()), () => this.giveUp(this.#late(0)))
  }

  get handler(): string {
    return this.#terms.handler
  }

  /** Aborted when the stream has ended, whatever ended it. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** True when nothing more is wanted from the maker. */
  get isClosed(): boolean {
    return this.#end !== undefined
  }

  get isWaiting(): boolean {
    return !this.isClosed
  }

  get isGivenUp(): boolean {
    return this.isClosed
  }

  /** A stream that nobody waits for is not begun. */
  get isDropped(): boolean {
    return this.isClosed
  }

  takeRetry(): boolean {
    return false
  }

  /** The handler has been found, or has refused. */
  settle(outcome: Outcome): void {
    this.#opened()
    const { target, handler } = this.#terms
    if (outcome.status === 'refused') this.fail(new RefusedError(target, handler, outcome))
    if (outcome.status === 'crashed') this.fail(new CrashedError(target, handler, crash(outcome.message)))
  }

  /** Ends the stream behind the parts that have been made. */
  fail(error: Error): void {
    this.#finish(error)
  }

  /** There are no more parts. */
  complete(): void {
    this.#finish(undefined)
  }

  /** Ends the stream at once: the parts that wait are wanted no more. */
  giveUp(error: Error): void {
    if (this.isClosed) return
    while (this.#parts.length > 0) this.#parts.shift()
    this.#finish(error)
  }

  /** Whoever takes the parts leaves: nobody is told. */
  leave(): void {
    const { target, handler } = this.#terms
    this.giveUp(new AbortedError(target, handler, undefined))
    while (this.#parts.length > 0) this.#parts.shift()
    this.#end = { error: undefined }
  }

  /** The next part; waits for it as long as it may. */
  take(): Promise<IteratorResult<Part, undefined>> {
    if (this.#parts.length > 0) {
      const value = this.#parts.shift() as Part
      this.#makeRoom()
      return Promise.resolve({ done: false, value })
    }
    if (this.#end !== undefined) return this.#told(this.#end)
    const { clock, timeoutMs } = this.#terms
    const timer = timeoutMs === Infinity ? undefined : clock.setTimer(timeoutMs, () => this.giveUp(this.#late(timeoutMs)))
    const taking = new Promise<IteratorResult<Part, undefined>>((resolve, reject) =>
      this.#takers.push({ resolve, reject, timer }),
    )
    this.#makeRoom()
    return taking
  }

  /** Resolves when one more part may be made, or none is wanted any more. */
  room(): Promise<void> {
    if (this.#hasRoom) return Promise.resolve()
    return new Promise((resolve) => (this.#room = resolve))
  }

  push(value: Part): void {
    if (this.isClosed) return
    const taker = this.#takers.shift()
    if (taker === undefined) {
      this.#parts.push(value)
      return
    }
    taker.timer?.cancel()
    taker.resolve({ done: false, value })
  }

  get #hasRoom(): boolean {
    return this.isClosed || this.#takers.length > 0 || this.#parts.length < this.#terms.ahead
  }

  #makeRoom(): void {
    const room = this.#room
    if (room === undefined || !this.#hasRoom) return
    this.#room = undefined
    room()
  }

  #finish(error: Error | undefined): void {
    if (this.isClosed) return
    this.#end = { error }
    this.#opened()
    this.#deadline?.cancel()
    for (const { timer, resolve, reject } of this.#takers.splice(0)) {
      timer?.cancel()
      const told = this.#end.error
      this.#end.error = undefined
      if (told === undefined) resolve({ done: true, value: undefined })
      else reject(told)
    }
    this.#abort.abort(error)
    this.#makeRoom()
  }

  /** An error is told once; after it there are no more parts. */
  #told(end: { error: Error | undefined }): Promise<IteratorResult<Part, undefined>> {
    const { error } = end
    end.error = undefined
    return error === undefined ? Promise.resolve({ done: true, value: undefined }) : Promise.reject(error)
  }

  /** The turn that asked for it does not wait for the turn of the receiver any more. */
  #opened(): void {
    const waits = this.#terms.origin?.message.waits
    const at = waits?.indexOf(this) ?? -1
    if (at >= 0) waits?.splice(at, 1)
  }

  #late(timeoutMs: number): CallTimeoutError {
    return new CallTimeoutError(this.#terms.target, this.#terms.handler, timeoutMs)
  }
}
