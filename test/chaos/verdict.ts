import {
  addTo,
  desks,
  emptyChain,
  entryText,
  linked,
  type Chain,
  type DeskName,
  type DeskState,
  type Entry,
  type LedgerState,
  type Order,
  type Sums,
} from './chain-tree.ts'

/** What the giver of an order was told in the end; an order that crashes its desk every time is given up. */
export type Told = Entry | 'given up'

export interface Given extends Order {
  readonly desk: DeskName
  readonly told: Told
}

/** What is in the state of the tree, and in its file. */
export interface Held {
  readonly desks: Readonly<Record<DeskName, DeskState>>
  readonly ledger: LedgerState
  /** The ids of the dead letters. */
  readonly dead: readonly string[]
}

/** What became of a run. */
export class Verdict {
  lost = 0
  doubled = 0
  outOfOrder = 0
  readonly problems: string[] = []

  get isClean(): boolean {
    return this.problems.length === 0
  }

  add(what: 'lost' | 'doubled' | 'outOfOrder', problem: string, times = 1): void {
    if (times <= 0) return
    this[what] += times
    this.problems.push(`${what}: ${problem}`)
  }

  /** So many there should be. */
  compare(what: string, got: number, wanted: number): void {
    this.add('lost', `${what}: ${got} of ${wanted}`, wanted - got)
    this.add('doubled', `${what}: ${got} for ${wanted}`, got - wanted)
  }

  same(what: string, got: unknown, wanted: unknown): void {
    if (JSON.stringify(got) !== JSON.stringify(wanted))
      this.add('outOfOrder', `${what}: ${JSON.stringify(got)} is not ${JSON.stringify(wanted)}`)
  }
}

export function idOf({ from, n }: Order): string {
  return `${from}:${n}`
}

/**
 * Works out what the tree has to hold from what the givers of all orders were told, and compares. A desk whose newest checkpoint
 * was damaged has run its last turns again, with other draws: then its own chain is not looked at, but only its numbers.
 */
export function judge(verdict: Verdict, given: readonly Given[], held: Held, { hasRerun = false } = {}): void {
  for (const desk of desks) judgeDesk(verdict, desk, given, held, hasRerun)
  judgeTicks(verdict, given, held)
  verdict.same('pages of the ledger', held.ledger.pages, { wrong: 0, tooMany: 0 })
  const wanted = given.filter(({ told }) => told === 'given up').map(idOf)
  for (const id of new Set([...wanted, ...held.dead]))
    verdict.compare(`dead letter ${id}`, count(held.dead, id), count(wanted, id))
}

function judgeDesk(verdict: Verdict, desk: DeskName, given: readonly Given[], held: Held, hasRerun: boolean): void {
  const entered = enteredAt(desk, given)
  const state = held.desks[desk]
  verdict.add('doubled', `${desk} was given a number again`, state.doubled)
  verdict.add('lost', `${desk} was given a number too early`, state.skipped)
  verdict.compare(`orders of ${desk}`, state.count, entered.length)
  let [chain, handedOver, notes] = ['', '', '']
  let passed = 0
  const last: Record<string, number> = {}
  entered.forEach(({ order, entry }, i) => {
    if (entry.at !== i + 1) verdict.add(entry.at <= i ? 'doubled' : 'lost', `${desk} gave place ${entry.at} to number ${i + 1}`)
    if (order.n !== (last[order.from] ?? 0) + 1) verdict.add('outOfOrder', `${desk} has ${idOf(order)} at ${entry.at}`)
    last[order.from] = order.n
    const text = entryText(order, entry.draw)
    chain = linked(chain, text)
    notes = linked(notes, text)
    if (!hasRerun) verdict.same(`chain of ${desk} at ${entry.at}`, entry.hash, chain)
    if (order.kind !== 'pass') return
    passed += 1
    handedOver = linked(handedOver, text)
  })
  if (!hasRerun) verdict.same(`chain of ${desk}`, state.hash, chain)
  const noted = held.ledger.notes[desk] ?? emptyChain
  judgeChain(verdict, `notes of ${desk}`, noted, { count: entered.length, hash: notes })
  const other = held.desks[desk === 'east' ? 'west' : 'east']
  judgeChain(verdict, `what ${desk} handed over`, other.fromOther, { count: passed, hash: handedOver })
  const asked = entered.filter(({ order }) => order.kind === 'ask').length
  verdict.compare(`questions of ${desk}`, held.ledger.blessings[desk] ?? 0, asked)
  judgeChain(verdict, `answers to ${desk}`, state.blessed, { count: asked, hash: undefined })
}

function judgeChain(
  verdict: Verdict,
  what: string,
  got: Chain,
  wanted: Pick<Chain, 'count'> & { hash: string | undefined },
): void {
  verdict.add('doubled', `${what} twice`, got.doubled)
  verdict.add('lost', `${what} with a gap`, got.skipped)
  verdict.compare(what, got.count, wanted.count)
  if (got.count === wanted.count && wanted.hash !== undefined) verdict.same(what, got.hash, wanted.hash)
}

function judgeTicks(verdict: Verdict, given: readonly Given[], held: Held): void {
  let all: Sums = [0, 0, 0]
  for (const desk of desks) {
    let wanted: Sums = [0, 0, 0]
    for (const { order, entry } of enteredAt(desk, given))
      if (order.kind === 'timer') [wanted, all] = [addTo(wanted, entry.at), addTo(all, entry.at)]
    verdict.compare(`ticks of ${desk}`, held.desks[desk].ticks[0], wanted[0])
    verdict.same(`ticks of ${desk}`, held.desks[desk].ticks, wanted)
  }
  verdict.compare('ticks told', held.ledger.ticks[0], all[0])
  verdict.same('ticks told', held.ledger.ticks, all)
}

function enteredAt(desk: DeskName, given: readonly Given[]): readonly { readonly order: Given; readonly entry: Entry }[] {
  return given
    .flatMap((order) => (order.desk === desk && order.told !== 'given up' ? [{ order, entry: order.told }] : []))
    .toSorted((a, b) => a.entry.at - b.entry.at)
}

function count(ids: readonly string[], id: string): number {
  return ids.filter((other) => other === id).length
}
