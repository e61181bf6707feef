import { actor, child, dynamicSupervisor, message, sqlite, start, supervisor, type Link } from '../../src/index.ts'
import { afterDeposit, openedAccount } from '../account.ts'
import type { Contest, Entrant, Racer, Size, Trial } from '../contest.ts'
import { counter, expectCount } from '../counter.ts'
import { newSite, syncs, type Sync } from '../databases.ts'
import { p99DelayOf, worstLagOf } from '../lag.ts'

const turnsPerMs = { checkpointed: 20, durable: 40 } as const
const accounts: Readonly<Record<Size, number>> = { small: 100, full: 1_000 }
const durationMs: Readonly<Record<Size, number>> = { small: 300, full: 3_000 }
const casts: Readonly<Record<Size, number>> = { small: 100_000, full: 1_000_000 }
const goal = { figureUpTo: 10 }

/** How long timers and I/O have to wait while actors work and their states are stored. */
export const delay: Trial = {
  name: 'delay',
  what:
    'how late the event loop is while 20,000 turns a second are checkpointed, of 1,000 accounts of about 200 bytes (p99),\n' +
    '  while 40,000 messages a second are journaled, handled and committed for one durable account (p99), and while one actor\n' +
    '  is sent messages in windows of 1,000 (the worst of a timer of 1 ms); the store on a thread against the store in the\n' +
    '  same one, or against a process that waits',
  contests: (size) => [
    ...syncs.map((sync) => paced({ sync, ms: durationMs[size], accounts: accounts[size], state: 'checkpointed' })),
    ...syncs.map((sync) => paced({ sync, ms: durationMs[size], accounts: 1, state: 'durable' })),
    ...syncs.map((sync) =>
      flooded(`casts in windows, stored every 100, sync ${sync}`, {
        ceiling: {
          name: 'in-process link',
          goal,
          enter: () => flood({ count: casts[size], store: { sync, link: 'in-process' } }),
        },
        entrant: { name: 'worker link', enter: () => flood({ count: casts[size], store: { sync, link: 'worker' } }) },
      }),
    ),
    flooded('casts in windows, no store', {
      ceiling: { name: 'nothing to do', goal, enter: waiting },
      entrant: { name: 'coppice', enter: () => flood({ count: casts[size], store: undefined }) },
    }),
  ],
}

function paced(pacing: Omit<Pace, 'link'>): Contest {
  const what = pacing.state === 'durable' ? '40,000 durable turns' : '20,000 checkpoints'
  return {
    name: `${what} a second, sync ${pacing.sync}, p99`,
    unit: 'ms',
    ceilings: [{ name: 'in-process link', goal, enter: () => pace({ ...pacing, link: 'in-process' }) }],
    entrants: [{ name: 'worker link', enter: () => pace({ ...pacing, link: 'worker' }) }],
  }
}

function flooded(name: string, { ceiling, entrant }: { ceiling: Contest['ceilings'][number]; entrant: Entrant }): Contest {
  return { name, unit: 'ms', ceilings: [ceiling], entrants: [entrant] }
}

const Account = actor('account', {
  initial: () => openedAccount,
  handlers: ({ call, cast }) => ({
    deposit: cast(message<number>(), ({ state, input }) => afterDeposit(state, input)),
    deposits: call(({ state }) => ({ reply: state.deposits })),
  }),
})

interface Pace {
  readonly sync: Sync
  readonly link: Link
  readonly ms: number
  readonly accounts: number
  readonly state: keyof typeof turnsPerMs
}

async function pace({ sync, link, ms, accounts: count, state }: Pace): Promise<Racer> {
  const site = newSite()
  const kept = state === 'durable' ? ({ state } as const) : ({ state, checkpoint: { every: 1 } } as const)
  const tree = supervisor({}, { accounts: dynamicSupervisor(Account, kept) })
  const app = await start(tree, { store: sqlite(site.path, { sync, link }), freezeStates: false })
  const refs: ReturnType<typeof Account.reference>[] = []
  // One after the other: a supervisor starts one at a time, and many that wait for their turn would wait too long.
  for (let i = 0; i < count; i += 1) refs.push(await app.tree.accounts.start(`${i}`))
  let sent = 0
  return {
    round: async () => {
      const figure = await p99DelayOf(() =>
        inPace(ms, turnsPerMs[state], () => {
          void refs[sent % count]?.cast.deposit(1)
          sent += 1
        }),
      )
      const deposits = await Promise.all(refs.map((ref) => ref.call.deposits()))
      expectCount(
        deposits.reduce((sum, of) => sum + of, 0),
        sent,
      )
      return figure
    },
    leave: async () => {
      await app.stop()
      site.clear()
    },
  }
}

/** Sends as many a millisecond as wanted; what could not be sent in time is sent then. */
function inPace(ms: number, perMs: number, send: () => void): Promise<void> {
  const beganMs = performance.now()
  return new Promise((resolve) => {
    let sent = 0
    const timer = setInterval(() => {
      const passedMs = Math.min(ms, performance.now() - beganMs)
      for (; sent < passedMs * perMs; sent += 1) send()
      if (passedMs < ms) return
      clearInterval(timer)
      resolve()
    }, 1)
  })
}

interface Flood {
  readonly count: number
  readonly store: { readonly sync: Sync; readonly link: Link } | undefined
}

async function flood({ count, store }: Flood): Promise<Racer> {
  const site = newSite()
  const kept = store === undefined ? {} : ({ state: 'checkpointed', checkpoint: { every: 100 } } as const)
  const stored = store === undefined ? {} : { store: sqlite(site.path, store) }
  const app = await start(supervisor({}, { counter: child(counter, kept) }), { freezeStates: false, ...stored })
  const { call, cast: send } = app.tree.counter
  return {
    round: async () => {
      const before = await call.addAndGet(0)
      const figure = await worstLagOf(async () => {
        // A program that sends a million messages in one go holds up its timers itself.
        for (let sent = 0; sent < count; sent += 1_000) {
          for (let i = 0; i < 1_000; i += 1) void send.add(1)
          await call.addAndGet(0)
        }
      })
      expectCount(await call.addAndGet(0), before + count)
      return figure
    },
    leave: async () => {
      await app.stop()
      site.clear()
    },
  }
}

/** As long as nothing happens, what is late is the machine's own doing. */
function waiting(): Racer {
  return {
    round: () => worstLagOf(() => new Promise((resolve) => setTimeout(resolve, 300))),
    leave: () => undefined,
  }
}
