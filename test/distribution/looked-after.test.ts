import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { sqlite } from '../../src/index.ts'
import { frameText } from '../../src/distribution/frames.ts'
import { inDirectory } from '../support/store-fixtures.ts'
import { wirePair } from '../support/wires.ts'
import { startBilling, startShop, typesOf, until } from './billing.ts'

type Shop = Awaited<ReturnType<typeof startShop>>
type Billing = Awaited<ReturnType<typeof startBilling>>

/** Starts a billing on a file, as the other end of the shop's link. */
async function billingOn(shop: Shop, path: string): Promise<Billing> {
  const wires = wirePair()
  const billing = await startBilling({ wire: wires.ends[1] }, sqlite(path))
  shop.app.linked('billing').connect(wires.ends[0])
  return billing
}

async function place(shop: Shop, item: string): Promise<void> {
  await shop.tree.orders.call.place(item)
  await until(async () => (await shop.app.linked('billing').info()).waiting === 0, [shop])
}

/** A shop linked to a billing that has made one invoice and been copied since. */
async function backedUp(directory: string) {
  const [file, copy] = [join(directory, 'billing.db'), join(directory, 'copy.db')]
  const shop = await startShop({})
  const store = sqlite(file)
  const wires = wirePair()
  const first = await startBilling({ wire: wires.ends[1] }, store)
  shop.app.linked('billing').connect(wires.ends[0])
  await place(shop, 'a')
  await store.backup(copy)
  return { shop, first, file, copy }
}

const made = (billing: Billing) => billing.tree.invoices.call.made()

describe('a link that somebody has to look after', () => {
  it('is broken when a receiver was restored from a backup: told on both sides, nothing skipped, mended by hand', () =>
    inDirectory(async (directory) => {
      const { shop, first, copy } = await backedUp(directory)
      await place(shop, 'b')
      await first.app.stop()

      const second = await billingOn(shop, copy)
      await until(() => [shop, second].every(({ events }) => typesOf(events).includes('link broken')), [shop, second])
      const pair = { from: 'orders', to: 'invoices', has: { epoch: 1, n: 1 }, needs: { epoch: 1, n: 2 } }
      expect(shop.events.find(({ type }) => type === 'link broken')).toMatchObject({ ...pair, side: 'sending', link: 'billing' })
      expect(second.events.find(({ type }) => type === 'link broken')).toMatchObject({ ...pair, side: 'receiving', link: 'shop' })
      await shop.tree.orders.call.place('c')
      await shop.tree.orders.call.placeTo({ to: 'invoices', item: 'd' })
      await until(async () => (await shop.app.linked('billing').info()).broken.sending.length === 1, [shop, second])
      expect(await made(second)).toEqual(['a'])

      expect(await second.app.linked('shop').mend()).toBe(1)
      await until(async () => (await made(second)).length === 3, [shop, second])
      expect(await made(second)).toEqual(['a', 'c', 'd'])
      expect((await shop.app.linked('billing').info()).broken.sending).toEqual([])
      await Promise.all([shop.app.stop(), second.app.stop()])
    }))

  it('refuses another store under the same name, until somebody says that it is the one', () =>
    inDirectory(async (directory) => {
      const shop = await startShop({})
      const first = await billingOn(shop, join(directory, 'billing.db'))
      await place(shop, 'a')
      await first.app.stop()
      await shop.tree.orders.call.place('b')

      const other = await billingOn(shop, join(directory, 'other.db'))
      await until(
        () => typesOf(shop.events).includes('link refused') && typesOf(other.events).includes('link refused'),
        [shop, other],
      )
      const refused = shop.events.find(({ type }) => type === 'link refused')
      expect(refused).toMatchObject({ by: 'us', why: 'other store', storeId: other.app.store?.storeId })
      expect(await shop.app.linked('billing').info()).toMatchObject({ status: 'refused', waiting: 1 })
      expect(await made(other)).toEqual([])

      await shop.app.linked('billing').mend()
      // The other one has nothing of what the first one has got.
      await until(() => typesOf(other.events).includes('link broken'), [shop, other])
      await other.app.linked('shop').mend()
      await until(async () => (await made(other)).length === 1, [shop, other])
      expect(await made(other)).toEqual(['b'])
      await Promise.all([shop.app.stop(), other.app.stop()])
    }))

  it('refuses a store that goes on from an older copy of itself, whose numbers may be taken', () =>
    inDirectory(async (directory) => {
      const { shop, first, file, copy } = await backedUp(directory)
      await first.app.stop()
      const second = await billingOn(shop, file)
      await place(shop, 'b')
      await second.app.stop()

      const third = await billingOn(shop, copy)
      await until(() => typesOf(shop.events).includes('link refused'), [shop, third])
      expect(shop.events.find(({ type }) => type === 'link refused')).toMatchObject({ by: 'us', why: 'went back' })
      await shop.app.linked('billing').mend()
      await until(() => typesOf(third.events).includes('link broken'), [shop, third])
      await third.app.linked('shop').mend()
      await place(shop, 'c')
      await until(async () => (await made(third)).length === 2, [shop, third])
      expect(await made(third)).toEqual(['a', 'c'])
      await Promise.all([shop.app.stop(), third.app.stop()])
    }))
})

describe('what comes over a wire and is none of ours', () => {
  it('is dropped, counted and told, and reaches nobody', async () => {
    const wires = wirePair()
    const shop = await startShop({ wire: wires.ends[0] })
    const billing = await startBilling({ wire: wires.ends[1] })
    await place(shop, 'a')
    const who = { storeId: 'memory', epoch: 1, opening: 'forged' }
    const data = (from: typeof who, input: string, to = 'invoices', key: string | null = null) => {
      const [id, prev] = [
        { epoch: 1, n: 2 },
        { epoch: 1, n: 1 },
      ]
      return frameText(from, {
        type: 'data',
        messages: [{ from: 'orders', to, id, prev, kind: 'cast', name: 'make', input, key }],
      })
    }
    const hostile = [
      'hello',
      '[]',
      '{"__proto__":{"isAdmin":true}}',
      '[2,"hello","memory",1,"x",null,true,false]',
      '[1,"hello","memory",1.5,"x",null,true,false]',
      '[1,"shutdown","memory",1,"x"]',
      '[1,"data","memory",1,"x",[["a","b",1,1,0,0,"info","stop","{}",null]]]',
      data(who, '{}', '//elsewhere/x'),
      data(who, '{}', '../etc'.repeat(2_000)),
      data({ ...who, storeId: 'another' }, '{"json":"forged"}'),
      '['.repeat(100_000),
    ]
    for (const text of hostile) wires.forge(1, text)
    const info = await billing.app.linked('shop').info()
    expect(info.dropped).toBe(hostile.length)
    expect(typesOf(billing.events).filter((type) => type === 'link input dropped')).toHaveLength(hostile.length)
    // From a life that nobody has met: it is asked to say hello, and nothing else.
    wires.forge(1, data(who, '{"json":"forged"}'))
    expect(await made(billing)).toEqual(['a'])
    await place(shop, 'b')
    await until(async () => (await made(billing)).length === 2)
    expect(await made(billing)).toEqual(['a', 'b'])
    await Promise.all([shop.app.stop(), billing.app.stop()])
  })

  it.each(['{"json":{"__proto__":{"isAdmin":true}}}', '{"json":"x","headers":1', '{"headers":{"trace":7},"json":"x"}', '17'])(
    'becomes a dead letter where it is a message with an input that cannot be read: %s',
    async (input) => {
      const wires = wirePair()
      const shop = await startShop({ wire: wires.ends[0] })
      const billing = await startBilling({ wire: wires.ends[1] })
      await place(shop, 'a')
      const real = wires.sent.find(({ from, text }) => from === 0 && text.includes('"data"'))?.text ?? ''
      const [, , storeId, epoch, opening] = JSON.parse(real) as [number, string, string, number, string]
      const ids = { id: { epoch: 1, n: 1 }, prev: { epoch: 0, n: 0 } }
      const message = { from: 'mallory', to: 'invoices', ...ids, kind: 'cast', name: 'make', input, key: null } as const
      wires.forge(1, frameText({ storeId, epoch, opening }, { type: 'data', messages: [message] }))
      await until(() => billing.events.some(({ type }) => type === 'dead letter'))
      expect(await made(billing)).toEqual(['a'])
      expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined()
      await Promise.all([shop.app.stop(), billing.app.stop()])
    },
  )
})
