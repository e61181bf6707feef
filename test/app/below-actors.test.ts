import { describe, expect, it } from 'vitest'
import {
  actor,
  child,
  dynamicSupervisor,
  message,
  partitionSupervisor,
  supervisor,
  supervisorOf,
  type Clock,
  type SpawnFromActorOptions,
} from 'coppice'
import { createVirtualClock } from '../../src/simulation/virtual-clock.ts'
import { Counter } from '../support/scripted.ts'
import { lives, simulatedWithoutStore } from '../support/simulated-app.ts'

const often = { intensity: { restarts: 100, within: '1h' } } as const

/** Has somebody below it in each incarnation, from its first moment. */
const parent = (options: SpawnFromActorOptions) =>
  actor('parent', {
    initial: async (_: undefined, ctx) => {
      await ctx.spawn(Counter, `helper ${ctx.incarnation}`, undefined, options)
      return {}
    },
    restart: (ctx) => ctx.fresh(),
    handlers: ({ cast }) => ({
      crash: cast(() => {
        throw new Error('boom')
      }),
    }),
  })

describe('what an actor has below it', () => {
  it.each([
    [{ owned: true }, ['p/helper 4']],
    [{ owned: true, name: 'helper' }, ['p/helper 4']],
    [{ link: true }, ['p/helper 4']],
    // As in OTP, what nobody is linked to goes on.
    [{}, ['p/helper 1', 'p/helper 2', 'p/helper 3', 'p/helper 4']],
  ] as const)('after three restarts of it, spawned with %o: %j', async (options, left) => {
    const { app, tree, settle, until } = await simulatedWithoutStore(supervisor(often, { p: child(parent(options)) }))
    for (let crashes = 0; crashes < 3; crashes += 1) {
      void tree.p.cast.crash()
      await settle()
    }
    expect(app.inspect('p')?.incarnation).toBe(4)
    expect(app.running().filter((id) => id.startsWith('p/'))).toEqual(left)
    await until(app.stop())
    expect(app.running()).toEqual([])
  })
})

describe('one of a fixed key and name below an actor', () => {
  /** Takes a second to end. */
  const slow = (clock: Clock) =>
    actor('slow', {
      initial: () => ({}),
      handlers: ({ call }) => ({ ping: call(() => ({ reply: 'pong' })) }),
      term: () => new Promise<void>((resolve) => void clock.setTimer(1_000, resolve)),
    })

  const started = async (options: SpawnFromActorOptions) => {
    const clock = createVirtualClock()
    const Slow = slow(clock)
    const Parent = actor('parent', {
      initial: async (_: undefined, ctx) => {
        const { ref } = await ctx.spawn(Slow, 'helper', undefined, { owned: true, ...options })
        return { helper: await ref.call.ping() }
      },
      restart: (ctx) => ctx.fresh(),
      handlers: ({ call, cast }) => ({
        helper: call(({ state }) => ({ reply: state.helper })),
        crash: cast(() => {
          throw new Error('boom')
        }),
      }),
    })
    return simulatedWithoutStore(supervisor({}, { p: child(Parent) }), { clock })
  }

  it.each([{ name: 'helper' }, { name: 'helper', ifExists: 'return' }, {}] as const)(
    'comes up again with it, when the one before has ended in its own time (%o)',
    async (options) => {
      const { app, tree, clock, settle, until, events } = await started(options)
      void tree.p.cast.crash()
      await settle()
      expect(await until(tree.p.call.helper())).toBe('pong')
      expect(clock.now()).toBe(1_000)
      expect(app.running()).toEqual(['', 'p', 'p/helper'])
      expect(app.whereis('helper')?.id).toBe('name' in options ? 'p/helper' : undefined)
      expect(lives(events).slice(3)).toEqual([
        'p#1 exited error',
        'p/helper#1 exited shutdown',
        'p/helper#1 started',
        'p#2 started',
      ])
    },
  )

  it('is not started for one that has ended while it waited', async () => {
    const { app, tree, settle, until } = await started({})
    void tree.p.cast.crash()
    await settle()
    await until(app.kill('p', { restart: false }))
    await settle()
    await until(app.stop())
    expect(app.running()).toEqual([])
  })
})

/** Spawns once, and keeps the reference. */
const Keeper = actor('keeper', {
  initial: async (_: undefined, ctx) => {
    const { ref } = await ctx.spawn(Counter, 'kept', undefined, { owned: true, survivesOwnerRestart: true })
    return { kept: ref.id }
  },
  handlers: ({ call, cast }) => ({
    add: call(async ({ state, ctx }) => ({ reply: await ctx.ref(Counter, state.kept).call.add(1) })),
    crash: cast(() => {
      throw new Error('boom')
    }),
  }),
})

describe('what an actor keeps over its own restart', () => {
  it('goes on and can be reached', async () => {
    const { app, tree, settle, until } = await simulatedWithoutStore(supervisor({}, { k: child(Keeper) }))
    expect(await until(tree.k.call.add())).toBe(1)
    void tree.k.cast.crash()
    await settle()
    expect(await until(tree.k.call.add())).toBe(2)
    expect(app.inspect('k/kept')).toMatchObject({ status: 'running', incarnation: 1 })
  })
})

describe('a pool that is restarted as a whole', () => {
  it('gives its keys to the same partitions, which are new', async () => {
    const pool = partitionSupervisor(Counter, { partitions: 3 })
    const { app, tree, settle, until } = await simulatedWithoutStore(supervisor({}, { pool }))
    const ada = tree.pool.for('ada')
    await until(ada.call.add(1))
    await until(app.kill('pool'))
    await settle()
    expect(app.running()).toEqual(['', 'pool', 'pool/0', 'pool/1', 'pool/2'])
    expect(tree.pool.for('ada').id).toBe(ada.id)
    expect(await until(ada.call.add(1))).toBe(2)
    for (const ref of tree.pool.all()) expect(app.inspect(ref)?.incarnation).toBe(2)
  })
})

/** Remembers what it was started with, and begins anew at each restart. */
const Tenant = actor('tenant', {
  initial: (args: { readonly owner: string }) => ({ owner: args.owner }),
  restart: (ctx) => ctx.fresh(),
  handlers: ({ call, cast }) => ({
    owner: call(({ state }) => ({ reply: state.owner })),
    crash: cast(() => {
      throw new Error('boom')
    }),
  }),
})

describe('a member of a dynamic supervisor', () => {
  it('comes back with its own arguments, from a crash of its own and of others', async () => {
    const { tree, settle, until } = await simulatedWithoutStore(supervisor(often, { all: dynamicSupervisor(Tenant, often) }))
    for (const key of ['a', 'b', 'c']) await until(tree.all.start(key, { owner: `owner of ${key}` }))
    for (const key of ['b', 'a', 'b']) {
      void tree.all.get(key).cast.crash()
      await settle()
    }
    const owners = ['a', 'b', 'c'].map((key) => tree.all.get(key).call.owner())
    expect(await until(Promise.all(owners))).toEqual(['owner of a', 'owner of b', 'owner of c'])
  })
})

describe('a supervisor that is told to terminate whom it does not have', () => {
  it('says so, and does nothing', async () => {
    const tree = supervisor({}, { one: supervisor({}, { a: child(Counter) }), two: supervisor({}, { b: child(Counter) }) })
    const { tree: refs, until, events } = await simulatedWithoutStore(tree)
    const before = lives(events)
    for (const key of ['b', 'nobody', ''])
      await expect(until(supervisorOf(refs.one).terminateChild(key as 'a'))).rejects.toMatchObject({ code: 'not_found' })
    expect(lives(events)).toEqual(before)
  })
})

/** Traps exits, and has no handler for what it traps. */
const Trapping = actor('trapping', {
  trapExits: true,
  initial: () => ({}),
  handlers: ({ call }) => ({
    link: call(message<readonly string[]>(), ({ input, ctx }) => {
      for (const id of input) ctx.link(id)
      return { reply: true }
    }),
  }),
})
const Watching = actor('watching', {
  initial: () => ({ told: [] as readonly string[] }),
  trapExits: true,
  handlers: ({ call }) => ({
    watch: call(message<string>(), ({ input, ctx }) => {
      ctx.monitor(input)
      ctx.link(input)
      return { reply: true }
    }),
    unlink: call(message<string>(), ({ input, ctx }) => {
      ctx.unlink(input)
      return { reply: true }
    }),
    told: call(({ state }) => ({ reply: state.told })),
  }),
  info: ({ state, message: news }) => ({ told: [...state.told, news.type].sort() }),
})

describe('exits that are trapped', () => {
  it('by one without a handler for them neither end it nor go on to others', async () => {
    const temporary = { restart: 'temporary' } as const
    const children = { a: child(Counter, temporary), t: child(Trapping, temporary), b: child(Counter, temporary) }
    const { app, tree, settle, until } = await simulatedWithoutStore(supervisor({}, children))
    await until(tree.t.call.link(['a', 'b']))
    void tree.a.cast.crash('boom')
    await settle()
    expect(app.running()).toEqual(['', 't', 'b'])
  })

  it.each([
    [false, ['down', 'exit']],
    [true, ['down']],
  ])('come beside the notice of a monitor; without the link (%s) that comes alone', async (isUnlinked, told) => {
    const children = { a: child(Counter, { restart: 'temporary' }), w: child(Watching) }
    const { tree, settle, until } = await simulatedWithoutStore(supervisor({}, children))
    await until(tree.w.call.watch('a'))
    if (isUnlinked) await until(tree.w.call.unlink('a'))
    void tree.a.cast.crash('boom')
    await settle()
    expect(await until(tree.w.call.told())).toEqual(told)
  })
})
