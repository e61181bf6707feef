import type { Random } from '../../src/runtime/random.ts'
import { CrashedError } from '../../src/runtime/errors.ts'
import type { SimulatedSystem } from '../../src/app/simulated-system.ts'
import type { SupervisorNode } from '../../src/supervision/trees/tree.ts'
import type { chainTree, DeskName, Entry, Order, OrderKind } from './chain-tree.ts'
import { idOf, type Given, type Held, type Told } from './verdict.ts'

/** An order that is to be given. */
export type Placed = Omit<Given, 'told'>

const kinds: readonly OrderKind[] = ['plain', 'plain', 'timer', 'pass', 'ask', 'crash']
const givers: Readonly<Record<string, DeskName>> = { a: 'east', b: 'west', c: 'east', d: 'west' }

/** Orders of several givers, of every kind; one in twelve crashes its desk as often as it is tried. */
export function planOrders(count: number, random: Random): readonly Placed[] {
  const given: Record<string, number> = {}
  return Array.from({ length: count }, (_, i) => {
    const [giver = 'a', desk = 'east'] = Object.entries(givers)[random.integer(4)] ?? []
    if (random.integer(12) === 0) return { from: `${giver}-poison-${i}`, n: 1, kind: 'poison', desk }
    const n = (given[giver] ?? 0) + 1
    given[giver] = n
    return { from: giver, n, kind: kinds[random.integer(kinds.length)] ?? 'plain', desk }
  })
}

type Tree = ReturnType<typeof chainTree> extends SupervisorNode<infer T> ? T : never

export type ChainApp = SimulatedSystem<Tree>

/** Gives an order; the same one again is applied once. */
export async function give({ tree }: Pick<ChainApp, 'tree'>, order: Placed): Promise<Told> {
  const { from, n, kind, desk } = order
  try {
    return await tree[desk].call.enter({ from, n, kind, desk }, { id: idOf(order), timeout: '100d' })
  } catch (error) {
    if (kind === 'poison' && error instanceof CrashedError) return 'given up'
    throw error
  }
}

/**
 * Gives all orders and runs until everything that they bring about has happened. A giver whose orders may be refused waits for
 * each, and gives no other after one that was: a later one would come before it.
 */
export async function giveAll(
  app: ChainApp,
  orders: readonly Placed[],
  { mayRefuse = false } = {},
): Promise<readonly (Told | Error)[]> {
  const told = new Map<Placed, Told | Error>()
  const answered = async (order: Placed): Promise<boolean> => {
    const answer = await give(app, order).catch((error: unknown) => error as Error)
    told.set(order, answer)
    return !(answer instanceof Error)
  }
  const inTurn = async (own: readonly Placed[]): Promise<void> => {
    for (const order of own) if (!(await answered(order)) && mayRefuse) return
  }
  const givers = new Set(orders.map(({ from }) => from))
  if (mayRefuse) for (const giver of givers) void inTurn(orders.filter(({ from }) => from === giver))
  else for (const order of orders) void answered(order)
  await app.settle()
  await app.advance(1_000)
  return orders.map((order) => told.get(order) ?? new NotGivenError(order))
}

/** An order that was not answered, or not given. */
export class NotGivenError extends Error {
  constructor(order: Order) {
    super(`${idOf(order)} was not answered`)
  }
}

/** What the tree holds; `dead` are the ids of the dead letters in its file. */
export async function heldBy({ tree, until }: ChainApp, dead: readonly string[]): Promise<Held> {
  const east = await until(tree.east.call.state())
  const west = await until(tree.west.call.state())
  return { desks: { east, west }, ledger: await until(tree.ledger.call.state()), dead }
}

export function isSame(a: Told, b: Told): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

export function isEntry(told: Told | Error): told is Entry {
  return typeof told === 'object' && 'at' in told
}
