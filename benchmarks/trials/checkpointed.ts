import { child, sqlite, start, supervisor, type Persistence, type Store } from '../../src/index.ts'
import { account, afterDeposit, openedAccount, textOf } from '../account.ts'
import { RawStore } from '../bare/raw-store.ts'
import type { Contest, Racer, Size, Trial } from '../contest.ts'
import { newSite, syncs, type Sync } from '../databases.ts'
import { rateOf, signal, type Signal } from '../timing.ts'

const inFlight = 1_000
const windows: Readonly<Record<Size, number>> = { small: 3, full: 30 }

/** Messages of an actor that stores its state every so often, and answers without waiting for that. */
export const checkpointed: Trial = {
  name: 'checkpointed',
  what:
    'calls to one account of about 200 bytes, 1,000 in flight, until the last checkpoint is committed; the ceiling\n' +
    '  writes the states of those turns, 1,000 turns to a group',
  contests: (size) =>
    syncs.flatMap((sync) =>
      [1, 100].map((every) => contest({ sync, every, windows: every === 1 ? windows[size] : windows[size] * 10 })),
    ),
}

interface Work {
  readonly sync: Sync
  /** A checkpoint after so many turns. */
  readonly every: number
  readonly windows: number
}

function contest(work: Work): Contest {
  const { sync, every } = work
  return {
    name: `a checkpoint every ${every === 1 ? 'turn' : `${every} turns`}, sync ${sync}`,
    unit: 'a second',
    // A checkpoint every 100 turns hardly costs anything: it is the answers that take time then.
    ceilings: [{ name: 'raw states', goal: every === 1 ? { ratioFrom: 0.8 } : { figureFrom: 500_000 }, enter: () => raw(work) }],
    entrants: [{ name: 'coppice', enter: () => coppice(work) }],
  }
}

function raw({ sync, every, windows: count }: Work): Racer {
  const site = newSite()
  const store = new RawStore(site.path, sync)
  let state = openedAccount
  return {
    round: () =>
      rateOf(count * inFlight, () => {
        for (let window = 0; window < count; window += 1)
          store.group(() => {
            for (let message = 1; message <= inFlight; message += 1) {
              state = afterDeposit(state, 1)
              if (message % every === 0) store.putState('account', state.deposits, textOf(state))
            }
          })
      }),
    leave: () => {
      store.close()
      site.clear()
    },
  }
}

async function coppice({ sync, every, windows: count }: Work): Promise<Racer> {
  const site = newSite()
  let turns = 0
  let stored: Signal = signal()
  const store = telling(sqlite(site.path, { sync }), (frontier) => {
    if (frontier === turns) stored.give()
  })
  const app = await start(supervisor({}, { account: child(account, { checkpoint: { every } }) }), { store, freezeStates: false })
  const { call } = app.tree.account
  return {
    round: () =>
      rateOf(count * inFlight, async () => {
        turns += count * inFlight
        stored = signal()
        for (let window = 0; window < count; window += 1)
          await Promise.all(Array.from({ length: inFlight }, () => call.deposit(1)))
        await stored.given
      }),
    leave: async () => {
      await app.stop()
      site.clear()
    },
  }
}

/** Tells how many turns are in the checkpoint that has just been committed. */
function telling(store: Store, tell: (frontier: number) => void): Store {
  return {
    open: async (world) => {
      const persistence = await store.open(world)
      const commit: Persistence['commit'] = persistence.commit.bind(persistence)
      return Object.assign(persistence, {
        commit: async (...[id, incarnation, what]: Parameters<typeof commit>) => {
          const committed = await commit(id, incarnation, what)
          if (what.checkpoint !== undefined) tell(what.checkpoint.snapshot.frontier)
          return committed
        },
      })
    },
  }
}
