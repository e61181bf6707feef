import { describe, expect, it } from 'vitest'
import { assign, createMachine, fromPromise, setup } from 'xstate'
import { machine } from '../../src/behaviors/machine.ts'
import { memory } from '../../src/persistence/memory-store.ts'
import { child, dynamicSupervisor, supervisor } from '../../src/supervision/trees/tree.ts'
import { eventsOf, simulated, simulatedWithoutStore } from '../support/simulated-app.ts'

type Events =
  | { type: 'count'; by: number }
  | { type: 'guarded' }
  | { type: 'assigned' }
  | { type: 'acted' }
  | { type: 'delay' }
  | { type: 'rest' }

/** Counts; and fails in a guard, an assignment or an action where it is told to. */
const counting = (told: string[] = []) =>
  setup({ types: { context: {} as { n: number }, events: {} as Events } }).createMachine({
    context: { n: 0 },
    initial: 'on',
    states: {
      on: {
        on: { delay: 'delaying' },
      },
      delaying: { after: { 60_000: { target: 'on', actions: () => told.push('after') } }, on: { rest: 'on' } },
    },
    on: {
      count: {
        actions: [assign({ n: ({ context, event }) => context.n + event.by }), ({ event }) => told.push(`counted ${event.by}`)],
      },
      guarded: {
        guard: () => {
          throw new Error('in a guard')
        },
        actions: assign({ n: 100 }),
      },
      assigned: {
        actions: [
          assign({ n: 100 }),
          assign(() => {
            throw new Error('in an assignment')
          }),
        ],
      },
      acted: {
        actions: [
          assign({ n: ({ context }) => context.n + 1 }),
          () => told.push('acted'),
          () => {
            throw new Error('in an action')
          },
          () => told.push('never'),
        ],
      },
    },
  })

const Counting = (told?: string[]) =>
  machine('counting', counting(told), { asks: ({ query }) => ({ n: query((s) => s.context.n), value: query((s) => s.value) }) })

const modes = ['volatile', 'checkpointed', 'durable'] as const

describe('a machine that fails', () => {
  it.each(modes)('keeps the state before where a guard or an assignment throws (%s)', async (state) => {
    for (const event of ['guarded', 'assigned'] as const) {
      const options = state === 'durable' ? { state, maxAttempts: 1 } : { state }
      const { tree, until, settle, events } = await simulated(supervisor({}, { a: child(Counting(), options) }))
      void tree.a.cast.count({ by: 2 })
      void tree.a.cast[event]()
      await settle()
      expect(await until(tree.a.call.n())).toBe(2)
      const [exit] = eventsOf(events, 'exited')
      const text = event === 'guarded' ? 'in a guard' : 'in an assignment'
      expect(exit).toMatchObject({ id: 'a', reason: { type: 'error', error: { message: expect.stringContaining(text) } } })
    }
  })

  it.each(modes)('has made the transition where an action throws, which is not run again (%s)', async (state) => {
    const told: string[] = []
    const { tree, until, settle, events } = await simulated(supervisor({}, { a: child(Counting(told), { state }) }))
    void tree.a.cast.acted()
    await settle()
    expect(await until(tree.a.call.n())).toBe(1)
    expect(told).toEqual(['acted'])
    expect(eventsOf(events, 'exited')).toMatchObject([{ id: 'a', reason: { error: { message: 'in an action' } } }])
    expect(eventsOf(events, 'dead letter')).toEqual([])
  })

  it.each([1, 2, 3, 4])(
    'runs the actions of a durable turn once, however often its group is dropped and run again (seed %i)',
    async (seed) => {
      const told: string[] = []
      const tree = supervisor({}, { a: child(Counting(told), { state: 'durable', maxAttempts: 2 }) })
      const app = await simulated(tree, { seed })
      const ready = app.scheduler.ready.bind(app.scheduler)
      app.scheduler.ready = (task) => ready({ id: task.id, run: () => task.run(64) })
      for (const by of [1, 2, 3]) void app.tree.a.cast.count({ by })
      void app.tree.a.cast.assigned()
      for (const by of [4, 5]) void app.tree.a.cast.count({ by })
      await app.settle()
      expect(await app.until(app.tree.a.call.n())).toBe(15)
      expect(told).toEqual([1, 2, 3, 4, 5].map((by) => `counted ${by}`))
    },
  )

  it.each(modes)('waits for what is left of a delay when it comes back (%s)', async (state) => {
    const told: string[] = []
    const options = state === 'durable' ? { state, maxAttempts: 1 } : { state }
    const { tree, until, advance } = await simulated(supervisor({}, { a: child(Counting(told), options) }))
    void tree.a.cast.delay()
    await advance(40_000)
    void tree.a.cast.assigned()
    await advance(19_999)
    expect(await until(tree.a.call.value())).toBe('delaying')
    await advance(1)
    expect(await until(tree.a.call.value())).toBe('on')
    expect(told).toEqual(['after'])
  })
})

describe('a machine whose process dies', () => {
  it('is where it was when it is durable, with its delays, and repeats no action', async () => {
    const store = memory()
    const told: string[] = []
    const tree = supervisor({}, { a: child(Counting(told), { state: 'durable' }) })
    const before = await simulated(tree, { store })
    void before.tree.a.cast.count({ by: 3 })
    void before.tree.a.cast.delay()
    await before.settle()
    await before.advance(50_000)
    // Nobody has stopped the one before: it is fenced.
    const after = await simulated(tree, { store, clock: before.clock })
    expect(await after.until(after.tree.a.call.value())).toBe('delaying')
    expect(await after.until(after.tree.a.call.n())).toBe(3)
    await after.advance(10_000)
    expect(await after.until(after.tree.a.call.value())).toBe('on')
    expect(told.filter((text) => text !== 'after')).toEqual(['counted 3'])
  })

  it('starts what the state invokes once more, whose result counts once', async () => {
    const store = memory()
    let runs = 0
    const m = setup({
      types: { context: {} as { results: number[] }, events: {} as { type: 'load' } },
      actors: {
        // The first run never ends.
        job: fromPromise(({ input }: { input: number }) =>
          (runs += 1) === 1 ? new Promise<number>(() => undefined) : Promise.resolve(input),
        ),
      },
    }).createMachine({
      context: { results: [] },
      initial: 'idle',
      states: {
        idle: { on: { load: 'loading' } },
        loading: {
          invoke: {
            src: 'job',
            input: 7,
            onDone: { target: 'idle', actions: assign({ results: ({ context, event }) => [...context.results, event.output] }) },
          },
        },
      },
    })
    const M = machine('m', m, { asks: ({ query }) => ({ all: query((s) => ({ value: s.value, results: s.context.results })) }) })
    const tree = supervisor({}, { a: child(M, { state: 'durable' }) })
    const before = await simulated(tree, { store })
    void before.tree.a.cast.load()
    await before.settle()
    const after = await simulated(tree, { store })
    await after.settle()
    expect(await after.until(after.tree.a.call.all())).toEqual({ value: 'idle', results: [7] })
    expect(runs).toBe(2)
  })

  it('gives the same answer to the same request, which it applies once', async () => {
    const store = memory()
    const M = machine('counting', counting(), { asks: ({ ask }) => ({ count: ask('count', (s) => s.context.n) }) })
    const tree = supervisor({}, { a: child(M, { state: 'durable' }) })
    const before = await simulated(tree, { store })
    expect(await before.until(before.tree.a.call.count({ by: 5 }, { id: 'r' }))).toBe(5)
    const after = await simulated(tree, { store })
    expect(await after.until(after.tree.a.call.count({ by: 5 }, { id: 'r' }))).toBe(5)
    expect(await after.until(after.tree.a.call.count({ by: 1 }))).toBe(6)
  })

  it('comes back as a member of a dynamic supervisor, with its input', async () => {
    const store = memory()
    const m = setup({
      types: { context: {} as { name: string; n: number }, events: {} as { type: 'inc' }, input: {} as { name: string } },
    }).createMachine({
      context: ({ input }) => ({ name: input.name, n: 0 }),
      on: { inc: { actions: assign({ n: ({ context }) => context.n + 1 }) } },
    })
    const M = machine('m', m, { asks: ({ query }) => ({ context: query((s) => s.context) }) })
    const tree = supervisor({}, { all: dynamicSupervisor(M, { state: 'durable' }) })
    const before = await simulated(tree, { store })
    const member = await before.until(before.tree.all.start('k', { name: 'x' }))
    await before.until(member.cast.inc())
    await before.settle()
    const after = await simulated(tree, { store })
    expect(await after.until(after.tree.all.get('k').call.context())).toEqual({ name: 'x', n: 1 })
  })

  it('is done where its final state was committed and its end was not, and begins anew where it had ended', async () => {
    const store = memory()
    const m = createMachine({
      types: {} as { events: { type: 'end' } },
      initial: 'on',
      states: { on: { on: { end: 'off' } }, off: { type: 'final' } },
    })
    const M = machine('m', m, { asks: ({ query }) => ({ value: query((s) => s.value) }) })
    const isEnding = new Promise<void>(() => undefined)
    const hooks = { term: () => isEnding }
    const tree = (withHooks: boolean) =>
      supervisor(
        {},
        { a: child(M, { state: 'durable', restart: 'transient', ...(withHooks && { hooks, shutdown: 'infinity' }) }) },
      )
    const before = await simulated(tree(true), { store })
    void before.tree.a.cast.end()
    await before.settle()
    const after = await simulated(tree(false), { store })
    await after.settle()
    expect(eventsOf(after.events, 'exited')).toMatchObject([{ id: 'a', reason: { type: 'normal' } }])
    const last = await simulated(tree(false), { store })
    expect(await last.until(last.tree.a.call.value())).toBe('on')
  })
})

describe('the state of a machine', () => {
  it('is brought up to a new version step by step', async () => {
    const store = memory()
    const old = createMachine({
      types: {} as { events: { type: 'go' } },
      context: { n: 4 },
      initial: 'a',
      states: { a: { on: { go: 'b' } }, b: {} },
    })
    const first = await simulated(supervisor({}, { a: child(machine('m', old), { state: 'durable' }) }), { store })
    await first.until(first.tree.a.cast.go())
    await first.settle()
    const young = createMachine({ context: { count: 0 }, initial: 'a', states: { a: {}, renamed: {} } })
    const Young = machine('m', young, {
      version: 2,
      migrate: {
        1: (s) => ({ ...s, value: s.value === 'b' ? 'renamed' : s.value, context: { count: (s.context as { n: number }).n } }),
      },
      asks: ({ query }) => ({ all: query((s) => ({ value: s.value, context: s.context })) }),
    })
    const second = await simulated(supervisor({}, { a: child(Young, { state: 'durable' }) }), { store })
    expect(await second.until(second.tree.a.call.all())).toEqual({ value: 'renamed', context: { count: 4 } })
  })

  it('that cannot be stored is refused with its path', async () => {
    const m = createMachine({ context: { inner: { callback: () => 1 } } })
    const tree = supervisor({}, { a: child(machine('m', m), { state: 'durable' }) })
    await expect(simulated(tree)).rejects.toThrow(/state\.context\.inner\.callback/)
    const { app, until } = await simulatedWithoutStore(supervisor({}, { a: child(machine('m', m)) }))
    await until(app.stop())
  })

  it('with a Map, a Date and its history comes back as it was', async () => {
    const store = memory()
    const m = createMachine({
      types: {} as { events: { type: 'next' } | { type: 'out' } | { type: 'back' } },
      context: { map: new Map([['a', new Date(5)]]) },
      initial: 'in',
      states: {
        in: { initial: 'one', states: { one: { on: { next: 'two' } }, two: {}, hist: { type: 'history' } }, on: { out: 'out' } },
        out: { on: { back: 'in.hist' } },
      },
    })
    const M = machine('m', m, {
      asks: ({ query, ask }) => ({ back: ask('back', (s) => s.value), map: query((s) => s.context.map) }),
    })
    const tree = supervisor({}, { a: child(M, { state: 'durable' }) })
    const before = await simulated(tree, { store })
    void before.tree.a.cast.next()
    void before.tree.a.cast.out()
    await before.settle()
    const after = await simulated(tree, { store })
    expect(await after.until(after.tree.a.call.back())).toEqual({ in: 'two' })
    expect(await after.until(after.tree.a.call.map())).toEqual(new Map([['a', new Date(5)]]))
  })
})
