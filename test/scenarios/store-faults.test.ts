import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { MemoryRecords } from '../../src/persistence/memory-records.ts'
import { openStore } from '../../src/persistence/open-store.ts'
import { StoreError } from '../../src/runtime/errors.ts'
import type { Persistence, Store } from '../../src/runtime/persistence.ts'
import { failingFile, type CommitFault } from '../support/failing-file.ts'
import { links } from '../support/links.ts'
import { simulated } from '../support/simulated-app.ts'
import { inDirectory } from '../support/store-fixtures.ts'
import { handleInGroups, ordersTree, placeOrders, problemsOf } from './orders-workload.ts'

/** A store of which one transaction fails. */
interface FailingStore {
  readonly store: Store
  readonly transactions: () => number
  failIn(transactions: number): void
  /** The process that has it open is gone. */
  die(): Promise<void>
}

/** In memory, as on a disk that is full for a moment. */
function failingOnce(): FailingStore {
  const records = new MemoryRecords()
  let [count, failAt] = [0, Infinity]
  records.begin = () => {
    count += 1
    if (count === failAt) throw new Error('disk full')
  }
  const failure = (cause: unknown): StoreError =>
    new StoreError({ problem: 'full', location: 'memory', message: 'is full', cause })
  const store: Store = {
    open: (world) => {
      const info = { storeId: 'memory', epoch: records.raiseEpoch(), location: 'memory', sync: 'memory' } as const
      return Promise.resolve(openStore({ records, world, info, failure, release: () => undefined }))
    },
  }
  const failIn = (transactions: number) => (failAt = count + transactions)
  return { store, transactions: () => count, failIn, die: () => Promise.resolve() }
}

/** In a file that reports an error of its disk at a commit, which it has written or not. */
function failingCommit(directory: string, { link, fault }: { link: keyof typeof links; fault: CommitFault }): FailingStore {
  const file = failingFile(join(directory, 'store.db'))
  const failIn = (transactions: number) => file.failCommit(fault, transactions)
  const inner = links[link](file.opening)
  let opened: Persistence | undefined
  const store: Store = { open: async (world) => (opened = await inner.open(world)) }
  return { store, transactions: () => file.commits, failIn, die: async () => opened?.close() }
}

interface Run {
  readonly failing: FailingStore
  readonly seed: number
  readonly inGroups: boolean
}

/** Places orders while the n-th transaction fails, asks again where the store was not to be had, and says what is wrong then. */
async function problemsWithFault(n: number, { failing, seed, inGroups }: Run) {
  const { store, transactions, failIn, die } = failing
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
  for (const [order, reply] of first)
    if (!(reply instanceof Error) && second.get(order) !== reply) problems.push(`order ${order} was answered differently`)
  for (const [order, reply] of second) if (typeof reply !== 'string') problems.push(`order ${order}: ${String(reply)}`)
  await die()
  const reopened = await simulated(ordersTree, { store, seed: seed + 1, clock: app.clock })
  problems.push(...(await problemsOf(reopened)).filter(inOrder).map((problem) => `after the death of the process: ${problem}`))
  await die()
  return { wasReached, problems }
}

describe('one failed transaction, whichever it is', () => {
  it.each([
    { seed: 1, inGroups: true },
    { seed: 2, inGroups: false },
  ])('loses, doubles and swaps nothing, and every call settles (seed $seed, in groups: $inGroups)', async (variant) => {
    for (let n = 1; ; n += 1) {
      const { wasReached, problems } = await problemsWithFault(n, { failing: failingOnce(), ...variant })
      if (!wasReached) break
      expect({ n, problems }).toEqual({ n, problems: [] })
    }
  })

  it.each([
    { link: 'in-process', fault: 'not written' },
    { link: 'in-process', fault: 'written' },
    { link: 'worker', fault: 'not written' },
    { link: 'worker', fault: 'written' },
  ] as const)(
    'with the link $link, in a file: a commit that reports an error, and was $fault, does no harm',
    (kind) =>
      inDirectory(async (directory) => {
        for (let n = 1; ; n += 1) {
          const failing = failingCommit(mkdtempSync(join(directory, 'run-')), kind)
          const { wasReached, problems } = await problemsWithFault(n, { failing, seed: n, inGroups: n % 2 === 0 })
          if (!wasReached) break
          expect({ n, problems }).toEqual({ n, problems: [] })
        }
      }),
    60_000,
  )
})
