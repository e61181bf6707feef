import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CommitText } from '../../src/persistence/commit-text.ts'
import { memory } from '../../src/persistence/memory-store.ts'
import { persistenceOver } from '../../src/persistence/operation-store.ts'
import { sqlite } from '../../src/persistence/sqlite-store.ts'
import { keyedMap, type KeyedMap } from '../../src/protocol/keyed-map.ts'
import { superjsonCodec } from '../../src/serialization/superjson-codec.ts'
import type { Commit, Store } from '../../src/runtime/persistence.ts'
import { anyChange, changed, contentOf, damage, damages, emptyShop, type Change, type Shop } from '../support/keyed-shop.ts'
import { checkpointOf, message, openIn, rejection, snapshot, turn, type OpenStore } from '../support/store-fixtures.ts'

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ changes: fc.array(anyChange, { minLength: 1, maxLength: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ dies: fc.constant(true) }) },
  { weight: 1, arbitrary: fc.record({ damage: fc.constantFrom(...Object.keys(damages)), row: fc.nat({ max: 2 }) }) },
)

/** An actor with keyed maps, whose process dies now and then, beside what its state should be. */
class Trial {
  readonly #database = new DatabaseSync(':memory:')
  readonly #store = sqlite(this.#database)
  #owner: OpenStore | undefined
  #incarnation = 0
  #state = emptyShop
  #expected = emptyShop
  isDamaged = false
  hasFallenBack = false

  async begin(): Promise<void> {
    const { persistence, settled } = await openIn(this.#store)
    await settled(persistence.open('b', 0))
    await settled(persistence.commit('b', 1, checkpointOf({ ...emptyShop, items: keyedMap({ a: 7, z: 8 }) }, 0)))
    await this.open()
  }

  damage(name: string, row: number): void {
    damage(this.#database, name, row)
    this.isDamaged = true
  }

  /** Rejects with what the store says; resolves with false if no checkpoint can be read. */
  async open(): Promise<boolean> {
    this.#owner = await openIn(this.#store)
    const { persistence, settled } = this.#owner
    const { incarnation, offered, damaged, replay } = await settled(persistence.open('a', 0))
    if (offered === undefined && damaged.length > 0) return false
    if (!this.isDamaged) expect(damaged).toEqual([])
    this.hasFallenBack ||= damaged.length > 0
    this.#incarnation = incarnation
    const begin = (offered?.state ?? emptyShop) as Shop
    this.#state = replay.reduce((state, { envelope }) => changed(state, envelope.input as Change), begin)
    expect(contentOf(this.#state)).toEqual(contentOf(this.#expected))
    return true
  }

  async commit(changes: readonly Change[]): Promise<void> {
    if (this.#owner === undefined) return
    const { persistence, settled } = this.#owner
    const seqs: number[] = []
    for (const input of changes) {
      const { seq } = await settled(persistence.accept('a', message(input)))
      seqs.push(seq)
      this.#state = changed(this.#state, input)
    }
    const checkpoint = { snapshot: snapshot(this.#state, seqs.at(-1) ?? 0), cause: 'turn' } as const
    await settled(persistence.commit('a', this.#incarnation, { turns: seqs.map((seq) => turn(seq)), checkpoint }))
    this.#expected = this.#state
  }
}

describe('keyed maps in a file', () => {
  it('are what they were, whatever is changed, whoever dies, and whatever row is damaged; or that is told', async () => {
    const seen = { whole: 0, fallenBack: 0, refused: 0 }
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
        const trial = new Trial()
        await trial.begin()
        try {
          for (const next of steps) {
            if ('changes' in next) await trial.commit(next.changes)
            else if ('damage' in next) trial.damage(next.damage, next.row)
            // Half of what is damaged is found by whoever goes on, the other half by the next life.
            const isLive = 'changes' in next || ('damage' in next && next.row === 0)
            if (!isLive && !(await trial.open())) throw Object.assign(new Error('none can be read'), { problem: 'damaged' })
          }
          if (!(await trial.open())) throw Object.assign(new Error('none can be read'), { problem: 'damaged' })
          seen[trial.hasFallenBack ? 'fallenBack' : 'whole']++
        } catch (error) {
          if ((error as { problem?: unknown }).problem !== 'damaged' || !trial.isDamaged) throw error
          seen.refused++
        }
      }),
      { numRuns: 300, seed: 5 },
    )
    expect([seen.whole > 20, seen.fallenBack > 5, seen.refused > 20]).toEqual([true, true, true])
  })
})

const places = {
  'in memory': () => ({ store: memory(), dispose: () => undefined }),
  'in this thread': () => file('in-process'),
  'on a thread of its own': () => file('worker'),
}

function file(link: 'in-process' | 'worker'): { store: Store; dispose: () => void; path: string } {
  const folder = mkdtempSync(join(tmpdir(), 'coppice-keyed-'))
  const path = join(folder, 'store.db')
  return { store: sqlite(path, { link }), path, dispose: () => rmSync(folder, { recursive: true }) }
}

const shop = (items: KeyedMap<unknown>): Shop => ({ ...emptyShop, items })
const itemsOf = (state: unknown): unknown[] => [...(state as Shop).items]

describe.each(Object.entries(places))('keyed maps %s', (_name, place) => {
  async function inStore(use: (store: Store, owner: OpenStore) => Promise<void>): Promise<void> {
    const { store, dispose } = place()
    const owner = await openIn(store)
    try {
      await use(store, owner)
    } finally {
      await owner.settled(owner.persistence.close())
      dispose()
    }
  }

  it('come back with each checkpoint that is kept, also with one that was passed over', () =>
    inStore(async (_store, { persistence, settled }) => {
      await settled(persistence.open('a', 0))
      let items = keyedMap<unknown>({ stays: 1, changes: 1, goes: 1 })
      const write = (): Promise<unknown> => settled(persistence.commit('a', 1, checkpointOf(shop(items), 0)))
      await write()
      items = items.set('changes', 2).delete('goes').set('comes', 2)
      await write()
      items = items.set('changes', 3).set('goes', 3)
      await write()
      expect(await settled(persistence.read('a', 1))).toBeUndefined()
      expect(itemsOf((await settled(persistence.read('a', 2)))?.state).sort()).toEqual([
        ['changes', 2],
        ['comes', 2],
        ['stays', 1],
      ])
      expect(itemsOf((await settled(persistence.read('a', 3)))?.state)).toEqual([...items])

      // Goes on from the one before: what is written then follows that, and not the newest.
      const { offered } = await settled(persistence.open('a', 1))
      expect(offered?.number).toBe(2)
      await settled(persistence.commit('a', 2, checkpointOf(shop((offered?.state as Shop).items.set('later', 4)), 0)))
      expect(itemsOf((await settled(persistence.read('a', 3)))?.state)).toEqual([...items])
      const again = await settled(persistence.open('a', 0))
      expect(itemsOf(again.offered?.state).sort()).toEqual([
        ['changes', 2],
        ['comes', 2],
        ['later', 4],
        ['stays', 1],
      ])
    }))

  it('may come and go with the shape of the state', () =>
    inStore(async (_store, { persistence, settled }) => {
      await settled(persistence.open('a', 0))
      const states = [
        { count: 1 },
        shop(keyedMap({ a: 1 })),
        keyedMap({ root: true }),
        { '': keyedMap({ b: 1 }), 'a.b': keyedMap() },
        7,
      ]
      for (const state of states) {
        await settled(persistence.commit('a', 1, checkpointOf(state, 0)))
        const { checkpoints, offered } = await settled(persistence.open('a', 0, 1))
        expect(JSON.stringify(offered?.state)).toBe(JSON.stringify(state))
        expect(offered?.number).toBe(checkpoints[0]?.number)
      }
    }))

  it('count with all their entries for the size that a state may have, and nothing is written of one that is too large', () =>
    inStore(async (_store, { persistence, settled }) => {
      await settled(persistence.open('a', 0))
      const limits = { keep: 2, maxBytes: 1_000 }
      let items = keyedMap<unknown>()
      const commit = (): Commit => ({ turns: [], checkpoint: { snapshot: snapshot(shop(items), 0), cause: 'call', limits } })
      for (let i = 0; i < 9; i++) {
        items = items.set(`item ${i}`, 'x'.repeat(80))
        await settled(persistence.commit('a', 1, commit()))
      }
      items = items.set('item 9', 'x'.repeat(80))
      const error = await rejection(settled(persistence.commit('a', 1, commit())))
      expect(error).toMatchObject({ code: 'checkpoint-too-large', maxBytes: 1_000 })
      items = items.delete('item 9').delete('item 8')
      expect(await settled(persistence.commit('a', 1, commit()))).toMatchObject({ checkpoint: 10 })
      expect(itemsOf((await settled(persistence.read('a', 10)))?.state)).toEqual([...items])
    }))

  it('name the place of what cannot be stored, and nothing is written', () =>
    inStore(async (_store, { persistence, settled }) => {
      await settled(persistence.open('a', 0))
      const nested = { deep: { map: keyedMap<unknown>({ 'the key': { good: 1, bad: () => 1 } }) } }
      const error = await rejection(settled(persistence.commit('a', 1, checkpointOf(nested, 0))))
      expect(error.message).toMatch(/^state\.deep\.map\.get\("the key"\)\.bad cannot be stored: a function/)
      const { checkpoints } = await settled(persistence.open('a', 0, 1))
      expect(checkpoints).toEqual([])
    }))

  it('are stored as a whole where they have no place of their own, and come back too', () =>
    inStore(async (_store, { persistence, settled }) => {
      await settled(persistence.open('a', 0))
      const map = keyedMap<unknown>({ a: 1, __proto: keyedMap({ b: new Date(0) }) })
      const state = { list: [map], twice: [map, map], map, alsoMap: map }
      await settled(persistence.commit('a', 1, checkpointOf(state, 0)))
      const { offered } = await settled(persistence.open('a', 0, 1))
      expect(JSON.stringify(offered?.state)).toBe(JSON.stringify(state))
    }))
})

describe('a commit of a keyed map', () => {
  /** Rows and bytes of text that one commit writes which changes one of `size` entries. */
  async function costOf(size: number): Promise<{ rows: number; bytes: number }> {
    const database = new Database(':memory:')
    const { persistence, settled } = await openIn(sqlite(database))
    await settled(persistence.open('a', 0))
    let items = keyedMap<unknown>(Array.from({ length: size }, (_, i) => [`item ${i}`, { name: `item ${i}`, count: i }] as const))
    const commit = (): Promise<unknown> => settled(persistence.commit('a', 1, checkpointOf(shop(items), 0)))
    await commit()
    items = items.set('item 3', { name: 'item 3', count: -3 })
    await commit()
    database.exec(`CREATE TEMP TABLE written (bytes INTEGER)`)
    for (const table of ['entry', 'entry_before'])
      database.exec(`CREATE TEMP TRIGGER told_${table} AFTER INSERT ON main.${table} BEGIN
        INSERT INTO written VALUES (length(new.key) + length(new.value)); END`)
    database.exec(`CREATE TEMP TRIGGER told_checkpoint AFTER INSERT ON main.checkpoint BEGIN
      INSERT INTO written VALUES (length(new.state)); END`)
    items = items.set('item 3', { name: 'item 3', count: -33 })
    await commit()
    const { rows, bytes } = database.prepare('SELECT count(*) AS rows, sum(bytes) AS bytes FROM written').get() as never
    return { rows, bytes }
  }

  it('sends what has changed since the last one that is known to be written', async () => {
    const sent: CommitText[] = []
    let isRefused = false
    const answer = (operation: { readonly type: string; readonly commit?: CommitText }): unknown => {
      if (operation.commit === undefined) return { incarnation: 1, offered: undefined }
      sent.push(operation.commit)
      if (isRefused) throw new Error('refused')
      return { checkpoint: sent.length, sent: [] }
    }
    const submit = async (make: () => never, read: (value: unknown) => unknown): Promise<unknown> => {
      const answered = answer(make())
      await Promise.resolve()
      return read(answered)
    }
    const persistence = persistenceOver({ submit } as never, superjsonCodec())
    let items = keyedMap<unknown>({ a: 1, b: 2, c: 3 })
    const commit = async (): Promise<unknown> => {
      await persistence.commit('a', 1, checkpointOf(shop(items), 0)).catch(() => undefined)
      const [map] = sent.at(-1)?.checkpoint?.keyed?.maps ?? []
      return {
        follows: sent.at(-1)?.checkpoint?.keyed?.follows,
        puts: map?.puts.map(([key]) => key).sort(),
        removed: map?.removed,
      }
    }
    expect(await commit()).toEqual({ follows: undefined, puts: ['a', 'b', 'c'], removed: [] })
    items = items.set('b', 20).delete('c')
    expect(await commit()).toEqual({ follows: 1, puts: ['b'], removed: ['c'] })
    expect(await commit()).toEqual({ follows: 2, puts: [], removed: [] })
    items = items.set('a', 10)
    isRefused = true
    expect(await commit()).toEqual({ follows: 3, puts: ['a'], removed: [] })
    isRefused = false
    // Nobody knows what came of it: everything is sent, and held against what is there.
    expect(await commit()).toEqual({ follows: undefined, puts: ['a', 'b'], removed: [] })
    const [one, other] = [commit(), commit()]
    expect([await one, await other]).toMatchObject([{ puts: ['a', 'b'] }, { puts: ['a', 'b'] }])
    expect(await commit()).toEqual({ follows: 7, puts: [], removed: [] })
  })

  it('writes what has changed, and not what is there', async () => {
    const [small, large] = [await costOf(10), await costOf(20_000)]
    expect(large.rows).toBe(small.rows)
    expect(large.rows).toBe(3)
    // The numbers in the head are longer.
    expect(large.bytes - small.bytes).toBeLessThan(20)
  })
})
