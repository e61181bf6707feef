import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { child, sqlite, start, supervisor } from '../../src/index.ts'
import { account, afterDeposit, openedAccount } from '../account.ts'
import { bullIsMissing, openBull } from '../bare/bull-queue.ts'
import type { Ceiling, Contest, Racer, Size, Trial } from '../contest.ts'
import { newSite } from '../databases.ts'
import { rateOf } from '../timing.ts'
import { keptCounter } from './journaled.ts'

const jobs: Readonly<Record<Size, number>> = { small: 500, full: 5_000 }
const perWindow = 500

/** What somebody would take who wants work that survives: a queue of jobs in Redis. */
export const jobsTrial: Trial = {
  name: 'jobs',
  what:
    'jobs that survive the death of the process, 500 at a time, each of which changes a state of about 200 bytes: messages\n' +
    '  to one durable account (sync normal) against BullMQ, whose Redis syncs every second (appendfsync everysec)',
  missing: bullIsMissing,
  contests: (size) => [contest(jobs[size])],
}

function contest(count: number): Contest {
  const ceilings = [1, 100].map((concurrency): Ceiling => ({
    name: `BullMQ, ${concurrency} at once`,
    goal: { ratioFrom: 5 },
    enter: () => bull(count, concurrency),
  }))
  return {
    name: '500 at a time',
    unit: 'a second',
    ceilings,
    entrants: [
      { name: 'coppice, casts', enter: () => casts(count) },
      { name: 'coppice, calls', enter: () => calls(count) },
    ],
  }
}

async function bull(count: number, concurrency: number): Promise<Racer> {
  const directory = mkdtempSync(join(tmpdir(), 'coppice-bench-'))
  let state = openedAccount
  const queue = await openBull(directory, concurrency, (n) => (state = afterDeposit(state, n)))
  return {
    round: () => rateOf(count, () => queue.work(count)),
    leave: async () => {
      await queue.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

async function casts(count: number): Promise<Racer> {
  const { send, expect, leave } = await keptCounter({ sync: 'normal' })
  return {
    round: async () => {
      const rate = await rateOf(count, () => send(count, perWindow))
      await expect()
      return rate
    },
    leave,
  }
}

async function calls(count: number): Promise<Racer> {
  const site = newSite()
  const app = await start(supervisor({}, { hot: child(account, { state: 'durable' }) }), {
    store: sqlite(site.path, { sync: 'normal' }),
    freezeStates: false,
  })
  const { call } = app.tree.hot
  return {
    round: () =>
      rateOf(count, async () => {
        for (let sent = 0; sent < count; sent += perWindow)
          await Promise.all(Array.from({ length: perWindow }, () => call.deposit(1)))
      }),
    leave: async () => {
      await app.stop()
      site.clear()
    },
  }
}
