import { createHash } from 'node:crypto'
import { actor } from '../../src/behaviors/actor.ts'
import { message } from '../../src/behaviors/schema.ts'
import { keyedMap, type KeyedMap } from '../../src/protocol/keyed-map.ts'
import type { Answer } from '../../src/runtime/requests.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'

/**
 * A tree in which nothing can be lost, done twice or swapped without showing: every message that is applied goes into a chain of
 * hashes, with a number drawn in the turn, so that a second run of a turn cannot pass for the first.
 */

/** What an order does besides being entered. */
export type OrderKind = 'plain' | 'timer' | 'pass' | 'ask' | 'crash' | 'poison'

export interface Order {
  /** Who gives it: the orders of one giver are numbered from 1, and enter in this order. */
  readonly from: string
  readonly n: number
  readonly kind: OrderKind
}

/** What the giver of an order is told. */
export interface Entry {
  /** Its place among all orders of this desk. */
  readonly at: number
  readonly draw: number
  /** The chain of this desk up to it. */
  readonly hash: string
}

/** A chain of what came from one sender, and what was wrong with its numbers. */
export interface Chain {
  readonly count: number
  readonly hash: string
  readonly doubled: number
  readonly skipped: number
}

export interface DeskState {
  readonly count: number
  readonly hash: string
  readonly last: Readonly<Record<string, number>>
  readonly doubled: number
  readonly skipped: number
  readonly passed: number
  readonly fromOther: Chain
  readonly ticks: Sums
  readonly asked: number
  readonly blessed: Chain
}

export interface LedgerState {
  readonly notes: Readonly<Record<string, Chain>>
  readonly ticks: Sums
  readonly blessings: Readonly<Record<string, number>>
  /** What is wrong with the newest notes of each desk, which are entries of a keyed map. */
  readonly pages: { readonly wrong: number; readonly tooMany: number }
}

interface LedgerBook extends Omit<LedgerState, 'pages'> {
  readonly pages: KeyedMap<Page>
}

/** A note, and the chain of its desk with it. */
interface Page {
  readonly text: string
  readonly hash: string
}

/** So many notes of each desk have a page. */
const pagesKept = 3

/** Of things that come in any order: how many, their sum, and that of their squares. */
export type Sums = readonly [count: number, sum: number, squares: number]

interface Link {
  readonly desk: string
  readonly k: number
  readonly text: string
}

export const desks = ['east', 'west'] as const
export type DeskName = (typeof desks)[number]

export const emptyChain: Chain = { count: 0, hash: '', doubled: 0, skipped: 0 }

export function linked(hash: string, text: string): string {
  return createHash('sha256').update(`${hash}|${text}`).digest('base64').slice(0, 12)
}

export function entryText({ from, n }: Order, draw: number): string {
  return `${from}:${n}:${draw}`
}

export function addTo([count, sum, squares]: Sums, id: number): Sums {
  return [count + 1, sum + id, squares + id * id]
}

function append(chain: Chain, { k, text }: Link): Chain {
  return {
    count: Math.max(chain.count, k),
    hash: linked(chain.hash, text),
    doubled: chain.doubled + Number(k <= chain.count),
    skipped: chain.skipped + Number(k > chain.count + 1),
  }
}

const pageOf = (desk: string, k: number): string => `${desk}/${k}`

/** Each page follows the one before, the newest is at the end of its chain, and there is none but those that are kept. */
function lookAtPages({ notes, pages }: LedgerBook): LedgerState['pages'] {
  let [wrong, wanted] = [0, 0]
  for (const [desk, { count, hash }] of Object.entries(notes)) {
    for (let k = Math.max(1, count - pagesKept + 1); k <= count; k += 1) {
      const page = pages.get(pageOf(desk, k))
      const before = k === 1 ? '' : pages.get(pageOf(desk, k - 1))?.hash
      const isWrong = page === undefined || (before !== undefined && page.hash !== linked(before, page.text))
      wrong += Number(isWrong || (k === count && page.hash !== hash))
      wanted += 1
    }
  }
  return { wrong, tooMany: pages.size - wanted }
}

const Ledger = actor('ledger', {
  initial: (): LedgerBook => ({ notes: {}, ticks: [0, 0, 0], blessings: {}, pages: keyedMap() }),
  handlers: ({ call, cast }) => ({
    note: cast(message<Link>(), ({ state, input }) => {
      const chain = append(state.notes[input.desk] ?? emptyChain, input)
      const page = { text: input.text, hash: chain.hash }
      const pages = state.pages.set(pageOf(input.desk, chain.count), page).delete(pageOf(input.desk, chain.count - pagesKept))
      return { ...state, notes: { ...state.notes, [input.desk]: chain }, pages }
    }),
    ticked: cast(message<number>(), ({ state, input }) => ({ ...state, ticks: addTo(state.ticks, input) })),
    bless: call(message<string>(), ({ state, input }) => {
      const k = (state.blessings[input] ?? 0) + 1
      return { reply: k, state: { ...state, blessings: { ...state.blessings, [input]: k } } }
    }),
    state: call(({ state }) => ({ reply: { ...state, pages: lookAtPages(state) } satisfies LedgerState })),
  }),
})

const startOfDesk: DeskState = {
  ...{ count: 0, hash: '', last: {}, doubled: 0, skipped: 0, passed: 0 },
  ...{ fromOther: emptyChain, ticks: [0, 0, 0], asked: 0, blessed: emptyChain },
}

const Desk = actor('desk', {
  initial: () => startOfDesk,
  handlers: ({ call, cast }) => ({
    enter: call(message<Order & { readonly desk: DeskName }>(), ({ state, input, ctx }) => {
      const { from, n, kind, desk } = input
      const draw = ctx.random.integer(1_000_000_000)
      const text = entryText(input, draw)
      const at = state.count + 1
      const ledger = ctx.ref(Ledger, 'ledger')
      void ledger.cast.note({ desk, k: at, text })
      if (kind === 'poison' || (kind === 'crash' && ctx.attempt === 1)) throw new Error(`${from}:${n} crashes`)
      if (kind === 'timer') ctx.sendAfter('20ms', 'tick', at)
      if (kind === 'pass') otherDesk(ctx, desk).cast.handOver({ desk, k: state.passed + 1, text })
      if (kind === 'ask') ctx.request(ledger, 'bless', desk, { then: 'blessed', timeout: '30d' })
      const last = state.last[from] ?? 0
      const next = {
        ...state,
        count: at,
        hash: linked(state.hash, text),
        last: { ...state.last, [from]: Math.max(last, n) },
        doubled: state.doubled + Number(n <= last),
        skipped: state.skipped + Number(n > last + 1),
        passed: state.passed + Number(kind === 'pass'),
        asked: state.asked + Number(kind === 'ask'),
      }
      return { reply: { at, draw, hash: next.hash } satisfies Entry, state: next }
    }),
    handOver: cast(message<Link>(), ({ state, input }) => ({ ...state, fromOther: append(state.fromOther, input) })),
    tick: cast(message<number>(), ({ state, input, ctx }) => {
      void ctx.ref(Ledger, 'ledger').cast.ticked(input)
      return { ...state, ticks: addTo(state.ticks, input) }
    }),
    blessed: cast(message<Answer<number>>(), ({ state, input }) => {
      const k = input.status === 'replied' ? input.value : -1
      return { ...state, blessed: append(state.blessed, { desk: '', k, text: '' }) }
    }),
    state: call(({ state }) => ({ reply: state })),
  }),
})

type DeskContext = { ref(behavior: typeof Desk, name: string): { cast: { handOver(link: Link): unknown } } }

function otherDesk(ctx: unknown, desk: DeskName): ReturnType<DeskContext['ref']> {
  return (ctx as DeskContext).ref(Desk, desk === 'east' ? 'west' : 'east')
}

/**
 * Everything in it is durable. Who kills processes again and again, also while they start, kills some in the midst of the same
 * order each time: with 3 attempts that order would be given up, and rightly so.
 */
export function chainTree(restarts: number, maxAttempts = 3) {
  const options = { state: 'durable', maxAttempts } as const
  return supervisor(
    { intensity: { restarts, within: '1s' } },
    { ledger: child(Ledger, options), east: child(Desk, options), west: child(Desk, options) },
  )
}
