import type { ActorId } from '../../protocol/actor-id.ts'
import { durationOrInfinityMs, type DurationOrInfinity } from '../../protocol/duration.ts'
import type { ExitReason } from '../../protocol/exit-reason.ts'
import { TaskTimeoutError } from '../../behaviors/errors.ts'
import type { TaskKit } from '../../behaviors/task-run.ts'
import type { Context, Port } from '../../runtime/context.ts'
import { isThenable } from '../../runtime/thenable.ts'
import { LaunchedTask, type TaskOutcome } from './launched-task.ts'

/** The function of a stream: what is done for one item. */
export type StreamFunction<Item, Result> = (item: Item, kit: TaskKit) => Result | PromiseLike<Result>

/** How the items of a stream are worked on. */
export interface StreamOptions {
  /** So many at once, those included that are done and have not been asked for; an integer >= 1. */
  readonly maxConcurrency: number
  /** Whether results come in the order of the items (`true`, the default), where a slow one holds up others, or of their ends. */
  readonly ordered?: boolean
  /** For each item: when its signal is aborted and it counts as failed; never if not given. */
  readonly timeout?: DurationOrInfinity
  /** What becomes of an item that was not done in time: a failed result (`fail`, the default), or none (`skip`). */
  readonly onTimeout?: 'fail' | 'skip'
  /** Ends the stream when aborted: what runs is cancelled, and the loop throws the signal's reason. */
  readonly signal?: AbortSignal
}

/** What came of one item. */
export type TaskResult<Result> =
  { readonly status: 'ok'; readonly value: Result } | { readonly status: 'failed'; readonly reason: ExitReason }

interface StreamParts<Item, Result> {
  readonly port: Port
  readonly supervisor: ActorId
  readonly items: Iterable<Item> | AsyncIterable<Item>
  readonly fn: StreamFunction<Item, Result>
  readonly options: StreamOptions
}

/** The results of a function for each item. */
export async function* taskStream<Item, Result>(parts: StreamParts<Item, Result>): AsyncGenerator<TaskResult<Result>, undefined> {
  const { port, options } = parts
  const stream = new Stream(parts)
  const stop = (event: Event): void => stream.fail((event.target as AbortSignal).reason)
  // An actor that is gone asks for nothing more.
  const own = 'signal' in port ? (port as Context).signal : undefined
  const signals = [options.signal, own].filter((signal) => signal !== undefined)
  for (const signal of signals) {
    if (signal.aborted) throw signal.reason
    signal.addEventListener('abort', stop, { once: true })
  }
  try {
    for (let result = await stream.next(); result !== 'over'; result = await stream.next()) yield result
  } finally {
    for (const signal of signals) signal.removeEventListener('abort', stop)
    await stream.close()
  }
}

/** One item that is being worked on, or whose result has not been asked for. */
interface Slot {
  readonly task: LaunchedTask
  outcome: TaskOutcome | undefined
}

interface Done extends Slot {
  readonly outcome: TaskOutcome
}

class Stream<Item, Result> {
  readonly #parts: StreamParts<Item, Result>
  readonly #source: Iterator<Item> | AsyncIterator<Item>
  readonly #timeoutMs: number
  /** In the order of their items. */
  readonly #slots: Slot[] = []
  #isPulling = false
  #isExhausted = false
  #failure: { readonly error: unknown } | undefined = undefined
  #wake: (() => void) | undefined = undefined

  constructor(parts: StreamParts<Item, Result>) {
    const { items, options } = parts
    this.#parts = parts
    this.#source = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]()
    this.#timeoutMs = durationOrInfinityMs(options.timeout ?? 'infinity', 'timeout')
  }

  async next(): Promise<TaskResult<Result> | 'over'> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure.error
      this.#fill()
      const taken = this.#take()
      if (taken === undefined) {
        if (this.#isExhausted && this.#slots.length === 0) return 'over'
        await new Promise<void>((resolve) => (this.#wake = resolve))
      } else if (!this.#isSkipped(taken)) return resultOf(taken.outcome)
    }
  }

  /** What runs is cancelled at once, and the loop is told when it asks next. */
  fail(error: unknown): void {
    this.#failure ??= { error }
    for (const { task } of this.#slots) void task.cancel(error)
    this.#notify()
  }

  async close(): Promise<void> {
    const hadMore = !this.#isExhausted
    this.#isExhausted = true
    await Promise.all(this.#slots.map(({ task }) => task.cancel()))
    // One that is waiting for its next item could not hear it.
    if (hadMore && !this.#isPulling) await this.#source.return?.()
  }

  #fill(): void {
    while (!this.#isExhausted && !this.#isPulling && this.#slots.length < this.#parts.options.maxConcurrency) this.#pull()
  }

  #pull(): void {
    const step = this.#source.next()
    if (!isThenable(step)) {
      this.#accept(step)
      return
    }
    this.#isPulling = true
    step.then(
      (late) => {
        this.#isPulling = false
        // Whoever has left the loop meanwhile wants no more.
        if (!this.#isExhausted && this.#failure === undefined) this.#accept(late)
        this.#notify()
      },
      (error: unknown) => {
        this.#isPulling = false
        this.#isExhausted = true
        this.fail(error)
      },
    )
  }

  #accept({ done, value }: IteratorResult<Item>): void {
    if (done === true) this.#isExhausted = true
    else this.#begin(value)
  }

  #begin(item: Item): void {
    const { port, supervisor, fn } = this.#parts
    const run = (kit: TaskKit<unknown>) => fn(item, kit as TaskKit)
    const task = new LaunchedTask({
      port,
      supervisor,
      run,
      args: undefined,
      timeoutMs: this.#timeoutMs,
      restart: 'temporary',
      isLinked: false,
    })
    const slot: Slot = { task, outcome: undefined }
    this.#slots.push(slot)
    void task.ended.then((outcome) => {
      slot.outcome = outcome
      this.#notify()
    })
  }

  #take(): Done | undefined {
    const { ordered = true } = this.#parts.options
    const at = ordered ? 0 : this.#slots.findIndex(({ outcome }) => outcome !== undefined)
    const slot = this.#slots[at]
    if (slot?.outcome === undefined) return undefined
    this.#slots.splice(at, 1)
    return { task: slot.task, outcome: slot.outcome }
  }

  #isSkipped({ task, outcome }: Done): boolean {
    if (this.#parts.options.onTimeout !== 'skip' || outcome.status === 'ok') return false
    // The function may have waited for another task, which was not done in time.
    return outcome.error instanceof TaskTimeoutError && outcome.error.task === task.id
  }

  #notify(): void {
    this.#wake?.()
    this.#wake = undefined
  }
}

function resultOf<Result>(outcome: TaskOutcome): TaskResult<Result> {
  // The type of the function says what it is.
  return outcome.status === 'ok' ? { status: 'ok', value: outcome.value as Result } : { status: 'failed', reason: outcome.reason }
}
