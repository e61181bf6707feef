import { describe, expect, it } from 'vitest'
import { crashEverywhere, ProcessDiedError, scenario } from 'coppice/testing'
import { handleInGroups, orderNumbers, ordersTree, placeOrders, problemsSeen } from './orders-workload.ts'

/** All orders are placed, and once more by whoever has outlived the process, until they were placed twice to the end. */
function orders(inGroups: boolean) {
  const rounds: Map<number, unknown>[] = []
  return scenario({
    name: 'orders',
    tree: ordersTree,
    store: 'memory',
    run: async (sim) => {
      rounds.length = 0
      if (inGroups) handleInGroups(sim)
      for (let whole = 0; whole < 2;) {
        const replies = new Map<number, unknown>()
        rounds.push(replies)
        try {
          placeOrders(sim, replies)
          await sim.advance('1s')
          whole += 1
        } catch (error) {
          if (!(error instanceof ProcessDiedError)) throw error
          // What comes later comes to nobody.
          rounds[rounds.length - 1] = new Map(replies)
        }
      }
    },
    invariants: {
      'some orders crash': ({ events }) => events.some((event) => event.type === 'exited' && event.reason.type === 'error'),
      'some groups are dropped': ({ events }) =>
        !inGroups || events.some(({ type }) => type === 'group dropped' || type === 'process died'),
      'nothing is lost, doubled or swapped': (sim) => problemsSeen(sim).join('\n') || undefined,
      'every order is answered': () => orderNumbers.every((n) => typeof rounds.at(-1)?.get(n) === 'string'),
      'who asks again is answered the same': () =>
        rounds.every((replies) => [...replies].every(([n, reply]) => rounds.at(-1)?.get(n) === reply)),
    },
  })
}

describe.each([
  { seed: 1, inGroups: false },
  { seed: 2, inGroups: true },
])('durable actors (seed $seed, in groups: $inGroups)', ({ seed, inGroups }) => {
  it('crash, and lose, double and swap nothing wherever their process dies, and answer the same again', async () => {
    // Of a torn checkpoint something older is loaded, and said to be.
    const points = ['before commit', 'after commit', 'after turn'] as const
    const { coverage } = await crashEverywhere(orders(inGroups), { seed, points })
    expect(coverage.crashed).toEqual(coverage.planned)
    for (const point of points) expect(coverage.crashed[point]).toBeGreaterThan(50)
  })
})
