import { describe, expect, it } from 'vitest'
import { actor, child, message, supervisor } from 'coppice'
import { crashEverywhere, explore, exploreAll, findCrash, findFailure, replay, scenario, simulate } from 'coppice/testing'
import { lostUpdate } from './lost-update.ts'

const Log = actor('log', {
  initial: () => ({ text: '' }),
  handlers: ({ cast }) => ({ write: cast(message<string>(), ({ state, input }) => ({ text: state.text + input })) }),
})

describe('explore with fromStart', () => {
  const Config = actor('config', {
    initial: () => ({ isLoaded: false }),
    handlers: ({ call, cast }) => ({
      load: cast(() => ({ isLoaded: true })),
      read: call(({ state }) => ({ reply: state.isLoaded })),
    }),
  })
  const Clerk = actor('clerk', {
    initial: () => ({}),
    handlers: ({ call, cast }) => ({
      load: cast(({ ctx }) => void ctx.ref(Config, 'config').cast.load()),
      read: call(async ({ ctx }) => ({ reply: await ctx.ref(Config, 'config').call.read() })),
    }),
  })
  const Loader = actor('loader', {
    initial: (_: unknown, ctx) => {
      void ctx.ref(Clerk, 'one').cast.load()
      return {}
    },
    handlers: () => ({}),
  })
  const Reader = actor('reader', {
    initial: async (_: unknown, ctx) => ({ hasRead: await ctx.ref(Clerk, 'two').call.read() }),
    handlers: () => ({}),
  })
  const clerks = { config: child(Config), one: child(Clerk), two: child(Clerk) }
  const starting = scenario({
    tree: supervisor({}, { ...clerks, loader: child(Loader), reader: child(Reader) }),
    store: false,
    run: () => undefined,
    invariants: { 'what is read is loaded': (sim) => sim.peek<{ hasRead: boolean }>('reader')?.hasRead === true },
  })

  it.each([{ seeds: 30 }, { bounded: true }] as const)('finds what only an order of the first start shows: %o', async (how) => {
    await explore(starting, how)
    const { failure } = await findFailure(starting, { ...how, fromStart: true })
    expect(failure).toMatchObject({ law: 'what is read is loaded', decisions: [{ choice: 'run two' }] })
    expect(failure?.token).toMatch(/~start~\d+=run two$/)
    await expect(replay(starting, failure?.token ?? '')).rejects.toMatchObject({ report: { schedule: failure?.schedule } })
  })
})

describe('sim.fault in a scenario', () => {
  const tree = supervisor({}, { x: child(Log), y: child(Log) })
  const unlucky = scenario({
    tree,
    store: false,
    items: ['a', 'b', 'c'],
    run: async (sim, items) => {
      sim.fault({ at: 'message', actor: 'y', nth: 1, do: 'crash' })
      sim.fault({ at: 'message', actor: 'x', nth: 1, do: 'crash' })
      sim.fault({ at: 'message', actor: 'x', nth: 3, do: { takes: '1s' } })
      for (const item of items) for (const log of [sim.tree.x, sim.tree.y]) void log.cast.write(item)
      await sim.advance('1m')
    },
    invariants: { 'x has all': (sim) => sim.app.inspect('x')?.incarnation === 1 },
  })

  it('comes about, is left out where it is not needed, and is in the token', async () => {
    const { failure } = await findFailure(unlucky, { seeds: 3 })
    expect(failure?.text).toContain('  fault    x crashes in message #1')
    expect(failure?.text.match(/^ {2}fault/gm)).toHaveLength(1)
    expect(failure?.token).toMatch(/^v1~seed=1~items=\d~told=1$/)
    expect(failure?.search).toMatchObject({
      run: 1,
      from: { items: 3, faults: 3 },
      to: { decisions: 0, items: 1, faults: 1, deaths: 0 },
    })
    await expect(replay(unlucky, failure?.token ?? '')).rejects.toMatchObject({ report: { law: 'x has all' } })
    await expect(replay(unlucky, 'v1~seed=1~told=0,2')).resolves.toMatchObject({ failure: undefined })
  })

  it('refuses a token with a fault that the scenario does not add', async () => {
    await expect(replay(unlucky, 'v1~seed=1~told=1,7')).rejects.toMatchObject({ code: 'stale-token' })
  })
})

describe('a budget of time', () => {
  const { invariants, ...calm } = lostUpdate
  const clock = (): (() => number) => {
    let nowMs = 0
    return () => (nowMs += 10)
  }

  it('ends a search, which says how many runs there were', async () => {
    expect(invariants).toBeDefined()
    expect(await explore(calm, { seeds: 500, time: 55, now: clock() })).toMatchObject({ runs: 5, isCut: true })
    expect(await explore(calm, { bounded: true, time: 55, now: clock() })).toMatchObject({
      runs: 5,
      isCut: true,
      isComplete: false,
    })
    expect(await explore(calm, { seeds: 7, time: '1h' })).toMatchObject({ runs: 7, isCut: false })
  })

  it('ends crashEverywhere, whose coverage says so', async () => {
    const Tally = actor('tally', {
      initial: () => ({ n: 0 }),
      handlers: ({ cast }) => ({ add: cast(({ state }) => ({ n: state.n + 1 })) }),
    })
    const counting = scenario({
      tree: supervisor({}, { tally: child(Tally, { state: 'durable' }) }),
      run: (sim) => void sim.tree.tally.cast.add().catch(() => undefined),
    })
    const { coverage } = await crashEverywhere(counting, { time: 25, now: clock() })
    expect(coverage.isCut).toBe(true)
    expect(coverage.text).toMatch(/^2 crashes, 2 held, 0 did not: .*; the time was over before the others$/)
  })

  it('has to be a time', async () => {
    await expect(explore(calm, { time: 'soon' as never })).rejects.toThrow(/explore: time/)
  })
})

describe('crashEverywhere with two deaths', () => {
  let locks = 0
  let isLockedOut = false
  /** Takes a lock outside when it comes back; the next one, when it has come back too, gives it back. */
  const Box = actor('box', {
    initial: () => ({ n: 0 }),
    restart: (ctx) => {
      if (ctx.cause !== 'process') return
      isLockedOut ||= locks > 0
      locks += 1
    },
    handlers: ({ cast }) => ({ add: cast(({ state }) => ({ n: state.n + 1 })) }),
  })
  const Clerk = actor('clerk', {
    initial: () => ({}),
    restart: () => {
      locks = 0
    },
    handlers: () => ({}),
  })
  const locking = scenario({
    tree: supervisor({}, { box: child(Box, { state: 'durable' }), clerk: child(Clerk, { state: 'durable' }) }),
    store: 'memory',
    run: async (sim) => {
      locks = 0
      isLockedOut = false
      await sim.until(sim.tree.box.cast.add())
    },
    invariants: { 'nobody is locked out': () => !isLockedOut },
  })

  it('finds what only a death while it recovers shows', async () => {
    const { coverage } = await crashEverywhere(locking)
    expect(coverage.again).toEqual({
      planned: { 'before commit': 0, 'after commit': 0, 'torn commit': 0, 'after turn': 0 },
      crashed: { 'before commit': 0, 'after commit': 0, 'torn commit': 0, 'after turn': 0 },
    })
    const twice = await findCrash(locking, { deaths: 2, points: ['after commit'] })
    expect(twice.failures.length).toBeGreaterThan(0)
    for (const { again } of twice.failures) expect(again).toBeDefined()
    expect(twice.coverage.again.crashed).toEqual(twice.coverage.again.planned)
    expect(twice.coverage.text).toMatch(/; (\d+) of \1 again while it recovered$/)
    expect(twice.failure?.token).toMatch(/~dies=[a-z ]+\d+,[a-z ]+\d+$/)
    expect(twice.failure?.text.match(/^ {2}death {4}of the process/gm)).toHaveLength(2)
    await expect(replay(locking, twice.failure?.token ?? '')).rejects.toMatchObject({ report: { law: 'nobody is locked out' } })
  })

  it('refuses another number of deaths', async () => {
    await expect(crashEverywhere(locking, { deaths: 3 as never })).rejects.toThrow(
      'crashEverywhere: deaths must be 1 or 2; got 3',
    )
  })
})

describe('exploreAll', () => {
  const calm = scenario({ tree: lostUpdate.tree, store: false, run: (sim) => void sim.tree.ann.cast.pay(10) })
  const law = {
    'payments add up': (sim: {
      readonly steps: readonly { handled: readonly { name: string }[] }[]
      peek(id: string): unknown
    }) => {
      const { length } = sim.steps.flatMap(({ handled }) => handled).filter(({ name }) => name === 'pay')
      return (sim.peek('account') as { balance: number }).balance === 10 * length
    },
  }

  it('tells of all scenarios in a table, and throws the report of the first that fails', async () => {
    const both = { calm, lostUpdate: { ...lostUpdate, invariants: {} } }
    const error: unknown = await exploreAll(both, { bounded: true, invariants: law }).catch((thrown: unknown) => thrown)
    const lines = String((error as Error).message).split('\n')
    expect(lines.slice(0, 4)).toEqual([
      'calm        2 runs  holds in every order',
      'lostUpdate   1 run  BROKEN "payments add up": it is false; replay with v1~seed=1~stepwise',
      '',
      '"payments add up" does not hold: it is false',
    ])
    expect(error).toMatchObject({ code: 'scenario-failed' })
  })

  it('gives what came of each if all hold', async () => {
    const { scenarios, text } = await exploreAll({ calm }, { seeds: 3, invariants: law })
    expect(scenarios['calm']).toMatchObject({ runs: 3 })
    expect(text).toBe('calm  3 runs  holds')
    await expect(exploreAll({})).rejects.toThrow(/exploreAll: scenarios must have one at least/)
  })
})

describe('killProcess at the commit of an actor', () => {
  it('dies around that one, and not around what is committed before', async () => {
    const tree = supervisor({}, { x: child(Log, { state: 'durable' }), y: child(Log, { state: 'durable' }) })
    await simulate(tree, {}, async (sim) => {
      void sim.tree.x.cast.write('x').catch(() => undefined)
      await sim.settle()
      void sim.tree.x.cast.write('x').catch(() => undefined)
      void sim.tree.y.cast.write('y').catch(() => undefined)
      await sim.killProcess('before commit', 'y')
      const death = sim.steps.findIndex(({ events }) => events.some(({ type }) => type === 'process died'))
      const turn = sim.steps.findIndex(({ handled }) => handled.some(({ actor }) => actor === 'y'))
      expect(turn).toBeGreaterThan(-1)
      expect(turn).toBeLessThan(death)
      await sim.settle()
      expect(sim.peek('y')).toEqual({ text: 'y' })
    })
  })
})
