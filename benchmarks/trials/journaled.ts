import { actor, child, message, sqlite, start, supervisor, type Link } from '../../src/index.ts'
import { afterDeposit, openedAccount } from '../account.ts'
import { RawJournal } from '../bare/raw-journal.ts'
import type { Ceiling, Contest, Racer, Size, Trial } from '../contest.ts'
import { expectCount } from '../counter.ts'
import { newSite, syncs, type Sync } from '../databases.ts'
import { rateOf } from '../timing.ts'

const messages: Readonly<Record<Size, number>> = { small: 4_096, full: 262_144 }
const groups = [64, 512]

/** Messages without an answer to a durable actor: in the journal first, then handled, and what comes of them committed. */
export const journaled: Trial = {
  name: 'journaled',
  what:
    'casts to one durable account of about 200 bytes, a window of 64 or 512 at a time; the next window is sent when the one\n' +
    '  before is in the journal, and the round ends when all are handled and committed. "raw" writes the same rows by hand,\n' +
    '  with the same serialiser: in one transaction the messages of a window, and the state and the frontier after the one before,\n' +
    '  whose messages it drops; "checked" adds the checksums that coppice keeps with every row',
  contests: (size) =>
    syncs.flatMap((sync) => [
      ...groups.map((group) => contest({ sync, group, count: messages[size] })),
      checkpointed({ sync, group: 1_000, count: 4 * messages[size] }),
    ]),
}

interface Work {
  readonly sync: Sync
  /** How many messages are in one window. */
  readonly group: number
  readonly count: number
}

function contest(work: Work): Contest {
  const { sync, group } = work
  const ceilings: readonly Ceiling[] = [
    { name: 'raw', goal: { ratioFrom: 0.8 }, enter: () => raw(work, false) },
    { name: 'raw, checked', enter: () => raw(work, true) },
  ]
  const entrants = [{ name: 'coppice', enter: () => coppice(work) }]
  return { name: `groups of ${group}, sync ${sync}`, unit: 'a second', ceilings, entrants }
}

/** The same account without a journal: what is lost with the process are the newest turns. */
function checkpointed(work: Work): Contest {
  const kept = { state: 'checkpointed', checkpoint: { every: 100 } } as const
  const ceilings: readonly Ceiling[] = [{ name: 'raw', goal: { figureFrom: 500_000 }, enter: () => raw(work, false) }]
  const entrants = [{ name: 'coppice, checkpointed', enter: () => coppice({ ...work, kept }) }]
  return { name: `a checkpoint every 100, no journal, sync ${work.sync}`, unit: 'a second', ceilings, entrants }
}

function raw({ sync, group, count }: Work, checked: boolean): Racer {
  const site = newSite()
  const journal = new RawJournal(site.path, { sync, checked })
  let [state, accepted, applied] = [openedAccount, 0, 0]
  const apply = (): void => {
    if (applied === accepted) return
    for (; applied < accepted; applied += 1) state = afterDeposit(state, 1)
    journal.applied('hot', applied, { nextSeq: accepted + 1, state })
  }
  return {
    round: () =>
      rateOf(count, () => {
        for (let sent = 0; sent < count; sent += group)
          journal.group(() => {
            apply()
            for (let i = 0; i < group; i += 1) journal.accept('hot', (accepted += 1), { name: 'deposit', input: 1 })
          })
        journal.group(apply)
      }),
    leave: () => {
      journal.close()
      site.clear()
    },
  }
}

const Account = actor('account', {
  initial: () => openedAccount,
  handlers: ({ call, cast }) => ({
    deposit: cast(message<number>(), ({ state, input }) => afterDeposit(state, input)),
    deposits: call(({ state }) => ({ reply: state.deposits })),
  }),
})

async function coppice({ sync, group, count, kept }: Work & { readonly kept?: KeptOptions['kept'] }): Promise<Racer> {
  const { send, expect, leave } = await keptCounter({ sync, ...(kept && { kept }) })
  return {
    round: async () => {
      const rate = await rateOf(count, () => send(count, group))
      await expect()
      return rate
    },
    leave,
  }
}

interface KeptOptions {
  readonly sync: Sync
  readonly link?: Link
  /** Durable if not given. */
  readonly kept?: { readonly state: 'checkpointed'; readonly checkpoint: { readonly every: number } }
}

/** An account whose state is kept, and what is sent to it. */
export interface KeptCounter {
  /** Sends so many messages in windows, each when the one before is accepted, and waits until all are handled. */
  send(count: number, perWindow: number): Promise<void>
  /** Checks that each was handled, once. */
  expect(): Promise<void>
  leave(): Promise<void>
}

export async function keptCounter({ sync, link, kept }: KeptOptions): Promise<KeptCounter> {
  const site = newSite()
  const tree = supervisor({}, { hot: child(Account, kept ?? { state: 'durable' }) })
  const app = await start(tree, { store: sqlite(site.path, { sync, ...(link && { link }) }), freezeStates: false })
  const { call, cast } = app.tree.hot
  let expected = 0
  return {
    send: async (count, perWindow) => {
      for (let sent = 0; sent < count; sent += perWindow) {
        const size = Math.min(perWindow, count - sent)
        for (let i = 1; i < size; i += 1) void cast.deposit(1)
        await cast.deposit(1)
        // Without a journal a message is accepted at once: what keeps the windows apart is that they are handled.
        if (kept !== undefined) await call.deposits()
      }
      await call.deposits()
      expected += count
    },
    expect: async () => expectCount(await call.deposits(), expected),
    leave: async () => {
      await app.stop()
      site.clear()
    },
  }
}
