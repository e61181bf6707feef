import { describe, expect, it } from 'vitest'
import { assign, createActor, createMachine, fromCallback, fromPromise, fromTransition, raise, setup, spawnChild } from 'xstate'
import { logic } from '../../src/behaviors/actor-logic.ts'
import { machine } from '../../src/behaviors/machine.ts'
import { simulatedSystem } from '../../src/app/simulated-system.ts'
import { memory } from '../../src/persistence/memory-store.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'
import { eventsOf, lives, simulated, simulatedWithoutStore } from '../support/simulated-app.ts'

/** What xstate 5.33.3 does when it runs actors by itself, case by case, and what is done here. */
describe('where xstate', () => {
  it('forgets a delay that is stored and restored, the delay comes when it is due', async () => {
    const store = memory()
    const m = createMachine({ initial: 'a', states: { a: { after: { 100: 'b' } }, b: {} } })
    const M = machine('m', m, { asks: ({ query }) => ({ value: query((s) => s.value) }) })
    const tree = supervisor({}, { a: child(M, { state: 'durable' }) })
    const before = await simulated(tree, { store })
    await before.advance(90)
    const after = await simulated(tree, { store, clock: before.clock })
    await after.advance(9)
    expect(await after.until(after.tree.a.call.value())).toBe('a')
    await after.advance(1)
    expect(await after.until(after.tree.a.call.value())).toBe('b')
  })

  it('lets the children of a machine that has failed go on, they end before its exit is reported', async () => {
    const order: string[] = []
    const m = setup({
      types: { events: {} as { type: 'fail' } },
      actors: { beat: fromCallback(() => () => void order.push('cleaned up')) },
    }).createMachine({
      invoke: { src: 'beat' },
      on: {
        fail: {
          actions: () => {
            throw new Error('in an action')
          },
        },
      },
    })
    const { tree, settle, app, until } = await simulatedWithoutStore(supervisor({}, { a: child(machine('m', m)) }), {
      onEvent: (event) => {
        if (event.type === 'exited' && event.id === 'a') order.push('exit')
        if (event.type === 'decided') order.push('decision')
      },
    })
    void tree.a.cast.fail()
    await settle()
    expect(order.slice(0, 3)).toEqual(['cleaned up', 'exit', 'decision'])
    await until(app.stop())
    expect(order.filter((what) => what === 'cleaned up')).toHaveLength(2)
  })

  it('throws an unhandled rejection of a child into the process, it is an exit for the supervisor', async () => {
    const m = createMachine({ invoke: { src: fromPromise(() => Promise.reject(new Error('nobody asked'))) } })
    const tree = supervisor({ intensity: { restarts: 2, within: '5s' } }, { a: child(machine('m', m)) })
    const { app, until, events } = await simulatedWithoutStore(tree)
    await until(app.ended)
    const exits = eventsOf(events, 'exited').filter(({ id }) => id === 'a')
    expect(exits.map(({ reason }) => (reason as { error: Error }).error.message)).toEqual([
      'nobody asked',
      'nobody asked',
      'nobody asked',
    ])
  })

  it('keeps a child that has failed, it is dead to who sends to it, and new when its state is entered again', async () => {
    let runs = 0
    const m = setup({
      types: { events: {} as { type: 'again' } | { type: 'ping' }, context: {} as { errors: number } },
      actors: {
        bad: fromCallback<{ type: 'ping' }>(() => {
          runs += 1
          throw new Error('bad')
        }),
      },
    }).createMachine({
      context: { errors: 0 },
      initial: 'on',
      states: {
        on: {
          invoke: { id: 'bad', src: 'bad', onError: { actions: assign({ errors: ({ context }) => context.errors + 1 }) } },
          on: {
            again: { target: 'on', reenter: true },
            ping: { actions: ({ self }) => self.getSnapshot().children['bad']?.send({ type: 'ping' }) },
          },
        },
      },
    })
    const M = machine('m', m, { asks: ({ query }) => ({ errors: query((s) => s.context.errors) }) })
    const { tree, until, settle, events } = await simulatedWithoutStore(supervisor({}, { a: child(M) }))
    await settle()
    void tree.a.cast.ping()
    await settle()
    expect(eventsOf(events, 'dead letter')).toMatchObject([{ why: 'noproc', message: { name: 'ping', sender: 'a' } }])
    void tree.a.cast.again()
    await settle()
    expect(await until(tree.a.call.errors())).toBe(2)
    expect(runs).toBe(2)
    expect(lives(events)).not.toContain('a#1 exited error')
  })

  it('runs a restored promise again, it runs again, and one result of it counts', async () => {
    const store = memory()
    let runs = 0
    const m = setup({
      types: { context: {} as { done: number } },
      actors: { job: fromPromise(async () => (runs += 1)) },
    }).createMachine({
      context: { done: 0 },
      initial: 'a',
      states: {
        a: { invoke: { src: 'job', onDone: { target: 'b', actions: assign({ done: ({ context }) => context.done + 1 }) } } },
        b: {},
      },
    })
    const M = machine('m', m, { asks: ({ query }) => ({ done: query((s) => s.context.done) }) })
    const tree = supervisor({}, { a: child(M, { state: 'durable' }) })
    await simulated(tree, { store })
    const after = await simulated(tree, { store })
    await after.settle()
    expect(await after.until(after.tree.a.call.done())).toBe(1)
    expect(runs).toBeLessThanOrEqual(2)
  })

  it('stores a child without a name so that it is lost, it is refused when the machine is defined', () => {
    const m = createMachine({ entry: spawnChild(fromTransition((s: number) => s, 0)) })
    expect(() => machine('m', m)).toThrow('machine "m": state "(machine)" must spawn logic by its name')
  })

  it('takes ids, chance and time from the process, they come from the system', async () => {
    const m = setup({
      types: { context: {} as { ids: string[] }, events: {} as { type: 'go' } | { type: 'late' } },
      actors: { inner: createMachine({ initial: 'a', states: { a: { after: { 10: 'b' } }, b: { type: 'final' } } }) },
    }).createMachine({
      context: { ids: [] },
      on: {
        'go': { actions: assign({ ids: ({ context, spawn }) => [...context.ids, spawn('inner').sessionId] }) },
        '*': { actions: assign({ ids: ({ context, self }) => [...context.ids, self.sessionId] }) },
      },
    })
    const M = machine('m', m, { asks: ({ query }) => ({ ids: query((s) => s.context.ids) }) })
    const run = async () => {
      // The real clock and real chance are watched, and not let in.
      const sim = await simulatedSystem(supervisor({}, { a: child(M) }), { seed: 1 })
      void sim.app.tree.a.cast.go()
      await sim.advance(20)
      const ids = await sim.until(sim.app.tree.a.call.ids())
      await sim.until(sim.app.stop())
      return { ids, events: JSON.stringify(sim.events) }
    }
    const [first, second] = [await run(), await run()]
    expect(first.ids).toHaveLength(2)
    expect(second).toEqual(first)
  })

  it('drops what is sent to an actor that has stopped, it is a dead letter with its reason', async () => {
    const m = createMachine({
      types: {} as { events: { type: 'end' } },
      initial: 'on',
      states: { on: { on: { end: 'off' } }, off: { type: 'final' } },
    })
    const { tree, settle, events } = await simulatedWithoutStore(
      supervisor({}, { a: child(machine('m', m), { restart: 'temporary' }) }),
    )
    void tree.a.cast.end()
    await settle()
    void tree.a.cast.end()
    expect(eventsOf(events, 'dead letter')).toMatchObject([{ id: 'a', why: 'noproc', message: { name: 'end' } }])
  })

  it('stops a reducer by an event that the reducer gets, it is not told', async () => {
    const strict = fromTransition((n: number, event: { type: 'inc' }) => {
      if (event.type !== 'inc') throw new Error(`what is ${JSON.stringify(event)}?`)
      return n + 1
    }, 0)
    const { app, until, events } = await simulatedWithoutStore(supervisor({}, { a: child(logic('strict', strict)) }))
    await until(app.stop())
    expect(eventsOf(events, 'exited').map(({ reason }) => reason.type)).toEqual(['shutdown', 'shutdown'])
  })

  it.each(['checkpointed', 'durable'] as const)(
    'stores a machine that has failed as failed, so that it fails again at once, the next process goes on (%s)',
    async (state) => {
      const m = setup({
        types: { context: {} as { n: number }, events: {} as { type: 'inc' } | { type: 'fail' } },
      }).createMachine({
        context: { n: 0 },
        on: {
          inc: { actions: assign({ n: ({ context }) => context.n + 1 }) },
          fail: {
            actions: () => {
              throw new Error('in an action')
            },
          },
        },
      })
      const alone = createActor(m)
      alone.subscribe({ error: () => undefined })
      alone.start().send({ type: 'fail' })
      expect(alone.getPersistedSnapshot()).toMatchObject({ status: 'error' })

      const store = memory()
      const M = machine('m', m, { asks: ({ query }) => ({ n: query((s) => s.context.n) }) })
      const tree = supervisor({}, { a: child(M, { state }) })
      const before = await simulated(tree, { store })
      void before.tree.a.cast.inc()
      void before.tree.a.cast.fail()
      await before.settle()
      const after = await simulated(tree, { store })
      void after.tree.a.cast.inc()
      expect(await after.until(after.tree.a.call.n())).toBe(2)
      expect(lives(after.events).filter((line) => line.includes('exited'))).toEqual([])
    },
  )

  it('has a clock for delays only, all of them wait for the clock of the system, and nobody for a real one', async () => {
    const m = setup({
      types: { context: {} as { told: readonly string[] }, events: {} as { type: 'go' } | { type: 'late' } },
    }).createMachine({
      context: { told: [] },
      initial: 'on',
      states: {
        on: {
          after: { '1000': { actions: assign({ told: ({ context }) => [...context.told, 'after'] }) } },
          on: { go: { actions: raise({ type: 'late' }, { delay: 2_000 }) } },
        },
      },
      on: { late: { actions: assign({ told: ({ context }) => [...context.told, 'raised'] }) } },
    })
    const M = machine('m', m, { asks: ({ query }) => ({ told: query((s) => s.context.told) }) })
    await using sim = await simulatedSystem(supervisor({}, { a: child(M) }))
    void sim.tree.a.cast.go()
    await sim.advance('1h')
    expect(await sim.until(sim.tree.a.call.told())).toEqual(['after', 'raised'])
  })
})
