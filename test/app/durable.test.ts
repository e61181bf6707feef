import { describe, expect, it } from 'vitest'
import { actor } from '../../src/behaviors/actor.ts'
import { message } from '../../src/behaviors/schema.ts'
import { memory } from '../../src/persistence/memory-store.ts'
import { child, dynamicSupervisor, supervisor } from '../../src/supervision/trees/tree.ts'
import { eventsOf, simulated } from '../support/simulated-app.ts'
import { Counter } from '../support/scripted.ts'

/** Notes what it is told, in order. */
const Sink = actor('sink', {
  initial: () => ({ got: [] as string[] }),
  handlers: ({ call, cast }) => ({
    note: cast(message<string>(), ({ state, input }) => ({ got: [...state.got, input] })),
    got: call(({ state }) => ({ reply: state.got })),
  }),
})

/** Tells the sink of each number that it adds; crashes on the numbers in `bad`, as often as is said there. */
const sender = (bad: Record<number, number> = {}) =>
  actor('sender', {
    initial: () => ({ sum: 0 }),
    handlers: ({ call, cast }) => ({
      add: cast(message<number>(), ({ state, input, ctx }) => {
        void ctx.ref(Sink, 'sink').cast.note(`${input}`)
        if (ctx.attempt <= (bad[input] ?? 0)) throw new Error(`bad ${input}, attempt ${ctx.attempt}`)
        void ctx.ref(Sink, 'sink').cast.note(`${input} done`)
        return { sum: state.sum + input }
      }),
      ask: call(message<number>(), ({ state, input }) => ({ reply: state.sum + input, state: { sum: state.sum + input } })),
      askSink: call(async ({ ctx }) => ({ reply: await ctx.ref(Sink, 'sink').call.got() })),
      sum: call(({ state }) => ({ reply: state.sum })),
      later: cast(message<number>(), ({ ctx, input }) => {
        ctx.sendAfter('10s', 'add', input)
      }),
    }),
  })

const treeWith = (bad: Record<number, number> = {}, sinkState: 'durable' | 'volatile' = 'durable') =>
  supervisor(
    { intensity: { restarts: 100, within: '1s' } },
    {
      sink: child(Sink, { state: sinkState }),
      a: child(sender(bad), { state: 'durable' }),
    },
  )

const both = (numbers: readonly number[]) => numbers.flatMap((n) => [`${n}`, `${n} done`])

describe('a durable actor', () => {
  it.each([1, 2, 3, 4, 5])(
    'applies each message once and sends what it sends once, however often handlers run (seed %i)',
    async (seed) => {
      for (const sinkState of ['durable', 'volatile'] as const) {
        const { tree, until, settle, events } = await simulated(treeWith({ 2: 1, 5: 2 }, sinkState), { seed })
        for (const n of [1, 2, 3, 4, 5, 6]) void tree.a.cast.add(n)
        await settle()
        expect(await until(tree.a.call.sum())).toBe(21)
        expect(await until(tree.sink.call.got())).toEqual(both([1, 2, 3, 4, 5, 6]))
        // Three crashes of its own, and none of anybody else.
        expect(eventsOf(events, 'exited').map(({ id }) => id)).toEqual(['a', 'a', 'a'])
      }
    },
  )

  it('is not restarted for a message that fails only together with others: the group is handled again singly', async () => {
    let handled = 0
    const Moody = actor('moody', {
      initial: () => ({ n: 0 }),
      handlers: ({ call, cast }) => ({
        add: cast(({ state }) => {
          handled += 1
          if (handled === 3) throw new Error('once')
          return { n: state.n + 1 }
        }),
        n: call(({ state }) => ({ reply: state.n })),
      }),
    })
    // With a budget of 64 messages a slice, as the real scheduler gives it.
    const { tree, until, settle, events, scheduler } = await simulated(supervisor({}, { a: child(Moody, { state: 'durable' }) }))
    const ready = scheduler.ready.bind(scheduler)
    scheduler.ready = (task) => ready({ id: task.id, run: () => task.run(64) })
    for (let n = 0; n < 5; n += 1) void tree.a.cast.add()
    await settle()
    expect(await until(tree.a.call.n())).toBe(5)
    expect(eventsOf(events, 'group dropped')).toMatchObject([{ id: 'a' }])
    expect(eventsOf(events, 'exited')).toEqual([])
  })

  it('puts a message aside that crashed it three times, tells its caller, and goes on', async () => {
    const { tree, until, events } = await simulated(supervisor({}, { a: child(Counter, { state: 'durable' }) }))
    await until(tree.a.call.add(1))
    const poison = tree.a.call.callAndCrash('poison').catch((error: unknown) => error)
    const next = tree.a.call.add(1)
    expect(await until(next)).toBe(2)
    expect(await poison).toMatchObject({ code: 'crashed' })
    expect(eventsOf(events, 'exited').map(({ message: about }) => about?.attempt)).toEqual([1, 2, 3])
    expect(eventsOf(events, 'dead letter')).toMatchObject([
      { id: 'a', why: 'crashed', message: { name: 'callAndCrash', attempt: 3 } },
    ])
  })

  it('counts attempts across processes', async () => {
    const store = memory()
    const attempts: number[] = []
    const Bad = actor('bad', {
      initial: () => ({}),
      handlers: ({ cast }) => ({
        go: cast(({ ctx }) => {
          attempts.push(ctx.attempt)
          throw new Error('always')
        }),
      }),
    })
    const tree = supervisor({ intensity: { restarts: 0, within: '1s' } }, { a: child(Bad, { state: 'durable' }) })
    const first = await simulated(tree, { store })
    void first.tree.a.cast.go()
    await first.until(first.app.ended)
    for (let life = 0; life < 2; life += 1) {
      const next = await simulated(tree, { store })
      await next.until(next.app.ended)
    }
    const last = await simulated(tree, { store })
    await last.settle()
    expect(attempts).toEqual([1, 2, 3])
    expect(eventsOf(last.events, 'dead letter')).toHaveLength(1)
  })

  it('counts an attempt that ended with the process, once, and handles what may have been under way one by one', async () => {
    const store = memory()
    const attempts: string[] = []
    const never = new Promise<{ sum: number }>(() => undefined)
    // The process dies at 0, which never ends; at -1 only the actor does, each time.
    const Deadly = actor('deadly', {
      initial: () => ({ sum: 0 }),
      handlers: ({ call, cast }) => ({
        add: cast(message<number>(), ({ state, input, ctx }) => {
          if (input < 1) attempts.push(`${input}: ${ctx.attempt}`)
          if (input === -1) throw new Error('always')
          return input === 0 ? never : { sum: state.sum + input }
        }),
        sum: call(({ state }) => ({ reply: state.sum })),
      }),
    })
    const tree = supervisor({ intensity: { restarts: 9, within: '1s' } }, { a: child(Deadly, { state: 'durable' }) })
    const first = await simulated(tree, { store })
    for (const n of [1, 2, 0, -1, 3]) void first.tree.a.cast.add(n)
    await first.settle()
    for (let life = 0; life < 2; life += 1) await (await simulated(tree, { store })).settle()
    const last = await simulated(tree, { store })
    expect(await last.until(last.tree.a.call.sum())).toBe(6)
    expect(attempts).toEqual(['0: 1', '0: 2', '0: 3', '-1: 1', '-1: 2', '-1: 3'])
    expect(eventsOf(last.events, 'dead letter').map(({ message: { attempt } }) => attempt)).toEqual([3, 3])
  })

  it('does not count a death that came after the handler, and before the commit', async () => {
    const store = memory()
    const attempts: number[] = []
    const Told = actor('told', {
      initial: () => ({ sum: 0 }),
      handlers: ({ call, cast }) => ({
        add: cast(message<number>(), ({ state, input, ctx }) => {
          attempts.push(ctx.attempt)
          return { sum: state.sum + input }
        }),
        sum: call(({ state }) => ({ reply: state.sum })),
      }),
    })
    const tree = supervisor({}, { a: child(Told, { state: 'durable' }) })
    const first = await simulated(tree, { store })
    void first.tree.a.cast.add(1)
    while (attempts.length === 0) {
      if (!first.scheduler.isIdle) first.scheduler.step()
      await Promise.resolve()
    }
    const next = await simulated(tree, { store })
    expect(await next.until(next.tree.a.call.sum())).toBe(1)
    expect(attempts).toEqual([1, 1])
  })

  it('does not count the first death where more than 64 messages were waiting: nothing is noted then', async () => {
    const store = memory()
    const attempts: number[] = []
    const never = new Promise<{ sum: number }>(() => undefined)
    const Deadly = actor('deadly', {
      initial: () => ({ sum: 0 }),
      handlers: ({ call, cast }) => ({
        add: cast(message<number>(), ({ state, input, ctx }) => {
          if (input === 0) attempts.push(ctx.attempt)
          return input === 0 ? never : { sum: state.sum + input }
        }),
        sum: call(({ state }) => ({ reply: state.sum })),
      }),
    })
    const tree = supervisor({}, { a: child(Deadly, { state: 'durable' }) })
    const first = await simulated(tree, { store })
    for (let n = 0; n < 70; n++) void first.tree.a.cast.add(Math.min(n, 1))
    await first.settle()
    for (let life = 0; life < 3; life += 1) await (await simulated(tree, { store })).settle()
    const last = await simulated(tree, { store })
    expect(await last.until(last.tree.a.call.sum())).toBe(69)
    expect(attempts).toEqual([1, 1, 2, 3])
  })

  it('handles nothing singly after an orderly end', async () => {
    const store = memory()
    const first = await simulated(supervisor({}, { a: child(Counter, { state: 'durable' }) }), { store })
    await first.until(first.app.stop())
    const next = await simulated(supervisor({}, { a: child(Counter, { state: 'durable' }) }), { store })
    const ready = next.scheduler.ready.bind(next.scheduler)
    next.scheduler.ready = (task) => ready({ id: task.id, run: () => task.run(64) })
    for (let n = 0; n < 5; n += 1) void next.tree.a.cast.increment()
    await next.settle()
    expect(eventsOf(next.events, 'committed').map(({ turns }) => turns)).toEqual([5])
  })

  it('answers a request with the same id with the same reply and applies it once, also in the next process', async () => {
    const store = memory()
    const tree = treeWith()
    const before = await simulated(tree, { store })
    const asked = [before.tree.a.call.ask(5, { id: 'r1' }), before.tree.a.call.ask(5, { id: 'r1' })]
    expect(await before.until(Promise.all(asked))).toEqual([5, 5])
    expect(await before.until(before.tree.a.call.ask(5, { id: 'r1' }))).toBe(5)
    const after = await simulated(tree, { store })
    expect(await after.until(after.tree.a.call.ask(5, { id: 'r1' }))).toBe(5)
    expect(await after.until(after.tree.a.call.sum())).toBe(5)
  })

  it('does after the death of its process what it had accepted before', async () => {
    const store = memory()
    const before = await simulated(treeWith(), { store })
    // Accepted, and the process is gone before the actor has its turn.
    let isAccepted = false
    void before.tree.a.cast.add(4).then(() => (isAccepted = true))
    for (let step = 0; step < 1_000 && !isAccepted; step += 1) {
      before.scheduler.step()
      await Promise.resolve()
      await Promise.resolve()
      await Promise.resolve()
    }
    expect(isAccepted).toBe(true)
    const after = await simulated(treeWith(), { store })
    await after.settle()
    expect(await after.until(after.tree.a.call.sum())).toBe(4)
    expect(await after.until(after.tree.sink.call.got())).toEqual(both([4]))
  })

  it('refuses to wait for another actor within a turn', async () => {
    const { tree, until } = await simulated(
      supervisor({}, { sink: child(Sink), a: child(sender(), { state: 'durable', maxAttempts: 1 }) }),
    )
    await expect(until(tree.a.call.askSink())).rejects.toMatchObject({ code: 'crashed' })
    expect(await until(tree.a.call.sum())).toBe(0)
  })

  it('keeps a timer over the death of its process, and it fires once', async () => {
    const store = memory()
    const before = await simulated(treeWith(), { store })
    void before.tree.a.cast.later(7)
    await before.advance(4_000)
    // The same clock goes on, as the wall does.
    const after = await simulated(treeWith(), { store, clock: before.clock })
    await after.advance(5_000)
    expect(await after.until(after.tree.a.call.sum())).toBe(0)
    await after.advance(1_001)
    expect(await after.until(after.tree.a.call.sum())).toBe(7)
    await after.advance(60_000)
    expect(await after.until(after.tree.a.call.sum())).toBe(7)
  })

  it('fires a timer at once that was due while no process ran', async () => {
    const store = memory()
    const before = await simulated(treeWith(), { store })
    void before.tree.a.cast.later(7)
    await before.settle()
    await before.until(before.app.stop())
    before.clock.advance(3_600_000)
    const after = await simulated(treeWith(), { store, clock: before.clock })
    await after.advance(1)
    expect(await after.until(after.tree.a.call.sum())).toBe(7)
  })
})

describe('timers that were due while no process ran', () => {
  it.each([1, 2, 3, 4])('[P18] fire in the order in which they were due (seed %i)', async (seed) => {
    const Alarm = actor('alarm', {
      initial: () => ({ rang: [] as number[] }),
      handlers: ({ call, cast }) => ({
        set: cast(message<number>(), ({ input, ctx }) => {
          ctx.sendAfter(input, 'ring', input)
        }),
        ring: cast(message<number>(), ({ state, input }) => ({ rang: [...state.rang, input] })),
        rang: call(({ state }) => ({ reply: state.rang })),
      }),
    })
    const tree = supervisor({}, { alarm: child(Alarm, { state: 'durable' }) })
    const store = memory()
    const before = await simulated(tree, { store })
    for (const after of [5_000, 1_000, 3_000, 2_000, 4_000]) await before.until(before.tree.alarm.cast.set(after))
    await before.until(before.app.stop())
    before.clock.advance(60_000)
    const after = await simulated(tree, { store, clock: before.clock, seed })
    await after.advance(1)
    expect(await after.until(after.tree.alarm.call.rang())).toEqual([1_000, 2_000, 3_000, 4_000, 5_000])
  })
})

describe('a volatile actor in a tree with a store', () => {
  it('is told to have lost its state in every process but the first, and only then', async () => {
    const store = memory()
    const mixed = supervisor({}, { kept: child(Counter), lost: child(Counter, { state: 'volatile' }) })
    const first = await simulated(mixed, { store })
    void first.tree.lost.cast.crash('boom')
    await first.settle()
    expect(eventsOf(first.events, 'state lost')).toEqual([])
    const second = await simulated(mixed, { store })
    expect(eventsOf(second.events, 'state lost')).toEqual([{ type: 'state lost', id: 'lost', incarnation: 1 }])
  })
})

describe('the members of a dynamic supervisor', () => {
  const Cart = actor('cart', {
    initial: (args: { owner: string }) => ({ owner: args.owner, items: [] as string[] }),
    handlers: ({ call, cast }) => ({
      put: call(message<string>(), ({ state, input }) => ({
        reply: state.items.length + 1,
        state: { ...state, items: [...state.items, input] },
      })),
      all: call(({ state }) => ({ reply: `${state.owner}: ${state.items.join(' ')}` })),
      note: cast(message<string>(), ({ state, input }) => ({ ...state, items: [...state.items, input] })),
      crash: cast(() => {
        throw new Error('boom')
      }),
    }),
  })
  const Opener = actor('opener', {
    initial: () => ({}),
    handlers: ({ cast }) => ({
      open: cast(message<string>(), ({ input, ctx }) => {
        ctx.member(Cart, 'carts', input, { owner: input })
      }),
    }),
  })
  const tree = supervisor(
    {},
    { carts: dynamicSupervisor(Cart, { state: 'durable' }), opener: child(Opener, { state: 'durable' }) },
  )

  it('come back in the next process with key, arguments and state, in their order', async () => {
    const store = memory()
    const before = await simulated(tree, { store })
    for (const key of ['b', 'a/1', '100%', 'ü']) {
      const cart = await before.until(before.tree.carts.start(key, { owner: `owner of ${key}` }))
      await before.until(cart.call.put(`item of ${key}`))
    }
    await before.until(before.tree.carts.stop('ü'))
    const after = await simulated(tree, { store })
    expect(await after.until(after.tree.carts.keys())).toEqual(['b', 'a/1', '100%'])
    expect(await after.until(after.tree.carts.get('a/1').call.all())).toBe('owner of a/1: item of a/1')
    await expect(after.until(after.tree.carts.get('ü').call.all())).rejects.toMatchObject({ code: 'noproc' })
    const again = await after.until(after.tree.carts.start('ü', { owner: 'another' }))
    expect(await after.until(again.call.all())).toBe('owner of ü: item of ü')
  })

  it('are one for each key', async () => {
    const { tree: actors, until } = await simulated(tree)
    await until(actors.carts.start('a', { owner: 'first' }))
    await expect(until(actors.carts.start('a', { owner: 'second' }))).rejects.toMatchObject({
      code: 'already_started',
      childId: 'a',
    })
    expect(await until((await until(actors.carts.ensure('a', { owner: 'third' }))).call.all())).toBe('first: ')
    expect(await until(actors.carts.count())).toBe(1)
  })

  it('answer a request that they had before they were stopped, to whoever asks again while they start', async () => {
    let isSlow = true
    let asked: Promise<unknown> | undefined
    const Slow = actor('slow', {
      initial: () => ({ n: 0 }),
      init: () => {
        if (!isSlow) asked = member.call.add({ id: 'r1' })
      },
      handlers: ({ call }) => ({
        add: call(async ({ state }) => {
          if (isSlow) await new Promise(() => undefined)
          return { reply: state.n + 1, state: { n: state.n + 1 } }
        }),
      }),
    })
    const {
      tree: actors,
      until,
      settle,
    } = await simulated(supervisor({}, { all: dynamicSupervisor(Slow, { state: 'durable', shutdown: 'kill' }) }))
    const member = await until(actors.all.start('k'))
    const first = member.call.add({ id: 'r1' }).catch((error: unknown) => error)
    await settle()
    await until(actors.all.stop('k'))
    expect(await first).toMatchObject({ code: 'unavailable' })
    isSlow = false
    await until(actors.all.start('k'))
    expect(await until(Promise.resolve(asked))).toBe(1)
    expect(await until(member.call.add())).toBe(2)
  })

  it('that cannot be kept are not started, and their supervisor goes on', async () => {
    const { tree: actors, until, events } = await simulated(tree)
    const refused = actors.carts.start('a', { owner: (() => 1) as never })
    await expect(until(refused)).rejects.toMatchObject({ code: 'start_failed', childId: 'a', cause: { code: 'not-storable' } })
    await expect(until(actors.carts.start('', { owner: 'x' }))).rejects.toThrow(
      'carts: key of a member must be a string of 1 to 512 characters; got ""',
    )
    expect(await until(actors.carts.keys())).toEqual([])
    await until(actors.carts.start('a', { owner: 'x' }))
    expect(eventsOf(events, 'exited')).toEqual([])
  })

  it('are restarted alone, with their state', async () => {
    const { tree: actors, until, settle, events } = await simulated(tree)
    const [a, b] = [await until(actors.carts.start('a', { owner: 'a' })), await until(actors.carts.start('b', { owner: 'b' }))]
    await until(a.call.put('x'))
    void a.cast.crash()
    await settle()
    expect(await until(a.call.all())).toBe('a: x')
    expect(await until(b.call.all())).toBe('b: ')
    expect(eventsOf(events, 'exited').every(({ id }) => id === 'carts/a')).toBe(true)
  })

  it('can be started by a durable turn, as part of its commit', async () => {
    const store = memory()
    const before = await simulated(tree, { store })
    void before.tree.opener.cast.open('m')
    void before.tree.opener.cast.open('m')
    await before.settle()
    expect(await before.until(before.tree.carts.get('m').call.all())).toBe('m: ')
    const after = await simulated(tree, { store })
    expect(await after.until(after.tree.carts.keys())).toEqual(['m'])
  })

  it.each(['volatile', 'checkpointed', 'durable'] as const)(
    'get the mail that their starter sends them at once (%s)',
    async (state) => {
      const Starter = actor('starter', {
        initial: () => ({}),
        handlers: ({ cast }) => ({
          begin: cast(message<string>(), ({ input, ctx }) => {
            const cart = ctx.member(Cart, 'carts', input, { owner: input })
            void ctx.cast(cart.id, 'note', 'first')
            void ctx.cast(cart.id, 'note', 'second')
          }),
        }),
      })
      const opened = supervisor(
        {},
        {
          carts: dynamicSupervisor(Cart, { state }),
          starter: child(Starter, { state: state === 'durable' ? state : 'volatile' }),
        },
      )
      const { tree: actors, until, settle } = await simulated(opened)
      void actors.starter.cast.begin('k')
      void actors.starter.cast.begin('k')
      await settle()
      expect(await until(actors.carts.get('k').call.all())).toBe('k: first second first second')
    },
  )

  it('end with their supervisor where nothing is stored', async () => {
    const volatile = supervisor(
      {},
      { carts: dynamicSupervisor(Cart, { state: 'volatile', intensity: { restarts: 0, within: '1s' } }) },
    )
    const { tree: actors, until, settle } = await simulated(volatile)
    const cart = await until(actors.carts.start('a', { owner: 'a' }))
    void cart.cast.crash()
    await settle()
    expect(await until(actors.carts.keys())).toEqual([])
    await expect(until(cart.call.all())).rejects.toMatchObject({ code: 'noproc' })
  })
})
