import { child, dynamicSupervisor, sqlite, start, supervisor } from '../../src/index.ts'
import { account, afterDeposit, openedAccount, textOf, type AccountState } from '../account.ts'
import { RawStore } from '../bare/raw-store.ts'
import type { Ceiling, Contest, Entrant, Racer, Size, Trial } from '../contest.ts'
import { newSite, syncs, type Sync } from '../databases.ts'
import { rateOf } from '../timing.ts'

/** How many turns of one actor coppice commits together at most; the ceilings do the same. */
const turnsPerGroup = 64
const inFlight = 1_024
const crowdSize = 1_000
const windows: Readonly<Record<Size, number>> = { small: 2, full: 20 }

/** Messages whose effect is on the disk before their caller is answered. */
export const durable: Trial = {
  name: 'durable',
  what:
    'calls to accounts of about 200 bytes, many in flight; each message is journaled when it comes, and its effect is\n' +
    '  committed before it is answered. The ceilings answer nobody: "raw states" writes the state after every message, in\n' +
    '  groups of the same size, and nothing else; "raw journal" writes each message, then the last state of each group,\n' +
    '  then drops the messages',
  contests: (size) => syncs.flatMap((sync) => [hotActor(sync, windows[size]), crowd(sync, windows[size])]),
}

function hotActor(sync: Sync, count: number): Contest {
  const work: Work = { sync, windows: count, actors: ['hot'], perActor: inFlight, freezeStates: false }
  return contest(`one actor, ${inFlight} in flight, groups of ${turnsPerGroup}, sync ${sync}`, work)
}

function crowd(sync: Sync, count: number): Contest {
  const actors = Array.from({ length: crowdSize }, (_, place) => `crowd/${place}`)
  const work: Work = { sync, windows: count, actors, perActor: 1, freezeStates: false }
  return contest(`1,000 actors, one in flight each, sync ${sync}`, work)
}

interface Work {
  readonly sync: Sync
  readonly windows: number
  readonly actors: readonly string[]
  /** How many messages each actor gets in one window. */
  readonly perActor: number
  readonly freezeStates: boolean
}

function contest(name: string, work: Work): Contest {
  const ceilings: readonly Ceiling[] = [
    { name: 'raw states', goal: { ratioFrom: 0.8 }, enter: () => raw(work, writeStates) },
    { name: 'raw journal', enter: () => raw(work, writeJournal) },
  ]
  const entrants: readonly Entrant[] = [{ name: 'coppice', enter: () => coppice(work) }]
  return { name, unit: 'a second', ceilings, entrants }
}

/** What a ceiling keeps in memory of one actor. */
interface Account {
  readonly id: string
  state: AccountState
  seq: number
}

/** Writes one window of messages. */
type Write = (store: RawStore, accounts: readonly Account[], perActor: number) => void

const writeStates: Write = (store, accounts, perActor) => {
  for (const group of groupsOf(accounts, perActor))
    store.group(() => {
      for (const { account: one, messages } of group)
        for (let message = 0; message < messages; message += 1) {
          apply(one)
          store.putState(one.id, one.state.deposits, textOf(one.state))
        }
    })
}

const writeJournal: Write = (store, accounts, perActor) => {
  store.group(() => {
    for (const one of accounts)
      for (let message = 0; message < perActor; message += 1) store.addMessage(one.id, (one.seq += 1), textOf(1))
  })
  for (const group of groupsOf(accounts, perActor))
    store.group(() => {
      for (const { account: one, messages } of group) {
        for (let message = 0; message < messages; message += 1) apply(one)
        store.putState(one.id, one.state.deposits, textOf(one.state))
        store.dropMessages(one.id, one.state.deposits)
      }
    })
}

function apply(one: Account): void {
  one.state = afterDeposit(one.state, 1)
}

interface Share {
  readonly account: Account
  readonly messages: number
}

/** What coppice commits together: a group of one actor's turns, and the groups that are ready at the same time. */
function groupsOf(accounts: readonly Account[], perActor: number): readonly (readonly Share[])[] {
  const groups: Share[][] = []
  for (let from = 0; from < perActor; from += turnsPerGroup)
    groups.push(accounts.map((one) => ({ account: one, messages: Math.min(turnsPerGroup, perActor - from) })))
  return groups
}

function raw({ sync, windows: count, actors, perActor }: Work, write: Write): Racer {
  const site = newSite()
  const store = new RawStore(site.path, sync)
  const accounts = actors.map((id): Account => ({ id, state: openedAccount, seq: 0 }))
  return {
    round: () =>
      rateOf(count * actors.length * perActor, () => {
        for (let window = 0; window < count; window += 1) write(store, accounts, perActor)
      }),
    leave: () => {
      store.close()
      site.clear()
    },
  }
}

async function coppice({ sync, windows: count, actors, perActor, freezeStates }: Work): Promise<Racer> {
  const site = newSite()
  const tree = supervisor(
    {},
    { hot: child(account, { state: 'durable' }), crowd: dynamicSupervisor(account, { state: 'durable' }) },
  )
  const app = await start(tree, { store: sqlite(site.path, { sync }), freezeStates })
  const { hot, crowd: members } = app.tree
  const isHot = actors.length === 1
  const accounts = isHot ? [hot] : await Promise.all(actors.map((id) => members.start(id.slice(id.indexOf('/') + 1))))
  let expected = 0
  return {
    round: async () => {
      let last: readonly number[] = []
      const rate = await rateOf(count * actors.length * perActor, async () => {
        for (let window = 0; window < count; window += 1)
          last = await Promise.all(accounts.flatMap(({ call }) => Array.from({ length: perActor }, () => call.deposit(1))))
      })
      expected += count * perActor
      if (last.at(-1) !== expected) throw new Error(`the balance is ${last.at(-1)}, where it should be ${expected}`)
      return rate
    },
    leave: async () => {
      await app.stop()
      site.clear()
    },
  }
}
