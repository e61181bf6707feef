import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { simulatedSystem } from '../../src/app/simulated-system.ts'
import { actor } from '../../src/behaviors/actor.ts'
import { memory } from '../../src/persistence/memory-store.ts'
import { sqlite } from '../../src/persistence/sqlite-store.ts'
import type { ExitNote, Store } from '../../src/runtime/persistence.ts'
import type { DecisionRecord } from '../../src/supervision/shell/decision-log.ts'
import { describeCause } from '../../src/supervision/telling/describe-cause.ts'
import { describeDecision } from '../../src/supervision/telling/describe-decision.ts'
import { supervisorOf } from '../../src/supervision/trees/supervisor-ref.ts'
import { child, dynamicSupervisor, supervisor } from '../../src/supervision/trees/tree.ts'
import { Counter } from '../support/scripted.ts'
import { eventsOf, simulated } from '../support/simulated-app.ts'

const often = { intensity: { restarts: 20_000, within: '1h' } } as const

/** By whom, in which process and as the how manieth it was decided, about whom, and what came back. */
const brief = ({ supervisor, epoch, number, isEarlier, id, incarnation, decided, back }: DecisionRecord) => [
  `${supervisor === '' ? 'root' : supervisor} ${epoch}.${number} ${isEarlier ? 'earlier' : 'now'}`,
  incarnation === undefined ? id : `${id}#${incarnation}`,
  decided,
  ...back.map((comeback) => (comeback.status === 'started' ? `${comeback.id}#${comeback.incarnation}` : comeback.status)),
]

/** A store that counts what it is asked to note. */
function counting(store: Store): { readonly store: Store; readonly writes: (readonly ExitNote[])[] } {
  const writes: (readonly ExitNote[])[] = []
  const open: Store['open'] = async (world) => {
    const inner = await store.open(world)
    const noteExits: typeof inner.noteExits = (supervisor, notes, keep) => {
      writes.push(notes)
      return inner.noteExits(supervisor, notes, keep)
    }
    return { ...inner, info: inner.info, noteExits }
  }
  return { store: { open }, writes }
}

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'coppice-decisions-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const file = (): string => join(folder, 'app.db')

/** Runs SQL on the file while nobody owns it. */
const tamper = (sql: string): void => {
  const database = new DatabaseSync(file())
  database.exec(sql)
  database.close()
}

describe('app.decisions in the next process', () => {
  it('[S10] has those of the processes before, marked by their epochs, and its own behind them', async () => {
    const tree = supervisor(often, { a: child(Counter), carts: dynamicSupervisor(Counter, { ...often, state: 'durable' }) })
    await using sim = await simulatedSystem(tree)
    const cart = await sim.until(sim.tree.carts.start('x', { from: 1 }))
    void cart.cast.crash('cart')
    void sim.tree.a.cast.crash('first')
    await sim.settle()
    await sim.restart()
    void sim.tree.a.cast.crash('second')
    await sim.settle()
    await sim.restart()
    expect(sim.app.decisions().map(brief)).toEqual([
      ['root 1.1 earlier', 'a#1', 'restart', 'a#2'],
      ['root 2.1 earlier', 'a#3', 'restart', 'a#4'],
    ])
    expect(sim.app.decisions('carts')[0]).toMatchObject({ id: 'carts/x', epoch: 1, isEarlier: true })
    expect(supervisorOf(sim.tree).inspect()?.decisions).toEqual(sim.app.decisions())
    void sim.tree.a.cast.crash('third')
    await sim.settle()
    expect(sim.app.decisions().map((record) => brief(record)[0])).toEqual([
      'root 1.1 earlier',
      'root 2.1 earlier',
      'root 3.1 now',
    ])
    expect(sim.app.store?.epoch).toBe(3)
  })

  it('[S10] has all that was known of them: what was thrown, at which message, why, and what came back', async () => {
    let failures = 1
    const Failing = actor('failing', {
      initial: () => ({}),
      restart: () => {
        failures -= 1
        if (failures >= 0) throw new RangeError('not yet')
      },
      handlers: ({ call }) => ({
        pay: call((): { reply: number } => {
          const cause = Object.assign(new Error('socket closed'), { code: 'EPIPE', socket: { write: () => 1 } })
          throw Object.assign(new TypeError('no paper', { cause }), { amount: 5 })
        }),
      }),
    })
    const once = { intensity: { restarts: 1, within: '1h' } } as const
    const tree = supervisor(often, {
      shop: supervisor(once, { till: child(Failing, { restart: 'transient' }) }),
      b: child(Counter),
    })
    await using sim = await simulatedSystem(tree)
    await sim.until(sim.tree.shop.till.call.pay().catch(() => undefined))
    await sim.settle()
    const before = [...sim.app.decisions('shop'), ...sim.app.decisions()]
    await sim.restart()
    const after = [...sim.app.decisions('shop'), ...sim.app.decisions()]
    expect(after.map(brief)).toEqual(before.map((record) => brief({ ...record, isEarlier: true })))
    expect(after.map(({ reason }) => describeCause(reason))).toEqual(before.map(({ reason }) => describeCause(reason)))
    const [first] = after
    expect(first).toMatchObject({
      supervisorIncarnation: 1,
      message: { kind: 'call', name: 'pay' },
      why: before[0]?.why,
      budgetLeft: 0,
      limit: { restarts: 1, withinMs: 3_600_000 },
      atMs: before[0]?.atMs,
      back: [{ status: 'failed', reason: { type: 'error', error: new RangeError('not yet') } }],
    })
    const { error } = first?.reason as { readonly error: Error }
    const cause = Object.assign(new Error('socket closed'), { code: 'EPIPE' })
    expect(error).toEqual(Object.assign(new TypeError('no paper', { cause }), { amount: 5 }))
    expect(error.stack).toContain('kept-decisions.test.ts')
    expect(first && describeDecision(first).split('\n')[0]).toMatch(
      /shop: shop\/till#1 ended \(in an earlier process, epoch 1\)$/,
    )
  })

  it('has so many as it is told to keep, old and new together', async () => {
    const store = memory()
    const tree = supervisor(often, { a: child(Counter) })
    for (const process of [1, 2, 3]) {
      const { app, tree: actors, settle, until } = await simulated(tree, { store, keepDecisions: process === 3 ? 2 : 4 })
      for (let crash = 0; crash < 3; crash += 1) {
        const kept = { 1: crash, 2: Math.min(3 + crash, 4), 3: 2 }[process]
        expect(app.decisions()).toHaveLength(kept ?? 0)
        void actors.a.cast.crash('boom')
        await settle()
      }
      await until(app.stop())
    }
    const { app } = await simulated(tree, { store })
    expect(app.decisions().map((record) => brief(record)[0])).toEqual(['root 3.2 earlier', 'root 3.3 earlier'])
  })

  it('has those that waited to be written when the tree was stopped', async () => {
    const store = memory()
    const first = await simulated(supervisor(often, { a: child(Counter) }), { store })
    for (let crash = 0; crash < 15; crash += 1) {
      void first.tree.a.cast.crash('boom')
      await first.settle()
    }
    await first.until(first.app.stop())
    const { app } = await simulated(supervisor(often, { a: child(Counter) }), { store })
    expect(app.decisions().map(({ number, back }) => [number, back.length])).toEqual(
      Array.from({ length: 15 }, (_, i) => [i + 1, 1]),
    )
  })

  it('has those of a give-up and of a start that failed', async () => {
    const store = memory()
    const once = supervisor({ intensity: { restarts: 1, within: '1h' } }, { a: child(Counter) })
    const first = await simulated(once, { store })
    void first.tree.a.cast.crash('boom')
    void first.tree.a.cast.crash('bang')
    await first.until(first.app.ended)
    const Never = actor('never', {
      initial: () => {
        throw new Error('cannot')
      },
      handlers: () => ({}),
    })
    await expect(simulated(supervisor({}, { a: child(Never, { state: 'volatile' }) }), { store })).rejects.toThrow('cannot')
    const { app } = await simulated(once, { store })
    expect(app.decisions().map((record) => [record.epoch, record.decided, brief(record)[1]])).toEqual([
      [1, 'restart', 'a#1'],
      [1, 'give up', 'a#2'],
      [2, 'give up', 'a'],
    ])
  })

  it('has none where there is no store', async () => {
    await using sim = await simulatedSystem(supervisor(often, { a: child(Counter) }), { store: false })
    void sim.tree.a.cast.crash('boom')
    await sim.settle()
    expect(sim.app.decisions()).toHaveLength(1)
    await sim.restart()
    expect(sim.app.decisions()).toEqual([])
  })
})

describe('keeping decisions', () => {
  it('writes a few decisions at once, and of a storm the newest, four times a second', async () => {
    const { store, writes } = counting(memory())
    const tree = supervisor(often, { a: child(Counter, { state: 'volatile' }) })
    const { app, tree: actors, settle, advance, until } = await simulated(tree, { store })
    for (let crash = 1; crash <= 20; crash += 1) {
      void actors.a.cast.crash('boom')
      await settle()
    }
    expect(writes.map((notes) => notes.length)).toEqual(Array<number>(20).fill(1))
    for (let crash = 21; crash <= 10_000; crash += 1) void actors.a.cast.crash('boom')
    await settle()
    expect(writes).toHaveLength(20)
    await advance(250)
    expect(writes.slice(20).map((notes) => notes.length)).toEqual([20])
    await advance('1h')
    expect(writes).toHaveLength(21)
    for (let n = 0; n < 1_000; n += 1) {
      for (let crash = 0; crash < 5; crash += 1) void actors.a.cast.crash('boom')
      await advance(1)
    }
    expect(writes.length - 21).toBeLessThanOrEqual(24)
    await until(app.stop())
    const next = await simulated(tree, { store })
    expect(next.app.decisions().map(({ number }) => number)).toEqual(Array.from({ length: 20 }, (_, i) => 14_981 + i))
  })

  it('of which the store refuses one tells of it, harms nobody, and offers it again with the next', async () => {
    const tree = supervisor(often, { a: child(Counter, { state: 'volatile' }) })
    await using sim = await simulatedSystem(tree, { faults: [{ at: 'store', operation: 'noteExits', nth: 1, do: 'refuse' }] })
    void sim.tree.a.cast.crash('first')
    await sim.settle()
    const told = (type: string) => sim.events.filter((event) => event.type === type)
    expect(told('decisions not kept')).toMatchObject([{ id: '', error: { code: 'store', problem: 'io' } }])
    await sim.advance('1h')
    expect(await sim.until(sim.tree.a.call.count())).toBe(0)
    void sim.tree.a.cast.crash('second')
    await sim.settle()
    await sim.restart()
    expect(sim.app.decisions().map(({ number }) => number)).toEqual([1, 2])
    expect(told('decisions not kept')).toHaveLength(1)
  })

  it('is left alone in a process that could not read those before, which starts all the same', async () => {
    const tree = supervisor(often, { a: child(Counter) })
    await using sim = await simulatedSystem(tree, { faults: [{ at: 'store', operation: 'exits', nth: 2, do: 'refuse' }] })
    void sim.tree.a.cast.crash('first')
    await sim.settle()
    await sim.restart()
    expect(sim.app.decisions()).toEqual([])
    void sim.tree.a.cast.crash('second')
    await sim.settle()
    expect(sim.app.decisions()).toHaveLength(1)
    await sim.restart()
    expect(sim.app.decisions().map(({ epoch }) => epoch)).toEqual([1])
  })

  it('survives a row that is damaged: it is passed over and told of, and the start does not fail', async () => {
    const tree = supervisor(often, { a: child(Counter) })
    const first = await simulated(tree, { store: sqlite(file()) })
    for (const what of ['first', 'second', 'third', 'fourth']) {
      void first.tree.a.cast.crash(what)
      await first.settle()
    }
    await first.until(first.app.stop())
    tamper("UPDATE exits SET reason = 'crash: nothing' WHERE number = 2; UPDATE exits SET details = '{' WHERE number = 3")
    const { app, events, until } = await simulated(tree, { store: sqlite(file()) })
    expect(app.decisions().map(({ number }) => number)).toEqual([1, 4])
    expect(eventsOf(events, 'decision damaged')).toEqual(
      [2, 3].map((number) => ({ type: 'decision damaged', id: '', epoch: 1, number, problem: 'its checksum is wrong' })),
    )
    await until(app.stop())
  })

  it('[S10] can be read with sqlite3, by its columns', async () => {
    const tree = supervisor(often, { inner: supervisor(often, { a: child(Counter) }) })
    const { app, tree: actors, settle, until } = await simulated(tree, { store: sqlite(file()) })
    void actors.inner.a.cast.crash('boom')
    await settle()
    await until(app.stop())
    const database = new DatabaseSync(file())
    expect(
      database
        .prepare('SELECT * FROM exits_told')
        .all()
        .map((row) => ({ ...row })),
    ).toEqual([
      {
        at: '2000-01-01 00:00:00',
        epoch: 1,
        supervisor: 'inner',
        number: 1,
        child: 'a',
        incarnation: 1,
        reason: 'crash: boom',
        decided: 'restart',
        why: '"a" is permanent and crashed: it is started again (19999 of 20000 restarts left in 1 h)',
      },
    ])
    database.close()
  })
})
