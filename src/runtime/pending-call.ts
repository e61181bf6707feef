import type { ActorId } from '../protocol/actor-id.ts'
import type { Deadlines, Timed } from './deadlines.ts'
import { AbortedError, CallTimeoutError, CrashedError, RefusedError, UnavailableError } from './errors.ts'
import { crash } from '../protocol/exit-reason.ts'
import type { Caller, CallInfo, CallOrigin, Waiting } from './message.ts'
import type { Outcome } from './persistence.ts'
import type { SendingLife } from './router.ts'

/** A call that waits for its answer, for its deadline or for the caller to lose interest: whichever is first counts. */
export class PendingCall implements Caller, CallInfo, Timed, Waiting {
  previous: Timed | undefined = undefined
  next: Timed | undefined = undefined
  /** Set while its message waits for room in a mailbox. */
  line: Line | undefined = undefined
  readonly promise: Promise<unknown>
  readonly target: ActorId
  isGivenUp = false
  readonly isRetried: boolean
  /** Tries again what is not to be had now; true if it does. */
  tryAgain: ((error: UnavailableError) => boolean) | undefined
  #dueMs = Infinity
  #retries: number
  readonly #waits: Waiting[] | undefined
  readonly #dropsExpired: boolean
  readonly #handler: string
  readonly #timeoutMs: number
  readonly #deadlines: Deadlines
  readonly #sender: SendingLife | undefined
  #resolve: ((value: unknown) => void) | undefined
  #reject: ((error: Error) => void) | undefined
  #forgetSignal: (() => void) | undefined
  #abort: AbortController | undefined
  #whyGivenUp: Error | undefined

  constructor({
    target,
    handler,
    timeoutMs,
    deadlines,
    signal,
    sender,
    origin,
    dropExpired = false,
    retries = 0,
  }: PendingCallOptions) {
    this.target = target
    this.#dropsExpired = dropExpired
    this.#retries = retries
    this.isRetried = retries > 0
    this.#handler = handler
    this.#timeoutMs = timeoutMs
    this.#deadlines = deadlines
    this.#sender = sender
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    if (origin !== undefined) {
      this.#waits = origin.message.waits ??= []
      this.#waits.push(this)
    }
    if (timeoutMs !== Infinity) deadlines.add(this, timeoutMs)
    if (signal !== undefined) this.#heed(signal)
  }

  /** Until when its caller waits. */
  get dueMs(): number {
    if (Number.isNaN(this.#dueMs)) this.#deadlines.begin()
    return this.#dueMs
  }

  set dueMs(dueMs: number) {
    this.#dueMs = dueMs
  }

  get isWaiting(): boolean {
    return this.#resolve !== undefined && this.#sender?.isActive !== false
  }

  settle(outcome: Outcome): void {
    switch (outcome.status) {
      case 'replied': {
        const resolve = this.#resolve
        this.#finish()
        resolve?.(outcome.value)
        break
      }
      case 'refused':
        this.fail(new RefusedError(this.target, this.#handler, outcome))
        break
      case 'crashed':
        this.fail(new CrashedError(this.target, this.#handler, crash(outcome.message)))
        break
    }
  }

  takeRetry(): boolean {
    if (this.#resolve === undefined || this.#retries <= 0) return false
    this.#retries -= 1
    return true
  }

  fail(error: Error): void {
    if (error instanceof UnavailableError && this.tryAgain?.(error) === true) return
    const reject = this.#reject
    this.#finish()
    reject?.(error)
  }

  expire(): void {
    this.#giveUp(this.line?.late() ?? new CallTimeoutError(this.target, this.#handler, this.#timeoutMs))
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController()
      if (this.isGivenUp) this.#abort.abort(this.#whyGivenUp)
    }
    return this.#abort.signal
  }

  get isDropped(): boolean {
    return this.isGivenUp && this.#dropsExpired
  }

  #giveUp(error: Error): void {
    if (this.#resolve === undefined) return
    this.isGivenUp = true
    this.#whyGivenUp = error
    this.fail(error)
    this.#abort?.abort(error)
  }

  #finish(): void {
    if (this.#resolve === undefined) return
    this.#resolve = this.#reject = undefined
    if (this.#timeoutMs !== Infinity) this.#deadlines.remove(this, this.#timeoutMs)
    this.#forgetSignal?.()
    this.#waits?.splice(this.#waits.indexOf(this), 1)
    this.line?.leave()
  }

  #heed(signal: AbortSignal): void {
    const abort = (): void => this.#giveUp(new AbortedError(this.target, this.#handler, signal.reason))
    if (signal.aborted) {
      abort()
      return
    }
    signal.addEventListener('abort', abort, { once: true })
    this.#forgetSignal = () => signal.removeEventListener('abort', abort)
  }
}

/** A place among those who wait for room in a mailbox. */
export interface Line {
  leave(): void
  /** What is told if no room came in time. */
  late(): Error
}

interface PendingCallOptions {
  readonly target: ActorId
  readonly handler: string
  readonly timeoutMs: number
  readonly deadlines: Deadlines
  readonly signal: AbortSignal | undefined
  /** The turn in which it is made. */
  readonly origin?: CallOrigin | undefined
  readonly dropExpired?: boolean | undefined
  readonly retries?: number | undefined
  readonly sender: SendingLife | undefined
}
