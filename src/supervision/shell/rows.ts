import { isThenable } from '../../runtime/thenable.ts'
import type { Breath } from './breath.ts'
import type { StartOrder, StopOrder } from '../machine/commands.ts'
import type { StartResult } from '../machine/facts.ts'
import type { Starter, StartOutcome } from '../starter.ts'

type Awaited<Value> = Value | PromiseLike<Value>

/**
 * Carries out rows of starts and stops: one after another, those together that are to go together, and without waiting as long as
 * nothing has to be waited for. A long row lets the event loop have its turn.
 */
export class Rows {
  readonly #starter: Starter
  readonly #breath: Breath

  constructor(starter: Starter, breath: Breath) {
    this.#starter = starter
    this.#breath = breath
  }

  /** Up to the first failure, and the rest of those that were started with it. */
  start(orders: readonly StartOrder[]): Awaited<readonly StartResult[]> {
    this.#breath.begin()
    return this.#startFrom(orders, [])
  }

  stop(orders: readonly StopOrder[], together: boolean): Awaited<void> {
    this.#breath.begin()
    return this.#stopFrom(orders, together, 0)
  }

  #startFrom(orders: readonly StartOrder[], results: StartResult[]): Awaited<readonly StartResult[]> {
    while (results.length < orders.length) {
      const from = results.length
      const outcomes = this.#each(orders, from, endOfBatch(orders, from), (order) => this.#starter.start(order))
      if (isThenable(outcomes))
        return outcomes.then((late) => (note(orders, late, results) ? results : this.#startFrom(orders, results)))
      if (note(orders, outcomes, results)) break
    }
    return results
  }

  #stopFrom(orders: readonly StopOrder[], together: boolean, from: number): Awaited<void> {
    for (let next = from; next < orders.length;) {
      const end = together ? orders.length : endOfBatch(orders, next)
      const waits = this.#each(orders, next, end, (order) => this.#starter.stop(order))
      if (isThenable(waits)) return waits.then(() => this.#stopFrom(orders, together, end))
      next = end
    }
    return undefined
  }

  /** Those from `from` to `end`, all at the same time. */
  #each<Order, Done>(
    orders: readonly Order[],
    from: number,
    end: number,
    act: (order: Order) => Awaited<Done>,
    done: Awaited<Done>[] = [],
  ): Awaited<readonly Done[]> {
    for (let next = from + done.length; next < end; next += 1) {
      const order = orders[next]
      if (order !== undefined) done.push(act(order))
      if (this.#breath.isDue()) return this.#breath.take().then(() => this.#each(orders, from, end, act, done))
    }
    return areThere(done) ? done : Promise.all(done)
  }
}

/** Where those end that go together with the one at `from`. */
function endOfBatch(orders: readonly { readonly joins?: true }[], from: number): number {
  let end = from + 1
  while (orders[end]?.joins === true) end += 1
  return end
}

/** Adds what came of the next starts; true if one of them failed. */
function note(orders: readonly StartOrder[], outcomes: readonly StartOutcome[], results: StartResult[]): boolean {
  for (const outcome of outcomes) {
    const order = orders[results.length]
    if (order !== undefined) results.push({ id: order.spec.id, ...outcome })
  }
  return outcomes.some(({ status }) => status === 'failed')
}

function areThere<Done>(done: readonly Awaited<Done>[]): done is readonly Done[] {
  return !done.some(isThenable)
}
