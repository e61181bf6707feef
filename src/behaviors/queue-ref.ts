import { displayId, type ActorId } from '../protocol/actor-id.ts'
import { durationOrInfinityMs, type DurationOrInfinity } from '../protocol/duration.ts'
import { ConfigurationError } from '../protocol/errors.ts'
import type { CallOptions, Port } from '../runtime/context.ts'
import { AbortedError, CallTimeoutError, NoProcError } from '../runtime/errors.ts'
import { refWith, type CommonRef } from './common-ref.ts'
import { QueueClosedError, QueueEmptyError, QueueFullError } from './errors.ts'
import type { QueueAnswer } from './queue-handlers.ts'

/**
 * The address of a queue. Each method rejects with a `CallError`, as `ActorRef.call` does, where the queue itself cannot be
 * asked.
 */
export interface QueueRef<Item> extends CommonRef {
  /**
   * Puts an item at the end; waits while there is no room.
   *
   * @throws {QueueFullError} if there came no room in time; nothing was put.
   * @throws {QueueClosedError} if the queue is closed, or has ended; nothing was put.
   * @throws {ConfigurationError} if the time-out is negative; nothing was put.
   */
  put(item: Item, options?: PutOptions): Promise<void>
  /**
   * Takes the first item; waits while there is none. One who has stopped waiting takes none.
   *
   * @throws {QueueEmptyError} if there came none in time; nothing was taken.
   * @throws {QueueClosedError} if the queue is closed and empty, or has ended.
   * @throws {ConfigurationError} if the time-out is negative; nothing was taken.
   */
  get(options?: WaitOptions): Promise<Item>
  /** Puts all items, or none if there is no room for all of them. It does not wait. */
  putBatch(items: readonly Item[], options?: CallOptions): Promise<void>
  /** Takes so many items, or none if there are not as many. It does not wait. */
  getBatch(count: number, options?: CallOptions): Promise<Item[]>
  size(options?: CallOptions): Promise<number>
  isEmpty(options?: CallOptions): Promise<boolean>
  isFull(options?: CallOptions): Promise<boolean>
  /** Takes one item after the other, and waits for each; ends when the queue is closed and empty. Several may share one queue. */
  items(options?: { readonly signal?: AbortSignal }): AsyncIterableIterator<Item>
  /**
   * Lets nothing in any more. What is in the queue can still be taken out; when it is empty, or after `grace`, it ends as
   * `normal`, and what is left then is dropped. Who waits to put or to get is told at once. Resolves with the number of items
   * that are left.
   */
  close(options?: CloseOptions): Promise<number>
}

/** How long to wait at a queue. */
export interface WaitOptions {
  /** 0 does not wait; 5 s if not given; `"infinity"` waits for ever. */
  readonly timeout?: DurationOrInfinity
  /** Gives up when aborted. */
  readonly signal?: AbortSignal
}

/** How an item is put. */
export interface PutOptions extends WaitOptions {
  /** An id of the caller's own: a durable queue takes the same one once. As {@link CallOptions.id}. */
  readonly id?: string
}

/** How a queue is closed. */
export interface CloseOptions {
  /** How long what is in it can be taken out; `"infinity"` if not given, 0 drops it. A crash of the queue ends this limit. */
  readonly grace?: DurationOrInfinity
}

interface Parts {
  readonly port: Port
  readonly id: ActorId
  readonly max: number
}

const defaultWaitMs = 5_000
/** How long the queue itself may take to answer, besides the waiting. */
const answerMs = 5_000
const firstPauseMs = 10
const longestPauseMs = 1_000

/** Makes the reference of a queue. */
export function makeQueueRef<Item>({ port, id, max }: Parts): QueueRef<Item> {
  const at = `queue ${displayId(id)}`
  const call = async (name: string, input: unknown, options?: CallOptions): Promise<unknown> => {
    try {
      return await port.call(id, name, input, options)
    } catch (error) {
      throw error instanceof NoProcError ? new QueueClosedError(id, { cause: error }) : error
    }
  }
  const ask = (name: string, input: unknown, options?: CallOptions) => call(name, input, options) as Promise<QueueAnswer<Item>>
  const waiting: Waiting<Item> = { port, id, ask }
  const wait = (
    name: 'put' | 'get',
    input: object,
    { timeout = defaultWaitMs, ...options }: PutOptions,
  ): Promise<QueueAnswer<Item>> => {
    const waitMs = durationOrInfinityMs(timeout, `${at}: ${name}: timeout`)
    return port.isJournaled(id)
      ? askAgain(waiting, name, input, { waitMs, ...options })
      : waitInside(waiting, name, input, { waitMs, ...options })
  }
  const check = (answer: QueueAnswer<Item>, waitedMs: number): QueueAnswer<Item> => {
    if (answer.status === 'full') throw new QueueFullError(id, waitedMs)
    if (answer.status === 'empty') throw new QueueEmptyError(id, waitedMs)
    if (answer.status === 'closed') throw new QueueClosedError(id)
    return answer
  }
  const make = (other: Port): QueueRef<Item> => makeQueueRef<Item>({ port: other, id, max })
  const ref: QueueRef<Item> = refWith({ port, id, word: 'queue', make }, {
    put: async (item, options = {}) => void check(await wait('put', { item }, options), waitOf(options)),
    get: async (options = {}) => itemsOf(check(await wait('get', {}, options), waitOf(options)))[0] as Item,
    putBatch: async (items, options) => {
      if (!Array.isArray(items))
        throw new ConfigurationError({ path: `${at}: putBatch`, rule: 'must be given an array of items', value: items })
      check(await ask('putBatch', items.slice(), options), 0)
    },
    getBatch: async (count, options) => {
      if (!Number.isSafeInteger(count) || count < 1 || count > max)
        throw new ConfigurationError({
          path: `${at}: getBatch`,
          rule: `must be given an integer from 1 to ${max}, which is its max`,
          value: count,
        })
      return [...itemsOf(check(await ask('getBatch', count, options), 0))]
    },
    size: (options) => call('size', undefined, options) as Promise<number>,
    isEmpty: async (options) => (await ref.size(options)) === 0,
    isFull: async (options) => (await ref.size(options)) >= max,
    items: ({ signal } = {}) => items(ref, signal),
    close: async ({ grace = 'infinity' } = {}) =>
      (await call('close', { graceMs: durationOrInfinityMs(grace, `${at}: close: grace`) })) as number,
  } satisfies Omit<QueueRef<Item>, keyof CommonRef>)
  return ref
}

async function* items<Item>(ref: QueueRef<Item>, signal: AbortSignal | undefined): AsyncIterableIterator<Item> {
  const options = { timeout: 'infinity', ...(signal && { signal }) } as const
  for (;;) {
    let item: Item
    try {
      item = await ref.get(options)
    } catch (error) {
      if (error instanceof QueueClosedError) return
      throw error
    }
    yield item
  }
}

interface Waiting<Item> {
  readonly port: Port
  readonly id: ActorId
  ask(name: string, input: unknown, options?: CallOptions): Promise<QueueAnswer<Item>>
}

interface Patience {
  readonly waitMs: number
  readonly signal?: AbortSignal
  readonly id?: string
}

/** The queue keeps the caller waiting, and says when the time is over. */
function waitInside<Item>(
  { ask }: Waiting<Item>,
  name: string,
  input: object,
  { waitMs, ...options }: Patience,
): Promise<QueueAnswer<Item>> {
  return ask(name, { ...input, waitMs }, { ...options, timeout: waitMs + answerMs })
}

/** A durable queue answers at once, and is asked again and again. */
async function askAgain<Item>(
  waiting: Waiting<Item>,
  name: string,
  input: object,
  patience: Patience,
): Promise<QueueAnswer<Item>> {
  let leftMs = patience.waitMs
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    const answer = await askOnce(waiting, name, input, patience)
    if (leftMs <= 0 || (answer.status !== 'full' && answer.status !== 'empty')) return answer
    const nextMs = Math.min(pauseMs, leftMs)
    leftMs -= nextMs
    await waiting.port.sleep(nextMs, patience.signal).catch((cause: unknown) => {
      throw new AbortedError(waiting.id, name, cause)
    })
  }
}

/** What is in the journal is answered some time: an item that comes too late is given back. */
async function askOnce<Item>(
  { port, id, ask }: Waiting<Item>,
  name: string,
  input: object,
  { signal, id: key }: Patience,
): Promise<QueueAnswer<Item>> {
  if (signal?.aborted === true) throw new AbortedError(id, name, signal.reason)
  const asked = ask(name, { ...input, waitMs: 0 }, { timeout: 'infinity', ...(key !== undefined && { id: key }) })
  const limit = new AbortController()
  const heed = (): void => limit.abort(signal?.reason)
  signal?.addEventListener('abort', heed, { once: true })
  const late = port.sleep(answerMs, limit.signal).then(
    () => Promise.reject(new CallTimeoutError(id, name, answerMs)),
    (cause: unknown) => Promise.reject(new AbortedError(id, name, cause)),
  )
  try {
    return await Promise.race([asked, late])
  } catch (error) {
    asked
      .then((answer) => itemsOf(answer).map((item) => port.call(id, 'giveBack', item, { timeout: 'infinity' })))
      .catch(() => undefined)
    throw error
  } finally {
    signal?.removeEventListener('abort', heed)
    late.catch(() => undefined)
    limit.abort()
  }
}

function itemsOf<Item>(answer: QueueAnswer<Item>): readonly Item[] {
  return answer.status === 'taken' ? answer.items : []
}

function waitOf({ timeout = defaultWaitMs }: WaitOptions): number {
  return durationOrInfinityMs(timeout, 'timeout')
}
