import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { start } from '../../src/app/start.ts'
import { sqlite } from '../../src/persistence/sqlite-store.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'
import { fill } from '../support/full-store.ts'
import { Counter } from '../support/scripted.ts'
import { rowsIn } from '../support/store-content.ts'
import { inDirectory, message, openIn, rejection } from '../support/store-fixtures.ts'
import { watchThreads } from '../support/store-threads.ts'

describe('a store on a thread of its own', () => {
  it('is backed up, exported, verified and rid of an actor while a tree works on it', () =>
    inDirectory(async (directory) => {
      const store = sqlite(join(directory, 'store.db'), { link: 'worker' })
      const app = await start(supervisor({}, { a: child(Counter, { state: 'durable' }) }), { store })
      const adding = Promise.all(Array.from({ length: 200 }, () => app.tree.a.call.add(1)))
      const copy = join(directory, 'copy.db')
      await store.backup(copy)
      await adding
      const again = await start(supervisor({}, { a: child(Counter, { state: 'durable' }) }), { store: sqlite(copy) })
      expect(await again.tree.a.call.count()).toBeLessThanOrEqual(200)
      await again.stop()
      const lines = join(directory, 'store.jsonl')
      await store.exportTo(lines)
      const other = join(directory, 'other.db')
      await sqlite(other, { link: 'worker' }).importFrom(lines)
      expect(await store.verify()).toMatchObject({ isSound: true, findings: [], actors: 1 })
      expect((await rejection(store.forget('a'))).problem).toBe('in-use')
      const { inbox, checkpoint } = rowsIn(other)
      await app.stop()
      const now = rowsIn(join(directory, 'store.db'))
      expect(inbox).toEqual(now['inbox'])
      expect(checkpoint?.[0]).toEqual(now['checkpoint']?.[0])
      expect((await store.forget('a')).actors).toEqual(['a'])
    }))

  it('says that a copy was not made where the thread dies meanwhile, and makes the next', () =>
    inDirectory(async (directory) => {
      const threads = watchThreads()
      const store = sqlite(join(directory, 'store.db'), { link: 'worker' })
      const open = await openIn(store)
      try {
        await fill(open)
        const copy = join(directory, 'copy.db')
        const dying = rejection(store.backup(copy))
        await threads.newest?.terminate()
        expect((await dying).message).toMatch(/has lost its thread, and gets another\. Ask again; nothing was copied$/)
        expect(existsSync(copy)).toBe(false)
        // Answered by the next thread.
        await open.settled(open.persistence.accept('shop/cart', message('on')))
        await store.backup(copy)
        expect(rowsIn(copy)['inbox']).toHaveLength(5)
      } finally {
        threads.unwatch()
        await open.persistence.close()
      }
    }))
})
