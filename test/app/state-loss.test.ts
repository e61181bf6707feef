import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { actor } from '../../src/behaviors/actor.ts'
import { message } from '../../src/behaviors/schema.ts'
import { sqlite } from '../../src/persistence/sqlite-store.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'
import { Counter } from '../support/scripted.ts'
import { eventsOf, simulated } from '../support/simulated-app.ts'
import { rowsIn } from '../support/store-content.ts'
import { inDirectory, message as letter, openIn, rejection } from '../support/store-fixtures.ts'

type State = 'checkpointed' | 'durable'

const treeOf = (state: State, allowStateLoss: boolean) =>
  supervisor({}, { a: child(Counter, { state, allowStateLoss }), b: child(Counter, { state }) })

/** Adds 1, 2 and 3 in three lives; what is waiting is accepted by the file after that. */
async function threeLives(path: string, state: State): Promise<void> {
  for (const n of [1, 2, 3]) {
    const { tree, app, until } = await simulated(treeOf(state, false), { store: sqlite(path) })
    await until(tree.a.call.add(n))
    await until(app.stop())
  }
}

function tamper(path: string, ...statements: string[]): void {
  const database = new DatabaseSync(path)
  for (const sql of statements) database.exec(sql)
  database.close()
}

const ruin = `UPDATE checkpoint SET state = '{}' WHERE actor = 'a'`

async function start(path: string, state: State, allowStateLoss: boolean) {
  return simulated(treeOf(state, allowStateLoss), { store: sqlite(path) })
}

describe('a state of which nothing can be read', () => {
  it.each<State>(['checkpointed', 'durable'])(
    'of a %s child refuses the start if nothing is said, and nothing is changed',
    (state) =>
      inDirectory(async (directory) => {
        const path = join(directory, 'app.db')
        await threeLives(path, state)
        tamper(path, ruin, `DELETE FROM inbox WHERE actor = 'a'`)
        const before = rowsIn(path)
        await expect(start(path, state, false)).rejects.toMatchObject({ code: 'tree-start', path: ['a'] })
        const after = rowsIn(path)
        expect([after['checkpoint'], after['inbox'], after['set_aside']]).toEqual([before['checkpoint'], before['inbox'], []])
      }),
  )

  it.each<State>(['checkpointed', 'durable'])(
    'of a %s child that allows its loss begins anew; what was there is set aside',
    (state) =>
      inDirectory(async (directory) => {
        const path = join(directory, 'app.db')
        await threeLives(path, state)
        tamper(path, ruin, `DELETE FROM inbox WHERE actor = 'a'`)
        const { tree, app, until, events } = await start(path, state, true)
        expect(await until(tree.a.call.add(5))).toBe(5)
        expect(eventsOf(events, 'state lost')).toMatchObject([{ id: 'a', lost: { checkpoints: 2, unhandled: 0 } }])
        expect(eventsOf(events, 'started').find(({ id }) => id === 'a')).toMatchObject({ source: 'initial' })
        await until(app.stop())
        const kept = rowsIn(path)['set_aside'] as readonly { readonly kind: string; readonly content: string }[]
        expect(kept.map(({ kind }) => kind)).toEqual(['checkpoint', 'checkpoint'])
        expect(JSON.parse(kept[0]?.content ?? '')).toMatchObject({ actor: 'a', state: '{}', cause: expect.any(String) })
        // And it goes on from there, also in the process after that.
        const next = await start(path, state, false)
        expect(await next.until(next.tree.a.call.count())).toBe(5)
        expect(eventsOf(next.events, 'state lost')).toEqual([])
        await next.until(next.app.stop())
      }),
  )

  it('keeps the messages that wait, and makes those that cannot be read dead letters', () =>
    inDirectory(async (directory) => {
      const path = join(directory, 'app.db')
      await threeLives(path, 'durable')
      const open = await openIn(sqlite(path))
      for (const n of [10, 20, 30, 40]) await open.settled(open.persistence.accept('a', letter(n, { kind: 'call' })))
      await open.persistence.close()
      tamper(path, ruin, `UPDATE inbox SET input = '{"json":99}' WHERE actor = 'a' AND seq = 5`)
      tamper(path, `DELETE FROM inbox WHERE actor = 'a' AND seq = 6`)
      const { tree, app, until, events } = await start(path, 'durable', true)
      expect(await until(tree.a.call.count())).toBe(10 + 40)
      expect(eventsOf(events, 'state lost')).toMatchObject([{ lost: { unhandled: 2 } }])
      await until(app.stop())
      expect(rowsIn(path)['dead_letter']).toMatchObject([
        { actor: 'a', seq: 5, why: 'it cannot be read' },
        { actor: 'a', seq: 6, why: 'it is missing' },
      ])
    }))

  it('is no matter for its neighbours', () =>
    inDirectory(async (directory) => {
      const path = join(directory, 'app.db')
      await threeLives(path, 'checkpointed')
      tamper(path, `UPDATE checkpoint SET state = '{}'`)
      // The other one does not allow it.
      await expect(start(path, 'checkpointed', true)).rejects.toMatchObject({ code: 'tree-start', path: ['b'] })
    }))
})

describe('a state that cannot be migrated', () => {
  const Old = actor('sum', {
    version: 1,
    initial: () => ({ sum: 0 }),
    handlers: ({ call }) => ({
      add: call(message<number>(), ({ state, input }) => ({ reply: 0, state: { sum: state.sum + input } })),
    }),
  })
  const New = (migrate: Record<number, (old: { sum: number }) => { total: number }>) =>
    actor('sum', {
      version: 2,
      migrate,
      initial: () => ({ total: -1 }),
      handlers: ({ call }) => ({
        add: call(message<number>(), ({ state, input }) => ({ reply: state.total, state: { total: state.total + input } })),
        total: call(({ state }) => ({ reply: state.total })),
      }),
    })
  const odd = {
    1: (old: { sum: number }) => {
      if (old.sum === 6) throw new Error('six cannot be migrated')
      return { total: old.sum }
    },
  }

  async function old(path: string): Promise<void> {
    const tree = supervisor({}, { a: child(Old, { state: 'durable' }) })
    const { tree: actors, app, until } = await simulated(tree, { store: sqlite(path) })
    for (const n of [1, 2, 3]) await until(actors.a.call.add(n))
    await until(app.stop())
  }

  it('is passed over for the checkpoint before, and the journal makes up for the rest', () =>
    inDirectory(async (directory) => {
      const path = join(directory, 'app.db')
      await old(path)
      const tree = supervisor({}, { a: child(New(odd), { state: 'durable', allowStateLoss: true }) })
      const { tree: actors, app, until, events } = await simulated(tree, { store: sqlite(path) })
      expect(await until(actors.a.call.total())).toBe(6)
      expect(eventsOf(events, 'state lost')).toEqual([])
      expect(eventsOf(events, 'state passed over')[0]).toMatchObject({
        id: 'a',
        error: { code: 'state-migration', cause: { message: 'six cannot be migrated' } },
      })
      await until(app.stop())
    }))

  it('is refused by its own name where its loss is not allowed, and left as it is', () =>
    inDirectory(async (directory) => {
      const path = join(directory, 'app.db')
      await old(path)
      const broken = supervisor({}, { a: child(New(odd), { state: 'durable' }) })
      const failed = await rejection(simulated(broken, { store: sqlite(path) }))
      expect(failed.code).toBe('tree-start')
      expect(failed.message).toContain(
        'the step of "sum" from version 1 to 2 has thrown (six cannot be migrated); nothing was changed',
      )
      const mended = supervisor({}, { a: child(New({ 1: ({ sum }) => ({ total: sum }) }), { state: 'durable' }) })
      const { tree: actors, app, until } = await simulated(mended, { store: sqlite(path) })
      expect(await until(actors.a.call.total())).toBe(6)
      await until(app.stop())
    }))

  it('for want of a step, or as one of newer code, is refused also where its loss is allowed', () =>
    inDirectory(async (directory) => {
      const path = join(directory, 'app.db')
      await old(path)
      const tree = supervisor({}, { a: child(New({}), { state: 'durable', allowStateLoss: true }) })
      await expect(simulated(tree, { store: sqlite(path) })).rejects.toMatchObject({ code: 'tree-start' })
      expect(rowsIn(path)['set_aside']).toEqual([])
    }))
})

describe('allowStateLoss', () => {
  it.each<[object, string]>([
    [{ allowStateLoss: 'yes' }, 'a: allowStateLoss must be true or false; got "yes"'],
    [
      { allowStateLoss: true, state: 'volatile' },
      'a: allowStateLoss is not for a volatile child, which keeps no state; got true (boolean)',
    ],
  ])('is checked: %o', async (options, text) => {
    await expect(simulated(supervisor({}, { a: child(Counter, options) }))).rejects.toThrow(text)
  })
})
