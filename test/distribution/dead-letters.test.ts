import { describe, expect, it } from 'vitest'
import { child, memory, start, supervisor, type CoppiceEvent, type Store } from '../../src/index.ts'
import { sqlite } from '../../src/persistence/sqlite-store.ts'
import { inDirectory } from '../support/store-fixtures.ts'
import { wirePair } from '../support/wires.ts'
import { Invoices, billingTree, startBilling, startShop, until } from './billing.ts'

/** A tree in which everybody can be found that was missing. */
const grown = supervisor(
  {},
  {
    invoices: child(Invoices, { state: 'durable' }),
    drafts: child(Invoices, { state: 'durable' }),
    late: child(Invoices, { state: 'durable' }),
  },
)

/** A process that gets three messages over a link that nobody in it can take. */
async function threeDie(store: Store): Promise<readonly [number, string, unknown][]> {
  const wires = wirePair()
  const [shop, billing] = [await startShop({ wire: wires.ends[0] }), await startBilling({ wire: wires.ends[1] }, store)]
  await shop.tree.orders.call.placeTo({ to: 'late', item: 'asked' })
  for (const item of ['a', 'b']) await shop.app.linked('billing').ref(Invoices, 'late').cast.make(item)
  await until(() => billing.app.deadLetters().length === 3)
  const letters = billing.app.deadLetters()
  await expect(billing.app.replay({ number: 2 })).rejects.toThrow('is for late, which does not run here: start it first')
  await billing.app.discard({ number: 3 })
  await Promise.all([shop.app.stop(), billing.app.stop()])
  return letters.map(({ number, id, input }) => [number, id, input])
}

describe.each(['memory', 'sqlite'] as const)('a dead letter that came over a link (%s)', (kind) => {
  it('is kept over processes, and is sent again, once, to whoever is there by then', () =>
    inDirectory(async (directory) => {
      const store = kind === 'memory' ? memory() : sqlite(`${directory}/billing.db`)
      expect(await threeDie(store)).toEqual([
        [1, 'late', 'asked'],
        [2, 'late', 'a'],
        [3, 'late', 'b'],
      ])
      const again = await start(grown, { store })
      expect(again.deadLetters()).toMatchObject([
        { number: 1, id: 'late', input: 'asked', cause: 'noproc', isEarlier: true, message: { sender: '//shop/orders' } },
        { number: 2, id: 'late', input: 'a', cause: 'noproc', isEarlier: true },
      ])
      // Whoever has asked was told then that it failed.
      expect(await again.replay({ number: 1 })).toBe(1)
      await again.replay({ number: 2 })
      await expect(again.replay({ number: 2 })).rejects.toMatchObject({ code: 'dead-letter' })
      expect(await again.tree.late.call.made()).toEqual(['asked', 'a'])
      await again.stop()
      const third = await start(grown, { store })
      expect([third.deadLetters(), await third.tree.late.call.made()]).toEqual([[], ['asked', 'a']])
      await third.stop()
    }))
})

describe.each(['memory', 'sqlite'] as const)('a link that start is not given any more (%s)', (kind) => {
  it('is told of as long as messages wait for it, and can be forgotten', () =>
    inDirectory(async (directory) => {
      const store = kind === 'memory' ? memory() : sqlite(`${directory}/shop.db`)
      const shop = await startShop({}, store)
      for (const item of ['a', 'b']) await shop.tree.orders.call.place(item)
      await expect(shop.app.forgetLink('billing')).rejects.toThrow('forgetLink: link must not be a link that start was given')
      await shop.app.stop()
      const missing = async (forget: boolean): Promise<unknown[]> => {
        const events: CoppiceEvent[] = []
        const app = await start(billingTree, { store, onEvent: (event) => events.push(event) })
        if (forget) expect([await app.forgetLink('billing'), await app.forgetLink('billing')]).toEqual([2, 0])
        await app.stop()
        return events.filter(({ type }) => type === 'link missing')
      }
      expect(await missing(false)).toEqual([{ type: 'link missing', link: 'billing', waiting: 2 }])
      expect(await missing(true)).toHaveLength(1)
      expect(await missing(false)).toEqual([])
      // Who has the link again begins anew with it.
      const wires = wirePair()
      const [next, billing] = [await startShop({ wire: wires.ends[0] }, store), await startBilling({ wire: wires.ends[1] })]
      await next.tree.orders.call.place('c')
      await until(async () => (await billing.tree.invoices.call.made()).length > 0)
      expect(await billing.tree.invoices.call.made()).toEqual(['c'])
      await Promise.all([next.app.stop(), billing.app.stop()])
    }))

  it('needs a store to be forgotten', async () => {
    const app = await start(supervisor({}, {}))
    await expect(app.forgetLink('billing')).rejects.toMatchObject({ code: 'configuration' })
    await app.stop()
  })
})
