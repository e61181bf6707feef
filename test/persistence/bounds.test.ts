import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { sqlite, type SqliteOptions } from '../../src/persistence/sqlite-store.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'
import { manualWorld } from '../support/manual-world.ts'
import { Counter } from '../support/scripted.ts'
import { simulated } from '../support/simulated-app.ts'
import { checkpointOf, inDirectory, message, openIn, rejection, turn, turns, type OpenStore } from '../support/store-fixtures.ts'

const hourMs = 3_600_000

function countIn(database: DatabaseSync, table: string): number {
  return Number(database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n'])
}

/** Accepts a message with a key, answers it or gives it up, and writes the state. */
async function handle({ persistence, settled }: OpenStore, n: number, dead?: string): Promise<void> {
  await settled(persistence.accept('a', message(n, { key: `k${n}` })))
  const done = turn(n, { outcome: { status: 'replied', value: n }, ...(dead === undefined ? {} : { dead }) })
  await settled(persistence.commit('a', 1, { ...turns([n], n), turns: [done] }))
}

describe('answers', () => {
  it('are kept as long as is said, and those to messages that wait as long as they do', async () => {
    const database = new DatabaseSync(':memory:')
    const world = manualWorld()
    const open = await openIn(sqlite(database, { keep: { answers: { age: '1h' } } }), world)
    const { persistence, settled } = open
    await settled(persistence.open('a', 0))
    await handle(open, 1)
    await settled(persistence.accept('a', message('waits', { key: 'waiting' })))
    world.wallMs += hourMs - 1
    expect(await settled(persistence.accept('a', message(1, { key: 'k1' })))).toMatchObject({ status: 'answered' })
    world.wallMs += 70_000
    await settled(persistence.accept('other', message(0)))
    expect(await settled(persistence.accept('a', message('waits', { key: 'waiting' })))).toEqual({ status: 'pending', seq: 2 })
    expect(await settled(persistence.accept('a', message(1, { key: 'k1' })))).toEqual({ status: 'accepted', seq: 3 })
  })

  it('are kept up to so many, the newest; many more go a part at a time', async () => {
    const database = new DatabaseSync(':memory:')
    const world = manualWorld()
    const open = await openIn(sqlite(database, { keep: { answers: { most: 5, age: 'forever' } } }), world)
    const { persistence, settled } = open
    await settled(persistence.open('a', 0))
    world.wallMs += 1
    const count = 2_500
    await settled(Promise.all(Array.from({ length: count }, (_, i) => persistence.accept('a', message(i, { key: `k${i + 1}` })))))
    await settled(persistence.commit('a', 1, { turns: Array.from({ length: count }, (_, i) => turn(i + 1)) }))
    const left: number[] = []
    for (const waitMs of [60_000, 1_000, 1_000, 60_000]) {
      world.wallMs += waitMs
      await settled(persistence.accept('b', message(0)))
      left.push(countIn(database, 'answer'))
    }
    expect(left).toEqual([1_500, 500, 5, 5])
  })

  it('of a version before are as old as they are known to be', async () => {
    const database = new DatabaseSync(':memory:')
    const world = manualWorld()
    const open = await openIn(sqlite(database, { keep: { answers: { age: '1h' } } }), world)
    await open.settled(open.persistence.open('a', 0))
    await handle(open, 1)
    database.exec('UPDATE answer SET asked_at_ms = 0')
    for (const kept of [1, 1, 0]) {
      world.wallMs += hourMs / 2 + 60_000
      await open.settled(open.persistence.accept('b', message(0)))
      expect(countIn(database, 'answer')).toBe(kept)
    }
  })
})

describe('dead letters', () => {
  it('are kept as long and as many as is said, the newest', async () => {
    const database = new DatabaseSync(':memory:')
    const world = manualWorld()
    const open = await openIn(sqlite(database, { keep: { deadLetters: { most: 2, age: '1h' } } }), world)
    await open.settled(open.persistence.open('a', 0))
    for (const n of [1, 2, 3]) await handle(open, n, 'poison')
    world.wallMs += 60_000
    await open.settled(open.persistence.accept('b', message(0)))
    expect(database.prepare('SELECT seq FROM dead_letter').all()).toEqual([{ seq: 2 }, { seq: 3 }])
    world.wallMs += hourMs
    await open.settled(open.persistence.accept('b', message(0)))
    expect(countIn(database, 'dead_letter')).toBe(0)
  })
})

describe('the limit of what waits', () => {
  it('rejects what is too much for one actor before it is accepted; others, and what was accepted, are as before', async () => {
    const { persistence, settled } = await openIn(sqlite(':memory:', { limits: { maxQueued: 2 } }))
    for (const n of [1, 2]) expect(await settled(persistence.accept('a', message(n, { key: `k${n}` })))).toMatchObject({ seq: n })
    const error = await settled(rejection(persistence.accept('a', message(3))))
    expect([error.code, error.problem]).toEqual(['store', 'limit'])
    expect(error.message).toBe(
      'store ":memory:" takes no more messages for a, of which 2 wait already. ' +
        'Wait until it has handled some, or raise limits.maxQueued; nothing was accepted',
    )
    expect(await settled(persistence.accept('a', message(2, { key: 'k2' })))).toEqual({ status: 'pending', seq: 2 })
    expect(await settled(persistence.accept('b', message(1)))).toEqual({ status: 'accepted', seq: 1 })
    expect((await settled(persistence.open('a', 0))).backlog).toHaveLength(2)
    await settled(persistence.commit('a', 1, turns([1], 'one')))
    expect(await settled(persistence.accept('a', message(3)))).toEqual({ status: 'accepted', seq: 3 })
  })

  it('tells callers that nothing was sent', () =>
    inDirectory(async (directory) => {
      const store = sqlite(join(directory, 'store.db'), { limits: { maxQueued: 1 } })
      const tree = supervisor({}, { a: child(Counter, { state: 'durable' }) })
      const { tree: actors, app, until } = await simulated(tree, { store })
      const answers = await until(Promise.allSettled([1, 2, 3].map((n) => actors.a.call.add(n, { timeout: 50 }))))
      const problems = answers.map((answer) => (answer.status === 'rejected' ? (answer.reason as object) : undefined))
      expect(problems[0]).toBeUndefined()
      for (const problem of problems.slice(1))
        expect(problem).toMatchObject({ code: 'unavailable', isSent: false, cause: { code: 'store', problem: 'limit' } })
      expect(await until(actors.a.call.count())).toBe(1)
      await until(app.stop())
    }))
})

describe('the limit of the file', () => {
  it('rejects new messages; what was accepted is handled, and forgetting makes room again', () =>
    inDirectory(async (directory) => {
      const store = sqlite(join(directory, 'store.db'), { sync: 'normal', limits: { maxFileBytes: 400_000 } })
      const { persistence, settled } = await openIn(store)
      const large = 'x'.repeat(50_000)
      let accepted = 0
      let error: { readonly code?: unknown; readonly problem?: unknown; readonly message?: string } | undefined
      while (error === undefined)
        await settled(persistence.accept('a', message(large))).then(
          () => (accepted += 1),
          (reason: Error) => (error = reason),
        )
      expect(accepted).toBeGreaterThan(3)
      expect([error.code, error.problem]).toEqual(['store', 'limit'])
      expect(error.message).toMatch(/takes no more messages: it holds \d+ bytes of 400000\..*nothing was accepted$/)
      const { backlog } = await settled(persistence.open('a', 0))
      expect(backlog).toHaveLength(accepted)
      await settled(persistence.commit('a', 1, { turns: backlog.map(({ seq }) => turn(seq)) }))
      for (const n of [1, 2]) await settled(persistence.commit('a', 1, checkpointOf(`small ${n}`, accepted)))
      // Both checkpoints are behind all of the messages, which go.
      expect(await settled(persistence.accept('a', message(large)))).toEqual({ status: 'accepted', seq: accepted + 1 })
      await persistence.close()
    }))

  it('counts what comes in one group too', async () => {
    const { persistence, settled } = await openIn(sqlite(':memory:', { limits: { maxFileBytes: 400_000 } }))
    const large = 'x'.repeat(50_000)
    const together = Array.from({ length: 20 }, () => persistence.accept('a', message(large)))
    const results = await settled(Promise.allSettled(together))
    const accepted = results.filter(({ status }) => status === 'fulfilled').length
    expect(accepted).toBeGreaterThan(3)
    expect(accepted).toBeLessThan(8)
  })
})

describe('the options', () => {
  it.each<[object, string]>([
    [{ limits: { maxFileBytes: 5 } }, 'sqlite: limits.maxFileBytes must be an integer >= 65536; got 5 (number)'],
    [{ limits: { maxQueued: 0 } }, 'sqlite: limits.maxQueued must be an integer >= 1; got 0 (number)'],
    [
      { limits: { maxqueued: 1 } },
      'sqlite: limits.maxqueued is no option; got 1 (number). The options are maxFileBytes and maxQueued.',
    ],
    [{ limits: 7 }, 'sqlite: limits must be an object; got 7 (number)'],
    [{ keep: { answers: { most: 0 } } }, 'sqlite: keep.answers.most must be an integer >= 1; got 0 (number)'],
    [{ keep: { letters: {} } }, 'sqlite: keep.letters is no option; got an object. The options are answers and deadLetters.'],
    [
      { keep: { deadLetters: { age: 'long' } } },
      'sqlite: keep.deadLetters.age must be milliseconds >= 0 or a text such as "500ms", "5s", "2m", "1h", "1d"; got "long"',
    ],
  ])('are checked before anything is opened: %o', (options, text) => {
    expect(() => sqlite('x.db', options as SqliteOptions)).toThrow(
      expect.objectContaining({ code: 'configuration', message: text }),
    )
  })
})
