import type { ActorId } from '../protocol/actor-id.ts'
import type { Deadlines, Timed } from './deadlines.ts'
import { AbortedError, CallTimeoutError, CrashedError, RefusedError } from './errors.ts'
import { crash } from '../protocol/exit-reason.ts'
import type { Caller } from './message.ts'
import type { Outcome } from './persistence.ts'
import type { SendingLife } from './router.ts'

/** A call that waits for its answer, for its deadline or for the caller to lose interest: whichever is first counts. */
export class PendingCall implements Caller, Timed {
  dueMs = 0
  previous: Timed | undefined = undefined
  next: Timed | undefined = undefined
  readonly promise: Promise<unknown>
  readonly #target: ActorId
  readonly #handler: string
  readonly #timeoutMs: number
  readonly #deadlines: Deadlines
  readonly #sender: SendingLife | undefined
  #resolve: ((value: unknown) => void) | undefined
  #reject: ((error: Error) => void) | undefined
  #forgetSignal: (() => void) | undefined

  constructor({ target, handler, timeoutMs, deadlines, signal, sender }: PendingCallOptions) {
    this.#target = target
    this.#handler = handler
    this.#timeoutMs = timeoutMs
    this.#deadlines = deadlines
    this.#sender = sender
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    if (timeoutMs !== Infinity) deadlines.add(this, timeoutMs)
    if (signal !== undefined) this.#heed(signal)
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
        this.fail(new RefusedError(this.#target, this.#handler, outcome))
        break
      case 'crashed':
        this.fail(new CrashedError(this.#target, this.#handler, crash(outcome.message)))
        break
    }
  }

  fail(error: Error): void {
    const reject = this.#reject
    this.#finish()
    reject?.(error)
  }

  expire(): void {
    this.fail(new CallTimeoutError(this.#target, this.#handler, this.#timeoutMs))
  }

  #finish(): void {
    if (this.#resolve === undefined) return
    this.#resolve = this.#reject = undefined
    if (this.#timeoutMs !== Infinity) this.#deadlines.remove(this, this.#timeoutMs)
    this.#forgetSignal?.()
  }

  #heed(signal: AbortSignal): void {
    const abort = (): void => this.fail(new AbortedError(this.#target, this.#handler, signal.reason))
    if (signal.aborted) {
      abort()
      return
    }
    signal.addEventListener('abort', abort, { once: true })
    this.#forgetSignal = () => signal.removeEventListener('abort', abort)
  }
}

interface PendingCallOptions {
  readonly target: ActorId
  readonly handler: string
  readonly timeoutMs: number
  readonly deadlines: Deadlines
  readonly signal: AbortSignal | undefined
  readonly sender: SendingLife | undefined
}
