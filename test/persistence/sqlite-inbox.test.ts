import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { sqlite } from '../../src/persistence/sqlite-store.ts'
import { inDirectory, message, openIn, rejection, turns } from '../support/store-fixtures.ts'

describe('messages that are accepted together', () => {
  it.each([1, 15, 16, 17, 40])('are in the journal, each as it was sent: %i of them', async (count) => {
    await inDirectory(async (directory) => {
      const path = join(directory, 'a.db')
      const sent = Array.from({ length: count }, (_, n) =>
        message({ n }, { name: `m${n}`, ...(n % 3 === 0 && { sender: 'b' }), ...(n % 5 === 0 && { key: `k${n}` }) }),
      )
      const first = await openIn(sqlite(path))
      await first.settled(first.persistence.open('a', 0))
      await first.settled(Promise.all(sent.map((one) => first.persistence.accept('a', one))))
      await first.persistence.close()
      const { persistence, settled } = await openIn(sqlite(path))
      const { backlog } = await settled(persistence.open('a', 0))
      expect(backlog.map(({ seq, envelope }) => ({ seq, ...envelope }))).toEqual(sent.map((one, n) => ({ seq: n + 1, ...one })))
      await persistence.close()
    })
  })

  it('are in the journal also if many that are alike follow each other, and others stand between them', async () => {
    await inDirectory(async (directory) => {
      const path = join(directory, 'a.db')
      const runs = [
        { to: 'a', count: 600, options: {} },
        { to: 'b', count: 70, options: { sender: 'c' } },
        { to: 'a', count: 20, options: { name: 'other' } },
        { to: 'b', count: 15, options: {} },
        { to: 'a', count: 64, options: { key: 'k' } },
        { to: 'a', count: 81, options: { sender: 'c' } },
      ]
      const sent = runs.flatMap(({ to, count, options: { key, ...others } }) =>
        Array.from({ length: count }, (_, n) => ({ to, one: message({ n }, { ...others, ...(key && { key: `${key}${n}` }) }) })),
      )
      const first = await openIn(sqlite(path))
      await first.settled(Promise.all(sent.map(({ to, one }) => first.persistence.accept(to, one))))
      await first.persistence.close()
      const { persistence, settled } = await openIn(sqlite(path))
      for (const id of ['a', 'b']) {
        const { backlog } = await settled(persistence.open(id, 0))
        const own = sent.filter(({ to }) => to === id).map(({ one }, n) => ({ seq: n + 1, ...one }))
        expect(backlog.map(({ seq, envelope }) => ({ seq, ...envelope }))).toEqual(own)
      }
      await persistence.close()
    })
  })

  it.each([
    ['name', "'other'"],
    ['kind', "'call'"],
    ['input', '\'{"json":0}\''],
    ['sender', "'b'"],
    ['key', "'k'"],
    ['crc', 'crc + 1'],
  ])('are refused when the %s of one was changed', async (column, value) => {
    await inDirectory(async (directory) => {
      const path = join(directory, 'a.db')
      const first = await openIn(sqlite(path))
      await first.settled(Promise.all(Array.from({ length: 20 }, (_, n) => first.persistence.accept('a', message(n + 1)))))
      await first.persistence.close()
      const database = new DatabaseSync(path)
      database.exec(`UPDATE inbox SET ${column} = ${value} WHERE seq = 11`)
      database.close()
      const { persistence, settled } = await openIn(sqlite(path))
      expect(await rejection(settled(persistence.open('a', 0)))).toMatchObject({ problem: 'damaged' })
      await persistence.close()
    })
  })

  it('are seen by what follows them in the same transaction', async () => {
    await inDirectory(async (directory) => {
      const { persistence, settled } = await openIn(sqlite(join(directory, 'a.db')))
      await settled(persistence.open('a', 0))
      const accepted = [1, 2, 3].map((n) => persistence.accept('a', message(n)))
      const committed = persistence.commit('a', 1, turns([1, 2], 'two'))
      // It looks for what waits, to give it up.
      const gone = persistence.goBack({ supervisor: '', actors: [], strangers: ['a'], groups: [] })
      const left = persistence.deadLetters(10)
      await settled(Promise.all([...accepted, committed, gone]))
      expect((await left).map(({ seq }) => seq)).toEqual([3])
      await persistence.close()
    })
  })
})
