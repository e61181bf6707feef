import { chmodSync, copyFileSync, existsSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { crcOf } from '../../src/persistence/checksum.ts'
import { schemaVersion } from '../../src/persistence/sqlite-schema.ts'
import { sqlite, type SqlHandle } from '../../src/persistence/sqlite-store.ts'
import { manualWorld } from '../support/manual-world.ts'
import { checkpointOf, inDirectory, message, openIn, rejection, turn, turns } from '../support/store-fixtures.ts'

/** Opens, expects a refusal, and gives its problem and text with the path written as `<path>`. */
async function refusal(path: string): Promise<[unknown, string]> {
  const error = await rejection(sqlite(path).open(manualWorld()))
  return [error.problem, error.message.replace(JSON.stringify(path), '<path>')]
}

/** Writes one row of a store that is closed, as an accident would. */
function tamper(path: string, sql: string, ...values: (string | number)[]): void {
  const database = new DatabaseSync(path)
  database.prepare(sql).run(...values)
  database.close()
}

function pragma(database: SqlHandle, name: string): unknown {
  return Object.values(database.prepare(`PRAGMA ${name}`).get() as Record<string, unknown>)[0]
}

describe('sqlite', () => {
  describe('checks before anything is opened', () => {
    it.each([
      [
        () => sqlite(''),
        'sqlite: path must be the path of a file, ":memory:", or an open database with prepare() and exec(); got ""',
      ],
      [
        () => sqlite({} as SqlHandle),
        'sqlite: path must be the path of a file, ":memory:", or an open database with prepare() and exec(); got an object',
      ],
      [
        () => sqlite('x.db', { sync: 'off' as 'full' }),
        'sqlite: sync must be "full" or "normal"; got "off". Without syncing a loss of power leaves a file that cannot be read.',
      ],
      [() => sqlite('x.db', { sync: 1 as unknown as 'full' }), 'sqlite: sync must be "full" or "normal"; got 1 (number)'],
      [
        () => sqlite('x.db', { synchronous: 'full' } as object),
        'sqlite: synchronous is no option; got "full". The options are sync, busy, link, verify, limits, keep and witness.',
      ],
      [
        () => sqlite(':memory:', { link: 'worker' }),
        'sqlite: link can be "worker" only for a file; got "worker". ' +
          'Give the path of a file, or leave link out: a database that is open or in memory cannot go to another thread.',
      ],
      [
        () => sqlite(new DatabaseSync(':memory:'), { link: 'worker' }),
        'sqlite: link can be "worker" only for a file; got "worker". ' +
          'Give the path of a file, or leave link out: a database that is open or in memory cannot go to another thread.',
      ],
      [() => sqlite('x.db', { link: 'thread' as 'worker' }), 'sqlite: link must be "in-process" or "worker"; got "thread"'],
      [
        () => sqlite('x.db', { busy: -1 }),
        'sqlite: busy must be milliseconds >= 0 or a text such as "500ms", "5s", "2m", "1h", "1d"; got -1 (number)',
      ],
    ])('%#', (use, text) => {
      expect(use).toThrow(expect.objectContaining({ code: 'configuration', message: text }))
      expect(existsSync('x.db')).toBe(false)
    })
  })

  describe('opening a file', () => {
    it('makes one that only its owner can read', () =>
      inDirectory(async (directory) => {
        const path = join(directory, 'store.db')
        const { persistence } = await openIn(sqlite(path))
        expect(statSync(path).mode & 0o777).toBe(0o600)
        expect(statSync(`${path}-wal`).mode & 0o777).toBe(0o600)
        await persistence.close()
      }))

    it('shares no memory with other processes, also where a store was killed before', () =>
      inDirectory(async (directory) => {
        const [path, copy] = [join(directory, 'store.db'), join(directory, 'copy.db')]
        const killed = await openIn(sqlite(path))
        await killed.settled(killed.persistence.accept('a', message(1)))
        for (const end of ['', '-wal']) copyFileSync(path + end, copy + end)
        const { persistence, settled } = await openIn(sqlite(copy))
        expect((await settled(persistence.open('a', 0))).backlog.length).toBe(1)
        expect(existsSync(`${copy}-shm`)).toBe(false)
        await persistence.close()
        await killed.persistence.close()
      }))

    it('refuses a second owner, and is free when the first has closed', () =>
      inDirectory(async (directory) => {
        const path = join(directory, 'store.db')
        const first = await openIn(sqlite(path))
        expect(await refusal(path)).toEqual([
          'locked',
          'store <path> is held by another owner. Stop it, or give this one a file of its own; nothing was changed',
        ])
        const taken = first.persistence.accept('a', message(1))
        await first.persistence.close()
        await taken
        const { persistence } = await openIn(sqlite(path))
        await persistence.close()
      }))

    it('says so if the directory does not exist, and makes none', () =>
      inDirectory(async (directory) => {
        const path = join(directory, 'none', 'store.db')
        const [problem, text] = await refusal(path)
        expect([problem, text.replace(directory, '<directory>')]).toEqual([
          'missing',
          'store <path> lies in a directory that does not exist. Create "<directory>/none" first; nothing was changed',
        ])
        expect(existsSync(join(directory, 'none'))).toBe(false)
      }))

    it('refuses a symbolic link', () =>
      inDirectory(async (directory) => {
        const path = join(directory, 'link.db')
        symlinkSync(join(directory, 'target.db'), path)
        expect(await refusal(path)).toEqual([
          'not-a-store',
          'store <path> is a symbolic link. Give the path of the file itself; nothing was changed',
        ])
        expect(existsSync(join(directory, 'target.db'))).toBe(false)
      }))

    it('refuses a directory', () =>
      inDirectory(async (directory) => {
        expect(await refusal(directory)).toEqual([
          'not-a-store',
          'store <path> is no file. Give the path of a file; nothing was changed',
        ])
      }))

    it('refuses what is no database', () =>
      inDirectory(async (directory) => {
        const path = join(directory, 'notes.txt')
        writeFileSync(path, 'dear diary, '.repeat(100))
        expect(await refusal(path)).toEqual([
          'not-a-store',
          'store <path> is no SQLite database. Give another path; nothing was changed',
        ])
      }))

    it('refuses the database of another program, and leaves it as it was', () =>
      inDirectory(async (directory) => {
        const path = join(directory, 'other.db')
        const other = new DatabaseSync(path)
        other.exec('CREATE TABLE address (name TEXT)')
        other.close()
        expect(await refusal(path)).toEqual([
          'not-a-store',
          'store <path> is a database of another program. Give a path of its own; nothing was changed',
        ])
        const after = new DatabaseSync(path)
        expect([pragma(after, 'journal_mode'), pragma(after, 'application_id')]).toEqual(['delete', 0])
        after.close()
      }))

    it('refuses a store of a newer version', () =>
      inDirectory(async (directory) => {
        const path = join(directory, 'store.db')
        await (await openIn(sqlite(path))).persistence.close()
        const newer = new DatabaseSync(path)
        newer.exec(`PRAGMA user_version = ${schemaVersion + 1}`)
        newer.close()
        expect(await refusal(path)).toEqual([
          'newer-schema',
          `store <path> was written by a newer coppice (schema ${schemaVersion + 1}, this one knows up to ` +
            `${schemaVersion}). Update coppice; nothing was changed`,
        ])
      }))

    it('does not lock itself out when opening fails', () =>
      inDirectory(async (directory) => {
        const path = join(directory, 'store.db')
        await (await openIn(sqlite(path))).persistence.close()
        const version = new DatabaseSync(path)
        version.exec(`PRAGMA user_version = ${schemaVersion + 1}`)
        version.close()
        await refusal(path)
        const again = new DatabaseSync(path)
        again.exec(`PRAGMA user_version = ${schemaVersion}`)
        again.close()
        await (await openIn(sqlite(path))).persistence.close()
      }))

    it('refuses a database that may only be read', () =>
      inDirectory(async (directory) => {
        const path = join(directory, 'store.db')
        await (await openIn(sqlite(path))).persistence.close()
        const readOnly = new DatabaseSync(path, { readOnly: true })
        const error = await rejection(sqlite(readOnly).open(manualWorld()))
        expect([error.problem, error.message]).toEqual([
          'read-only',
          'store "an open database" cannot be locked. Check that the file may be written, and that its file system knows locks; ' +
            'nothing was changed',
        ])
        readOnly.close()
      }))

    it.skipIf(process.getuid?.() === 0)('refuses a file without the right to write it', () =>
      inDirectory(async (directory) => {
        const path = join(directory, 'store.db')
        await (await openIn(sqlite(path))).persistence.close()
        chmodSync(path, 0o400)
        expect((await refusal(path))[0]).toBe('read-only')
      }),
    )
  })

  describe('settings', () => {
    it.each([
      ['full', 2, 1],
      ['normal', 1, 0],
    ] as const)('in %s sync are what was asked for', (sync, synchronous, fullfsync) =>
      inDirectory(async (directory) => {
        const database = new DatabaseSync(join(directory, 'store.db'))
        const { persistence } = await openIn(sqlite(database, { sync }))
        const got = [
          'locking_mode',
          'journal_mode',
          'synchronous',
          'fullfsync',
          'trusted_schema',
          'foreign_keys',
          'cell_size_check',
          'journal_size_limit',
        ].map((name) => [name, pragma(database, name)])
        expect(Object.fromEntries(got)).toEqual({
          locking_mode: 'exclusive',
          journal_mode: 'wal',
          synchronous,
          fullfsync,
          trusted_schema: 0,
          foreign_keys: 1,
          cell_size_check: 1,
          journal_size_limit: 67_108_864,
        })
        expect(persistence.info.sync).toBe(sync)
        await persistence.close()
        database.close()
      }),
    )

    it('that SQLite does not take are noticed, and the store is not used', async () => {
      const database = new DatabaseSync(':memory:')
      const deaf: SqlHandle = {
        exec: (sql) => (sql.includes('synchronous') ? undefined : database.exec(sql)),
        prepare: (sql) => (sql === 'PRAGMA synchronous' ? database.prepare('SELECT 0') : database.prepare(sql)),
      }
      const error = await rejection(sqlite(deaf).open(manualWorld()))
      expect([error.problem, error.message]).toEqual([
        'unsupported',
        'store "an open database" cannot be used safely: SQLite was asked for synchronous 2 and has 0; nothing was changed',
      ])
    })
  })

  describe('a checkpoint that is damaged', () => {
    async function withThreeCheckpoints(path: string): Promise<void> {
      const { persistence, settled } = await openIn(sqlite(path))
      await settled(persistence.open('a', 0))
      await settled(persistence.open('b', 0))
      for (const n of [1, 2, 3]) {
        for (const id of ['a', 'b']) {
          await settled(persistence.accept(id, message(n)))
          await settled(persistence.commit(id, 1, turns([n], `${id} after ${n}`)))
        }
      }
      await persistence.close()
    }

    it('is passed over for the one before, with the messages since', () =>
      inDirectory(async (directory) => {
        const path = join(directory, 'store.db')
        await withThreeCheckpoints(path)
        tamper(path, "UPDATE checkpoint SET state = replace(state, 'after 3', 'after 4') WHERE actor = 'a'")
        const { persistence, settled } = await openIn(sqlite(path))
        const revived = await settled(persistence.open('a', 0))
        expect([revived.offered?.state, revived.frontier, revived.replay.map(({ seq }) => seq)]).toEqual(['a after 2', 3, [3]])
        expect(revived.damaged).toEqual([{ number: 3, problem: 'its checksum does not match what it holds' }])
        expect(await settled(persistence.read('a', 3))).toBe(undefined)
        await persistence.close()
      }))

    const numbers = ['number', 'incarnation', 'version', 'frontier', 'applied', 'taken_at_ms']
    it.each(numbers)('is found out by its column %s', (column) =>
      inDirectory(async (directory) => {
        const path = join(directory, 'store.db')
        await withThreeCheckpoints(path)
        tamper(path, `UPDATE checkpoint SET ${column} = ${column} + 10 WHERE actor = 'a' AND number = 3`)
        const { persistence, settled } = await openIn(sqlite(path))
        expect((await settled(persistence.open('a', 0))).offered?.state).toBe('a after 2')
        await persistence.close()
      }),
    )

    const texts = ['behavior', 'cause', 'state', 'checksum']
    it.each(texts)('is found out by its column %s', (column) =>
      inDirectory(async (directory) => {
        const path = join(directory, 'store.db')
        await withThreeCheckpoints(path)
        tamper(path, `UPDATE checkpoint SET ${column} = ${column} || ' ' WHERE actor = 'a' AND number = 3`)
        const { persistence, settled } = await openIn(sqlite(path))
        expect((await settled(persistence.open('a', 0))).offered?.state).toBe('a after 2')
        await persistence.close()
      }),
    )

    it('is found out if it belongs to another actor', () =>
      inDirectory(async (directory) => {
        const path = join(directory, 'store.db')
        await withThreeCheckpoints(path)
        const swapped = "CASE actor WHEN 'a' THEN 'b' ELSE 'a' END"
        tamper(path, `UPDATE checkpoint SET actor = ${swapped}, number = number + 100 WHERE number = 3`)
        tamper(path, 'UPDATE checkpoint SET number = number - 100 WHERE number > 100')
        const { persistence, settled } = await openIn(sqlite(path))
        for (const id of ['a', 'b']) expect((await settled(persistence.open(id, 0))).offered?.state).toBe(`${id} after 2`)
        await persistence.close()
      }))

    it('does not push the last readable one out', () =>
      inDirectory(async (directory) => {
        const path = join(directory, 'store.db')
        await withThreeCheckpoints(path)
        tamper(path, "UPDATE checkpoint SET state = '' WHERE actor = 'a' AND number = 3")
        const { persistence, settled } = await openIn(sqlite(path))
        await settled(persistence.open('a', 0))
        await settled(persistence.accept('a', message(4)))
        await settled(persistence.commit('a', 2, turns([4], 'a after 4')))
        const revived = await settled(persistence.open('a', 0))
        expect(revived.checkpoints.map(({ number }) => number)).toEqual([4, 2])
        expect((await settled(persistence.open('a', 1))).replay.map(({ seq }) => seq)).toEqual([3, 4])
        await persistence.close()
      }))

    it('leaves no way back if there is no other and the journal is pruned', () =>
      inDirectory(async (directory) => {
        const path = join(directory, 'store.db')
        await withThreeCheckpoints(path)
        tamper(path, "UPDATE checkpoint SET state = '' WHERE actor = 'a'")
        const { persistence, settled } = await openIn(sqlite(path))
        const error = await settled(rejection(persistence.open('a', 0)))
        expect([error.problem, error.message.replace(JSON.stringify(path), '<path>')]).toEqual([
          'damaged',
          'store <path> lacks message 1 of a, without which its state cannot be rebuilt; nothing was changed',
        ])
        const anew = await settled(persistence.open('a', 1))
        expect([anew.incarnation, anew.offered, anew.frontier, anew.damaged.map(({ number }) => number)]).toEqual([
          2,
          undefined,
          3,
          [3, 2],
        ])
        await persistence.close()
      }))
  })

  describe('a journal that is damaged', () => {
    it('is not papered over where a waiting message is missing', () =>
      inDirectory(async (directory) => {
        const path = join(directory, 'store.db')
        const first = await openIn(sqlite(path))
        for (const n of [1, 2, 3]) await first.settled(first.persistence.accept('a', message(n)))
        await first.persistence.close()
        tamper(path, 'DELETE FROM inbox WHERE seq = 2')
        const { persistence, settled } = await openIn(sqlite(path))
        const error = await settled(rejection(persistence.open('a', 1)))
        expect([error.problem, error.message.replace(JSON.stringify(path), '<path>')]).toEqual([
          'damaged',
          'store <path> lacks message 2 of a, without which its state cannot be rebuilt; nothing was changed',
        ])
        await persistence.close()
      }))

    it.each([
      ['a message', "UPDATE inbox SET input = replace(input, '1', '2')"],
      ['the message of another actor', "UPDATE OR REPLACE inbox SET actor = 'a' WHERE actor = 'b'"],
      ['a timer', 'UPDATE timer SET due_at_ms = 2'],
      ['an actor', 'UPDATE actor SET frontier = frontier + 1'],
    ])('is found out by the checksum of %s', (_, sql) =>
      inDirectory(async (directory) => {
        const path = join(directory, 'store.db')
        const first = await openIn(sqlite(path))
        await first.settled(first.persistence.open('a', 0))
        await first.settled(
          Promise.all(['a', 'a', 'b', 'b'].map((id) => first.persistence.accept(id, message({ to: id, n: 1 })))),
        )
        await first.settled(
          first.persistence.commit('a', 1, {
            turns: [turn(1, { timersSet: [{ id: 't', dueAtMs: 1, envelope: message(1) }] })],
          }),
        )
        await first.persistence.close()
        tamper(path, sql)
        const { persistence, settled } = await openIn(sqlite(path))
        const error = await settled(rejection(persistence.open('a', 0)))
        expect([error.problem, error.message.replace(JSON.stringify(path), '<path>')]).toEqual([
          'damaged',
          'store <path> holds a row of a that is not what was written. Restore it from a backup; nothing was changed',
        ])
        await persistence.close()
      }),
    )

    it.each([
      ['row', "UPDATE actor SET next_seq = 9 WHERE id = 'b'"],
      ['answer', "UPDATE answer SET seq = 9 WHERE actor = 'b'"],
    ])('is found out by the %s of a receiver before the sender has written', (_, sql) =>
      inDirectory(async (directory) => {
        const path = join(directory, 'store.db')
        const first = await openIn(sqlite(path))
        await first.settled(
          Promise.all([first.persistence.accept('a', message(1)), first.persistence.accept('b', message(1, { key: 'k' }))]),
        )
        await first.persistence.close()
        tamper(path, sql)
        const { persistence, settled } = await openIn(sqlite(path))
        await settled(persistence.open('a', 0))
        const sends = [
          { to: 'c', envelope: message('x') },
          { to: 'b', envelope: message('y', { key: 'k' }) },
        ]
        const error = rejection(persistence.commit('a', 1, { ...turns([1], 'after'), turns: [turn(1, { sends })] }))
        const beside = persistence.accept('d', message('beside'))
        expect(await settled(beside)).toEqual({ status: 'accepted', seq: 1 })
        expect((await error).problem).toBe('damaged')
        const [a, c] = await settled(Promise.all([persistence.open('a', 0), persistence.open('c', 0)]))
        expect([a.frontier, a.offered, c.backlog]).toEqual([0, undefined, []])
        await persistence.close()
      }),
    )

    it('is found out where the row of the actor is gone', () =>
      inDirectory(async (directory) => {
        const path = join(directory, 'store.db')
        const first = await openIn(sqlite(path))
        await first.settled(first.persistence.accept('a', message(1)))
        await first.settled(first.persistence.open('b', 0))
        await first.settled(first.persistence.commit('b', 1, checkpointOf(1, 1)))
        await first.persistence.close()
        tamper(path, 'DELETE FROM actor')
        const { persistence, settled } = await openIn(sqlite(path))
        for (const id of ['a', 'b']) {
          const error = await settled(rejection(persistence.open(id, 0)))
          expect([error.problem, error.message.replace(JSON.stringify(path), '<path>')]).toEqual([
            'damaged',
            `store <path> holds more of ${id} than its row of the table actor says; nothing was changed`,
          ])
        }
        await persistence.close()
      }))

    it('says what cannot be read, and begins no incarnation', () =>
      inDirectory(async (directory) => {
        const path = join(directory, 'store.db')
        const first = await openIn(sqlite(path))
        await first.settled(first.persistence.accept('a', message(1)))
        await first.persistence.close()
        const hostile = '{"json":{"__proto__":1}}'
        tamper(path, 'UPDATE inbox SET input = ?, crc = ?', hostile, crcOf('a', 1, 'cast', 'add', hostile, null, null))
        const { persistence, settled } = await openIn(sqlite(path))
        const error = await settled(rejection(persistence.open('a', 0)))
        expect([error.problem, error.message.replace(JSON.stringify(path), '<path>')]).toEqual([
          'damaged',
          'store <path> holds something of a that cannot be read: the stored text cannot be read: ' +
            'it holds the reserved key "__proto__"; nothing was changed',
        ])
        await persistence.close()
        const after = new DatabaseSync(path)
        expect(after.prepare('SELECT incarnation FROM actor').get()).toEqual({ incarnation: 0 })
        after.close()
      }))
  })

  describe('a group', () => {
    it('is one transaction: if it fails, every call is rejected and nothing is there', () =>
      inDirectory(async (directory) => {
        const path = join(directory, 'store.db')
        const database = new DatabaseSync(path)
        const first = await openIn(sqlite(database))
        await first.settled(first.persistence.open('a', 0))
        await first.settled(first.persistence.accept('a', message('before')))
        database.exec(`PRAGMA max_page_count = ${Number(pragma(database, 'page_count'))}`)
        const group = [
          first.persistence.accept('b', message('small')),
          first.persistence.commit('a', 1, turns([1], 'x'.repeat(200_000))),
          first.persistence.accept('c', message('small too')),
        ].map(rejection)
        const errors = await first.settled(Promise.all(group))
        expect(errors.map(({ code, problem }) => [code, problem])).toEqual(errors.map(() => ['store', 'full']))
        expect(errors[0]?.message).toBe(
          'store "an open database" has no room left on its disk. Make room; nothing of this group was written',
        )

        database.exec('PRAGMA max_page_count = 1000000')
        const late = await first.settled(rejection(first.persistence.commit('a', 1, turns([1], 'late'))))
        expect(late.message).toBe('incarnation 1 of a can commit no more: an earlier commit of it failed; nothing was written')
        expect(await first.settled(first.persistence.accept('b', message('retried')))).toEqual({ status: 'accepted', seq: 1 })
        await first.persistence.close()
        database.close()

        const second = await openIn(sqlite(path))
        const a = await second.settled(second.persistence.open('a', 0))
        expect([a.incarnation, a.frontier, a.offered, a.backlog.map(({ envelope }) => envelope.input)]).toEqual([
          2,
          0,
          undefined,
          ['before'],
        ])
        const b = await second.settled(second.persistence.open('b', 0))
        expect(b.backlog.map(({ envelope }) => envelope.input)).toEqual(['retried'])
        expect((await second.settled(second.persistence.open('c', 0))).backlog).toEqual([])
        await second.persistence.close()
      }))

    it('collects every call until the scheduler lets it go', async () => {
      const log: string[] = []
      const database = new DatabaseSync(':memory:')
      const watched: SqlHandle = {
        exec: (sql) => database.exec(sql),
        prepare: (sql) => {
          const statement = database.prepare(sql)
          if (sql !== 'COMMIT') return statement
          return {
            run: () => {
              log.push(sql)
              return statement.run()
            },
            get: () => undefined,
            all: () => [],
          }
        },
      }
      const { persistence, world, settled } = await openIn(sqlite(watched))
      const calls = Array.from({ length: 100 }, (_, n) => persistence.accept(`actor ${n % 7}`, message(n)))
      expect(world.deferred).toEqual(['store commit'])
      await settled(Promise.all(calls))
      expect(log).toEqual(['COMMIT'])
    })

    it('is refused as a whole when the store has another owner since', async () => {
      const database = new DatabaseSync(':memory:')
      const old = await openIn(sqlite(database))
      await openIn(sqlite(database))
      const group = [old.persistence.accept('a', message(1)), old.persistence.open('a', 0)].map(rejection)
      const errors = await old.settled(Promise.all(group))
      expect(errors.map(({ message: text }) => text)).toEqual(
        errors.map(
          () => 'store "an open database" has another owner since it was opened here (epoch 2, ours is 1); nothing was written',
        ),
      )
      expect(database.prepare('SELECT count(*) AS n FROM inbox').get()).toEqual({ n: 0 })
    })

    it('that meets an error of the disk ends a store whose database was passed open: nobody knows what was written', async () => {
      const database = new DatabaseSync(':memory:')
      let isBroken = false
      const breaking: SqlHandle = {
        exec: (sql) => database.exec(sql),
        prepare: (sql) => {
          const statement = database.prepare(sql)
          if (sql !== 'COMMIT') return statement
          const run = () => {
            if (isBroken) throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_FSYNC' })
            return statement.run()
          }
          return { run, get: () => undefined, all: () => [] }
        },
      }
      const { persistence, settled } = await openIn(sqlite(breaking))
      await settled(persistence.accept('a', message(1)))
      isBroken = true
      const failed = await settled(rejection(persistence.accept('a', message(2))))
      expect([failed.problem, failed.message]).toEqual([
        'io',
        'store "an open database" failed to read or write its disk. Check the disk; ' +
          'it is not known whether this group was written',
      ])
      isBroken = false
      const late = await rejection(persistence.accept('a', message(3)))
      expect([late.problem, late.message]).toEqual([
        'io',
        'store "an open database" has failed, and cannot be opened again from here. ' +
          'Start again to go on from what is on the disk; nothing was written',
      ])
      expect(database.prepare('SELECT count(*) AS n FROM inbox').get()).toEqual({ n: 1 })
    })
  })

  describe('for people with sqlite3', () => {
    it('shows what each actor is now, what waits and what was given up', async () => {
      const database = new DatabaseSync(':memory:')
      const { persistence, settled } = await openIn(sqlite(database))
      await settled(persistence.open('shop/cart', 0))
      await settled(Promise.all([1, 2, 3].map((n) => persistence.accept('shop/cart', message(n)))))
      await settled(
        persistence.commit('shop/cart', 1, {
          ...turns([1, 2], { items: 2 }),
          turns: [turn(1), turn(2, { dead: 'poison' })],
        }),
      )
      await settled(persistence.open('shop/idle', 0))
      await settled(persistence.commit('shop/idle', 1, checkpointOf('first', 1)))
      await settled(persistence.commit('shop/idle', 1, checkpointOf('second', 2)))
      expect(database.prepare('SELECT actor, frontier, checkpoint, taken_at, state FROM actors_now').all()).toEqual([
        { actor: 'shop/cart', frontier: 2, checkpoint: 1, taken_at: '1970-01-01 00:16:40', state: '{"json":{"items":2}}' },
        { actor: 'shop/idle', frontier: 2, checkpoint: 2, taken_at: '1970-01-01 00:16:40', state: '{"json":"second"}' },
      ])
      expect(database.prepare('SELECT actor, seq, input FROM waiting').all()).toEqual([
        { actor: 'shop/cart', seq: 3, input: '{"json":3}' },
      ])
      expect(database.prepare('SELECT actor, seq, why, input FROM dead_letter').all()).toEqual([
        { actor: 'shop/cart', seq: 2, why: 'poison', input: '{"json":2}' },
      ])
    })
  })
})
