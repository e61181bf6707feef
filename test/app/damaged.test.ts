import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { schemaVersion } from '../../src/persistence/sqlite-schema.ts'
import { sqlite } from '../../src/persistence/sqlite-store.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'
import { Counter } from '../support/scripted.ts'
import { eventsOf, simulated } from '../support/simulated-app.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'coppice-damaged-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const file = (): string => join(folder, 'app.db')

/** Runs SQL on the file while nobody owns it. */
const tamper = (sql: string): void => {
  const database = new Database(file())
  database.exec(sql)
  database.close()
}

const tree = (state: 'checkpointed' | 'durable') => supervisor({}, { a: child(Counter, { state }), b: child(Counter, { state }) })

/** Adds 1, 2 and 3 in three lives, so that there are checkpoints to fall back to. */
const threeLives = async (state: 'checkpointed' | 'durable'): Promise<void> => {
  for (const n of [1, 2, 3]) {
    const { tree: actors, app, until } = await simulated(tree(state), { store: sqlite(file()) })
    await until(actors.a.call.add(n))
    await until(app.stop())
  }
}

const newest = `number = (SELECT max(number) FROM checkpoint WHERE actor = 'a') AND actor = 'a'`

describe('a damaged checkpoint', () => {
  it('[R17] of a durable actor falls back to the one before, and the journal makes up for the rest', async () => {
    await threeLives('durable')
    tamper(`UPDATE checkpoint SET state = replace(state, '6', '9') WHERE ${newest}`)
    const { tree: actors, until, events } = await simulated(tree('durable'), { store: sqlite(file()) })
    expect(await until(actors.a.call.count())).toBe(6)
    expect(eventsOf(events, 'checkpoint damaged')).toMatchObject([
      { id: 'a', problem: expect.stringContaining('checksum') as string },
    ])
    expect(eventsOf(events, 'recovering')[0]).toMatchObject({ id: 'a', replayed: 1 })
  })

  it('[R19] of a checkpointed actor falls back to the one before, and says so', async () => {
    await threeLives('checkpointed')
    tamper(`UPDATE checkpoint SET state = '{"json":{"count":66}}' WHERE ${newest}`)
    const { tree: actors, until, events } = await simulated(tree('checkpointed'), { store: sqlite(file()) })
    expect(await until(actors.a.call.count())).toBe(3)
    expect(eventsOf(events, 'checkpoint damaged')).toHaveLength(1)
  })

  it('that is the last one refuses the start: beginning anew would lose the state without a word', async () => {
    await threeLives('checkpointed')
    tamper(`UPDATE checkpoint SET state = '{}' WHERE actor = 'a'`)
    const starting = simulated(tree('checkpointed'), { store: sqlite(file()) })
    await expect(starting).rejects.toMatchObject({ code: 'tree-start', path: ['a'] })
    await expect(starting).rejects.toThrow(/the state of a cannot be brought back: none of its checkpoints can be read/)
    tamper(`SELECT 1`)
  })

  it('by the state of another actor in its place is noticed', async () => {
    await threeLives('durable')
    tamper(`UPDATE checkpoint SET state = (SELECT state FROM checkpoint WHERE actor = 'b' LIMIT 1) WHERE ${newest}`)
    const { tree: actors, until, events } = await simulated(tree('durable'), { store: sqlite(file()) })
    expect(await until(actors.a.call.count())).toBe(6)
    expect(eventsOf(events, 'checkpoint damaged')).toHaveLength(1)
  })
})

describe('a store that cannot be used', () => {
  it('leaves nothing running, and the file as it was', async () => {
    await threeLives('durable')
    tamper('PRAGMA user_version = 99')
    await expect(simulated(tree('durable'), { store: sqlite(file()) })).rejects.toMatchObject({
      code: 'store',
      problem: 'newer-schema',
    })
    tamper(`PRAGMA user_version = ${schemaVersion}`)
    const { tree: actors, until, app } = await simulated(tree('durable'), { store: sqlite(file()) })
    expect(await until(actors.a.call.count())).toBe(6)
    const second = simulated(tree('durable'), { store: sqlite(file()) })
    await expect(second).rejects.toMatchObject({ code: 'store', problem: 'locked' })
    expect(await until(actors.a.call.add(1))).toBe(7)
    await until(app.stop())
  })
})
