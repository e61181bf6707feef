import { crash } from '../../src/protocol/exit-reason.ts'
import { keyedMap } from '../../src/protocol/keyed-map.ts'
import type { Persistence } from '../../src/runtime/persistence.ts'
import { checkpointOf, message, turn, turns, type OpenStore } from './store-fixtures.ts'

/** Puts something of every kind into a store. */
export async function fill({ persistence, settled }: Pick<OpenStore, 'persistence' | 'settled'>): Promise<void> {
  await settled(persistence.open('shop/cart', 0))
  for (const n of [1, 2, 3]) await settled(persistence.accept('shop/cart', message({ n, at: new Date(n) }, { key: `k${n}` })))
  await settled(persistence.accept('shop/cart', message('waits', { sender: 'shop/till' })))
  const envelope = message('due')
  await settled(
    persistence.commit('shop/cart', 1, {
      ...turns([1, 2, 3], { items: new Map([['a', 2]]), big: 10n }),
      turns: [
        turn(1, { outcome: { status: 'replied', value: 7 } }),
        turn(2, { dead: 'it crashed 3 times' }),
        turn(3, { timersSet: [{ id: 't', dueAtMs: 5_000.5, envelope }] }),
      ],
    }),
  )
  await settled(persistence.seal('shop/cart', 1, { reason: crash(new Error('boom')), snapshot: undefined, crashedOn: undefined }))
  await settled(persistence.open('shop/idle', 0))
  for (const n of [1, 2]) await settled(persistence.commit('shop/idle', 1, checkpointOf(`state ${n} – ü \u2028 "quoted"\n`, n)))
  await settled(persistence.open('shop/stock', 0))
  const stock = keyedMap<unknown>({ 'pears': 1, 'the "rest"': { at: new Date(1), n: 10n } })
  await settled(persistence.commit('shop/stock', 1, checkpointOf({ stock }, 1)))
  await settled(persistence.commit('shop/stock', 1, checkpointOf({ stock: stock.set('pears', 2) }, 2)))
  await settled(persistence.saveMember({ supervisor: 'shop/carts', key: 'user/7', args: { owner: 'u7' } }))
  await settled(persistence.countRestarts({ supervisor: 'shop', child: 'cart', restarts: 3 }))
  await settled(persistence.links.meet('billing', { storeId: 'of billing', epoch: 3, opening: 'o' }))
  await settled(persistence.accept('//billing/invoices', message({ n: 1 }, { sender: 'shop/till', key: 'sent' })))
  const id = { epoch: 2, n: 1 }
  const came = { from: 'invoices', to: 'shop/idle', id, prev: { epoch: 0, n: 0 }, kind: 'cast', name: 'paid', key: null } as const
  const arrival = { message: { ...came, input: '{"json":"paid"}' }, dead: 'it is not durable', answer: undefined }
  await settled(persistence.links.receive('billing', [arrival]))
  await settled(persistence.noteExits('shop', [noteOf(1), noteOf(2)], 20))
}

function noteOf(number: number): Parameters<Persistence['noteExits']>[1][number] {
  const told = { child: 'cart', incarnation: 1, reason: 'crash: boom', decided: 'restart', why: '"cart" crashed' }
  return { supervisor: 'shop', epoch: 1, number, atMs: 1_000 + number, ...told, details: { error: new Error('boom') } }
}
