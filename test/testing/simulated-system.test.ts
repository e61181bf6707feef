import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { actor, child, dynamicSupervisor, memory, supervisor } from 'coppice'
import { simulatedSystem, type Fault, type SimulationEvent, type SimulationOptions } from 'coppice/testing'
import { Counter } from '../support/scripted.ts'

const tree = supervisor({}, { a: child(Counter, { state: 'volatile' }), b: child(Counter, { state: 'volatile' }) })

interface Run {
  readonly log: string
  readonly schedule: string
  readonly counts: readonly number[]
}

const small = async (options: SimulationOptions): Promise<Run> => {
  await using sim = await simulatedSystem(tree, { store: false, ...options })
  const { a, b } = sim.tree
  for (const n of [1, 2]) {
    void a.cast.increment()
    void b.call.add(n)
  }
  void a.cast.crash('boom')
  void b.cast.crashAfterAwait('bang')
  await sim.settle()
  const counts = [await sim.until(a.call.count()), await sim.until(b.call.count())]
  await sim.until(sim.app.stop())
  return { log: JSON.stringify(sim.events), schedule: sim.schedule, counts }
}

const texts = (events: readonly SimulationEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'fault' ? [event.what] : []))

describe('simulatedSystem', () => {
  it('gives the same events a thousand times for the same seed', async () => {
    const first = await small({ seed: 42 })
    for (let run = 1; run < 1_000; run += 1) {
      const next = await small({ seed: 42 })
      if (next.log !== first.log || next.schedule !== first.schedule) expect({ run, ...next }).toEqual(first)
    }
    expect(first.counts).toEqual([2, 3])
  })

  it('gives other events for other seeds, and the same results', async () => {
    const runs = await Promise.all([1, 2, 3, 4, 5].map((seed) => small({ seed })))
    expect(new Set(runs.map(({ log }) => log)).size).toBeGreaterThan(1)
    for (const { counts } of runs) expect(counts).toEqual([2, 3])
  })

  it('replays a printed schedule, whatever the seed', async () => {
    const first = await small({ seed: 3 })
    expect(await small({ seed: 4, replay: first.schedule })).toEqual(first)
  })

  it('says where a schedule does not fit', async () => {
    const mismatch = { code: 'schedule-mismatch', step: 1, wanted: 'run nobody' }
    await expect(small({ replay: 'run nobody' })).rejects.toMatchObject(mismatch)
  })

  it('gives the same events with group commits and SQL underneath', async () => {
    const durable = supervisor({}, { a: child(Counter, { state: 'durable' }), b: child(Counter) })
    const run = async (seed: number): Promise<string> => {
      await using sim = await simulatedSystem(durable, { seed })
      void sim.tree.a.call.add(1)
      void sim.tree.b.cast.crash('boom')
      void sim.tree.a.cast.increment()
      await sim.settle()
      return JSON.stringify(sim.events)
    }
    const logs: string[] = []
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      logs.push(await run(seed))
      expect(await run(seed)).toBe(logs.at(-1))
    }
    expect(new Set(logs).size).toBeGreaterThan(1)
  })

  it('lets timers that are due together come in either order', async () => {
    const Two = actor('two', {
      initial: () => ({ order: '' }),
      handlers: ({ call, cast }) => ({
        set: cast(({ ctx }) => {
          ctx.sendAfter(5, 'one')
          ctx.sendAfter(5, 'two')
        }),
        one: cast(({ state }) => ({ order: `${state.order}1` })),
        two: cast(({ state }) => ({ order: `${state.order}2` })),
        order: call(({ state }) => ({ reply: state.order })),
      }),
    })
    const orders = new Set<string>()
    for (let seed = 0; seed < 20; seed += 1) {
      await using sim = await simulatedSystem(supervisor({}, { two: child(Two) }), { seed, store: false })
      void sim.tree.two.cast.set()
      await sim.advance(5)
      orders.add(await sim.until(sim.tree.two.call.order()))
    }
    expect([...orders].sort()).toEqual(['12', '21'])
  })

  it('says so when nothing can happen any more', async () => {
    await using sim = await simulatedSystem(tree, { store: false })
    await expect(sim.until(new Promise(() => undefined))).rejects.toMatchObject({ code: 'stalled' })
  })

  it.each<[string, object, string]>([
    ['an option that is none', { sed: 1 }, 'simulatedSystem: sed is not an option; got 1 (number)'],
    ['a seed that is none', { seed: 1.5 }, 'simulatedSystem: seed must be a whole number; got 1.5 (number)'],
    ['faults that are none', { faults: 'all' }, 'faults must be an array; got "all"'],
    ['a fault at no place', { faults: [{ at: 'noon' }] }, 'faults[0]: at must be one of "message", "initial", '],
    [
      'a field too many',
      { faults: [{ at: 'term', actor: 'a', nth: 1, do: 'hang', handler: 'x' }] },
      'faults[0] (term): handler is not a field of this fault',
    ],
    [
      'a field too few',
      { faults: [{ at: 'message', nth: 1, do: 'hang' }] },
      'faults[0] (message): actor must be given; got nothing',
    ],
    [
      'a count from 0',
      { faults: [{ at: 'init', actor: 'a', nth: 0, do: 'hang' }] },
      'faults[0]: nth must be an integer >= 1: the first is 1; got 0',
    ],
    [
      'a misdeed that is none',
      { faults: [{ at: 'init', actor: 'a', nth: 1, do: 'sulk' }] },
      'faults[0]: do must be "crash", "hang" or { takes: "3s" }; got "sulk"',
    ],
    [
      'a store that does not refuse',
      { faults: [{ at: 'store', operation: 'commit', nth: 1, do: 'crash' }] },
      'faults[0]: do must be "refuse"; got "crash"',
    ],
    [
      'an operation that is none',
      { faults: [{ at: 'store', operation: 'sync', nth: 1, do: 'refuse' }] },
      'faults[0]: operation must be one of "accept", ',
    ],
    [
      'a time that is none',
      { faults: [{ at: 'clock', after: 'soon', jump: '1h' }] },
      'faults[0]: after must be milliseconds >= 0',
    ],
    [
      'a checkpoint to tear in a store that is no database',
      { store: memory(), faults: [{ at: 'checkpoint', actor: 'a', nth: 1, do: 'tear' }] },
      'simulatedSystem: store must be a database that is open',
    ],
  ])('refuses %s', async (_, options, message) => {
    await expect(simulatedSystem(tree, options as SimulationOptions)).rejects.toThrow(message)
  })
})

describe('a planned fault', () => {
  const run = async (faults: readonly Fault[], options: SimulationOptions = {}) =>
    simulatedSystem(supervisor({}, { a: child(Counter), b: child(Counter, { state: 'durable' }) }), { faults, ...options })

  it('crashes an actor in the n-th message for a handler', async () => {
    await using sim = await run([{ at: 'message', actor: 'a', handler: 'add', nth: 2, do: 'crash', message: 'planned' }])
    const { a } = sim.tree
    await sim.until(a.call.count())
    expect(await sim.until(a.call.add(1))).toBe(1)
    await expect(sim.until(a.call.add(1))).rejects.toThrow('planned')
    expect(await sim.until(a.call.add(1))).toBe(2)
    expect(texts(sim.events)).toEqual(['a crashes in add #2'])
    expect(sim.unusedFaults).toEqual([])
  })

  it('hangs an actor in a message, until its supervisor kills it', async () => {
    await using sim = await run([{ at: 'message', actor: 'a', nth: 1, do: 'hang' }])
    await expect(sim.until(sim.tree.a.call.count())).rejects.toMatchObject({ code: 'timeout' })
    await sim.until(sim.app.stop())
    expect(sim.events).toContainEqual(expect.objectContaining({ type: 'exited', id: 'a', reason: { type: 'killed' } }))
  })

  it('crashes a durable turn once, and the message is handled again', async () => {
    await using sim = await run([{ at: 'message', actor: 'b', nth: 1, do: 'crash' }])
    expect(await sim.until(sim.tree.b.call.add(5))).toBe(5)
  })

  it('crashes initial, and the tree is not started', async () => {
    const events: SimulationEvent[] = []
    const starting = run([{ at: 'initial', actor: 'b', nth: 1, do: 'crash' }], { onEvent: (event) => events.push(event) })
    await expect(starting).rejects.toMatchObject({ code: 'tree-start', path: ['b'] })
    expect(texts(events)).toEqual(['b crashes in initial #1'])
  })

  it('makes a start take three seconds', async () => {
    await using sim = await run([{ at: 'init', actor: 'a', nth: 1, do: { takes: '3s' } }])
    expect(sim.clock.now()).toBe(3_000)
  })

  it('crashes a restart, which is tried again', async () => {
    await using sim = await run([
      { at: 'message', actor: 'a', nth: 2, do: 'crash' },
      { at: 'restart', actor: 'a', nth: 1, do: 'crash' },
    ])
    await sim.until(sim.tree.a.call.add(1))
    void sim.tree.a.cast.increment()
    expect(await sim.until(sim.tree.a.call.count())).toBe(1)
    expect(sim.events.filter(({ type }) => type === 'start failed')).toHaveLength(1)
  })

  it('hangs term, until its time is over', async () => {
    await using sim = await run([{ at: 'term', actor: 'a', nth: 1, do: 'hang' }])
    await sim.until(sim.app.stop())
    expect(sim.clock.now()).toBe(5_000)
  })

  it('refuses a commit: the actor crashes, and the message is handled again', async () => {
    await using sim = await run([{ at: 'store', operation: 'commit', actor: 'b', nth: 2, do: 'refuse' }])
    expect(await sim.until(sim.tree.b.call.add(5))).toBe(5)
    expect(sim.events.filter(({ type }) => type === 'exited')).toMatchObject([{ id: 'b', reason: { error: { code: 'store' } } }])
    expect(texts(sim.events)).toEqual(['the store refuses commit of b #2'])
  })

  it('refuses to take a message: the caller is told', async () => {
    await using sim = await run([{ at: 'store', operation: 'accept', nth: 1, do: 'refuse' }])
    await expect(sim.until(sim.tree.b.call.add(5))).rejects.toMatchObject({ code: 'unavailable' })
    expect(await sim.until(sim.tree.b.call.add(5))).toBe(5)
  })

  const places = ['the database of the simulation', 'a database that is open']
  it.each(places)('tears a checkpoint in %s: the one before it is used', async (where) => {
    const faults = [{ at: 'checkpoint', actor: 'b', nth: 3, do: 'tear' }] as const
    const database = new Database(':memory:')
    await using sim = await run(faults, where === 'a database that is open' ? { store: database } : {})
    for (const n of [1, 2]) await sim.until(sim.tree.b.call.add(n))
    await sim.restart()
    expect(await sim.until(sim.tree.b.call.count())).toBe(3)
    expect(sim.events.filter(({ type }) => type === 'checkpoint damaged')).toMatchObject([{ id: 'b', number: 3 }])
  })

  it('lets the wall clock jump, and no timer', async () => {
    const Watch = actor('watch', {
      initial: () => ({ rings: 0 }),
      handlers: ({ call, cast }) => ({
        set: cast(({ ctx }) => void ctx.sendAfter('2s', 'ring')),
        ring: cast(({ state }) => ({ rings: state.rings + 1 })),
        look: call(({ state, ctx }) => ({ reply: { rings: state.rings, now: new Date(ctx.now()).toISOString() } })),
      }),
    })
    const faults = [{ at: 'clock', after: '1s', jump: '-1h' }] as const
    await using sim = await simulatedSystem(supervisor({}, { watch: child(Watch) }), { faults, store: false })
    void sim.tree.watch.cast.set()
    await sim.advance('1500ms')
    expect(await sim.until(sim.tree.watch.call.look())).toEqual({ rings: 0, now: '1999-12-31T23:00:01.500Z' })
    await sim.advance('500ms')
    expect(await sim.until(sim.tree.watch.call.look())).toMatchObject({ rings: 1 })
  })

  it('that has not come about is listed', async () => {
    const never = { at: 'message', actor: 'a', nth: 100, do: 'crash' } as const
    const nobody = { at: 'term', actor: 'nobody', nth: 1, do: 'hang' } as const
    await using sim = await run([never, { at: 'message', actor: 'a', nth: 1, do: 'crash' }, nobody])
    await sim.until(sim.tree.a.call.count().catch(() => undefined))
    expect(sim.unusedFaults).toEqual([never, nobody])
  })

  it('concerns what an actor has turned into', async () => {
    const Larva = actor('larva', {
      initial: () => ({ count: 0 }),
      init: (ctx) => ctx.become(Counter.behavior as never, { count: 7 }),
      handlers: ({ call }) => ({ add: call(() => ({ reply: 0 })) }),
    })
    const faults = [{ at: 'message', actor: 'a', nth: 2, do: 'crash' }] as const
    await using sim = await simulatedSystem(supervisor({}, { a: child(Larva) }), { faults, store: false })
    const counter = sim.tree.a as unknown as { readonly call: { add(): Promise<number> } }
    await sim.until(counter.call.add())
    await expect(sim.until(counter.call.add())).rejects.toMatchObject({ code: 'crashed' })
  })

  it('concerns the members of a dynamic supervisor', async () => {
    const faults = [
      { at: 'init', actor: 'all/k', nth: 1, do: { takes: '2s' } },
      { at: 'message', actor: 'all/k', nth: 2, do: 'crash' },
    ] as const
    const members = supervisor({}, { all: dynamicSupervisor(Counter, { state: 'volatile' }) })
    await using sim = await simulatedSystem(members, { faults, store: false })
    const member = await sim.until(sim.tree.all.start('k'))
    expect(sim.clock.now()).toBe(2_000)
    await sim.until(member.call.add(1))
    await expect(sim.until(member.call.add(1))).rejects.toMatchObject({ code: 'crashed' })
  })
})

describe('the death of a simulated process', () => {
  it('[R5] loses what was not committed, and nothing that was', async () => {
    const durable = supervisor({}, { a: child(Counter, { state: 'durable' }), v: child(Counter, { state: 'volatile' }) })
    await using sim = await simulatedSystem(durable, { seed: 5 })
    await sim.until(sim.tree.a.call.add(3))
    await sim.until(sim.tree.v.call.add(3))
    const lost = sim.tree.a.call.add(100)
    lost.catch(() => undefined)
    await sim.restart()
    expect(await sim.until(sim.tree.a.call.count())).toBe(3)
    expect(await sim.until(sim.tree.v.call.count())).toBe(0)
    await sim.until(sim.app.stop())
  })

  it('is part of what a schedule replays', async () => {
    const run = async (options: SimulationOptions): Promise<{ schedule: string; log: string }> => {
      await using sim = await simulatedSystem(supervisor({}, { a: child(Counter, { state: 'durable' }) }), options)
      void sim.tree.a.call.add(1).catch(() => undefined)
      for (let step = 0; step < 3; step += 1) sim.scheduler.step()
      await sim.restart()
      await sim.until(sim.tree.a.call.add(1))
      return { schedule: sim.schedule, log: JSON.stringify(sim.events) }
    }
    const first = await run({ seed: 8 })
    expect(await run({ seed: 9, replay: first.schedule })).toEqual(first)
  })
})

describe('the real world', () => {
  const doing = (work: () => unknown) =>
    supervisor(
      {},
      {
        a: child(
          actor('a', {
            initial: () => ({}),
            handlers: ({ cast }) => ({
              go: cast(function handlerThatGoes() {
                void work()
              }),
            }),
          }),
        ),
      },
    )

  it.each<[string, () => unknown]>([
    ['setTimeout', () => setTimeout(() => undefined, 1)],
    ['setInterval', () => setInterval(() => undefined, 1)],
    ['setImmediate', () => setImmediate(() => undefined)],
    ['timers/promises.setTimeout', () => sleep(1)],
    ['Date.now', () => Date.now()],
    ['new Date()', () => new Date()],
    ['performance.now', () => performance.now()],
    ['process.hrtime.bigint', () => process.hrtime.bigint()],
    ['Math.random', () => Math.random()],
    ['crypto.randomUUID', () => crypto.randomUUID()],
    ['fs.readFileSync', () => readFileSync('package.json')],
    ['fetch', () => fetch('http://localhost')],
  ])('is found when a handler calls %s, with the line', async (what, work) => {
    await using sim = await simulatedSystem(doing(work), { store: false })
    void sim.tree.a.cast.go()
    const error: unknown = await sim.settle().catch((caught: unknown) => caught)
    const where = expect.stringContaining('simulated-system.test.ts:')
    expect(error).toMatchObject({ code: 'real-world', what, choice: 'run a', where })
    expect(sim.events.filter(({ type }) => type === 'real world')).toMatchObject([{ what }])
  })

  it('is found although the handler catches the error', async () => {
    const swallow = (): void => {
      try {
        Date.now()
      } catch {
        // That is what it is about.
      }
    }
    await using sim = await simulatedSystem(doing(swallow), { store: false })
    void sim.tree.a.cast.go()
    await expect(sim.settle()).rejects.toThrow(
      /^Date\.now was called in a simulation, in "run a", at swallow .*simulated-system\.test\.ts.* Use ctx\.now\(\), or let/,
    )
  })

  it.each(['initial', 'init', 'term'])('is found in %s', async (at) => {
    const look = (place: string): void => void (place === at && Date.now())
    const Looking = actor('looking', {
      initial: () => {
        look('initial')
        return {}
      },
      init: () => look('init'),
      term: () => look('term'),
      handlers: () => ({}),
    })
    const life = async (): Promise<void> => {
      await using sim = await simulatedSystem(supervisor({}, { a: child(Looking, { state: 'durable' }) }))
      await sim.until(sim.app.stop())
    }
    await expect(life()).rejects.toMatchObject({
      code: 'real-world',
      what: 'Date.now',
      where: expect.stringContaining('at look '),
    })
  })

  it('is let in if that is asked for', async () => {
    let now = 0
    await using sim = await simulatedSystem(
      doing(() => (now = Date.now())),
      { store: false, allowReal: true },
    )
    void sim.tree.a.cast.go()
    await sim.settle()
    expect(now).toBeGreaterThan(0)
  })

  it('is as it was between the steps, for listeners, and afterwards', async () => {
    const real = [setTimeout, Date, Date.now, performance.now, Math.random, readFileSync] as const
    let heard = 0
    const onEvent = (): void => void (heard = Date.now())
    await using sim = await simulatedSystem(
      doing(() => undefined),
      { store: false, onEvent },
    )
    expect(heard).toBeGreaterThan(0)
    expect(Date.now()).toBeGreaterThan(0)
    expect(readFileSync('package.json', 'utf8')).toContain('coppice')
    const other = await simulatedSystem(
      doing(() => undefined),
      { store: false },
    )
    await sim[Symbol.asyncDispose]()
    await other[Symbol.asyncDispose]()
    expect([setTimeout, Date, Date.now, performance.now, Math.random, readFileSync]).toEqual(real)
    expect(Object.hasOwn(performance, 'now')).toBe(false)
  })

  it('may make a date of something in a handler', async () => {
    let isDate = false
    await using sim = await simulatedSystem(
      doing(() => (isDate = new Date(0) instanceof Date)),
      { store: false },
    )
    void sim.tree.a.cast.go()
    await sim.settle()
    expect(isDate).toBe(true)
  })
})
