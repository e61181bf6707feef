import { describe, expect, it } from 'vitest'
import { actor } from '../../src/behaviors/actor.ts'
import { message } from '../../src/behaviors/schema.ts'
import { memory } from '../../src/persistence/memory-store.ts'
import type { StartContext, StartPlan, TermContext } from '../../src/runtime/behavior.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'
import { eventsOf, simulated, simulatedWithoutStore } from '../support/simulated-app.ts'

interface State {
  readonly list: readonly string[]
}
type Ctx = StartContext<State, { tag: string } | undefined>

/** An actor with the given hooks, which tell what they were asked. */
const recorder = (hooks: { init?: (ctx: Ctx) => StartPlan | undefined; restart?: (ctx: Ctx) => StartPlan | undefined }) =>
  actor('recorder', {
    initial: (args: { tag: string } | undefined): State => ({ list: [`initial:${args?.tag ?? 'none'}`] }),
    ...hooks,
    handlers: ({ call, cast }) => ({
      push: call(message<string>(), ({ state, input }) => ({
        reply: state.list.length + 1,
        state: { list: [...state.list, input] },
      })),
      list: call(({ state }) => ({ reply: state.list })),
      crash: cast(message<string>(), ({ input }) => {
        throw new Error(input)
      }),
    }),
  })

const Other = actor('other', {
  initial: (): State => ({ list: [] }),
  handlers: ({ call, cast }) => ({
    push: call(message<string>(), ({ state, input }) => ({ reply: -1, state: { list: [...state.list, input.toUpperCase()] } })),
    list: call(({ state }) => ({ reply: state.list })),
    crash: cast(message<string>(), ({ input }) => {
      throw new Error(input)
    }),
  }),
})

/** Pushes `one`, crashes, and says what the actor is then. */
const crashOnce = async (hooks: Parameters<typeof recorder>[0], state: 'volatile' | 'checkpointed' | 'durable' = 'volatile') => {
  const sim = await simulated(
    supervisor({}, { a: child(recorder(hooks), { state, args: { tag: 'x' }, ...(state === 'durable' && { maxAttempts: 1 }) }) }),
    { behaviors: [Other] },
  )
  await sim.until(sim.tree.a.call.push('one'))
  void sim.tree.a.cast.crash('boom')
  await sim.settle()
  return { ...sim, list: await sim.until(sim.tree.a.call.list()) }
}

describe('the hooks of a start', () => {
  it('[S8] [W4] run in the order restart, init, last behavior: of each start exactly one', async () => {
    const asked: string[] = []
    const tell = (hook: string) => (ctx: Ctx) => void asked.push(`${hook} ${ctx.incarnation}`)
    await crashOnce({ init: tell('init'), restart: tell('restart') })
    expect(asked).toEqual(['init 1', 'restart 2'])
    asked.length = 0
    await crashOnce({ init: tell('init') })
    expect(asked).toEqual(['init 1', 'init 2'])
    asked.length = 0
    await crashOnce({ restart: tell('restart') })
    expect(asked).toEqual(['restart 2'])
    const { list } = await crashOnce({})
    expect(list).toEqual(['initial:x', 'one'])
  })

  it('[A17] are told attempt 0, 1, 2 over any number of restarts', async () => {
    const attempts: number[] = []
    const { tree, settle } = await crashOnce({ init: (ctx) => void attempts.push(ctx.attempt) })
    void tree.a.cast.crash('again')
    await settle()
    expect(attempts).toEqual([0, 1, 2])
  })

  it('[S7] get one context, whatever the cause: reason, offered state, attempt, arguments', async () => {
    const seen: unknown[] = []
    const Watcher = recorder({
      restart: ({ cause, reason, offered, args, id }) => {
        seen.push({ cause, reason: reason?.type, list: offered?.state.list, source: offered?.source, args, id })
        return undefined
      },
    })
    const { tree, settle, until } = await simulatedWithoutStore(
      supervisor(
        { strategy: 'one_for_all' },
        { a: child(Watcher, { args: { tag: 'a' } }), b: child(Watcher, { args: { tag: 'b' } }) },
      ),
    )
    await until(tree.b.call.push('mine'))
    void tree.a.cast.crash('boom')
    await settle()
    expect(seen).toEqual([
      { cause: 'exit', reason: 'error', list: ['initial:a'], source: 'memory', args: { tag: 'a' }, id: 'a' },
      { cause: 'sibling', reason: 'shutdown', list: ['initial:b', 'mine'], source: 'memory', args: { tag: 'b' }, id: 'b' },
    ])
  })

  it('of the child spec stand over those of the definition, one by one', async () => {
    const asked: string[] = []
    const Watched = recorder({
      init: () => void asked.push('init of the definition'),
      restart: () => void asked.push('restart of the definition'),
    })
    const { tree, settle } = await simulatedWithoutStore(
      supervisor({}, { a: child(Watched, { hooks: { restart: () => void asked.push('restart of the spec') } }) }),
    )
    void tree.a.cast.crash('boom')
    await settle()
    expect(asked).toEqual(['init of the definition', 'restart of the spec'])
  })

  it('that throw make a failed restart, which is counted and retried', async () => {
    let failures = 2
    const { list, events, tree, app, until } = await crashOnce({
      restart: (ctx) => {
        if (failures > 0) {
          failures -= 1
          throw new Error('not yet')
        }
        return ctx.resume()
      },
    })
    expect(list).toEqual(['initial:x', 'one'])
    expect(eventsOf(events, 'decided').map(({ decision }) => [decision.decided, decision.budgetLeft])).toEqual([
      ['restart', 2],
      ['retry', 2],
      ['retry', 1],
    ])
    expect(eventsOf(events, 'start failed')).toHaveLength(2)
    // Three restarts in five seconds were tried: the next one is too many.
    void tree.a.cast.crash('once too often')
    expect(await until(app.ended)).toMatchObject({ type: 'shutdown' })
  })
})

describe.each(['volatile', 'checkpointed', 'durable'] as const)('a start plan (%s)', (state) => {
  it('that is none resumes', async () => {
    expect((await crashOnce({ restart: () => undefined }, state)).list).toEqual(['initial:x', 'one'])
  })

  it('resume() goes on with what is offered', async () => {
    expect((await crashOnce({ restart: (ctx) => ctx.resume() }, state)).list).toEqual(['initial:x', 'one'])
  })

  it('fresh() begins anew with the arguments of the child spec', async () => {
    expect((await crashOnce({ restart: (ctx) => ctx.fresh() }, state)).list).toEqual(['initial:x'])
  })

  it('fresh(args) begins anew with other arguments', async () => {
    expect((await crashOnce({ restart: (ctx) => ctx.fresh({ tag: 'y' }) }, state)).list).toEqual(['initial:y'])
  })

  it('become(behavior, state) goes on as another behavior, which the next restart keeps', async () => {
    let restarts = 0
    const { tree, until, settle, list } = await crashOnce(
      { restart: (ctx) => ((restarts += 1) === 1 ? ctx.become(Other.behavior, { list: ['as other'] }) : undefined) },
      state,
    )
    expect(list).toEqual(['as other'])
    expect(await until(tree.a.call.push('shout'))).toBe(-1)
    void tree.a.cast.crash('once more')
    await settle()
    expect(await until(tree.a.call.list())).toEqual(['as other', 'SHOUT'])
  })

  it('stays with what it began with after the next crash', async () => {
    let restarts = 0
    const { tree, until, settle } = await crashOnce(
      { restart: (ctx) => ((restarts += 1) === 1 ? ctx.fresh() : ctx.resume()) },
      state,
    )
    await until(tree.a.call.push('two'))
    void tree.a.cast.crash('again')
    await settle()
    expect(await until(tree.a.call.list())).toEqual(['initial:x', 'two'])
  })
})

describe.each(['checkpointed', 'durable'] as const)('the plan from(checkpoint) (%s)', (state) => {
  it('goes on from an older checkpoint that the store keeps', async () => {
    const { list } = await crashOnce({ restart: (ctx) => ctx.from(ctx.checkpoints.at(-1)?.number ?? 0) }, state)
    expect(list).toEqual(['initial:x'])
  })

  it('[R16] is a failed start if there is no such checkpoint, and the next attempt chooses anew', async () => {
    let tries = 0
    const { list, events } = await crashOnce({ restart: (ctx) => ((tries += 1) === 1 ? ctx.from(99) : undefined) }, state)
    expect(list).toEqual(['initial:x', 'one'])
    const [failed] = eventsOf(events, 'start failed')
    expect(failed?.reason).toMatchObject({ type: 'error', error: { code: 'state-unreadable' } })
  })
})

describe('checkpoints by policy', () => {
  it('are written one at a time: what falls due meanwhile is one with the newest state', async () => {
    const store = memory()
    const tree = supervisor({}, { a: child(recorder({}), { args: { tag: 'x' }, checkpoint: { every: 1 } }) })
    const before = await simulated(tree, { store })
    const pushes = ['1', '2', '3', '4', '5', '6', '7', '8'].map((n) => before.tree.a.call.push(n))
    await before.until(Promise.all(pushes))
    await before.settle()
    const written = eventsOf(before.events, 'checkpointed').length
    expect(written).toBeGreaterThan(0)
    expect(written).toBeLessThanOrEqual(8)
    // The process dies without a word; the last checkpoint has it all.
    const after = await simulated(tree, { store })
    expect(await after.until(after.tree.a.call.list())).toHaveLength(9)
  })
})

describe('the hook term', () => {
  const parting = (term: (ctx: TermContext<{ n: number }>) => void) =>
    actor('parting', {
      initial: () => ({ n: 0 }),
      handlers: ({ call, cast }) => ({
        add: call(message<number>(), ({ state, input }) => ({ reply: state.n + input, state: { n: state.n + input } })),
        get: call(({ state }) => ({ reply: state.n })),
        crash: cast(() => {
          throw new Error('boom')
        }),
      }),
      term,
    })

  it('[A16] runs once on a crash and once on a stop, with the reason and the committed state', async () => {
    const seen: unknown[] = []
    const Parting = parting(({ reason, state, incarnation }) => void seen.push([incarnation, reason.type, state.n]))
    const { tree, app, until, settle } = await simulatedWithoutStore(supervisor({}, { a: child(Parting) }))
    await until(tree.a.call.add(2))
    void tree.a.cast.crash()
    await settle()
    await until(tree.a.call.add(3))
    await until(app.stop())
    expect(seen).toEqual([
      [1, 'error', 2],
      [2, 'shutdown', 5],
    ])
  })

  it('does not run on a kill', async () => {
    const seen: unknown[] = []
    const Parting = parting(({ reason }) => void seen.push(reason.type))
    const { app, until } = await simulatedWithoutStore(supervisor({}, { a: child(Parting, { shutdown: 'kill' }) }))
    await until(app.stop())
    expect(seen).toEqual([])
  })

  it('decides what comes back: what it checkpoints is offered in the next process', async () => {
    const store = memory()
    const Parting = parting((ctx) => ctx.checkpoint({ n: ctx.state.n * 100 }))
    const tree = supervisor({}, { a: child(Parting) })
    const before = await simulated(tree, { store })
    await before.until(before.tree.a.call.add(2))
    await before.until(before.app.stop())
    const after = await simulated(tree, { store })
    expect(await after.until(after.tree.a.call.get())).toBe(200)
    expect(eventsOf(after.events, 'started')[0]).toMatchObject({
      id: 'a',
      incarnation: 2,
      source: 'checkpoint',
      cause: 'process',
    })
  })

  it('that keeps nothing leaves it to memory: after a crash the last committed state comes back, after the process the last checkpoint', async () => {
    const store = memory()
    const tree = supervisor({}, { a: child(parting(() => undefined)) })
    const before = await simulated(tree, { store })
    await before.until(before.tree.a.call.add(7))
    void before.tree.a.cast.crash()
    await before.settle()
    expect(await before.until(before.tree.a.call.get())).toBe(7)
    const after = await simulated(tree, { store })
    expect(await after.until(after.tree.a.call.get())).toBe(0)
  })

  it('that throws is reported, and the committed state is kept all the same', async () => {
    const store = memory()
    const Parting = parting(() => {
      throw new Error('in term')
    })
    const tree = supervisor({}, { a: child(Parting) })
    const before = await simulated(tree, { store })
    await before.until(before.tree.a.call.add(7))
    await before.until(before.app.stop())
    expect(eventsOf(before.events, 'term failed')).toHaveLength(1)
    const after = await simulated(tree, { store })
    expect(await after.until(after.tree.a.call.get())).toBe(7)
  })
})
