import { expect, it } from 'vitest'
import { simulated } from '../support/simulated-app.ts'
import { wirePair } from '../support/wires.ts'
import { billingTree, shopTree, until } from './billing.ts'

it.each([1, 2, 3])('links two simulated systems, each on its own clock and by its own seed (%i)', async (seed) => {
  const wires = wirePair()
  const shop = await simulated(shopTree, { seed, links: { billing: { wire: wires.ends[0] } } })
  const billing = await simulated(billingTree, { seed: seed + 10, links: { shop: { wire: wires.ends[1] } } })
  const placed = ['a', 'b', 'c'].map((item) => shop.tree.orders.call.place(item))
  let made: readonly string[] = []
  await until(async () => {
    await shop.advance(100)
    await billing.advance(100)
    const asked = billing.tree.invoices.call.made()
    await billing.settle()
    made = await asked
    return made.length === 3
  })
  expect(made).toEqual(['a', 'b', 'c'])
  expect(await Promise.all(placed)).toEqual(['placed', 'placed', 'placed'])
  for (const { app, settle } of [shop, billing]) {
    const stopped = app.stop()
    await settle()
    await stopped
  }
})
