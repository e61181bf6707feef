import { actor, child, ConfigurationError, memory, message, start, supervisor, task } from 'coppice'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { sqlite } from '../../src/persistence/sqlite-store.ts'
import { Counter } from '../support/scripted.ts'
import { eventsOf, simulated, simulatedWithoutStore } from '../support/simulated-app.ts'

const empty = supervisor({}, {})
const at = { name: 'hits', detached: true } as const

const Other = actor('other', { initial: () => ({}), handlers: ({ call }) => ({ hello: call(() => ({ reply: 'hello' })) }) })

/** Spawns a detached counter when asked to. */
const Maker = actor('maker', {
  initial: () => ({}),
  handlers: ({ call }) => ({
    make: call(message<string>(), async ({ input, ctx }) => ({
      reply: (await ctx.spawn(Counter, input, { from: 3 }, { name: input, detached: true })).ref.id,
    })),
  }),
})

describe('a detached actor', () => {
  it('[F11] is found by its name in the next process on the same file, with its last checkpoint', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'coppice-detached-'))
    const options = { store: sqlite(join(folder, 'app.db')), detached: [Counter] }
    const first = await start(empty, options)
    const hits = await first.spawn(Counter, 'hits', { from: 40 }, { ...at, namespace: 'web' })
    expect(await hits.call.add(2)).toBe(42)
    await first.stop()
    const second = await start(empty, options)
    expect(second.whereis('hits', { namespace: 'web' })).toEqual({ id: hits.id, status: 'running' })
    expect(await second.refOf(hits.toJSON(), Counter).call.count()).toBe(42)
    await second.stop()
    rmSync(folder, { recursive: true })
  })

  it('[F11] is there before the tree starts, and goes on without anybody who asks for it', async () => {
    const store = memory()
    const first = await simulated(empty, { store, detached: [Counter] })
    const hits = await first.until(
      first.app.spawn(Counter, 'hits', { from: 1 }, { name: 'hits', detached: { state: 'durable' } }),
    )
    await first.until(hits.call.add(1))
    const Finder = actor('finder', {
      initial: (_: undefined, ctx) => ({ found: ctx.whereis('hits')?.id }),
      handlers: ({ call }) => ({ found: call(({ state }) => ({ reply: state.found })) }),
    })
    const second = await simulated(supervisor({}, { finder: child(Finder) }), { store, detached: [Counter] })
    expect(await second.until(second.tree.finder.call.found())).toBe('~system/hits')
    expect(second.app.inspect('~system/hits')).toMatchObject({ status: 'running', incarnation: 2, state: 'durable' })
    expect(await second.until(second.app.refOf(hits.toJSON(), Counter).call.count())).toBe(2)
  })

  it('[F11] is restarted however often it crashes, with the state that it had', async () => {
    const { app, until, advance, events } = await simulated(empty, { detached: [Counter] })
    const hits = await until(app.spawn(Counter, 'hits', { from: 7 }, at))
    for (let crashes = 1; crashes <= 10; crashes += 1) {
      await until(hits.cast.crash('boom'))
      await advance('1m')
      expect(app.inspect(hits)).toMatchObject({ status: 'running', incarnation: crashes + 1 })
    }
    expect(await until(hits.call.count())).toBe(7)
    const [decided] = eventsOf(events, 'decided')
    expect(decided?.decision.why).toMatch(
      /^"hits" is permanent and crashed: it is started again after up to 100 ms \(as often as it takes\)$/,
    )
  })

  it('[F11] lives until it is ended by hand, and then is in no later process', async () => {
    const store = memory()
    const { app, until } = await simulated(empty, { store, detached: [Counter] })
    const hits = await until(app.spawn(Counter, 'hits', undefined, at))
    const more = await until(app.spawn(Counter, 'more', undefined, { detached: true }))
    await until(hits.stop())
    expect(await until(hits.whenUp())).toBe(2)
    await until(hits.stop(undefined, { restart: false }))
    expect(app.whereis('hits')).toBeUndefined()
    expect(await until(app.kill(more, { restart: false }))).toBe(true)
    await expect(until(hits.call.count())).rejects.toMatchObject({ code: 'noproc' })
    const next = await simulated(empty, { store, detached: [Counter] })
    expect(next.app.running()).toEqual([''])
    expect(await next.until(next.app.detached())).toEqual([])
  })

  it('[F11] whose kind the next process does not have is told of, and stays as it is', async () => {
    const store = memory()
    const first = await simulated(empty, { store, detached: [Counter] })
    const hits = await first.until(first.app.spawn(Counter, 'hits', { from: 5 }, at))
    await first.until(hits.call.add(1))
    await first.until(first.app.stop())

    const second = await simulated(empty, { store, detached: [Other] })
    const info = { id: '~system/hits', key: 'hits', kind: 'counter', name: 'hits', namespace: undefined }
    expect(eventsOf(second.events, 'not adopted')).toEqual([{ type: 'not adopted', ...info }])
    expect(await second.until(second.app.detached())).toEqual([info])
    expect(second.app.whereis('hits')).toBeUndefined()
    await expect(second.until(second.app.spawn(Other, 'hits', undefined, { detached: true }))).rejects.toThrow(
      'spawn: key must not be the key of a detached actor that an earlier process has left (its kind is "counter"); ' +
        'got "hits". Start the tree with that kind in detached, or take another key',
    )
    await second.until(second.app.stop())
    const without = await simulated(empty, { store })
    expect(eventsOf(without.events, 'not adopted')).toHaveLength(1)
    await without.until(without.app.stop())

    const third = await simulated(empty, { store, detached: [Other, Counter] })
    expect(await third.until(third.app.refOf(hits.toJSON(), Counter).call.count())).toBe(6)
  })

  it('[F11] [F12] is made once, however many ask at once, by actors too', async () => {
    const { app, until, tree } = await simulated(supervisor({}, { maker: child(Maker, { state: 'volatile' }) }), {
      detached: [Counter],
    })
    const asked = Array.from({ length: 50 }, (_, from) =>
      app.spawn(Counter, `key ${from}`, { from }, { ...at, ifExists: 'return' }),
    )
    const refs = await until(Promise.all(asked))
    expect(new Set(refs.map((ref) => ref.id))).toEqual(new Set(['~system/key 0']))
    expect(await until(refs[49]?.call.count() ?? Promise.reject(new Error('no reference')))).toBe(0)
    expect(await until(tree.maker.call.make('own'))).toBe('~system/own')
    expect(app.whereis('own')?.status).toBe('running')
    await expect(until(app.spawn(Counter, 'x', undefined, at))).rejects.toMatchObject({
      problem: 'already-started',
      owner: '~system/key 0',
    })
    await expect(until(app.spawn(Counter, 'own', undefined, { detached: true }))).rejects.toThrow(
      'spawn: key must not be the key of an actor that is there; got "~system/own"',
    )
    await expect(until(app.spawn(Other, 'o', undefined, { ...at, ifExists: 'return' }))).rejects.toThrow(ConfigurationError)
  })

  it('[F11] that cannot be started leaves nothing, and one that fails in the next process is tried again', async () => {
    let isBroken = true
    const Broken = actor('broken', {
      initial: () => {
        if (isBroken) throw new Error('not today')
        return { n: 0 }
      },
      handlers: ({ call }) => ({ n: call(({ state }) => ({ reply: state.n })) }),
    })
    const store = memory()
    const first = await simulated(empty, { store, detached: [Broken] })
    const make = () => first.app.spawn(Broken, 'b', undefined, { name: 'b', detached: { state: 'volatile' } })
    await expect(first.until(make())).rejects.toMatchObject({ code: 'spawn', problem: 'failed' })
    expect(await first.until(first.app.detached())).toEqual([])
    isBroken = false
    const broken = await first.until(make())
    await first.until(first.app.stop())
    isBroken = true
    const second = await simulated(empty, { store, detached: [Broken] })
    expect(second.app.inspect(broken)?.status).toBe('restarting')
    isBroken = false
    expect(await second.until(second.app.refOf(broken.toJSON(), Broken).call.n())).toBe(0)
  })

  it('[F11] that has ended leaves its state to one of the same kind, and its key to no other kind', async () => {
    const store = memory()
    const { app, until } = await simulated(empty, { store, detached: [Counter, Other] })
    const hits = await until(app.spawn(Counter, 'hits', { from: 5 }, at))
    await until(hits.stop(undefined, { restart: false }))
    const other = () => app.spawn(Other, 'hits', undefined, { detached: true })
    await expect(until(other())).rejects.toThrow(
      'spawn: key must not be the key of an ended detached actor of another kind ("counter"), whose state is kept; ' +
        'got "hits". Take another key',
    )
    const again = await until(app.spawn(Counter, 'hits', { from: 50 }, at))
    expect(await until(again.call.count())).toBe(5)
    expect((await until(app.detached())).map(({ key }) => key)).toEqual(['hits'])
  })

  it('[F11] that has done its work is recorded no more', async () => {
    const store = memory()
    let ran = 0
    const Once = task('once', async () => {
      ran += 1
    })
    const { app, until, settle } = await simulated(empty, { store, detached: [Once] })
    await until(app.spawn(Once, 'once', undefined, { detached: true }))
    await settle()
    expect([ran, await until(app.detached())]).toEqual([1, []])
  })
})

describe('what is refused of one', () => {
  it.each([
    [{ detached: 'yes' }, 'spawn: detached must be true, false or an object of options; got "yes"'],
    [{ detached: true, supervised: true }, 'spawn: supervised is not for an actor that is detached'],
    [
      { detached: { restrat: 'transient' } },
      'spawn: detached.restrat is not an option; got "transient". Did you mean "restart"?',
    ],
    [{ detached: { restart: 'temporary' } }, 'spawn: detached.restart must be "permanent" or "transient"; got "temporary"'],
    [{ detached: { state: 'kept' } }, '~system/hits: state must be'],
    [{ detached: { backoff: { min: 1 } } }, '~system/hits: backoff.max must be'],
    [{ supervised: true, owned: true }, 'spawn: owned is not for an actor that has a supervisor'],
  ])('%j', async (options, problem) => {
    const { app, until } = await simulated(empty, { detached: [Counter] })
    await expect(until(app.spawn(Counter, 'hits', undefined, options as object))).rejects.toThrow(problem)
    expect(await until(app.detached())).toEqual([])
  })

  it('a kind that is not declared, no store, what is no list of kinds, and a child in the place of the supervisor', async () => {
    const { app, until } = await simulated(empty, { detached: [Other] })
    await expect(until(app.spawn(Counter, 'hits', undefined, at))).rejects.toThrow(
      'spawn: detached is only for a kind that the tree is started with, as the next process will have to be; got "counter". ' +
        'Write start(tree, { store, detached: [Definition] })',
    )
    await expect(simulatedWithoutStore(empty, { detached: [Other] })).rejects.toThrow(
      'start: detached is only for a tree that is started with a store',
    )
    await expect(simulated(empty, { detached: { Other } as never })).rejects.toThrow(
      'start: detached must be a list of definitions',
    )
    await expect(simulated(supervisor({}, { '~system': child(Counter) }))).rejects.toThrow("the system's own supervisor")
  })
})

describe('an actor that is spawned somewhere in a function', () => {
  it('[A25] is restarted by the system if it is to be supervised, and answers after a bad message', async () => {
    const { app, until, advance, events } = await simulatedWithoutStore(empty)
    const helper = () => app.spawn(Counter, 'helped', { from: 1 }, { name: 'helped', supervised: true })
    const helped = await until(helper())
    await until(helped.cast.crash('bad message'))
    expect(await until(helped.call.add(1))).toBe(2)
    await expect(until(helper())).rejects.toThrow('must not be the key of an actor that is there')
    await expect(until(app.spawn(Counter, 'x', undefined, { supervised: { state: 'durable' } }))).rejects.toThrow(
      'spawn: supervised.state is only for an actor that is detached: of one that ends with the process nothing is stored',
    )
    await until(app.spawn(Counter, 'other', undefined, { supervised: { restart: 'transient' } })).then((ref) => ref.cast.stop())
    await advance('1s')
    expect(app.running()).toEqual(['', '~system', helped.id])
    await until(app.stop())
    expect(eventsOf(events, 'exited').map(({ id, reason }) => [id, reason.type])).toEqual([
      [helped.id, 'error'],
      ['~system/other', 'normal'],
      ['', 'shutdown'],
      [helped.id, 'shutdown'],
      ['~system', 'shutdown'],
    ])
  })

  it('[A25] ends the tree with its supervisor, if somebody kills that', async () => {
    const { app, until } = await simulatedWithoutStore(empty)
    await until(app.spawn(Counter, 'helped', undefined, { supervised: true }))
    await until(app.kill('~system'))
    expect((await until(app.ended)).type).toBe('killed')
  })
})
