import { describe, expect, it } from 'vitest'
import { memory, start, supervisor, type CoppiceEvent } from '../../src/index.ts'
import { wirePair } from '../support/wires.ts'
import { Invoices, startBilling, startShop, typesOf, until } from './billing.ts'

/** A shop and its billing, linked. */
async function linked() {
  const wires = wirePair()
  const [shop, billing] = [await startShop({ wire: wires.ends[0] }), await startBilling({ wire: wires.ends[1] })]
  const made = () => billing.tree.invoices.call.made()
  const waiting = async () => (await shop.app.linked('billing').info()).waiting
  const stop = async () => void (await Promise.all([shop.app.stop(), billing.app.stop()]))
  return { wires, shop, billing, made, waiting, stop }
}

const told = <Type extends CoppiceEvent['type']>(events: readonly CoppiceEvent[], type: Type) =>
  events.filter((event): event is Extract<CoppiceEvent, { type: Type }> => event.type === type)

describe('messages over a link', () => {
  it('of a durable turn arrive once and in order, and leave the outbox', async () => {
    const { shop, made, waiting, stop } = await linked()
    for (const item of ['a', 'b', 'c']) await shop.tree.orders.call.place(item)
    await until(async () => (await made()).length === 3)
    expect(await made()).toEqual(['a', 'b', 'c'])
    await until(async () => (await waiting()) === 0)
    expect(typesOf(shop.events)).toEqual(['link up'])
    await stop()
  })

  it('of a turn that throws are never sent', async () => {
    const { shop, made, stop } = await linked()
    await shop.tree.orders.cast.placeAndThrow('never')
    await until(() => told(shop.events, 'dead letter').length === 1)
    await shop.tree.orders.call.place('after')
    await until(async () => (await made()).length > 0)
    expect(await made()).toEqual(['after'])
    await stop()
  })

  it('go out also from outside of every actor, and from one without a journal', async () => {
    const { shop, made, stop } = await linked()
    await shop.app.linked('billing').ref(Invoices, 'invoices').cast.make('from outside')
    await shop.tree.till.call.place('from the till')
    await until(async () => (await made()).length === 2)
    expect(await made()).toEqual(['from outside', 'from the till'])
    await stop()
  })

  it('are answered where they are requests, by a cast that is in the journal', async () => {
    const { shop, stop } = await linked()
    await shop.tree.orders.call.placeTo({ to: 'invoices', item: 'a' })
    await until(async () => (await shop.tree.orders.call.told()).length === 1)
    expect(await shop.tree.orders.call.told()).toMatchObject([{ status: 'replied', value: 1 }])
    await stop()
  })

  it('to nobody durable become dead letters there, and who has asked is told', async () => {
    const { shop, billing, stop } = await linked()
    for (const to of ['nobody', 'drafts']) await shop.tree.orders.call.placeTo({ to, item: 'a' })
    await until(async () => (await shop.tree.orders.call.told()).length === 2)
    expect(await shop.tree.orders.call.told()).toMatchObject([
      { status: 'failed', code: 'invalid', message: 'no durable actor has this id' },
      { status: 'failed' },
    ])
    expect(told(billing.events, 'dead letter').map(({ id }) => id)).toEqual(['nobody', 'drafts'])
    await stop()
  })

  it('wait in the outbox while the other end is away, also over a restart', async () => {
    const store = memory()
    const first = await startShop({}, store)
    await first.tree.orders.call.place('a')
    await first.app.stop()
    const second = await startShop({}, store)
    await second.tree.orders.call.place('b')
    const link = second.app.linked('billing')
    expect(await link.info()).toMatchObject({ status: 'down', waiting: 2, storeId: undefined })
    const wires = wirePair()
    const billing = await startBilling({ wire: wires.ends[1] })
    link.connect(wires.ends[0])
    await until(async () => (await billing.tree.invoices.call.made()).length === 2)
    expect(await billing.tree.invoices.call.made()).toEqual(['a', 'b'])
    wires.breakDown()
    expect(typesOf(second.events)).toEqual(['link up', 'link down'])
    await Promise.all([second.app.stop(), billing.app.stop()])
  })

  it('are counted right when they leave in another process than the one that sent them', async () => {
    const store = memory()
    const first = await startShop({}, store)
    for (const item of ['a', 'b', 'c']) await first.tree.orders.call.place(item)
    await first.app.stop()
    const wires = wirePair()
    const [billing, second] = [await startBilling({ wire: wires.ends[1] }), await startShop({ wire: wires.ends[0] }, store)]
    await until(async () => (await billing.tree.invoices.call.made()).length === 3)
    await until(() => wires.sent.some(({ from, text }) => from === 1 && text.includes('"ack"')))
    // Nobody has asked for the count before the acknowledgement was taken.
    let turns = 0
    await until(() => (turns += 1) > 50)
    expect(await second.app.linked('billing').info()).toMatchObject({ waiting: 0 })
    await Promise.all([second.app.stop(), billing.app.stop()])
  })

  it('are sent again when they were lost on the way', async () => {
    const { wires, shop, made, waiting, stop } = await linked()
    await until(() => typesOf(shop.events).length > 0)
    wires.isCut = true
    await shop.tree.orders.call.place('a')
    expect(await waiting()).toBe(1)
    wires.isCut = false
    await until(async () => (await made()).length === 1, [shop])
    await until(async () => (await waiting()) === 0)
    await stop()
  })
})

describe('what a link cannot do', () => {
  it('is refused: a call says what to do in its place', async () => {
    const { shop, stop } = await linked()
    const ref = shop.app.linked('billing').ref(Invoices, 'invoices')
    // @ts-expect-error -- a link carries casts and requests
    const call = ref.call as { made(): Promise<unknown> }
    await expect(call.made()).rejects.toMatchObject({ code: 'unavailable', isSent: false })
    await expect(call.made()).rejects.toThrow('ask with ctx.request in a durable actor, or cast')
    await stop()
  })

  it('is to hold more than maxOutbox: who sends from outside is refused, a turn waits, and nothing is lost', async () => {
    const shop = await startShop({ maxOutbox: 2 })
    for (const item of ['a', 'b']) await shop.tree.orders.call.place(item)
    const link = shop.app.linked('billing')
    let isPlaced = false
    const third = shop.tree.orders.call.place('c', { timeout: 'infinity' }).then(() => (isPlaced = true))
    await until(() => told(shop.events, 'link outbox full').length > 0)
    const fourth = shop.tree.orders.call.place('d', { timeout: 'infinity' })
    expect(told(shop.events, 'link outbox full')).toEqual([{ type: 'link outbox full', link: 'billing', waiting: 2 }])
    await expect(link.ref(Invoices, 'invoices').cast.make('e')).rejects.toMatchObject({ code: 'unavailable', isSent: false })
    expect([isPlaced, (await link.info()).waiting]).toEqual([false, 2])
    const wires = wirePair()
    const billing = await startBilling({ wire: wires.ends[1] })
    link.connect(wires.ends[0])
    await third
    await fourth
    await until(async () => (await billing.tree.invoices.call.made()).length === 4)
    expect(await billing.tree.invoices.call.made()).toEqual(['a', 'b', 'c', 'd'])
    expect(told(shop.events, 'dead letter').map(({ why }) => why)).toEqual(['not accepted'])
    expect(told(shop.events, 'exited')).toEqual([])
    await Promise.all([shop.app.stop(), billing.app.stop()])
  })

  it.each(['place', 'placeAfterEffect'] as const)(
    'is to keep an actor from being stopped that waits for room (%s)',
    async (how) => {
      const store = memory()
      const shop = await startShop({ maxOutbox: 1 }, store)
      await shop.tree.orders.call.place('a')
      const waiting = shop.tree.orders.call[how]('b', { timeout: 'infinity' }).catch((error: unknown) => error)
      await until(() => told(shop.events, 'link outbox full').length > 0)
      await shop.app.stop()
      expect(await waiting).toMatchObject({ code: 'unavailable' })
      // It was accepted: it goes on where there is room.
      const wires = wirePair()
      const billing = await startBilling({ wire: wires.ends[1] })
      const next = await startShop({ wire: wires.ends[0], maxOutbox: 1 }, store)
      await until(async () => (await billing.tree.invoices.call.made()).length === 2)
      expect(await billing.tree.invoices.call.made()).toEqual(['a', 'b'])
      await Promise.all([next.app.stop(), billing.app.stop()])
    },
  )

  it('is to make two stores wait for each other: requests and their answers get through outboxes of one message', async () => {
    const wires = wirePair()
    const shop = await startShop({ wire: wires.ends[0], maxOutbox: 1 })
    const billing = await startBilling({ wire: wires.ends[1], maxOutbox: 1 })
    const placed = ['a', 'b', 'c', 'd', 'e', 'f'].map((item, i) =>
      shop.tree.orders.call.placeTo({ to: i % 3 === 2 ? 'nobody' : 'invoices', item }, { timeout: 'infinity' }),
    )
    await until(async () => (await shop.tree.orders.call.told({ timeout: 'infinity' })).length === 6, [shop, billing])
    await Promise.all(placed)
    expect((await shop.tree.orders.call.told()).map(({ status }) => status).toSorted()).toEqual([
      ...['failed', 'failed'],
      ...['replied', 'replied', 'replied', 'replied'],
    ])
    await Promise.all([shop.app.stop(), billing.app.stop()])
  })

  it('is to do a turn twice whose actor is killed while it waits for room', async () => {
    const shop = await startShop({ maxOutbox: 1 })
    await shop.tree.orders.call.place('a')
    const lost = shop.tree.orders.call.place('b', { timeout: 'infinity' }).catch((error: unknown) => error)
    for (let kill = 1; kill <= 3; kill += 1) {
      await until(() => told(shop.events, 'link outbox full').length > 0)
      await shop.app.kill(shop.tree.orders)
    }
    const wires = wirePair()
    const billing = await startBilling({ wire: wires.ends[1] })
    shop.app.linked('billing').connect(wires.ends[0])
    await until(async () => (await billing.tree.invoices.call.made()).length === 2, [shop, billing])
    await shop.tree.orders.call.place('c')
    await until(async () => (await billing.tree.invoices.call.made()).length === 3, [shop, billing])
    expect(await billing.tree.invoices.call.made()).toEqual(['a', 'b', 'c'])
    await lost
    await Promise.all([shop.app.stop(), billing.app.stop()])
  })

  it('is to blame a message for the deaths of the process that came while it waited for room', async () => {
    const store = memory()
    const first = await startShop({ maxOutbox: 1 }, store)
    await first.tree.orders.call.place('a')
    void first.tree.orders.call.place('b', { timeout: 'infinity' }).catch(() => undefined)
    await until(() => told(first.events, 'link outbox full').length > 0)
    const lives = [first]
    for (let death = 1; death <= 5; death += 1) {
      // A second owner of a store in memory is what the death of the process looks like.
      const next = await startShop({ maxOutbox: 1 }, store)
      await until(() => told(next.events, 'link outbox full').length > 0)
      lives.push(next)
    }
    const wires = wirePair()
    const billing = await startBilling({ wire: wires.ends[1] })
    lives.at(-1)?.app.linked('billing').connect(wires.ends[0])
    await until(async () => (await billing.tree.invoices.call.made()).length === 2)
    expect(await billing.tree.invoices.call.made()).toEqual(['a', 'b'])
    expect(lives.flatMap(({ events }) => told(events, 'dead letter'))).toEqual([])
    await Promise.all([billing.app.stop(), ...lives.map(({ app }) => app.stop())])
  })

  it('is to have no room for long, where an effect waits behind what has none', async () => {
    const shop = await startShop({ maxOutbox: 1 })
    await shop.tree.orders.call.place('a')
    // Both are in one group: what the first sends has no room, and the effect of the second comes behind it.
    const both = [
      shop.tree.orders.call.place('b', { timeout: 'infinity' }),
      shop.tree.orders.call.placeAfterEffect('c', { timeout: 'infinity' }),
    ]
    await until(() => told(shop.events, 'link outbox full').length > 0)
    const wires = wirePair()
    const billing = await startBilling({ wire: wires.ends[1] })
    shop.app.linked('billing').connect(wires.ends[0])
    expect(await Promise.all(both)).toEqual(['placed', 'placed'])
    await until(async () => (await billing.tree.invoices.call.made()).length === 3)
    expect(await billing.tree.invoices.call.made()).toEqual(['a', 'b', 'c'])
    await Promise.all([shop.app.stop(), billing.app.stop()])
  })

  it('is to take from more pairs than maxPairs: what has no room waits at the sender, and that is told', async () => {
    const wires = wirePair()
    const shop = await startShop({ wire: wires.ends[0] })
    const billing = await startBilling({ wire: wires.ends[1], maxPairs: 1 })
    await shop.tree.orders.call.place('a')
    await until(async () => (await billing.tree.invoices.call.made()).length === 1)
    // More than are on their way at once: they hold up nobody else.
    for (let i = 0; i < 300; i += 1) await shop.tree.till.call.place('b')
    await until(() => told(billing.events, 'link full').length === 1, [shop])
    await shop.tree.orders.call.place('c')
    await until(async () => (await billing.tree.invoices.call.made()).length === 2, [shop])
    expect(await billing.tree.invoices.call.made()).toEqual(['a', 'c'])
    await until(async () => (await shop.app.linked('billing').info()).waiting === 300, [shop])
    await Promise.all([shop.app.stop(), billing.app.stop()])
  })

  it('is to go where no link leads', async () => {
    const { shop, stop } = await linked()
    expect(() => shop.app.linked('biling')).toThrow(
      'linked: link must be the name of a link that start was given; got "biling". Did you mean "billing"?',
    )
    expect(() => shop.app.linked('billing').ref(Invoices, '//other/x')).toThrow('must be the path of an actor')
    await stop()
  })
})

describe('the option links', () => {
  const store = memory()
  const wire = wirePair().ends[0]
  it.each([
    [{ links: {} }, 'start: links needs a store'],
    [{ store, links: [] }, 'start: links must be an object'],
    [{ store, links: { 'a b': { wire } } }, 'start: links: name must be 1 to 64 letters, digits, - or _'],
    [{ store, links: { b: wire } }, 'start: links.b.send is not an option'],
    [{ store, links: { b: { wires: wire } } }, 'start: links.b.wires is not an option'],
    [{ store, links: { b: { wire: {} } } }, 'start: links.b.wire must be a wire'],
    [{ store, links: { b: { wire, maxOutbox: 0 } } }, 'start: links.b.maxOutbox must be an integer >= 1'],
    [{ store, links: { b: { wire, maxPairs: 1.5 } } }, 'start: links.b.maxPairs must be an integer >= 1'],
  ])('is checked: %#', async (options, problem) => {
    await expect(start(supervisor({}, {}), options as never)).rejects.toThrow(problem)
  })
})
