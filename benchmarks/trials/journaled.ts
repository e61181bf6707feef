import { actor, child, message, sqlite, start, supervisor } from '../../src/index.ts'
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
    '  before is in the journal, and the round ends when all are handled and committed. "raw" writes the same rows by hand, with\n' +
    '  the same serialiser: in one transaction the messages of a window, and the state and the frontier after the one before,\n' +
    '  whose messages it drops; "checked" adds the checksums that coppice keeps with every row',
  contests: (size) => syncs.flatMap((sync) => groups.map((group) => contest({ sync, group, count: messages[size] }))),
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

async function coppice({ sync, group, count }: Work): Promise<Racer> {
  const site = newSite()
  const tree = supervisor({}, { hot: child(Account, { state: 'durable' }) })
  const app = await start(tree, { store: sqlite(site.path, { sync }), freezeStates: false })
  const { call, cast } = app.tree.hot
  let expected = 0
  return {
    round: async () => {
      const rate = await rateOf(count, async () => {
        for (let sent = 0; sent < count; sent += group) {
          for (let i = 1; i < group; i += 1) void cast.deposit(1)
          await cast.deposit(1)
        }
        await call.deposits()
      })
      expected += count
      expectCount(await call.deposits(), expected)
      return rate
    },
    leave: async () => {
      await app.stop()
      site.clear()
    },
  }
}
