import { describe, expect, it } from 'vitest'
import { actor, child, message, supervisor } from 'coppice'
import { explore, findFailure, replay, scenario, type ExploreOptions, type Scenario } from 'coppice/testing'
import { lostUpdate } from './lost-update.ts'

const Log = actor('log', {
  initial: () => ({ text: '' }),
  handlers: ({ call, cast }) => ({
    write: cast(message<string>(), ({ state, input }) => ({ text: state.text + input })),
    stamp: cast(message<string>(), ({ state, input, ctx }) => ({ text: `${state.text}${input}${ctx.incarnation}` })),
    crash: cast(() => {
      throw new Error('crash')
    }),
    append: call(message<string>(), ({ state, input }) => ({ reply: state.text, state: { text: state.text + input } })),
  }),
})

const Writer = actor('writer', {
  initial: () => ({ saw: '' }),
  handlers: ({ cast }) => ({
    write: cast(message<{ to: string; text: string }>(), ({ input, ctx }) => void ctx.ref(Log, input.to).cast.write(input.text)),
    append: cast(message<{ to: string; text: string }>(), async ({ input, ctx }) => {
      const saw = await ctx.ref(Log, input.to).call.append(input.text)
      return { saw }
    }),
    stamp: cast(message<string>(), ({ input, ctx }) => void ctx.ref(Log, input).cast.stamp(ctx.id)),
    crash: cast(message<string>(), ({ input, ctx }) => void ctx.ref(Log, input).cast.crash()),
    watch: cast(message<string>(), ({ input, ctx }) => void ctx.monitor(input)),
    either: cast(async ({ ctx }) => {
      const asked = ['x', 'y'].map((to) =>
        ctx
          .ref(Log, to)
          .call.append(to)
          .then(() => to),
      )
      return { saw: await Promise.race(asked) }
    }),
  }),
  info: ({ state, message }) => ('reason' in message ? { saw: message.reason.type } : state),
})

const four = supervisor({}, { x: child(Log), y: child(Log), a: child(Writer), b: child(Writer), c: child(Writer) })
type Four = typeof four extends { reference(...given: never[]): infer Tree } ? Tree : never

const written = (state: { text: string } | undefined): boolean => state?.text.includes('poison') === true

/** All outcomes that an exploration comes by, sorted. */
const outcomes = async (run: Scenario<Four>['run'], options: ExploreOptions<Four>) => {
  const seen = new Set<string>()
  const one = scenario<Four>({
    tree: four,
    store: false,
    run,
    invariants: {
      'is looked at': (sim) => {
        const state = ['x', 'y', 'a', 'b', 'c'].map((id) => sim.peek(id))
        seen.add(JSON.stringify(state))
      },
    },
  })
  const { runs, redundant, isComplete } = await explore(one, options)
  return { seen: [...seen].sort(), runs, redundant, isComplete }
}

describe('explore with seeds', () => {
  it('finds an order that breaks what has to hold, and shrinks it to nothing that is not needed', async () => {
    const { failure } = await findFailure(lostUpdate, { seeds: 50 })
    expect(failure).toMatchObject({ law: 'both payments count', detail: 'the balance is 10', decisions: [] })
  })

  it.each([{ seeds: 500 }, { bounded: true }] as const)('leaves only the decisions that it takes: %o', async (options) => {
    const backwards = scenario({
      tree: four,
      store: false,
      items: ['1', '2', '3'],
      run: ({ tree: { a, b, c } }, [one = '', two = '', three = '']) => {
        void a.cast.write({ to: 'x', text: one })
        void b.cast.write({ to: 'x', text: two })
        void c.cast.write({ to: 'x', text: three })
      },
      always: { 'it is not written backwards': (sim) => !(sim.peek<{ text: string }>('x')?.text ?? '').startsWith('321') },
    })
    const { failure } = await findFailure(backwards, options)
    expect(failure?.decisions.length).toBeGreaterThan(0)
    expect(failure?.decisions.length).toBeLessThanOrEqual(3)
    for (const { at, choice } of failure?.decisions ?? []) expect(failure?.token).toContain(`~${at}=${choice}`)
    expect(failure?.schedule.filter((line) => line.startsWith('>'))).toHaveLength(failure?.decisions.length ?? -1)
    await expect(replay(backwards, failure?.token ?? '')).rejects.toMatchObject({ report: { schedule: failure?.schedule } })
  })

  it('leaves only the items and the faults that it takes', async () => {
    const tree = supervisor({}, { x: child(Log), y: child(Log) })
    const poisoned = scenario({
      tree,
      store: false,
      items: ['a', 'b', 'poison', 'c', 'd'],
      faults: [
        { at: 'message', actor: 'y', nth: 1, do: 'crash' },
        { at: 'message', actor: 'x', nth: 2, do: { takes: '1s' } },
      ],
      run: async (sim, items) => {
        void sim.tree.y.cast.write('y')
        for (const item of items) void sim.tree.x.cast.write(item)
        await sim.advance('1m')
      },
      invariants: {
        'y is well when there is poison': (sim) => sim.peek<{ text: string }>('y')?.text !== '' || !written(sim.peek('x')),
      },
    })
    const { failure } = await findFailure(poisoned, { seeds: 10 })
    expect(failure?.token).toMatch(/^v1~seed=\d+~items=2~faults=0$/)
    expect(failure?.text).toContain('items    "poison"')
    expect(failure?.text).toContain('fault    y crashes in message #1')
  })

  it('throws the report', async () => {
    const exploring = explore(lostUpdate)
    await expect(exploring).rejects.toMatchObject({ code: 'scenario-failed', report: { law: 'both payments count' } })
    await expect(exploring).rejects.toThrow(/^"both payments count" does not hold: the balance is 10\nfound by seed \d+/)
  })

  it('gives how many runs there were if everything holds', async () => {
    const run = (sim: { tree: Four }): void => void sim.tree.a.cast.write({ to: 'x', text: '1' })
    expect(await outcomes(run as Scenario<Four>['run'], { seeds: [3, 4] })).toMatchObject({ runs: 2, isComplete: false })
  })

  it('counts what the scenario throws as a failure', async () => {
    const boom = scenario({
      tree: four,
      store: false,
      run: () => {
        throw new Error('boom')
      },
    })
    const { failure } = await findFailure(boom, { seeds: 1 })
    expect(failure).toMatchObject({ law: 'the scenario itself', detail: 'boom' })
  })

  it('refuses seeds that are none', async () => {
    await expect(explore(lostUpdate, { seeds: 0 })).rejects.toThrow(
      'explore: seeds must be an integer >= 1, or a list of seeds; got 0',
    )
    await expect(explore(lostUpdate, { seeds: 3, bounded: true })).rejects.toMatchObject({ code: 'configuration' })
  })
})

describe('explore with bounded', () => {
  const stories: readonly [string, Scenario<Four>['run']][] = [
    [
      'two that write into one',
      ({ tree: { a, b } }) => {
        void a.cast.write({ to: 'x', text: '1' })
        void b.cast.write({ to: 'x', text: '2' })
      },
    ],
    [
      'three that write into one, and one into another',
      ({ tree: { a, b, c } }) => {
        void a.cast.write({ to: 'x', text: '1' })
        void b.cast.write({ to: 'x', text: '2' })
        void c.cast.write({ to: 'y', text: '3' })
        void c.cast.write({ to: 'x', text: '4' })
      },
    ],
    [
      'one that crashes what another writes into, and a third watches',
      ({ tree: { a, b, c } }) => {
        void a.cast.crash('x')
        void b.cast.stamp('x')
        void c.cast.watch('x')
      },
    ],
    [
      'three that ask',
      ({ tree: { a, b, c } }) => {
        void a.cast.append({ to: 'x', text: '1' })
        void b.cast.append({ to: 'x', text: '2' })
        void c.cast.append({ to: 'y', text: '3' })
      },
    ],
    [
      'one that asks two at once, and takes what comes first',
      ({ tree: { a, b } }) => {
        void a.cast.either()
        void b.cast.append({ to: 'x', text: '1' })
      },
    ],
  ]

  it.each(stories)('%s: leaves out no outcome, and most of the runs', { timeout: 120_000 }, async (_, run) => {
    const all = await outcomes(run, { bounded: { reduce: false, runs: 50_000 } })
    const reduced = await outcomes(run, { bounded: true })
    expect(reduced.seen).toEqual(all.seen)
    expect(all).toMatchObject({ isComplete: true, redundant: 0 })
    expect(reduced.isComplete).toBe(true)
    expect(reduced.runs - reduced.redundant).toBeLessThanOrEqual(all.runs)
    if (all.runs > 100) expect(reduced.runs).toBeLessThan(all.runs / 2)
  })

  it('tries one order only of what has nothing to do with each other', async () => {
    const apart = await outcomes(
      ({ tree: { x, y } }) => {
        void x.cast.write('1')
        void y.cast.write('2')
      },
      { bounded: true },
    )
    expect(apart.runs - apart.redundant).toBe(1)
  })

  it('says that it is not complete when it has to stop', async () => {
    const some = await outcomes(stories[3]?.[1] ?? (() => undefined), { bounded: { runs: 5 } })
    expect(some).toMatchObject({ runs: 5, isComplete: false })
  })
})

describe('replay', () => {
  it('has the same run again by its token', async () => {
    const { failure } = await findFailure(lostUpdate)
    const again = replay(lostUpdate, failure?.token ?? '')
    await expect(again).rejects.toMatchObject({ report: { detail: 'the balance is 10', schedule: failure?.schedule } })
  })

  it('resolves when everything holds', async () => {
    const { invariants, ...rest } = lostUpdate
    expect(invariants).toBeDefined()
    await expect(replay({ ...rest }, 'v1~seed=1')).resolves.toMatchObject({ failure: undefined })
  })

  it('refuses what is no token, and a token that does not fit any more', async () => {
    await expect(replay(lostUpdate, 'hello')).rejects.toMatchObject({ code: 'configuration' })
    await expect(replay(lostUpdate, 'v1~seed=1~1=run nobody')).rejects.toThrow(
      /decision 1 wants "run nobody", and what can run is "run ann"/,
    )
    await expect(replay(lostUpdate, 'v1~seed=1~items=3')).rejects.toMatchObject({ code: 'stale-token' })
  })
})
