import type { Duration } from '../protocol/duration.ts'
import { crash, normal, type ExitReason } from '../protocol/exit-reason.ts'
import type { Behavior, Step } from '../runtime/behavior.ts'
import type { Context } from '../runtime/context.ts'
import { IgnoreError, reasonOfThrown } from '../runtime/errors.ts'
import type { Message } from '../runtime/message.ts'
import { errorOfEnd, TaskTimeoutError } from './errors.ts'

/** What the function of a task is given. */
export interface TaskKit<Args = undefined> {
  /** Aborted when the task is to end, by a time-out, a cancel or a stop. Its reason is an error that says which. */
  readonly signal: AbortSignal
  readonly args: Args
  /** What the task may do as an actor: references, time, chance, names. It handles no messages. */
  readonly ctx: Context
  /** Waits so long by the system's clock, which a simulation moves; rejects with the signal's reason when that is aborted. */
  sleep(time: Duration): Promise<void>
}

/** The function of a task. */
export type TaskFunction<Args, Result> = (kit: TaskKit<Args>) => Result | PromiseLike<Result>

/** What one task is to do, and who wants to know what came of it. */
export interface TaskOrder {
  readonly run: TaskFunction<unknown, unknown>
  readonly args: unknown
  /** `Infinity` for no limit. */
  readonly timeoutMs: number
  /** False if nobody wants it any more: it is not begun. */
  isWanted?(): boolean
  /** The function has ended well. */
  succeeded?(value: unknown): void
}

/** A behavior that runs a function once in each incarnation; `orderOf` makes its order of the arguments of the child. */
export function taskBehavior(name: string, orderOf: (args: unknown) => TaskOrder): Behavior<TaskRun> {
  return {
    name,
    version: 1,
    // A function that goes on is waited for within the child's limit, and then disowned.
    hooks: { term: ({ state }) => state.settled },
    startsAnew: true,
    sharesMessages: true,
    check: ({ name }) => (name === 'run' ? undefined : 'a task handles no messages'),
    initial: (args, ctx) => {
      const order = orderOf(args)
      if (order.isWanted?.() === false) throw new IgnoreError()
      // In a turn of its own: a function that throws at once has been started all the same.
      ctx.continueWith('run')
      return new TaskRun(order, ctx)
    },
    handle: (run, message) => run.handle(message),
  }
}

/** One run of a function, in one incarnation. */
export class TaskRun {
  readonly #order: TaskOrder
  readonly #ctx: Context
  readonly #abort = new AbortController()
  readonly #sleepers = new Map<string, () => void>()
  #settled: Promise<void> | undefined = undefined
  #isDone = false

  constructor(order: TaskOrder, ctx: Context) {
    this.#order = order
    this.#ctx = ctx
  }

  /** Resolves when the function has ended, whatever came of it; at once if it was not begun. */
  get settled(): Promise<void> {
    return this.#settled ?? Promise.resolve()
  }

  handle({ name, input }: Message): Step<TaskRun> {
    const { timeoutMs } = this.#order
    if (name === 'run') this.#begin()
    if (name === 'timeout') return { state: this, stop: crash(new TaskTimeoutError(this.#ctx.id, timeoutMs)) }
    if (name === 'wake') this.#wake(input as string)
    return { state: this }
  }

  #begin(): void {
    if (this.#settled !== undefined) return
    const { signal: ending } = this.#ctx
    const heed = (): void => {
      // Errors are dear, and nobody is left to be told.
      if (!this.#isDone) this.#abort.abort(errorOfEnd(this.#ctx.id, ending.reason as ExitReason))
    }
    ending.addEventListener('abort', heed, { once: true })
    const { run, args, timeoutMs } = this.#order
    if (timeoutMs !== Infinity) this.#ctx.sendAfter(timeoutMs, 'timeout')
    const kit = { signal: this.#abort.signal, args, ctx: this.#ctx, sleep: (time: Duration) => this.#sleep(time) }
    const running = new Promise((resolve) => resolve(run(kit)))
    this.#settled = running.then(
      (value) => this.#succeed(value),
      (error: unknown) => this.#end(reasonOfThrown(error)),
    )
  }

  #succeed(value: unknown): void {
    if (!this.#abort.signal.aborted) this.#order.succeeded?.(value)
    this.#end(normal)
  }

  /** One that is being ended has nothing more to say. */
  #end(reason: ExitReason): void {
    this.#isDone = true
    if (!this.#abort.signal.aborted) this.#ctx.stop(reason)
  }

  async #sleep(time: Duration): Promise<void> {
    const { signal } = this.#abort
    signal.throwIfAborted()
    const sleeper = String(this.#ctx.nextNumber())
    const timer = this.#ctx.sendAfter(time, 'wake', sleeper)
    try {
      await new Promise<void>((resolve, reject) => {
        const give = (): void => reject(signal.reason as Error)
        signal.addEventListener('abort', give, { once: true })
        this.#sleepers.set(sleeper, () => {
          signal.removeEventListener('abort', give)
          resolve()
        })
      })
    } finally {
      this.#sleepers.delete(sleeper)
      this.#ctx.cancelTimer(timer)
    }
  }

  #wake(sleeper: string): void {
    this.#sleepers.get(sleeper)?.()
  }
}
