import type { ActorId } from '../protocol/actor-id.ts'
import { ConfigurationError } from '../protocol/errors.ts'
import type { Port } from '../runtime/context.ts'
import { actor } from './actor.ts'
import { emptyList } from './chunked-list.ts'
import { checkKindName } from './kind-checks.ts'
import type { Kind } from './kind.ts'
import { queueHandlers, type QueueState } from './queue-handlers.ts'
import { makeQueueRef, type QueueRef } from './queue-ref.ts'
import { uncallable } from './uncallable.ts'

/** A queue of items of one type; give it to `child`. */
export interface QueueDefinition<Item> extends Kind<undefined, QueueState<Item>, QueueRef<Item>> {
  /** One that was closed stays down when it is empty. */
  readonly childDefaults: { readonly restart: 'transient' }
}

/** How a queue is made. */
export interface QueueOptions {
  /** How many items it holds at most: an integer >= 1. */
  readonly max: number
}

/**
 * Defines a queue: a bounded list inside an actor, first in, first out, between those who put and those who get.
 *
 * `put` waits while there is no room, `get` while there is no item, as long as their time-out says; `timeout: 0` does not wait.
 * Batches go in or come out as a whole, or not at all. Who has stopped waiting (by a time-out, an abort, or the end of the actor
 * that asked) gets no item: it stays for the next. Among several who wait, the first is served first.
 *
 * With a `state` that is kept, the items are kept; those who wait are not: when the queue crashes, they get `crashed`. A
 * `durable` queue answers each message in its turn, so that nobody waits inside it: the reference asks again, after 10 ms first
 * and at most a second later, until the time is over. What was taken out of a durable queue is gone from it when `get` resolves,
 * and if the process dies before that, it may be gone too.
 *
 * As Ray's `ray.util.queue.Queue`. As a child it is `transient` if nothing else is said: once closed and empty it ends, and stays
 * down.
 *
 * @param name unique in the program
 * @throws {ConfigurationError} if the name or an option is not what it must be
 * @example
 * ```ts
 * import { child, queue, start, supervisor } from 'coppice'
 *
 * const Jobs = queue<string>('jobs', { max: 2 })
 * const app = await start(supervisor({}, { jobs: child(Jobs) }))
 * const { jobs } = app.tree
 * await jobs.put('a')
 * console.log(await jobs.putBatch(['b', 'c']).catch((error: Error) => error.message))
 * // => queue jobs: there is no room; nothing was put into it
 * await jobs.put('b')
 * await jobs.close()
 * for await (const job of jobs.items()) console.log(job) // => a
 * // => b
 * await app.stop()
 * ```
 */
export function queue<Item>(name: string, options: QueueOptions): QueueDefinition<Item> {
  checkKindName('queue', name)
  const max = checkOptions(name, options)
  const { behavior } = actor(name, {
    initial: (): QueueState<Item> => ({ isClosed: false, items: emptyList }),
    handlers: queueHandlers<Item>(max),
    // One that has done its work and is started again, begins a new one.
    restart: ({ offered, fresh }) => (offered?.state.isClosed === true && offered.state.items.size === 0 ? fresh() : undefined),
  })
  return uncallable({
    name,
    behavior,
    childDefaults: { restart: 'transient' },
    reference: (port: Port, id: ActorId) => makeQueueRef<Item>({ port, id, max }),
  })
}

function checkOptions(name: string, options: unknown): number {
  const path = `queue "${name}"`
  if (typeof options !== 'object' || options === null)
    throw new ConfigurationError({
      path,
      rule: 'must be given { max }',
      value: options,
      remedy: 'Write queue(name, { max: 100 })',
    })
  for (const [option, value] of Object.entries(options))
    if (option !== 'max')
      throw new ConfigurationError({
        path: `${path}: ${option}`,
        rule: 'is not an option',
        value,
        remedy: 'The only option is "max"',
      })
  const { max } = options as { readonly max?: unknown }
  if (!Number.isSafeInteger(max) || (max as number) < 1)
    throw new ConfigurationError({ path: `${path}: max`, rule: 'must be an integer >= 1', value: max })
  return max as number
}
