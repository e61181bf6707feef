import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { actor } from '../../src/behaviors/actor.ts'
import { message } from '../../src/behaviors/schema.ts'
import { memory } from '../../src/persistence/memory-store.ts'
import { sqlite } from '../../src/persistence/sqlite-store.ts'
import { StoreError } from '../../src/runtime/errors.ts'
import type { Persistence, Store } from '../../src/runtime/persistence.ts'
import { createVirtualClock } from '../../src/simulation/virtual-clock.ts'
import { child, dynamicSupervisor, supervisor } from '../../src/supervision/trees/tree.ts'
import { eventsOf, lives, simulated, simulatedWithoutStore } from '../support/simulated-app.ts'
import { Counter } from '../support/scripted.ts'
import { handleInGroups } from './orders-workload.ts'

const many = { intensity: { restarts: 100, within: '1s' } } as const

/** What a promise came to, as a value. */
const caught = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error)

/** A barrier that is opened from outside. */
function gate() {
  const waiting: (() => void)[] = []
  return {
    wait: () => new Promise<void>((resolve) => void waiting.push(resolve)),
    open: () => waiting.splice(0).forEach((resolve) => resolve()),
  }
}

/** Whether a promise settles, told without waiting for it. */
function watched(promise: Promise<unknown>): { isSettled: boolean; value: unknown } {
  const state = { isSettled: false, value: undefined as unknown }
  void caught(promise).then((value) => Object.assign(state, { isSettled: true, value }))
  return state
}

/** An actor whose end takes until the gate is opened. */
const slowToEnd = (end: { wait(): Promise<void> }) =>
  actor('slow to end', {
    initial: () => ({}),
    term: () => end.wait(),
    handlers: ({ call, cast }) => ({
      ping: call(() => ({ reply: 'pong' })),
      crash: cast(() => {
        throw new Error('crash')
      }),
    }),
  })

/** A store of which one method waits at a gate, or fails. */
const changed = (store: Store, change: (persistence: Persistence) => Partial<Persistence>): Store => ({
  open: async (world) => {
    const persistence = await store.open(world)
    return { ...persistence, ...change(persistence) }
  },
})

describe('an actor that is expected back', () => {
  it('keeps its state and its mail while a sibling of its group fails to start and is tried again', async () => {
    let failures = 1
    const Flaky = actor('flaky', {
      initial: () => ({}),
      restart: () => {
        if (failures-- > 0) throw new Error('not yet')
      },
      handlers: () => ({}),
    })
    const { tree, until } = await simulatedWithoutStore(
      supervisor({ strategy: 'one_for_all' }, { flaky: child(Flaky), a: child(Counter) }),
    )
    await until(tree.a.call.add(5))
    void tree.a.cast.crash('boom')
    expect(await until(caught(tree.a.call.count()))).toBe(5)
  })

  it('keeps its state and its mail when its crash makes its supervisor give up and come back', async () => {
    const inner = supervisor({ intensity: { restarts: 0, within: '5s' } }, { a: child(Counter) })
    const { tree, until } = await simulatedWithoutStore(supervisor({}, { inner }))
    await until(tree.inner.a.call.add(5))
    void tree.inner.a.cast.crash('boom')
    expect(await until(caught(tree.inner.a.call.count()))).toBe(5)
  })
})

describe('a supervisor that was killed', () => {
  it('starts nobody any more: killed in a group restart, while a child ends', async () => {
    const end = gate()
    const inner = supervisor({ strategy: 'one_for_all', ...many }, { x: child(Counter), y: child(slowToEnd(end)) })
    const { app, tree, settle, advance } = await simulatedWithoutStore(
      supervisor({ strategy: 'one_for_all', ...many }, { t: child(Counter), inner: child(inner, { shutdown: 'kill' }) }),
    )
    void tree.inner.x.cast.crash('boom')
    await settle()
    void tree.t.cast.crash('boom')
    await settle()
    end.open()
    await settle()
    void tree.inner.x.cast.crash('again')
    await settle()
    end.open()
    await settle()
    const stopped = watched(app.stop())
    for (let round = 0; round < 5; round += 1) {
      end.open()
      await advance(10_000)
    }
    expect({ isStopped: stopped.isSettled, running: app.running() }).toEqual({ isStopped: true, running: [] })
  })

  it('starts nobody any more: killed in its start, while that waits for the end of the incarnation before', async () => {
    const end = gate()
    const inner = supervisor({}, { y: child(slowToEnd(end), { shutdown: 'infinity' }) })
    const outer = supervisor(
      { strategy: 'one_for_all', ...many },
      { t: child(Counter), inner: child(inner, { shutdown: 'kill' }) },
    )
    const { app, tree, settle, advance } = await simulatedWithoutStore(
      supervisor({ strategy: 'one_for_all', ...many }, { t: child(Counter), outer: child(outer, { shutdown: 'kill' }) }),
    )
    void tree.outer.inner.y.cast.crash()
    await settle()
    void tree.outer.t.cast.crash('kills inner')
    await settle()
    void tree.t.cast.crash('kills outer')
    await settle()
    end.open()
    await advance(10_000)
    expect(app.running()).toEqual(['', 't', 'outer', 'outer/t', 'outer/inner', 'outer/inner/y'])
    const stopped = watched(app.stop())
    await advance(10_000)
    end.open()
    await advance(10_000)
    expect({ isStopped: stopped.isSettled, running: app.running() }).toEqual({ isStopped: true, running: [] })
  })

  it('starts nobody any more: killed in its start, while its members are read', async () => {
    const reading = gate()
    let isSlow = false
    const store = changed(memory(), (persistence) => ({
      members: async (id) => {
        const members = await persistence.members(id)
        if (isSlow) await reading.wait()
        return members
      },
    }))
    const carts = dynamicSupervisor(Counter, { state: 'durable' })
    const outer = supervisor(
      { strategy: 'one_for_all', ...many },
      { t: child(Counter), carts: child(carts, { shutdown: 'kill' }) },
    )
    const { app, tree, settle, advance, until } = await simulated(
      supervisor({ strategy: 'one_for_all', ...many }, { t: child(Counter), outer: child(outer, { shutdown: 'kill' }) }),
      { store },
    )
    await until(tree.outer.carts.start('k'))
    isSlow = true
    void tree.outer.t.cast.crash('kills carts')
    await settle()
    void tree.t.cast.crash('kills outer')
    await settle()
    isSlow = false
    reading.open()
    await settle()
    const stopped = watched(app.stop())
    await advance(100_000)
    expect({ isStopped: stopped.isSettled, running: app.running() }).toEqual({ isStopped: true, running: [] })
  })

  it('leaves no inner supervisor behind that a hanging start keeps from ending, and that keeps the next one from starting', async () => {
    let hangs = false
    const Hanging = actor('hanging', {
      initial: () => ({}),
      restart: () => (hangs ? new Promise<void>(() => undefined) : undefined),
      handlers: ({ cast }) => ({
        crash: cast(() => {
          throw new Error('crash')
        }),
      }),
    })
    const outer = supervisor({}, { inner: supervisor({}, { x: child(Hanging) }) })
    const { app, tree, settle, advance } = await simulatedWithoutStore(
      supervisor({ strategy: 'one_for_all' }, { t: child(Counter), outer: child(outer, { shutdown: 'kill' }) }),
    )
    hangs = true
    void tree.outer.inner.x.cast.crash()
    await settle()
    hangs = false
    void tree.t.cast.crash('kills outer')
    await settle()
    expect(app.running()).toEqual(['', 't', 'outer', 'outer/inner', 'outer/inner/x'])
    const stopped = watched(app.stop())
    await advance(100_000)
    expect(stopped.isSettled).toBe(true)
  })
})

describe('a member of a dynamic supervisor', () => {
  it('that was stopped and is started again is not taken for the one before, whose exit is still on its way', async () => {
    const { app, tree, until, advance } = await simulatedWithoutStore(supervisor({}, { carts: dynamicSupervisor(Counter) }))
    await until(tree.carts.start('k'))
    void caught(tree.carts.stop('k'))
    void caught(tree.carts.start('k'))
    expect(await until(caught(tree.carts.keys({ timeout: '1s' })))).toEqual(['k'])
    const stopped = watched(app.stop())
    await advance(100_000)
    expect(stopped.isSettled).toBe(true)
  })

  it('can be reached when it was started while the one before was still ending under a supervisor that was killed', async () => {
    const end = gate()
    const carts = dynamicSupervisor(slowToEnd(end), { shutdown: 'infinity' })
    const { app, tree, until, settle, advance } = await simulatedWithoutStore(
      supervisor({ strategy: 'one_for_all' }, { t: child(Counter), carts: child(carts, { shutdown: 'kill' }) }),
    )
    await until(tree.carts.start('k'))
    void tree.carts.get('k').cast.crash()
    await settle()
    void tree.t.cast.crash('kills carts')
    await settle()
    const started = tree.carts.start('k')
    await settle()
    end.open()
    const member = await until(started)
    expect(await until(caught(member.call.ping()))).toBe('pong')
    const stopped = watched(app.stop())
    await settle()
    end.open()
    await advance(10_000)
    expect({ isStopped: stopped.isSettled, running: app.running() }).toEqual({ isStopped: true, running: [] })
  })

  it('that a durable turn has started comes up, with its mail, though its first start fails', async () => {
    const Opener = actor('opener', {
      initial: () => ({}),
      handlers: ({ cast }) => ({
        open: cast(message<string>(), ({ input, ctx }) => {
          void ctx.member(Counter, 'carts', input, undefined).cast.increment()
        }),
      }),
    })
    const opened: string[] = []
    const store = changed(memory(), (persistence) => ({
      open: (id, rung) => {
        opened.push(id)
        const isFirst = opened.filter((other) => other === id).length === 1
        if (id !== 'carts/k' || !isFirst) return persistence.open(id, rung)
        return Promise.reject(new StoreError({ problem: 'full', location: 'memory', message: 'is full' }))
      },
    }))
    const tree = supervisor(
      {},
      { carts: dynamicSupervisor(Counter, { state: 'durable' }), opener: child(Opener, { state: 'durable' }) },
    )
    const { tree: actors, settle, until } = await simulated(tree, { store })
    void actors.opener.cast.open('k')
    await settle()
    expect(await until(actors.carts.keys())).toEqual(['k'])
    expect(await until(caught(actors.carts.get('k').call.count()))).toBe(1)
  })
})

describe('a durable actor', () => {
  const Watcher = actor('watcher', {
    initial: () => ({ downs: 0, told: 0 }),
    handlers: ({ call, cast }) => ({
      watch: call(({ ctx }) => {
        ctx.monitor('v')
        return { reply: 'watching' }
      }),
      told: cast(({ state }) => ({ ...state, told: state.told + 1 })),
      state: call(({ state }) => ({ reply: state })),
    }),
    info: ({ state, ctx }) => {
      ctx.sendSelf('told')
      return { ...state, downs: state.downs + 1 }
    },
  })

  it('may send when it is told that another one has ended', async () => {
    const { tree, until, settle, events } = await simulated(
      supervisor({}, { v: child(Counter), w: child(Watcher, { state: 'durable' }) }),
    )
    await until(tree.w.call.watch())
    void tree.v.cast.crash('boom')
    await settle()
    expect(lives(events).filter((life) => life.startsWith('w#1 exited'))).toEqual([])
    expect(await until(tree.w.call.state())).toEqual({ downs: 1, told: 1 })
  })

  /** Watches `v`, can be kept busy, and fails in the second `add` it ever handles, which is in a group. */
  const moody = (hold: { wait(): Promise<void> }, failsAt: number) => {
    let adds = 0
    return actor('moody', {
      initial: () => ({ downs: 0, n: 0 }),
      handlers: ({ call, cast }) => ({
        watch: cast(({ ctx }) => void ctx.monitor('v')),
        hold: cast(() => hold.wait().then(() => undefined)),
        add: cast(({ state }) => {
          adds += 1
          if (adds === failsAt) throw new Error('once')
          return { ...state, n: state.n + 1 }
        }),
        state: call(({ state }) => ({ reply: state })),
      }),
      info: ({ state }) => ({ ...state, downs: state.downs + 1 }),
    })
  }

  it('is told of an end though the group with the notice in it is dropped and handled again', async () => {
    const hold = gate()
    const sim = await simulated(supervisor({}, { v: child(Counter), w: child(moody(hold, 2), { state: 'durable' }) }))
    handleInGroups(sim)
    const { tree, settle, until, events } = sim
    void tree.w.cast.watch()
    await settle()
    void tree.w.cast.hold()
    await settle()
    for (const happens of [() => tree.w.cast.add(), () => tree.v.cast.crash('boom'), () => tree.w.cast.add()]) {
      void happens()
      await settle()
    }
    hold.open()
    await settle()
    expect(eventsOf(events, 'group dropped')).toHaveLength(1)
    expect(await until(tree.w.call.state())).toEqual({ downs: 1, n: 2 })
  })

  it('is told once of an end though the group in which it asked for that was dropped and handled again', async () => {
    const hold = gate()
    const sim = await simulated(supervisor({}, { v: child(Counter), w: child(moody(hold, 1), { state: 'durable' }) }))
    handleInGroups(sim)
    const { tree, settle, until } = sim
    void tree.w.cast.hold()
    await settle()
    void tree.w.cast.watch()
    void tree.w.cast.add()
    await settle()
    hold.open()
    await settle()
    void tree.v.cast.crash('boom')
    await settle()
    expect(await until(tree.w.call.state())).toEqual({ downs: 1, n: 1 })
  })

  it('does not get a timer that it set and cancelled in the same turn', async () => {
    const Timed = actor('timed', {
      initial: () => ({ fired: 0 }),
      handlers: ({ call, cast }) => ({
        go: cast(({ ctx }) => ctx.cancelTimer(ctx.sendAfter('1s', 'fire'))),
        fire: cast(({ state }) => ({ fired: state.fired + 1 })),
        fired: call(({ state }) => ({ reply: state.fired })),
      }),
    })
    const { tree, advance, until } = await simulated(supervisor({}, { a: child(Timed, { state: 'durable' }) }))
    void tree.a.cast.go()
    await advance(5_000)
    expect(await until(tree.a.call.fired())).toBe(0)
  })

  it('handles a message three times at most, also when the group in which it is put aside is dropped', async () => {
    const attempts: string[] = []
    const Bad = actor('bad', {
      initial: () => ({}),
      handlers: ({ cast }) => ({
        bad: cast(message<string>(), ({ input, ctx }) => {
          attempts.push(`${input}${ctx.attempt}`)
          throw new Error('bad')
        }),
      }),
    })
    const sim = await simulated(supervisor(many, { a: child(Bad, { state: 'durable' }) }))
    handleInGroups(sim)
    void sim.tree.a.cast.bad('a')
    void sim.tree.a.cast.bad('b')
    await sim.settle()
    expect(attempts.filter((attempt) => attempt.startsWith('a'))).toEqual(['a1', 'a2', 'a3'])
  })

  it('keeps what was replayed when its first group is dropped, also where states are not frozen', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'coppice-defect-'))
    const file = join(directory, 'app.db')
    let adds = -Infinity
    const Moody = actor('moody', {
      initial: () => ({ n: 0 }),
      handlers: ({ call, cast }) => ({
        add: cast(({ state }) => {
          adds += 1
          if (adds === 2) throw new Error('once')
          return { n: state.n + 1 }
        }),
        n: call(({ state }) => ({ reply: state.n })),
      }),
    })
    const tree = supervisor({}, { a: child(Moody, { state: 'durable' }) })
    const begin = () => simulated(tree, { store: sqlite(file), freezeStates: false })
    for (let life = 0; life < 3; life += 1) {
      const { tree: actors, app, until } = await begin()
      await until(actors.a.cast.add())
      await until(app.stop())
    }
    const database = new Database(file)
    database.exec(
      `UPDATE checkpoint SET state = '{}' WHERE actor = 'a' AND number = (SELECT max(number) FROM checkpoint WHERE actor = 'a')`,
    )
    database.close()
    const sim = await begin()
    handleInGroups(sim)
    adds = 0
    void sim.tree.a.cast.add()
    void sim.tree.a.cast.add()
    await sim.settle()
    expect(eventsOf(sim.events, 'group dropped')).toHaveLength(1)
    expect(await sim.until(sim.tree.a.call.n())).toBe(5)
    await sim.until(sim.app.stop())
    rmSync(directory, { recursive: true })
  })

  it('has received what another one sent it before it is told that the other has ended (P2)', async () => {
    const order: string[] = []
    const Sender = actor('sender', {
      initial: () => ({}),
      handlers: ({ cast }) => ({
        go: cast(({ ctx }) => {
          void ctx.ref(Receiver, 'w').cast.take()
          throw new Error('boom')
        }),
      }),
    })
    const Receiver = actor('receiver', {
      initial: () => ({}),
      handlers: ({ call, cast }) => ({
        watch: call(({ ctx }) => {
          ctx.monitor('v')
          return { reply: 'watching' }
        }),
        take: cast(() => void order.push('message')),
      }),
      info: () => void order.push('down'),
    })
    const { tree, until, settle } = await simulated(
      supervisor({}, { v: child(Sender, { state: 'volatile' }), w: child(Receiver, { state: 'durable' }) }),
    )
    await until(tree.w.call.watch())
    void tree.v.cast.go()
    await settle()
    expect(order).toEqual(['message', 'down'])
  })

  it('does not tell a caller that his message was not handled, and handle it in the next process', async () => {
    const hold = gate()
    const Busy = actor('busy', {
      initial: () => ({ n: 0 }),
      handlers: ({ call, cast }) => ({
        hold: cast(() => hold.wait().then(() => undefined)),
        add: call(({ state }) => ({ reply: state.n + 1, state: { n: state.n + 1 } })),
        n: call(({ state }) => ({ reply: state.n })),
      }),
    })
    const store = memory()
    const tree = supervisor({}, { a: child(Busy, { state: 'durable', shutdown: '1s' }) })
    const before = await simulated(tree, { store })
    void before.tree.a.cast.hold()
    await before.settle()
    const told = caught(before.tree.a.call.add({ timeout: '1m' }))
    await before.settle()
    await before.until(before.app.stop())
    const after = await simulated(tree, { store })
    await after.settle()
    hold.open()
    await after.settle()
    const wasHandled = (await after.until(after.tree.a.call.n())) === 1
    expect({ wasHandled, wasToldOtherwise: String(await told).includes('was not handled') }).toEqual({
      wasHandled: true,
      wasToldOtherwise: false,
    })
  })
})

describe('what waits', () => {
  it('a call that is on its way into the journal settles when the app ends', async () => {
    const unsettled: string[] = []
    for (let seed = 1; seed <= 10; seed += 1) {
      const { app, tree, scheduler, until, advance } = await simulated(
        supervisor({}, { a: child(Counter, { state: 'durable' }) }),
        { seed },
      )
      const stopped = app.stop()
      const calls: { isSettled: boolean }[] = []
      for (let i = 0; i < 60; i += 1) {
        calls.push(watched(tree.a.call.add(1)))
        scheduler.step()
        for (let hops = i % 4; hops > 0; hops -= 1) await Promise.resolve()
      }
      await until(stopped)
      await advance(60_000)
      calls.forEach(({ isSettled }, i) => isSettled || unsettled.push(`seed ${seed}, call ${i}`))
    }
    expect(unsettled).toEqual([])
  })

  it('a call without a deadline settles when the actor ends for good while the call is on its way into the journal', async () => {
    const unsettled: string[] = []
    for (let seed = 1; seed <= 10; seed += 1) {
      const { tree, scheduler, advance } = await simulated(
        supervisor({}, { a: child(Counter, { state: 'durable', restart: 'transient' }) }),
        { seed },
      )
      void tree.a.cast.stop()
      const calls: { isSettled: boolean }[] = []
      for (let i = 0; i < 40; i += 1) {
        calls.push(watched(tree.a.call.add(1, { timeout: 'infinity' })))
        scheduler.step()
        for (let hops = i % 4; hops > 0; hops -= 1) await Promise.resolve()
      }
      await advance(60_000)
      calls.forEach(({ isSettled }, i) => isSettled || unsettled.push(`seed ${seed}, call ${i}`))
    }
    expect(unsettled).toEqual([])
  })

  it('a call without a deadline settles that has the id of a cast which was applied', async () => {
    const { app, tree, until, settle, advance } = await simulated(supervisor({}, { a: child(Counter, { state: 'durable' }) }))
    await until(tree.a.cast.increment({ id: 'same' }))
    await settle()
    const call = watched(tree.a.call.add(1, { id: 'same', timeout: 'infinity' }))
    await settle()
    await until(app.stop())
    await advance(60_000)
    expect(call.isSettled).toBe(true)
  })

  it('ended resolves, and stop too, when the root gives up as soon as it is up', async () => {
    const Bad = actor('bad', {
      initial: () => ({}),
      handlers: ({ cast }) => ({
        go: cast(() => {
          throw new Error('always')
        }),
      }),
    })
    const store = memory()
    const clock = createVirtualClock()
    const slowly = { init: () => new Promise<void>((resolve) => void clock.setTimer(10, resolve)) }
    const tree = supervisor(
      { intensity: { restarts: 0, within: '1s' } },
      { a: child(Bad, { state: 'durable' }), b: child(Counter, { state: 'volatile', hooks: slowly }) },
    )
    const first = await simulated(tree, { store, clock })
    void first.tree.a.cast.go()
    await first.until(first.app.ended)
    const second = await simulated(tree, { store, clock })
    const [ended, stopped] = [watched(second.app.ended), watched(second.app.stop())]
    await second.settle()
    expect([ended.isSettled, stopped.isSettled]).toEqual([true, true])
  })

  it('an actor ends that asks for it between two turns, and can be stopped afterwards', async () => {
    let stopIt = (): void => undefined
    const Socket = actor('socket', {
      initial: () => ({}),
      handlers: ({ call }) => ({
        open: call(({ ctx }) => {
          stopIt = () => ctx.stop()
          return { reply: 'open' }
        }),
      }),
    })
    const { app, tree, until, settle, advance, events } = await simulatedWithoutStore(
      supervisor({}, { a: child(Socket, { restart: 'transient', shutdown: 'infinity' }) }),
    )
    await until(tree.a.call.open())
    // As from an event listener of the socket.
    stopIt()
    await settle()
    expect(lives(events)).toContain('a#1 exited normal')
    const stopped = watched(app.stop())
    await advance(100_000)
    expect(stopped.isSettled).toBe(true)
  })

  it('a cast that nobody waits for raises no unhandled rejection when it cannot be journaled', async () => {
    const rejections: unknown[] = []
    const others = process.listeners('unhandledRejection')
    process.removeAllListeners('unhandledRejection')
    process.on('unhandledRejection', (error) => rejections.push(error))
    try {
      const full = new StoreError({ problem: 'full', location: 'memory', message: 'is full' })
      const store = changed(memory(), () => ({ accept: () => Promise.reject(full) }))
      const { tree, settle, events } = await simulated(supervisor({}, { a: child(Counter, { state: 'durable' }) }), { store })
      void tree.a.cast.increment()
      await settle()
      expect(eventsOf(events, 'dead letter')).toHaveLength(1)
    } finally {
      process.removeAllListeners('unhandledRejection')
      for (const listener of others) process.on('unhandledRejection', listener)
    }
    expect(rejections).toEqual([])
  })
})

describe('a checkpointed actor', () => {
  it('comes back with the state that term asked to keep, in the same process as in the next one', async () => {
    const Parting = actor('parting', {
      initial: () => ({ n: 0 }),
      term: (ctx) => ctx.checkpoint({ n: 100 }),
      handlers: ({ call, cast }) => ({
        set: call(message<number>(), ({ input }) => ({ reply: input, state: { n: input } })),
        n: call(({ state }) => ({ reply: state.n })),
        crash: cast(() => {
          throw new Error('crash')
        }),
      }),
    })
    const { tree, until, settle } = await simulated(supervisor({}, { a: child(Parting, { state: 'checkpointed' }) }))
    await until(tree.a.call.set(2))
    void tree.a.cast.crash()
    await settle()
    expect(await until(tree.a.call.n())).toBe(100)
  })

  it('does not take its supervisor along because its newest state cannot be stored', async () => {
    const Odd = actor('odd', {
      initial: () => ({ f: undefined as unknown }),
      handlers: ({ call, cast }) => ({
        spoil: call(() => ({ reply: 'spoilt', state: { f: () => 1 } })),
        crash: cast(() => {
          throw new Error('crash')
        }),
        ping: call(() => ({ reply: 'pong' })),
      }),
    })
    const { tree, until, settle } = await simulated(supervisor({}, { a: child(Odd, { state: 'checkpointed' }) }))
    await until(tree.a.call.spoil())
    void tree.a.cast.crash()
    await settle()
    expect(await until(caught(tree.a.call.ping()))).toBe('pong')
  })
})
