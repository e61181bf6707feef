import { actor } from '../../src/behaviors/actor.ts'
import { message } from '../../src/behaviors/schema.ts'
import { child, dynamicSupervisor, supervisor } from '../../src/supervision/trees/tree.ts'
import type { simulated } from '../support/simulated-app.ts'

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

export type OrdersApp = Awaited<
  ReturnType<typeof simulated<typeof ordersTree extends Parameters<typeof simulated<infer T>>[0] ? T : never>>
>

export const orderNumbers = [1, 2, 3, 4, 5, 6, 7, 8, 9]

/** What is wrong with the outcome of all orders; empty if nothing is. */
export async function problemsOf({ tree, until, advance }: OrdersApp): Promise<string[]> {
  await advance(1_000)
  const problems: string[] = []
  const check = (what: string, got: readonly unknown[], wanted: readonly unknown[]): void => {
    if (JSON.stringify(got) !== JSON.stringify(wanted))
      problems.push(`${what}: got ${JSON.stringify(got)}, wanted ${JSON.stringify(wanted)}`)
  }
  const { orders, ticks } = await until(tree.desk.call.orders())
  const lines = await until(tree.ledger.call.lines())
  check(
    'orders',
    orders.map((draw) => Number(draw.split(':')[0])),
    orderNumbers,
  )
  check(
    'ticks',
    ticks.toSorted((a, b) => a - b),
    orderNumbers.filter((n) => n % 3 === 0),
  )
  check(
    'lines of orders',
    lines.filter((line) => /^(order|done)/.test(line)),
    orders.flatMap((draw) => [`order ${draw}`, `done ${draw}`]),
  )
  check(
    'lines of ticks',
    lines.filter((line) => line.startsWith('tick')),
    ticks.map((n) => `tick ${n}`),
  )
  const parcelled = orders.filter((draw) => Number(draw.split(':')[0]) % 4 === 0)
  check(
    'lines of hits',
    lines.filter((line) => line.startsWith('hit')).toSorted(),
    parcelled.map((draw) => `hit ${draw}`).toSorted(),
  )
  check('parcels', (await until(tree.parcels.keys())).toSorted(), parcelled.map((draw) => `p${draw.split(':')[0]}`).toSorted())
  for (const draw of parcelled) {
    const [n] = draw.split(':')
    check(
      `parcel ${n}`,
      await until(
        tree.parcels
          .get(`p${n}`)
          .call.hits()
          .catch((error: unknown) => [String(error)]),
      ),
      [n, draw],
    )
  }
  return problems
}

/** Places all orders, each with a key of its own; the replies as they come. */
export function placeOrders({ tree }: OrdersApp, replies: Map<number, unknown>): void {
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
