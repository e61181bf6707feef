import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { actor } from '../../src/behaviors/actor.ts'
import { agent } from '../../src/behaviors/agent.ts'
import { message } from '../../src/behaviors/schema.ts'
import { cutFromText, cutToText } from '../../src/persistence/cut-text.ts'
import { memory } from '../../src/persistence/memory-store.ts'
import { sqlite } from '../../src/persistence/sqlite-store.ts'
import { keyedMap, type KeyedMap } from '../../src/protocol/keyed-map.ts'
import type { ChildOptions } from '../../src/supervision/specs/child-options.ts'
import { supervisorOf } from '../../src/supervision/trees/supervisor-ref.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'
import { eventsOf, simulated } from '../support/simulated-app.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'coppice-keyed-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const file = (): string => join(folder, 'app.db')

function inFile<T>(use: (database: Database.Database) => T): T {
  const database = new Database(file())
  try {
    return use(database)
  } finally {
    database.close()
  }
}

const Stock = actor('stock', {
  initial: () => ({ items: keyedMap<number>(), sold: 0 }),
  handlers: ({ call, cast }) => ({
    put: call(message<string>(), ({ state, input }) => {
      const items = state.items.update(input, (n = 0) => n + 1)
      return { reply: items.get(input), state: { ...state, items } }
    }),
    drop: call(message<string>(), ({ state, input }) => ({ reply: true, state: { ...state, items: state.items.delete(input) } })),
    all: call(({ state }) => ({ reply: state.items.toJSON() })),
    items: call(({ state }) => ({ reply: state.items })),
    crash: cast(message<string>(), ({ input }) => {
      throw new Error(input)
    }),
    keep: cast(({ state, ctx }) => {
      ctx.checkpoint()
      return { ...state, sold: state.sold + 1 }
    }),
  }),
})

const tree = (options: ChildOptions) =>
  supervisor({ intensity: { restarts: 100, within: '1s' } }, { a: child(Stock, options as never) })

describe.each(['durable', 'checkpointed'] as const)('a %s actor with a keyed map in its state', (state) => {
  it('goes on with it after crashes and in the next process', async () => {
    for (const life of [1, 2, 3]) {
      const { tree: actors, app, until } = await simulated(tree({ state }), { store: sqlite(file()) })
      expect(await until(actors.a.call.put('pears'))).toBe(life)
      void actors.a.cast.crash('boom')
      await until(actors.a.call.put(`only in ${life}`))
      if (life > 1) await until(actors.a.call.drop(`only in ${life - 1}`))
      expect(await until(actors.a.call.all())).toEqual({ pears: life, [`only in ${life}`]: 1 })
      await until(app.stop())
    }
    const rows = inFile((database) => database.prepare('SELECT map, key, value FROM entries_now').all())
    expect(rows).toEqual([
      { map: 'items', key: 'only in 3', value: '{"json":1}' },
      { map: 'items', key: 'pears', value: '{"json":3}' },
    ])
  })

  it('goes back to a cut with the entries that it had then, by hand, by name and in the next process', async () => {
    const group = supervisor({}, { shop: supervisor({ strategy: 'one_for_all' }, { a: child(Stock, { state }) }) })
    for (const how of ['at once', 'by name', 'as text'] as const) {
      const store = sqlite(join(folder, `${how}.db`))
      let sim = await simulated(group, { store })
      for (const name of ['pears', 'plums', 'figs']) await sim.until(sim.tree.shop.a.call.put(name))
      await sim.until(sim.tree.shop.a.call.drop('figs'))
      const cut = await sim.until(supervisorOf(sim.tree.shop).cut())
      const text = cutToText(cut)
      await sim.until(sim.app.cuts.save('then', cut))
      await sim.until(sim.tree.shop.a.call.put('pears'))
      await sim.until(sim.tree.shop.a.call.drop('plums'))
      await sim.until(sim.tree.shop.a.call.put('nuts'))
      if (how !== 'at once') {
        await sim.until(sim.app.stop())
        sim = await simulated(group, { store })
      }
      const kept = how === 'at once' ? cut : how === 'as text' ? cutFromText(text) : await sim.until(sim.app.cuts.load('then'))
      await sim.until(supervisorOf(sim.tree.shop).restore(kept ?? cut))
      expect(await sim.until(sim.tree.shop.a.call.all())).toEqual({ pears: 1, plums: 1 })
      await sim.until(sim.tree.shop.a.call.put('kiwis'))
      await sim.until(sim.app.stop())
      const last = await simulated(group, { store })
      expect(await last.until(last.tree.shop.a.call.all())).toEqual({ pears: 1, plums: 1, kiwis: 1 })
      await last.until(last.app.stop())
      expect((await store.verify()).findings).toEqual([])
    }
  })

  it('falls back to the checkpoint before where an entry of the newest is damaged, and says which', async () => {
    for (const name of ['pears', 'plums', 'figs']) {
      const { tree: actors, app, until } = await simulated(tree({ state }), { store: sqlite(file()) })
      await until(actors.a.call.put(name))
      await until(app.stop())
    }
    inFile((database) => database.exec(`UPDATE entry SET value = '{"json":9}' WHERE key = 'figs'`))
    const { tree: actors, until, events } = await simulated(tree({ state }), { store: sqlite(file()) })
    // A journal makes up for the rest.
    const rest = state === 'durable' ? { figs: 1 } : {}
    expect(await until(actors.a.call.all())).toEqual({ pears: 1, plums: 1, ...rest })
    expect(eventsOf(events, 'checkpoint damaged')).toMatchObject([
      { id: 'a', problem: 'the entry "figs" of its keyed map "items" is not what was written' },
    ])
    await until(actors.a.call.put('figs'))
  })

  it('is not started where an entry is damaged that all checkpoints share, nor with onLoadFailure: "fail"', async () => {
    for (const name of ['pears', 'plums', 'figs']) {
      const { tree: actors, app, until } = await simulated(tree({ state }), { store: sqlite(file()) })
      await until(actors.a.call.put(name))
      await until(app.stop())
    }
    if (state === 'checkpointed') {
      inFile((database) => database.exec(`UPDATE entry SET value = '{"json":9}' WHERE key = 'figs'`))
      const strict = simulated(tree({ state, checkpoint: { onLoadFailure: 'fail' } }), { store: sqlite(file()) })
      await expect(strict).rejects.toThrow(/checkpoint \d+ cannot be read \(the entry "figs" of its keyed map "items"/)
    }
    inFile((database) => database.exec(`DELETE FROM entry WHERE key = 'pears'`))
    const starting = simulated(tree({ state }), { store: sqlite(file()) })
    await expect(starting).rejects.toThrow(state === 'durable' ? /lacks message 1 of a/ : /none of its checkpoints can be read/)
    const again = await simulated(tree({ state, allowStateLoss: true }), { store: sqlite(file()) })
    expect(await again.until(again.tree.a.call.all())).toEqual({})
    await again.until(again.tree.a.call.put('new'))
    await again.until(again.app.stop())
    const kinds = inFile((database) => database.prepare('SELECT DISTINCT kind FROM set_aside').pluck().all())
    expect(kinds).toContain('entry')
  })
})

describe('a keyed map in a state', () => {
  it('is migrated to and from a plain object', async () => {
    const store = memory()
    const plain = actor('stock', {
      initial: () => ({ items: { pears: 1, plums: 2 } }),
      handlers: ({ call }) => ({ all: call(({ state }) => ({ reply: state.items })) }),
    })
    const back = actor('stock', {
      version: 3,
      migrate: {
        1: (old: { items: Record<string, number> }) => ({ items: keyedMap(old.items), sold: 0 }),
        2: (old: { items: KeyedMap<number> }) => ({ items: old.items.toJSON() }),
      },
      initial: () => ({ items: {} }),
      handlers: ({ call }) => ({ all: call(({ state }) => ({ reply: state.items })) }),
    })
    const keyed = actor('stock', {
      version: 2,
      migrate: { 1: (old: { items: Record<string, number> }) => ({ items: keyedMap(old.items), sold: 0 }) },
      initial: () => ({ items: keyedMap<number>(), sold: 0 }),
      handlers: ({ call }) => ({
        all: call(({ state }) => ({
          reply: { ...state.items.toJSON() },
          state: { ...state, items: state.items.set('figs', 3) },
        })),
      }),
    })
    for (const definition of [plain, keyed, keyed, back]) {
      const { app, until } = await simulated(supervisor({}, { a: child(definition, { state: 'durable' }) }), { store })
      const all = await until(app.refOf({ actor: 'a', system: app.store?.storeId ?? '' }, definition as typeof plain).call.all())
      expect(all).toMatchObject({ pears: 1, plums: 2 })
      if (definition === back) expect(all).toEqual({ pears: 1, plums: 2, figs: 3 })
      await until(app.stop())
    }
  })

  it('comes back from the checkpoint that a hook chooses', async () => {
    const store = memory()
    const options: ChildOptions = { state: 'checkpointed', checkpoint: { every: 1, keep: 4 } }
    const first = await simulated(tree(options), { store })
    for (const name of ['pears', 'plums', 'figs']) {
      await first.until(first.tree.a.call.put(name))
      await first.settle()
    }
    await first.until(first.app.stop())
    const chosen: ChildOptions = { ...options, hooks: { restart: (ctx) => ctx.from(ctx.checkpoints.at(-1)?.number ?? 0) } }
    const second = await simulated(tree(chosen), { store })
    expect(await second.until(second.tree.a.call.all())).toEqual({ pears: 1 })
    await second.until(second.tree.a.call.put('plums'))
    await second.until(second.tree.a.call.put('quinces'))
    await second.settle()
    await second.until(second.app.stop())
    const third = await simulated(tree(options), { store })
    expect(await third.until(third.tree.a.call.all())).toEqual({ pears: 1, plums: 1, quinces: 1 })
  })

  it('is handed out as it is: whoever has it sees nothing of what comes later', async () => {
    const { tree: actors, until } = await simulated(tree({ state: 'durable' }))
    await until(actors.a.call.put('pears'))
    const before = await until(actors.a.call.items())
    await until(actors.a.call.put('pears'))
    expect([before.get('pears'), (await until(actors.a.call.items())).get('pears')]).toEqual([1, 2])
  })

  it('can be the value of an agent, and not be hidden in one where it would be lost', async () => {
    const Kept = agent('kept', () => keyedMap<number>())
    const { tree: actors, until } = await simulated(supervisor({}, { a: child(Kept) }))
    await until(actors.a.update((map) => map.set('a', 1)))
    expect(await until(actors.a.get((map) => map.get('a')))).toBe(1)
    const Hidden = agent('hidden', () => ({ map: keyedMap<number>() }))
    await expect(simulated(supervisor({}, { a: child(Hidden) }))).rejects.toThrow(
      /agent "hidden": initial must be plain data, which can be copied; got an object. function aKeyedMap/,
    )
  })

  it('is forgotten with its actor, and verified', async () => {
    const store = sqlite(file())
    const { tree: actors, app, until } = await simulated(tree({ state: 'durable' }), { store })
    await until(actors.a.call.put('pears'))
    await until(actors.a.call.put('pears'))
    await until(actors.a.call.put('pears'))
    await until(app.stop())
    expect(await store.verify()).toMatchObject({ isSound: true })
    inFile((database) => database.exec(`UPDATE entry_before SET value = '{"json":7}'`))
    expect((await store.verify()).findings).toMatchObject([
      { problem: 'checkpoint', actor: 'a', text: expect.stringContaining('"pears" of its keyed map "items"') as string },
      { problem: 'row', actor: 'a', text: 'entry_before has a row of a that is not what was written' },
    ])
    await store.forget('a')
    expect(inFile((database) => database.prepare('SELECT key FROM entry UNION SELECT key FROM entry_before').all())).toEqual([])
  })
})

describe('a large state', () => {
  const Long = actor('long', {
    initial: () => ({ text: '', items: keyedMap<string>() }),
    handlers: ({ call }) => ({
      plain: call(message<number>(), ({ state, input }) => ({ reply: true, state: { ...state, text: 'x'.repeat(input) } })),
      keyed: call(message<number>(), ({ state, input }) => ({
        reply: true,
        state: { ...state, items: state.items.set(`${state.items.size}`, 'x'.repeat(input)) },
      })),
    }),
  })

  it('of a durable actor, which is written with every turn, is told once with the way out; a keyed map is none', async () => {
    const { tree: actors, until, events } = await simulated(supervisor({}, { a: child(Long, { state: 'durable' }) }))
    for (const size of [30_000, 30_000, 30_000]) await until(actors.a.call.keyed(size))
    await until(actors.a.call.plain(65_000))
    expect(eventsOf(events, 'large state')).toEqual([])
    await until(actors.a.call.plain(66_000))
    await until(actors.a.call.plain(67_000))
    expect(eventsOf(events, 'large state')).toMatchObject([
      { id: 'a', incarnation: 1, advice: expect.stringContaining('keyedMap()') as string },
    ])
    expect(eventsOf(events, 'large state')[0]?.bytes).toBeGreaterThan(66_000)
  })
})
