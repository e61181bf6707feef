import { describe, expect, it } from 'vitest'
import {
  assign,
  cancel,
  createMachine,
  emit,
  enqueueActions,
  fromPromise,
  log,
  raise,
  sendTo,
  setup,
  type AnyActorRef,
  type ActorSystem,
  type ActorSystemInfo,
} from 'xstate'
import { actor } from '../../src/behaviors/actor.ts'
import { machine } from '../../src/behaviors/machine.ts'
import { message } from '../../src/behaviors/schema.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'
import { eventsOf, lives, simulated, simulatedWithoutStore } from '../support/simulated-app.ts'

const toSink = ({ system }: { readonly system: ActorSystem<ActorSystemInfo> }) => system.get('sink') as AnyActorRef

/** An actor that notes what it is told. */
const Sink = actor('sink', {
  initial: () => ({ got: [] as unknown[] }),
  handlers: ({ call, cast }) => ({
    note: cast(message<{ text: string }>(), ({ state, input }) => ({ got: [...state.got, input.text] })),
    got: call(({ state }) => ({ reply: state.got })),
  }),
})

const light = setup({
  types: {
    context: {} as { n: number },
    events: {} as { type: 'TICK' } | { type: 'ADD'; by: number },
    input: {} as { from: number },
  },
}).createMachine({
  context: ({ input }) => ({ n: input.from }),
  initial: 'green',
  states: {
    green: { on: { TICK: 'yellow' }, after: { 1000: 'yellow' } },
    yellow: { on: { TICK: 'red' }, after: { 200: 'red' } },
    red: { on: { TICK: { target: 'green', actions: assign({ n: ({ context }) => context.n + 1 }) } } },
  },
  on: { ADD: { actions: assign({ n: ({ context, event }) => context.n + event.by }) } },
})
const Light = machine('light', light, {
  asks: ({ ask, query }) => ({
    tick: ask('TICK', (s) => s.value),
    add: ask('ADD', (s) => s.context.n),
    value: query((s) => s.value),
    n: query((s) => s.context.n),
  }),
})

describe('a machine', () => {
  it('takes its events as casts and asks, one event a turn', async () => {
    const { tree, until } = await simulatedWithoutStore(supervisor({}, { light: child(Light, { args: { from: 5 } }) }))
    void tree.light.cast.ADD({ by: 2 })
    void tree.light.cast.TICK()
    expect(await until(tree.light.call.value())).toBe('yellow')
    expect(await until(tree.light.call.add({ by: 1 }))).toBe(8)
    expect(await until(tree.light.call.tick())).toBe('red')
    expect(await until(tree.light.call.tick())).toBe('green')
    expect(await until(tree.light.call.n())).toBe(9)
  })

  it('refuses an event that no state knows, and a payload that is none, at the sender', async () => {
    const { tree, until } = await simulatedWithoutStore(supervisor({}, { light: child(Light, { args: { from: 0 } }) }))
    const { cast, call } = tree.light as unknown as Record<'cast' | 'call', Record<string, (input?: unknown) => Promise<unknown>>>
    expect(() => cast['TOCK']?.()).toThrow(
      expect.objectContaining({
        code: 'invalid',
        message: expect.stringContaining('no transition for the event "TOCK"; it has some for "ADD", "TICK"'),
      }),
    )
    expect(() => cast['ADD']?.(7)).toThrow(expect.objectContaining({ code: 'invalid' }))
    await expect(until(call['add']?.('x') ?? Promise.resolve())).rejects.toMatchObject({ code: 'invalid' })
  })

  it('moves on by its delays on the clock of the system, which end with the state', async () => {
    const { tree, until, advance } = await simulatedWithoutStore(supervisor({}, { light: child(Light, { args: { from: 0 } }) }))
    await advance(999)
    expect(await until(tree.light.call.value())).toBe('green')
    await advance(1)
    expect(await until(tree.light.call.value())).toBe('yellow')
    await advance(100)
    void tree.light.cast.TICK()
    await until(tree.light.call.tick())
    // 1000 ms from here on, and not 100.
    await advance(950)
    expect(await until(tree.light.call.value())).toBe('green')
    await advance(50)
    expect(await until(tree.light.call.value())).toBe('yellow')
  })

  it('runs its actions in order, after the commit, and tells of what it emits and logs', async () => {
    const told: string[] = []
    const m = setup({
      types: { events: {} as { type: 'go' }, emitted: {} as { type: 'went'; far: number } },
      actions: { second: () => void told.push('second') },
    }).createMachine({
      entry: () => told.push('entry'),
      on: {
        go: {
          actions: [
            () => told.push('first'),
            'second',
            emit({ type: 'went', far: 2 }),
            log('hello', 'greeting'),
            enqueueActions(({ enqueue }) => {
              enqueue(() => told.push('third'))
              enqueue.raise({ type: 'go2' } as never)
            }),
          ],
        },
      },
    })
    const Going = machine('going', m)
    const { tree, settle, events } = await simulatedWithoutStore(supervisor({}, { a: child(Going) }))
    expect(told).toEqual(['entry'])
    void tree.a.cast.go()
    await settle()
    expect(told).toEqual(['entry', 'first', 'second', 'third'])
    expect(eventsOf(events, 'emitted')).toMatchObject([{ id: 'a', event: { type: 'went', far: 2 } }])
    expect(eventsOf(events, 'logged')).toMatchObject([{ id: 'a', label: 'greeting', value: 'hello' }])
  })

  it('ends as normal in its final state, with its output', async () => {
    const m = createMachine({
      types: {} as { events: { type: 'end' }; output: number },
      initial: 'on',
      states: { on: { on: { end: 'off' } }, off: { type: 'final' } },
      output: () => 42,
    })
    const Ending = machine('ending', m, { asks: ({ ask }) => ({ end: ask('end', (s) => s.output) }) })
    const { tree, until, settle, events } = await simulatedWithoutStore(
      supervisor({}, { a: child(Ending, { restart: 'transient' }) }),
    )
    expect(await until(tree.a.call.end())).toBe(42)
    await settle()
    expect(eventsOf(events, 'finished')).toMatchObject([{ id: 'a', incarnation: 1, output: 42 }])
    expect(lives(events)).toContain('a#1 exited normal')
    expect(lives(events)).not.toContain('a#2 started')
  })

  it('begins anew when it is restarted after its end', async () => {
    const m = createMachine({
      types: {} as { events: { type: 'end' } },
      initial: 'on',
      states: { on: { on: { end: 'off' } }, off: { type: 'final' } },
    })
    const Ending = machine('ending', m, { asks: ({ query }) => ({ value: query((s) => s.value) }) })
    for (const state of ['volatile', 'checkpointed', 'durable'] as const) {
      const { tree, until, settle, events } = await simulated(supervisor({}, { a: child(Ending, { state }) }))
      void tree.a.cast.end()
      await settle()
      expect(await until(tree.a.call.value())).toBe('on')
      expect(lives(events)).toContain('a#2 started')
      expect(lives(events)).not.toContain('a#2 exited normal')
    }
  })

  it('sends to actors of the tree by their path, and to itself', async () => {
    const m = createMachine({
      types: {} as { events: { type: 'go' } | { type: 'again' } },
      on: {
        go: { actions: [sendTo(toSink, { type: 'note', text: 'went' }), sendTo(({ self }) => self, { type: 'again' })] },
        again: {
          actions: [
            ({ system }) => (system.get('sink') as unknown as { send(e: object): void }).send({ type: 'note', text: 'again' }),
          ],
        },
      },
    })
    const Sending = machine('sending', m)
    for (const state of ['volatile', 'durable'] as const) {
      const { tree, until, settle } = await simulated(
        supervisor({}, { sink: child(Sink, { state }), a: child(Sending, { state }) }),
      )
      void tree.a.cast.go()
      await settle()
      expect(await until(tree.sink.call.got())).toEqual(['went', 'again'])
    }
  })

  it('sends, raises and cancels with delays', async () => {
    const told: string[] = []
    const m = createMachine({
      types: {} as { events: { type: 'go' } | { type: 'stop' } | { type: 'late' } | { type: 'never' } },
      on: {
        go: {
          actions: [
            raise({ type: 'late' }, { delay: 100 }),
            raise({ type: 'never' }, { delay: 100, id: 'never' }),
            sendTo(toSink, { type: 'note', text: 'delayed' }, { delay: 50 }),
          ],
        },
        stop: { actions: cancel('never') },
        late: { actions: () => told.push('late') },
        never: { actions: () => told.push('never') },
      },
    })
    const { tree, until, advance } = await simulatedWithoutStore(
      supervisor({}, { sink: child(Sink), a: child(machine('delaying', m)) }),
    )
    void tree.a.cast.go()
    await advance(49)
    expect(await until(tree.sink.call.got())).toEqual([])
    await advance(1)
    expect(await until(tree.sink.call.got())).toEqual(['delayed'])
    void tree.a.cast.stop()
    await advance(100)
    expect(told).toEqual(['late'])
  })
})

describe('what a machine invokes and spawns', () => {
  it('runs as actors below it, whose ends are its events', async () => {
    const fetching = setup({
      types: {
        context: {} as { got: string | undefined; error: string | undefined },
        events: {} as { type: 'load'; what: string } | { type: 'never' },
        children: {} as { fetch: 'fetch' },
      },
      actors: {
        fetch: fromPromise(async ({ input }: { input: { what: string } }) => {
          await Promise.resolve()
          if (input.what === 'bad') throw new Error('no such thing')
          return `a ${input.what}`
        }),
      },
    }).createMachine({
      context: { got: undefined, error: undefined },
      initial: 'idle',
      states: {
        idle: { on: { load: 'loading' } },
        loading: {
          invoke: {
            id: 'fetch',
            src: 'fetch',
            input: ({ event }) => ({ what: event.type === 'load' ? event.what : '' }),
            onDone: { target: 'idle', actions: assign({ got: ({ event }) => event.output }) },
            onError: { target: 'idle', actions: assign({ error: ({ event }) => (event.error as Error).message }) },
          },
        },
      },
    })
    const Fetching = machine('fetching', fetching, { asks: ({ query }) => ({ context: query((s) => s.context) }) })
    for (const state of ['volatile', 'checkpointed', 'durable'] as const) {
      const { tree, until, settle, events } = await simulated(supervisor({}, { a: child(Fetching, { state }) }))
      void tree.a.cast.load({ what: 'cat' })
      await settle()
      expect(await until(tree.a.call.context())).toMatchObject({ got: 'a cat' })
      void tree.a.cast.load({ what: 'bad' })
      await settle()
      expect(await until(tree.a.call.context())).toMatchObject({ got: 'a cat', error: 'no such thing' })
      expect(
        eventsOf(events, 'started')
          .map(({ id }) => id)
          .filter((id) => id.startsWith('a/')),
      ).toEqual([expect.stringMatching(/^a\/fetch#\d+\.1$/), expect.stringMatching(/^a\/fetch#\d+\.1$/)])
      expect(eventsOf(events, 'exited').filter(({ id }) => id === 'a')).toEqual([])
    }
  })
})
