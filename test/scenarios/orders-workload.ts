import { actor } from '../../src/behaviors/actor.ts'
import { message } from '../../src/behaviors/schema.ts'
import type { Sim } from '../../src/testing/sim.ts'
import { child, dynamicSupervisor, supervisor, type SupervisorNode } from '../../src/supervision/trees/tree.ts'
import type { SimulatedApp } from '../support/simulated-app.ts'

/**
 * A workload in which nothing may be lost, doubled or swapped without showing: lists that keep the order, counters, and random
 * numbers that are drawn in a turn, kept in its state and sent along, so that a second run of a turn cannot pass for the first.
 */

/** Notes what it is told. */
const Ledger = actor('ledger', {
  initial: () => ({ lines: [] as string[] }),
  handlers: ({ call, cast }) => ({
    note: cast(message<string>(), ({ state, input }) => ({ lines: [...state.lines, input] })),
    lines: call(({ state }) => ({ reply: state.lines })),
  }),
})

/** A member that one order is kept by. */
const Parcel = actor('parcel', {
  initial: (args: { order: number }) => ({ order: args.order, hits: [] as string[] }),
  handlers: ({ call, cast }) => ({
    hit: cast(message<string>(), ({ state, input, ctx }) => {
      void ctx.ref(Ledger, 'ledger').cast.note(`hit ${input}`)
      return { ...state, hits: [...state.hits, input] }
    }),
    hits: call(({ state }) => ({ reply: [`${state.order}`, ...state.hits] })),
  }),
})

/** Takes orders: crashes on some, sets timers for some, starts members for some. */
const Desk = actor('desk', {
  initial: () => ({ orders: [] as string[], ticks: [] as number[] }),
  handlers: ({ call, cast }) => ({
    order: call(message<number>(), ({ state, input, ctx }) => {
      const draw = `${input}:${ctx.random.integer(1_000_000)}`
      void ctx.ref(Ledger, 'ledger').cast.note(`order ${draw}`)
      if (input % 3 === 0) ctx.sendAfter('50ms', 'tick', input)
      if (input % 4 === 0) void ctx.member(Parcel, 'parcels', `p${input}`, { order: input }).cast.hit(draw)
      if (input % 5 === 2 && ctx.attempt === 1) throw new Error(`order ${input} fails at first`)
      if (input === 6 && ctx.attempt === 1) return { reply: () => 6 }
      const done = (): { reply: string; state: typeof state } => {
        void ctx.ref(Ledger, 'ledger').cast.note(`done ${draw}`)
        return { reply: `${state.orders.length + 1} ${draw}`, state: { ...state, orders: [...state.orders, draw] } }
      }
      if (input % 5 !== 3) return done()
      return Promise.resolve().then(() => {
        if (ctx.attempt <= 2) throw new Error(`order ${input} fails twice`)
        return done()
      })
    }),
    tick: cast(message<number>(), ({ state, input, ctx }) => {
      void ctx.ref(Ledger, 'ledger').cast.note(`tick ${input}`)
      return { ...state, ticks: [...state.ticks, input] }
    }),
    orders: call(({ state }) => ({ reply: state })),
  }),
})

/** Everything in it is durable. */
export const ordersTree = supervisor(
  { intensity: { restarts: 1_000, within: '1s' } },
  {
    ledger: child(Ledger, { state: 'durable' }),
    parcels: dynamicSupervisor(Parcel, { state: 'durable', intensity: { restarts: 1_000, within: '1s' } }),
    desk: child(Desk, { state: 'durable' }),
  },
)

export type OrdersTree = typeof ordersTree extends SupervisorNode<infer Tree> ? Tree : never
export type OrdersApp = SimulatedApp<OrdersTree>

export const orderNumbers = [1, 2, 3, 4, 5, 6, 7, 8, 9]

/** What the orders have come to. */
interface Outcome {
  readonly desk: { readonly orders: readonly string[]; readonly ticks: readonly number[] }
  readonly lines: readonly string[]
  /** The keys of the parcels. */
  readonly parcels: readonly string[]
  /** What a parcel has: its order, and what has hit it. */
  readonly hits: (key: string) => readonly string[]
}

/** What is wrong with the outcome of all orders, as the actors tell it; empty if nothing is. */
export async function problemsOf({ tree, until, advance }: OrdersApp): Promise<string[]> {
  await advance(1_000)
  const desk = await until(tree.desk.call.orders())
  const lines = await until(tree.ledger.call.lines())
  const parcels = await until(tree.parcels.keys())
  const hits = new Map<string, readonly string[]>()
  for (const key of parcels)
    hits.set(
      key,
      await until(
        tree.parcels
          .get(key)
          .call.hits()
          .catch((error: unknown) => [String(error)]),
      ),
    )
  return problemsIn({ desk, lines, parcels, hits: (key) => hits.get(key) ?? [] })
}

/** As {@link problemsOf}, from the states of the actors: nobody is asked anything. */
export function problemsSeen({ peek, app }: Sim<OrdersTree>): string[] {
  const parcels = app.running().flatMap((id) => (id.startsWith('parcels/') ? [id.slice('parcels/'.length)] : []))
  return problemsIn({
    desk: peek<Outcome['desk']>('desk') ?? { orders: [], ticks: [] },
    lines: peek<{ lines: readonly string[] }>('ledger')?.lines ?? [],
    parcels,
    hits: (key) => {
      const { order, hits = [] } = peek<{ order: number; hits: string[] }>(`parcels/${key}`) ?? {}
      return [`${order}`, ...hits]
    },
  })
}

function problemsIn({ desk: { orders, ticks }, lines, parcels, hits }: Outcome): string[] {
  const problems: string[] = []
  const check = (what: string, got: readonly unknown[], wanted: readonly unknown[]): void => {
    if (JSON.stringify(got) !== JSON.stringify(wanted))
      problems.push(`${what}: got ${JSON.stringify(got)}, wanted ${JSON.stringify(wanted)}`)
  }
  const numberOf = (draw: string): string => draw.split(':')[0] ?? ''
  const linesOf = (what: RegExp): readonly string[] => lines.filter((line) => what.test(line))
  check('orders', orders.map(numberOf), orderNumbers.map(String))
  check(
    'ticks',
    ticks.toSorted((a, b) => a - b),
    orderNumbers.filter((n) => n % 3 === 0),
  )
  check(
    'lines of orders',
    linesOf(/^(order|done)/),
    orders.flatMap((draw) => [`order ${draw}`, `done ${draw}`]),
  )
  check(
    'lines of ticks',
    linesOf(/^tick/),
    ticks.map((n) => `tick ${n}`),
  )
  const parcelled = orders.filter((draw) => Number(numberOf(draw)) % 4 === 0)
  check('lines of hits', linesOf(/^hit/).toSorted(), parcelled.map((draw) => `hit ${draw}`).toSorted())
  check('parcels', parcels.toSorted(), parcelled.map((draw) => `p${numberOf(draw)}`).toSorted())
  for (const draw of parcelled) check(`parcel ${numberOf(draw)}`, hits(`p${numberOf(draw)}`), [numberOf(draw), draw])
  return problems
}

/** Places all orders, each with a key of its own; the replies as they come. */
export function placeOrders({ tree }: Pick<OrdersApp, 'tree'>, replies: Map<number, unknown>): void {
  for (const n of orderNumbers)
    tree.desk.call.order(n, { id: `order ${n}`, timeout: '10m' }).then(
      (reply) => replies.set(n, reply),
      (error: unknown) => replies.set(n, error),
    )
}

/** Lets tasks handle many messages at a time, as the real scheduler does. */
export function handleInGroups({
  scheduler,
}: {
  readonly scheduler: { ready(task: { readonly id: string; run(budget: number): boolean }): void }
}): void {
  const ready = scheduler.ready.bind(scheduler)
  scheduler.ready = (task) => ready({ id: task.id, run: () => task.run(64) })
}
