import { existsSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { sqlite } from '../../src/persistence/sqlite-store.ts'
import { fill } from '../support/full-store.ts'
import { rowsIn } from '../support/store-content.ts'
import { inDirectory, message, openIn, rejection, turns } from '../support/store-fixtures.ts'

describe('a backup', () => {
  it('of a store that is in use is a store with all that is committed, and leaves nothing else behind', () =>
    inDirectory(async (directory) => {
      const [path, copy] = [join(directory, 'store.db'), join(directory, 'copy.db')]
      const store = sqlite(path)
      const open = await openIn(store)
      await fill(open)
      const report = await store.backup(copy)
      expect(report).toEqual({ path: copy, bytes: statSync(copy).size })
      // The one that goes on is not in the copy, and the copy is not in the way.
      await open.settled(open.persistence.accept('shop/cart', message('later')))
      const again = await openIn(sqlite(copy))
      const revived = await again.settled(again.persistence.open('shop/cart', 0))
      expect(revived).toMatchObject({ incarnation: 2, frontier: 3, offered: { state: { big: 10n } }, backlog: [{ seq: 4 }] })
      expect(again.persistence.info).toMatchObject({ storeId: open.persistence.info.storeId, epoch: 2 })
      await again.persistence.close()
      await open.persistence.close()
      expect(readdirSync(directory).sort()).toEqual(['copy.db', 'store.db'])
      expect(statSync(copy).mode & 0o777).toBe(0o600)
    }))

  it('holds what is committed while it is made, whole groups of it', () =>
    inDirectory(async (directory) => {
      const copy = join(directory, 'copy.db')
      const store = sqlite(join(directory, 'store.db'), { sync: 'normal' })
      const { persistence, settled } = await openIn(store)
      await settled(persistence.open('a', 0))
      const large = 'x'.repeat(100_000)
      for (let n = 0; n < 100; n += 1) await settled(persistence.accept('big', message(large)))
      let last = 0
      const seen: number[] = []
      const backingUp = store.backup(copy, {
        onProgress: ({ copiedPages, totalPages }) => {
          seen.push(copiedPages / totalPages)
          last += 1
          void persistence.accept('a', message(last))
          void settled(persistence.commit('a', 1, turns([last], `after ${last}`)))
        },
      })
      await backingUp
      expect(seen.length).toBeGreaterThan(5)
      expect(seen.at(-1)).toBe(1)
      expect(last).toBeGreaterThan(5)
      await persistence.close()
      const again = await openIn(sqlite(copy))
      const revived = await again.settled(again.persistence.open('a', 0))
      expect(revived.frontier).toBeGreaterThan(0)
      expect(revived.offered?.state).toBe(`after ${revived.frontier}`)
      expect(revived.backlog).toEqual([])
      await again.persistence.close()
    }))

  it('of a store that nobody has open is made too, and one of a file that is not there is none', () =>
    inDirectory(async (directory) => {
      const [path, copy] = [join(directory, 'store.db'), join(directory, 'copy.db')]
      const missing = await rejection(sqlite(path).backup(copy))
      expect([missing.code, missing.problem, existsSync(path), existsSync(copy)]).toEqual(['store', 'missing', false, false])
      const open = await openIn(sqlite(path))
      await fill(open)
      const elsewhere = await rejection(sqlite(path).backup(copy))
      expect([elsewhere.problem, existsSync(copy)]).toEqual(['locked', false])
      await open.persistence.close()
      await sqlite(path).backup(copy)
      expect(rowsIn(copy)).toEqual(rowsIn(path))
      await (await openIn(sqlite(path))).persistence.close()
    }))

  it('replaces nothing, and says where it cannot be written', () =>
    inDirectory(async (directory) => {
      const path = join(directory, 'store.db')
      const [file, link] = [join(directory, 'there.db'), join(directory, 'link.db')]
      const store = sqlite(path)
      const { persistence } = await openIn(store)
      writeFileSync(file, 'mine')
      symlinkSync(join(directory, 'nowhere'), link)
      const problems = []
      for (const to of [path, file, link, directory, join(directory, 'no', 'such.db')])
        problems.push((await rejection(store.backup(to))).problem)
      expect(problems).toEqual(['exists', 'exists', 'exists', 'exists', 'missing'])
      expect(statSync(file).size).toBe(4)
      expect((await rejection(store.backup(''))).code).toBe('configuration')
      await persistence.close()
      expect(readdirSync(directory).sort()).toEqual(['link.db', 'store.db', 'there.db'])
    }))

  it('of a database that was passed open, and of one in memory, is a file', () =>
    inDirectory(async (directory) => {
      for (const [name, store] of [
        ['own', sqlite(':memory:')],
        ['node', sqlite(new DatabaseSync(':memory:'))],
      ] as const) {
        const copy = join(directory, `${name}'s.db`)
        const open = await openIn(store)
        await fill(open)
        await store.backup(copy)
        const again = await openIn(sqlite(copy))
        expect((await again.settled(again.persistence.open('shop/idle', 0))).checkpoints).toHaveLength(2)
        await again.persistence.close()
      }
    }))
})
