import { describe, expect, it } from 'vitest'
import {
  assign,
  createMachine,
  fromCallback,
  fromObservable,
  fromPromise,
  fromTransition,
  sendParent,
  sendTo,
  setup,
  stopChild,
  type AnyActorRef,
} from 'xstate'
import { machine } from '../../src/behaviors/machine.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'
import { eventsOf, lives, simulatedWithoutStore, simulated } from '../support/simulated-app.ts'

/** A callback that says what it lives through. */
const noting = (told: string[]) =>
  fromCallback<{ type: 'ping' }, { name: string }>(({ input, receive, sendBack }) => {
    told.push(`${input.name} begins`)
    receive((event) => {
      told.push(`${input.name} gets ${event.type}`)
      sendBack({ type: 'pong' })
    })
    return () => void told.push(`${input.name} is cleaned up`)
  })

const holding = (told: string[]) =>
  setup({
    types: {
      context: {} as { pongs: number },
      events: {} as
        { type: 'leave' } | { type: 'ping' } | { type: 'pong' } | { type: 'back' } | { type: 'fail' } | { type: 'failInAction' },
    },
    actors: { noting: noting(told) },
  }).createMachine({
    context: { pongs: 0 },
    initial: 'in',
    states: {
      in: {
        invoke: { id: 'noter', src: 'noting', input: { name: 'noter' } },
        on: { leave: 'out', ping: { actions: sendTo('noter', { type: 'ping' }) } },
      },
      out: { on: { back: 'in' } },
    },
    on: {
      pong: { actions: assign({ pongs: ({ context }) => context.pongs + 1 }) },
      fail: {
        actions: assign(() => {
          throw new Error('in assign')
        }),
      },
      failInAction: {
        target: '.out',
        actions: () => {
          throw new Error('in an action')
        },
      },
    },
  })

const Holding = (told: string[]) =>
  machine('holding', holding(told), {
    asks: ({ query }) => ({ pongs: query((s) => s.context.pongs), value: query((s) => s.value) }),
  })

describe('a child of a machine', () => {
  it('gets events, sends back, and is stopped and cleaned up when the state is left', async () => {
    for (const state of ['volatile', 'checkpointed', 'durable'] as const) {
      const told: string[] = []
      const { tree, until, settle, app } = await simulated(supervisor({}, { a: child(Holding(told), { state }) }))
      void tree.a.cast.ping()
      await settle()
      expect(await until(tree.a.call.pongs())).toBe(1)
      void tree.a.cast.ping()
      void tree.a.cast.leave()
      await settle()
      expect(told).toEqual(['noter begins', 'noter gets ping', 'noter gets ping', 'noter is cleaned up'])
      expect(await until(tree.a.call.pongs())).toBe(2)
      void tree.a.cast.back()
      await settle()
      await until(app.stop())
      expect(told.slice(4)).toEqual(['noter begins', 'noter is cleaned up'])
    }
  })

  it('ends before the exit of a machine that crashed is reported, and is started anew with it', async () => {
    for (const state of ['volatile', 'checkpointed', 'durable'] as const) {
      const told: string[] = []
      const onEvent = (event: { type: string; id?: string }): void => {
        if (event.type === 'exited' && event.id === 'a') told.push('a exited')
      }
      const { tree, until, settle } = await simulated(
        supervisor({}, { a: child(Holding(told), state === 'durable' ? { state, maxAttempts: 1 } : { state }) }),
        { onEvent },
      )
      void tree.a.cast.ping()
      await settle()
      void tree.a.cast.fail()
      await settle()
      expect(told).toEqual(['noter begins', 'noter gets ping', 'noter is cleaned up', 'a exited', 'noter begins'])
      expect(await until(tree.a.call.pongs())).toBe(1)
      void tree.a.cast.ping()
      await settle()
      expect(await until(tree.a.call.pongs())).toBe(2)
    }
  })

  it('ends with a machine that is killed', async () => {
    const told: string[] = []
    const { tree, app, settle, until } = await simulatedWithoutStore(
      supervisor({}, { a: child(Holding(told), { shutdown: 'kill' }) }),
    )
    void tree.a.cast.ping()
    await settle()
    await until(app.stop())
    expect(told.at(-1)).toBe('noter is cleaned up')
  })

  it('whose failure no transition takes ends the machine with that error, and not the process', async () => {
    const m = createMachine({
      initial: 'a',
      states: { a: { invoke: { id: 'p', src: fromPromise(() => Promise.reject(new Error('rejected'))) } } },
    })
    const { events, settle } = await simulatedWithoutStore(
      supervisor({ intensity: { restarts: 1, within: '5s' } }, { a: child(machine('m', m)) }),
    )
    await settle()
    expect(eventsOf(events, 'exited').filter(({ id }) => id === 'a')).toMatchObject([
      { reason: { type: 'error', error: { message: 'rejected' } } },
      { reason: { type: 'error', error: { message: 'rejected' } } },
    ])
  })

  it('can be killed by somebody else, which is its error', async () => {
    const told: string[] = []
    const m = setup({ actors: { noting: noting(told) }, types: { context: {} as { error: unknown } } }).createMachine({
      context: { error: undefined },
      initial: 'in',
      states: {
        in: {
          invoke: {
            id: 'n',
            src: 'noting',
            input: { name: 'n' },
            onError: { target: 'out', actions: assign({ error: ({ event }) => (event.error as { code: string }).code }) },
          },
        },
        out: {},
      },
    })
    const M = machine('m', m, { asks: ({ query }) => ({ error: query((s) => s.context.error) }) })
    const { app, tree, until, settle, events } = await simulatedWithoutStore(supervisor({}, { a: child(M) }))
    const id = eventsOf(events, 'started').find((event) => event.id.startsWith('a/'))?.id ?? ''
    const Killer = (await import('../../src/behaviors/actor.ts')).actor('killer', {
      initial: (_: undefined, ctx) => ctx.kill(id),
      handlers: () => ({}),
    })
    await until(app.spawn(Killer, 'killer', undefined))
    await settle()
    expect(await until(tree.a.call.error())).toBe('actor-ended')
  })

  it('that starts by failing is an error of the machine', async () => {
    const m = setup({
      actors: {
        bad: createMachine({
          context: () => {
            throw new Error('no context')
          },
        }),
      },
      types: { context: {} as { error: unknown } },
    }).createMachine({
      context: { error: undefined },
      invoke: { id: 'bad', src: 'bad', onError: { actions: assign({ error: ({ event }) => (event.error as Error).message }) } },
    })
    const M = machine('m', m, { asks: ({ query }) => ({ error: query((s) => s.context.error) }) })
    const { tree, until, settle } = await simulatedWithoutStore(supervisor({}, { a: child(M) }))
    await settle()
    expect(await until(tree.a.call.error())).toBe('no context')
  })

  it('can be a machine, which sends to its parent and gives its output', async () => {
    const inner = createMachine({
      types: {} as { context: { by: number }; input: { by: number }; events: { type: 'end' }; output: string },
      context: ({ input }) => ({ by: input.by }),
      initial: 'waiting',
      states: {
        waiting: { after: { 100: { target: 'telling' } } },
        telling: { entry: sendParent({ type: 'told' }), on: { end: 'over' } },
        over: { type: 'final' },
      },
      output: ({ context }) => `by ${context.by}`,
    })
    const outer = setup({
      types: { context: {} as { output: string; told: number }, events: {} as { type: 'told' } },
      actors: { inner },
    }).createMachine({
      context: { output: '', told: 0 },
      initial: 'a',
      states: {
        a: {
          invoke: {
            id: 'inner',
            src: 'inner',
            input: { by: 7 },
            onDone: { target: 'b', actions: assign({ output: ({ event }) => event.output }) },
          },
          on: { told: { actions: [assign({ told: ({ context }) => context.told + 1 }), sendTo('inner', { type: 'end' })] } },
        },
        b: {},
      },
    })
    const Outer = machine('outer', outer, { asks: ({ query }) => ({ all: query((s) => ({ ...s.context, value: s.value })) }) })
    for (const state of ['volatile', 'durable'] as const) {
      const { tree, until, advance } = await simulated(supervisor({}, { a: child(Outer, { state }) }))
      await advance(100)
      expect(await until(tree.a.call.all())).toEqual({ output: 'by 7', told: 1, value: 'b' })
    }
  })

  it('can be spawned by an assignment, kept in the context, and stopped', async () => {
    const told: string[] = []
    const m = setup({
      types: {
        context: {} as { refs: AnyActorRef[]; pongs: number },
        events: {} as
          | { type: 'more'; name: string }
          | { type: 'pingAll' }
          | { type: 'stop'; name: string }
          | { type: 'pong' }
          | { type: 'fail' },
      },
      actors: { noting: noting(told) },
    }).createMachine({
      context: { refs: [], pongs: 0 },
      on: {
        more: {
          actions: assign({
            refs: ({ context, spawn, event }) => [
              ...context.refs,
              spawn('noting', { id: event.name, input: { name: event.name } }),
            ],
          }),
        },
        pingAll: { actions: ({ context }) => context.refs.forEach((ref) => ref.send({ type: 'ping' })) },
        stop: { actions: stopChild(({ event }) => event.name) },
        pong: { actions: assign({ pongs: ({ context }) => context.pongs + 1 }) },
        fail: {
          actions: () => {
            throw new Error('x')
          },
        },
      },
    })
    const M = machine('m', m, { asks: ({ query }) => ({ pongs: query((s) => s.context.pongs) }) })
    const { tree, until, settle } = await simulated(supervisor({}, { a: child(M, { state: 'durable' }) }))
    void tree.a.cast.more({ name: 'x' })
    void tree.a.cast.more({ name: 'y' })
    await settle()
    void tree.a.cast.pingAll()
    await settle()
    expect(await until(tree.a.call.pongs())).toBe(2)
    void tree.a.cast.fail()
    await settle()
    void tree.a.cast.pingAll()
    await settle()
    expect(await until(tree.a.call.pongs())).toBe(4)
    told.length = 0
    void tree.a.cast.stop({ name: 'x' })
    await settle()
    expect(told).toEqual(['x is cleaned up'])
  })

  it('has its snapshots sent where that is asked for', async () => {
    const m = setup({
      types: { context: {} as { seen: unknown[] }, events: {} as { type: 'add' } },
      actors: { count: fromTransition((n: number, event: { type: 'inc' }) => (event.type === 'inc' ? n + 1 : n), 0) },
    }).createMachine({
      context: { seen: [] },
      invoke: {
        id: 'count',
        src: 'count',
        onSnapshot: { actions: assign({ seen: ({ context, event }) => [...context.seen, event.snapshot.context] }) },
      },
      on: { add: { actions: sendTo('count', { type: 'inc' }) } },
    })
    const M = machine('m', m, { asks: ({ query }) => ({ seen: query((s) => s.context.seen) }) })
    const { tree, until, settle } = await simulatedWithoutStore(supervisor({}, { a: child(M) }))
    void tree.a.cast.add()
    void tree.a.cast.add()
    await settle()
    expect(await until(tree.a.call.seen())).toEqual([0, 1, 2])
  })

  it('can be an observable, which is given up with the state', async () => {
    const told: string[] = []
    const source = fromObservable(
      () =>
        ({
          subscribe: (observer: { next: (n: number) => void }) => {
            observer.next(1)
            return { unsubscribe: () => void told.push('unsubscribed') }
          },
        }) as never,
    )
    const m = setup({
      types: { context: {} as { seen: unknown }, events: {} as { type: 'leave' } },
      actors: { source },
    }).createMachine({
      context: { seen: 0 },
      initial: 'in',
      states: {
        in: {
          invoke: { id: 's', src: 'source', onSnapshot: { actions: assign({ seen: ({ event }) => event.snapshot.context }) } },
          on: { leave: 'out' },
        },
        out: {},
      },
    })
    const M = machine('m', m, { asks: ({ query }) => ({ seen: query((s) => s.context.seen) }) })
    const { tree, until, settle, events } = await simulatedWithoutStore(supervisor({}, { a: child(M) }))
    await settle()
    expect(await until(tree.a.call.seen())).toBe(1)
    void tree.a.cast.leave()
    await settle()
    expect(told).toEqual(['unsubscribed'])
    expect(lives(events)).not.toContain('a#1 exited error')
  })

  it('whose place another one has taken is not taken for it when it is done late', async () => {
    const resolvers: ((value: string) => void)[] = []
    const m = setup({
      types: { context: {} as { got: string }, events: {} as { type: 'leave' } | { type: 'back' } },
      actors: { job: fromPromise(() => new Promise<string>((resolve) => resolvers.push(resolve))) },
    }).createMachine({
      context: { got: '' },
      initial: 'in',
      states: {
        in: {
          invoke: { id: 'job', src: 'job', onDone: { target: 'done', actions: assign({ got: ({ event }) => event.output }) } },
          on: { leave: 'out' },
        },
        out: { on: { back: 'in' } },
        done: {},
      },
    })
    const M = machine('m', m, { asks: ({ query }) => ({ all: query((s) => ({ value: s.value, got: s.context.got })) }) })
    for (const state of ['volatile', 'durable'] as const)
      for (let seed = 1; seed <= 30; seed += 1) {
        resolvers.length = 0
        const { tree, until, settle } = await simulated(supervisor({}, { a: child(M, { state }) }), { seed })
        await settle()
        void tree.a.cast.leave()
        void tree.a.cast.back()
        resolvers[0]?.('first')
        await settle()
        // It was quicker than the events, or it does not count: there is a second one then.
        if (resolvers.length === 1) expect(await until(tree.a.call.all())).toEqual({ value: 'done', got: 'first' })
        else {
          expect(await until(tree.a.call.all())).toEqual({ value: 'in', got: '' })
          resolvers[1]?.('second')
          await settle()
          expect(await until(tree.a.call.all())).toEqual({ value: 'done', got: 'second' })
        }
      }
  })
})
