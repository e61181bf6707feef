import { describe, expect, it } from 'vitest'
import { MemoryRecords } from '../../src/persistence/memory-records.ts'
import { openStore } from '../../src/persistence/open-store.ts'
import { StoreError } from '../../src/runtime/errors.ts'
import type { Store } from '../../src/runtime/persistence.ts'
import { simulated } from '../support/simulated-app.ts'
import { handleInGroups, ordersTree, placeOrders, problemsOf } from './orders-workload.ts'

/** A store in memory of which one transaction fails, as on a disk that is full for a moment. */
function failingOnce(): { readonly store: Store; readonly transactions: () => number; failIn(transactions: number): void } {
  const records = new MemoryRecords()
  let [count, failAt] = [0, Infinity]
  records.begin = () => {
    count += 1
    if (count === failAt) throw new Error('disk full')
  }
  const failure = (cause: unknown): StoreError => new StoreError({ problem: 'full', location: 'memory', message: 'is full', cause })
  const store: Store = {
    open: (world) => {
      const info = { storeId: 'memory', epoch: records.raiseEpoch(), location: 'memory', sync: 'memory' } as const
      return Promise.resolve(openStore({ records, world, info, failure, release: () => undefined }))
    },
  }
  return { store, transactions: () => count, failIn: (transactions) => (failAt = count + transactions) }
}

/** Places orders while the n-th transaction fails, asks again where the store was not to be had, and says what is wrong then. */
async function problemsWithFault(n: number, { seed, inGroups }: { seed: number; inGroups: boolean }) {
  const { store, transactions, failIn } = failingOnce()
  const app = await simulated(ordersTree, { store, seed })
  if (inGroups) handleInGroups(app)
  failIn(n)
  const before = transactions()
  const [first, second] = [new Map<number, unknown>(), new Map<number, unknown>()]
  placeOrders(app, first)
  await app.settle()
  await app.advance(1_000)
  const wasReached = transactions() - before >= n
  failIn(Infinity)
  const isRefused = [...first.values()].some((reply) => reply instanceof Error)
  placeOrders(app, second)
  await app.settle()
  // An order that is placed again after the store did not take it comes after those that it took.
  const inOrder = (problem: string): boolean => !(isRefused && problem.startsWith('orders:'))
  const problems = (await problemsOf(app)).filter(inOrder)
  for (const [order, reply] of first) if (!(reply instanceof Error) && second.get(order) !== reply) problems.push(`order ${order} was answered differently`)
  for (const [order, reply] of second) if (typeof reply !== 'string') problems.push(`order ${order}: ${String(reply)}`)
  const reopened = await simulated(ordersTree, { store, seed: seed + 1, clock: app.clock })
  problems.push(...(await problemsOf(reopened)).filter(inOrder).map((problem) => `after the death of the process: ${problem}`))
  return { wasReached, problems }
}

describe('one failed transaction, whichever it is', () => {
  it.each([
    { seed: 1, inGroups: true },
    { seed: 2, inGroups: false },
  ])('loses, doubles and swaps nothing, and every call settles (seed $seed, in groups: $inGroups)', async (variant) => {
    for (let n = 1; ; n += 1) {
      const { wasReached, problems } = await problemsWithFault(n, variant)
      if (!wasReached) break
      expect({ n, problems }).toEqual({ n, problems: [] })
    }
  })
})
