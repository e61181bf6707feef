import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { sqlite } from '../../src/persistence/sqlite-store.ts'
import { child, dynamicSupervisor, supervisor } from '../../src/supervision/trees/tree.ts'
import { fill } from '../support/full-store.ts'
import { Counter } from '../support/scripted.ts'
import { simulated } from '../support/simulated-app.ts'
import { rowsIn } from '../support/store-content.ts'
import { checkpointOf, inDirectory, openIn, rejection, turns } from '../support/store-fixtures.ts'

describe('forget', () => {
  it('[C9] removes what is kept of an actor that is not declared any more, while others go on', () =>
    inDirectory(async (directory) => {
      const path = join(directory, 'store.db')
      const store = sqlite(path)
      const before = await simulated(supervisor({}, { a: child(Counter, { state: 'durable' }), b: child(Counter) }), { store })
      await before.until(before.tree.a.call.add(3))
      await before.until(before.tree.b.call.add(4))
      await before.until(before.app.stop())
      const after = await simulated(supervisor({}, { b: child(Counter) }), { store })
      const forgotten = await after.until(store.forget('a'))
      expect(forgotten).toMatchObject({ actors: ['a'], messages: 1, unhandled: 0, deadLetters: 0 })
      expect(forgotten.checkpoints).toBeGreaterThan(0)
      expect(await after.until(after.tree.b.call.add(1))).toBe(5)
      await after.until(after.app.stop())
      const { actor, begun_anew, ...others } = rowsIn(path)
      expect(actor).toMatchObject([{ id: 'a' }, { id: 'b' }])
      expect(begun_anew).toMatchObject([{ actor: 'a', why: 'forgotten' }])
      expect(JSON.stringify(others)).not.toContain('"actor":"a"')
    }))

  it('leaves the counters: who comes back begins anew, and no number is given twice', () =>
    inDirectory(async (directory) => {
      const store = sqlite(join(directory, 'store.db'))
      const tree = supervisor({}, { a: child(Counter, { state: 'durable' }) })
      const before = await simulated(tree, { store })
      await before.until(before.tree.a.call.add(3, { id: 'r1' }))
      await before.until(before.app.stop())
      await store.forget('a')
      for (const count of [1, 2]) {
        const { tree: actors, app, events, until } = await simulated(tree, { store })
        expect(await until(actors.a.call.add(1, { id: 'r1' }))).toBe(1)
        expect(await until(actors.a.call.count())).toBe(1)
        const started = events.find((event) => event.type === 'started' && event.id === 'a')
        expect(started).toMatchObject({ incarnation: count + 1, source: count === 1 ? 'initial' : 'checkpoint' })
        await until(app.stop())
      }
    }))

  it('refuses an actor that runs, by every way in which one does', () =>
    inDirectory(async (directory) => {
      const store = sqlite(join(directory, 'store.db'))
      const tree = supervisor({}, { a: child(Counter), carts: dynamicSupervisor(Counter, { state: 'durable' }) })
      const { tree: actors, app, until } = await simulated(tree, { store })
      await until(actors.carts.start('x'))
      for (const id of ['a', 'carts/x', actors.a]) {
        const error = await until(rejection(store.forget(id)))
        expect([error.code, error.problem]).toEqual(['store', 'in-use'])
        expect(error.message).toMatch(/which runs\. End it for good first; nothing was forgotten$/)
      }
      expect((await until(rejection(store.forget('carts', { below: true })))).problem).toBe('in-use')
      expect(await until(actors.carts.get('x').call.add(2))).toBe(2)
      await until(app.stop())
    }))

  it('of a member that has ended for good takes along that it is one', () =>
    inDirectory(async (directory) => {
      const path = join(directory, 'store.db')
      const store = sqlite(path)
      const tree = supervisor({}, { carts: dynamicSupervisor(Counter, { state: 'durable' }) })
      const first = await simulated(tree, { store })
      for (const key of ['x', 'y']) await first.until(first.tree.carts.start(key))
      await first.until(first.tree.carts.get('x').call.add(2))
      await first.until(first.app.stop())
      const { actors } = await store.forget('carts/x')
      expect(actors).toEqual(['carts/x'])
      const second = await simulated(tree, { store })
      expect(second.app.running().filter((id) => id.startsWith('carts/'))).toEqual(['carts/y'])
      await second.until(second.app.stop())
    }))

  it('of everything below takes all of it or nothing', () =>
    inDirectory(async (directory) => {
      const path = join(directory, 'store.db')
      const store = sqlite(path)
      const open = await openIn(store)
      await fill(open)
      await open.persistence.close()
      const before = rowsIn(path)
      const refused = await rejection(store.forget('shop', { below: true }))
      expect(refused.message).toMatch(/cannot forget shop\/cart, which has accepted 1 message and not handled them/)
      expect(rowsIn(path)).toEqual(before)
      const forgotten = await store.forget('shop', { below: true, unhandled: 'discard' })
      expect(forgotten).toEqual({
        actors: ['shop/cart', 'shop/idle', 'shop/stock'],
        checkpoints: 5,
        messages: 4,
        unhandled: 1,
        timers: 1,
        answers: 3,
        deadLetters: 2,
      })
      const { meta: _meta, actor, begun_anew, member, link, link_in, link_out, outbox, ...rest } = rowsIn(path)
      expect([actor?.length, begun_anew?.length, member?.length]).toEqual([3, 3, 1])
      // How far it has come with other stores is a counter too, and what waits for them has been sent.
      expect([link, link_in, link_out, outbox].map((rows) => rows?.length)).toEqual([1, 1, 1, 1])
      expect(Object.values(rest).flat()).toEqual([])
      // Whoever is not there is forgotten already.
      expect((await store.forget('nobody')).actors).toEqual([])
    }))

  it('holds where the next life ends before its first checkpoint, and for its journal after that', () =>
    inDirectory(async (directory) => {
      const store = sqlite(join(directory, 'store.db'))
      const open = await openIn(store)
      await fill(open)
      await open.persistence.close()
      await store.forget('shop/cart', { unhandled: 'discard' })
      for (const incarnation of [2, 3]) {
        const { persistence, settled } = await openIn(store)
        const revived = await settled(persistence.open('shop/cart', 0))
        expect(revived).toMatchObject({ incarnation, frontier: 4, offered: undefined, replay: [], backlog: [], timers: [] })
        await persistence.close()
      }
      const { persistence, settled } = await openIn(store)
      await settled(persistence.open('shop/cart', 0))
      const { checkpoint } = await settled(persistence.commit('shop/cart', 4, checkpointOf('anew', 4)))
      expect(checkpoint).toBe(2)
      const next = { kind: 'cast', name: 'add', input: 1, sender: undefined, key: undefined } as const
      expect(await settled(persistence.accept('shop/cart', next))).toEqual({ status: 'accepted', seq: 5 })
      await settled(persistence.commit('shop/cart', 4, turns([5], 'on')))
      expect((await settled(persistence.open('shop/cart', 0))).offered?.state).toBe('on')
      await persistence.close()
    }))

  it.each<[object, string]>([
    [{ deep: true }, 'forget: deep is no option; got true (boolean). The options are below and unhandled.'],
    [{ below: 1 }, 'forget: below must be true or false; got 1 (number)'],
    [{ unhandled: 'drop' }, 'forget: unhandled must be "refuse" or "discard"; got "drop"'],
  ])('checks its options: %o', (options, text) =>
    inDirectory(async (directory) => {
      const error = await rejection(sqlite(join(directory, 'x.db')).forget('a', options))
      expect([error.code, error.message]).toEqual(['configuration', text])
    }),
  )
})
