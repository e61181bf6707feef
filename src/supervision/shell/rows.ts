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

  // Most start and stop alone and at once: for those nothing is made on the way.

  #startFrom(orders: readonly StartOrder[], results: StartResult[]): Awaited<readonly StartResult[]> {
    while (results.length < orders.length) {
      const from = results.length
      const end = endOfBatch(orders, from)
      const order = orders[from]
      if (order === undefined || end > from + 1) return this.#startTogether(orders, results, end)
      const outcome = this.#paced(this.#starter.start(order))
      if (isThenable(outcome)) return this.#startSlowly(orders, results, outcome)
      if (note(order, outcome, results)) break
    }
    return results
  }

  #startSlowly(
    orders: readonly StartOrder[],
    results: StartResult[],
    outcome: PromiseLike<StartOutcome>,
  ): PromiseLike<readonly StartResult[]> {
    return outcome.then((late) => (noteAll(orders, [late], results) ? results : this.#startFrom(orders, results)))
  }

  #startTogether(orders: readonly StartOrder[], results: StartResult[], end: number): Awaited<readonly StartResult[]> {
    const outcomes = this.#each(orders, results.length, end, (order) => this.#starter.start(order))
    const goOn = (done: readonly StartOutcome[]): Awaited<readonly StartResult[]> =>
      noteAll(orders, done, results) ? results : this.#startFrom(orders, results)
    return isThenable(outcomes) ? outcomes.then(goOn) : goOn(outcomes)
  }

  #stopFrom(orders: readonly StopOrder[], together: boolean, from: number): Awaited<void> {
    for (let next = from; next < orders.length; next += 1) {
      const end = together ? orders.length : endOfBatch(orders, next)
      const order = orders[next]
      if (order === undefined || end > next + 1) return this.#stopTogether(orders, together, next, end)
      const wait = this.#paced(this.#starter.stop(order))
      if (isThenable(wait)) return this.#stopSlowly(orders, together, end, wait)
    }
    return undefined
  }

  #stopSlowly(orders: readonly StopOrder[], together: boolean, end: number, wait: PromiseLike<void>): PromiseLike<void> {
    return wait.then(() => this.#stopFrom(orders, together, end))
  }

  #stopTogether(orders: readonly StopOrder[], together: boolean, from: number, end: number): Awaited<void> {
    const waits = this.#each(orders, from, end, (order) => this.#starter.stop(order))
    return isThenable(waits) ? waits.then(() => this.#stopFrom(orders, together, end)) : this.#stopFrom(orders, together, end)
  }

  /** What came of a step; later, if the others have to have their turn first. */
  #paced<Done>(done: Awaited<Done>): Awaited<Done> {
    return this.#breath.isDue() ? this.#rested(done) : done
  }

  async #rested<Done>(done: Awaited<Done>): Promise<Done> {
    await this.#breath.take()
    return done
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

/** Adds what came of the next start; true if it failed. */
function note(order: StartOrder, outcome: StartOutcome, results: StartResult[]): boolean {
  results.push({ id: order.spec.id, ...outcome })
  return outcome.status === 'failed'
}

/** Adds what came of the next starts; true if one of them failed. */
function noteAll(orders: readonly StartOrder[], outcomes: readonly StartOutcome[], results: StartResult[]): boolean {
  let hasFailed = false
  for (const outcome of outcomes) {
    const order = orders[results.length]
    if (order !== undefined && note(order, outcome, results)) hasFailed = true
  }
  return hasFailed
}

function areThere<Done>(done: readonly Awaited<Done>[]): done is readonly Done[] {
  return !done.some(isThenable)
}
