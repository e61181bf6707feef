import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { actor } from '../../src/behaviors/actor.ts'
import { message } from '../../src/behaviors/schema.ts'
import { memory } from '../../src/persistence/memory-store.ts'
import { sqlite } from '../../src/persistence/sqlite-store.ts'
import type { Store } from '../../src/runtime/persistence.ts'
import { child, supervisor, type SupervisorNode } from '../../src/supervision/trees/tree.ts'
import { simulated } from '../support/simulated-app.ts'

const often = { intensity: { restarts: 100, within: '1s' } } as const

/** Adds what it is sent, but for 13. */
const adder = (isMended: boolean) =>
  actor('adder', {
    initial: () => ({ sum: 0 }),
    handlers: ({ call, cast }) => ({
      add: call(message<number>(), ({ state, input }) => {
        if (input === 13 && !isMended) throw new Error('not 13')
        return { reply: state.sum + input, state: { sum: state.sum + input } }
      }),
      later: cast(message<{ by: number }>(), ({ state, input }) => {
        if (!isMended) throw new Error('not yet')
        return { sum: state.sum + input.by }
      }),
      sum: call(({ state }) => ({ reply: state.sum })),
    }),
  })

const pair = (definition: ReturnType<typeof adder>) =>
  supervisor(often, { a: child(definition, { state: 'durable' }), b: child(definition, { state: 'durable' }) })
const [broken, mended] = [pair(adder(false)), pair(adder(true))]

/** A process in which two messages die. */
async function twoDie(store: Store): Promise<void> {
  const { tree, app, until } = await simulated(broken, { store })
  await until(tree.a.call.add(1))
  await expect(until(tree.a.call.add(13, { id: 'the one' }))).rejects.toMatchObject({ code: 'crashed' })
  await until(tree.a.cast.later({ by: 100 }))
  await until(tree.a.call.add(2))
  await until(app.stop())
}

describe('a dead letter of an earlier process', () => {
  it('is listed with its cause, its attempts and its time, and is sent again, once', async () => {
    const store = memory()
    await twoDie(store)
    const { tree, app, until } = await simulated(mended, { store })
    const letters = app.deadLetters()
    expect(letters).toMatchObject([
      {
        number: 1,
        id: 'a',
        message: { kind: 'call', name: 'add', seq: 2, attempt: 3 },
        input: 13,
        cause: 'crashed',
        isEarlier: true,
      },
      {
        number: 2,
        id: 'a',
        message: { kind: 'cast', name: 'later', seq: 3 },
        input: { by: 100 },
        cause: 'crashed',
        isEarlier: true,
      },
    ])
    expect(letters[0]?.atMs).toBeGreaterThan(0)
    const both = [app.replay({ number: 1 }), app.replay({ number: 1 })].map((replay) =>
      replay.catch((error: Error) => error.message),
    )
    expect(await until(Promise.all(both))).toEqual([
      16,
      'dead letter 1 was sent again already, or is no longer kept; nothing was sent',
    ])
    expect(await until(app.replay({ number: 2 }))).toBeUndefined()
    expect(await until(tree.a.call.sum())).toBe(116)
    // Whoever asks with the id of then is told what its caller was told.
    await expect(until(tree.a.call.add(13, { id: 'the one' }))).rejects.toMatchObject({ code: 'crashed' })
    await until(app.stop())
    const third = await simulated(mended, { store })
    expect(third.app.deadLetters()).toEqual([])
    expect(await third.until(third.tree.a.call.sum())).toBe(116)
  })

  it('is one again where it fails again, with those of this process behind it', async () => {
    const store = memory()
    await twoDie(store)
    const { tree, app, until } = await simulated(broken, { store })
    await expect(until(tree.b.call.add(13))).rejects.toMatchObject({ code: 'crashed' })
    await expect(until(app.replay({ number: 1 }))).rejects.toMatchObject({ code: 'crashed' })
    const told = app.deadLetters().map(({ number, id, message: { seq }, isEarlier }) => [number, id, seq, isEarlier])
    expect(told).toEqual([
      [2, 'a', 3, true],
      [3, 'b', 1, false],
      [4, 'a', 5, false],
    ])
    await until(app.stop())
    const next = await simulated(mended, { store })
    expect(next.app.deadLetters().map(({ id, message: { seq } }) => [id, seq])).toEqual([
      ['a', 3],
      ['b', 1],
      ['a', 5],
    ])
  })

  it('of this process goes back into the journal as well: it is in no later process a dead letter', async () => {
    const store = memory()
    let isMended = false
    const Fragile = actor('fragile', {
      initial: () => ({ n: 0 }),
      handlers: ({ call }) => ({
        add: call(({ state }) => {
          if (!isMended) throw new Error('broken')
          return { reply: state.n + 1, state: { n: state.n + 1 } }
        }),
      }),
    })
    const tree = supervisor(often, { f: child(Fragile, { state: 'durable' }) })
    const { tree: refs, app, until } = await simulated(tree, { store })
    await expect(until(refs.f.call.add())).rejects.toMatchObject({ code: 'crashed' })
    isMended = true
    expect(await until(app.replay({ number: 1 }))).toBe(1)
    await until(app.stop())
    const next = await simulated(tree, { store })
    expect(next.app.deadLetters()).toEqual([])
  })

  it('stays one where it cannot be sent, and says why', async () => {
    const store = memory()
    await twoDie(store)
    const Other = actor('adder', {
      initial: () => ({ sum: 0 }),
      handlers: ({ call }) => ({ sum: call(({ state }) => ({ reply: state.sum })) }),
    })
    const trees: readonly (readonly [SupervisorNode<unknown>, string | RegExp])[] = [
      [supervisor({}, { b: child(adder(true)) }), 'is for a, which does not run here: start it first'],
      [supervisor({}, { a: child(adder(true), { state: 'volatile' }) }), 'was in the journal of a, which has none any more'],
      [supervisor({}, { a: child(Other, { state: 'durable' }) }), /"add"/],
    ]
    for (const [tree, problem] of trees) {
      const { app, until } = await simulated(tree, { store })
      await expect(until(app.replay({ number: 1 }))).rejects.toThrow(problem)
      expect(app.deadLetters()).toHaveLength(2)
      await until(app.stop())
    }
    const { app, until } = await simulated(mended, { store })
    expect(await until(app.replay({ number: 1 }))).toBe(16)
  })

  it('is sent again or a dead letter still, whenever the process dies meanwhile, and never both', async () => {
    const seen = new Set<string>()
    for (let steps = 0; steps < 40; steps++) {
      const store = memory()
      await twoDie(store)
      const dying = await simulated(mended, { store })
      dying.app.replay({ number: 1 }).catch(() => undefined)
      for (let step = 0; step < steps; step++) {
        if (step % 3 === 0 && !dying.scheduler.isIdle) dying.scheduler.step()
        else await Promise.resolve()
      }
      const { tree, app, until } = await simulated(mended, { store })
      const sum = await until(tree.a.call.sum())
      const isDead = app.deadLetters().some(({ message: { seq } }) => seq === 2)
      seen.add(`${sum} ${isDead}`)
    }
    expect([...seen].sort()).toEqual(['16 false', '3 true'])
  })

  it('is forgotten by hand, here and in the store', async () => {
    const store = memory()
    await twoDie(store)
    const { app, until } = await simulated(mended, { store })
    await until(app.discard({ number: 1 }))
    await expect(until(app.discard({ number: 1 }))).rejects.toMatchObject({ code: 'dead-letter' })
    expect(app.deadLetters()).toMatchObject([{ number: 2 }])
    await until(app.stop())
    const next = await simulated(mended, { store })
    expect(next.app.deadLetters()).toMatchObject([{ number: 1, message: { name: 'later' } }])
  })

  it('is among the newest that are kept, and no others', async () => {
    const store = memory()
    await twoDie(store)
    const { app } = await simulated(mended, { store, keepDeadLetters: 1 })
    expect(app.deadLetters()).toMatchObject([{ number: 1, message: { name: 'later' } }])
  })
})

describe('a dead letter in a file', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'coppice-letters-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('that cannot be read is listed without what was sent, and is not sent', async () => {
    const file = join(folder, 'app.db')
    await twoDie(sqlite(file))
    const database = new Database(file)
    database.exec(`UPDATE dead_letter SET input = '{"json' WHERE seq = 2`)
    database.close()
    const { app, until } = await simulated(mended, { store: sqlite(file) })
    expect(app.deadLetters()[0]).toMatchObject({
      number: 1,
      input: undefined,
      cause: 'unreadable',
      problem: expect.any(String) as string,
    })
    await expect(until(app.replay({ number: 1 }))).rejects.toThrow(/^dead letter 1 cannot be read/)
    await until(app.discard({ number: 1 }))
    expect(app.deadLetters()).toHaveLength(1)
  })
})
