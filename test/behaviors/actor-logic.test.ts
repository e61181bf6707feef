import { describe, expect, it } from 'vitest'
import { createMachine, fromCallback, fromEventObservable, fromObservable, fromPromise, fromTransition } from 'xstate'
import { logic } from '../../src/behaviors/actor-logic.ts'
import { machine } from '../../src/behaviors/machine.ts'
import { memory } from '../../src/persistence/memory-store.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'
import { eventsOf, lives, simulated, simulatedWithoutStore } from '../support/simulated-app.ts'

/** As an observable of any library, under the control of the test. */
function subject<T>(told: string[] = []) {
  const observers: { next(value: T): void; error(error: unknown): void; complete(): void }[] = []
  const subscribe = (observer: unknown) => {
    observers.push(observer as (typeof observers)[number])
    return { unsubscribe: () => void told.push('unsubscribed') }
  }
  return { observable: { subscribe } as never, observers }
}

describe('a promise as an actor', () => {
  it('ends as normal when it resolves, and tells of its result', async () => {
    const Job = logic(
      'job',
      fromPromise(async ({ input }: { input: { n: number } }) => input.n * 2),
    )
    const { settle, events } = await simulatedWithoutStore(supervisor({}, { a: child(Job, { args: { n: 21 } }) }))
    await settle()
    expect(eventsOf(events, 'finished')).toMatchObject([{ id: 'a', output: 42 }])
    expect(lives(events)).toContain('a#1 exited normal')
    expect(lives(events)).not.toContain('a#2 started')
  })

  it('is started again when it rejects, and is no failure of the process', async () => {
    let runs = 0
    const Job = logic(
      'job',
      fromPromise(async () => {
        runs += 1
        if (runs < 3) throw new Error(`run ${runs}`)
      }),
    )
    for (const state of ['volatile', 'durable'] as const) {
      runs = 0
      const { settle, events } = await simulated(supervisor({}, { a: child(Job, { state }) }))
      await settle()
      expect(runs).toBe(3)
      expect(eventsOf(events, 'exited').map(({ reason }) => reason.type)).toEqual(['error', 'error', 'normal'])
    }
  })

  it('is aborted by a stop and by a kill', async () => {
    for (const shutdown of ['5s', 'kill'] as const) {
      let isAborted = false
      const Job = logic(
        'job',
        fromPromise(({ signal }) => new Promise(() => signal.addEventListener('abort', () => (isAborted = true)))),
      )
      const { app, until, settle } = await simulatedWithoutStore(supervisor({}, { a: child(Job, { shutdown }) }))
      await settle()
      await until(app.stop())
      expect(isAborted).toBe(true)
    }
  })

  it('takes no events', async () => {
    const Job = logic(
      'job',
      fromPromise(() => new Promise(() => undefined)),
    )
    const { tree } = await simulatedWithoutStore(supervisor({}, { a: child(Job) }))
    const cast = tree.a.cast as unknown as Record<string, () => Promise<void>>
    expect(() => cast['go']?.()).toThrow('logic "job" (promise) takes no events; it was sent "go"')
  })
})

describe('a callback as an actor', () => {
  it('gets events and sends back to where it is told to', async () => {
    const told: string[] = []
    const Echo = logic(
      'echo',
      fromCallback<{ type: 'say'; text: string }>(({ receive, sendBack, emit }) => {
        receive((event) => {
          sendBack({ type: 'heard', text: event.text })
          emit({ type: 'echoed' })
        })
        return () => void told.push('cleaned up')
      }),
      { sendsTo: 'ear' },
    )
    const Ear = machine(
      'ear',
      createMachine({
        types: {} as { events: { type: 'heard'; text: string } },
        on: { heard: { actions: ({ event }) => told.push(event.text) } },
      }),
    )
    const { tree, app, until, settle, events } = await simulatedWithoutStore(
      supervisor({}, { ear: child(Ear), echo: child(Echo) }),
    )
    void tree.echo.cast.say({ text: 'hello' })
    await settle()
    expect(told).toEqual(['hello'])
    expect(eventsOf(events, 'emitted')).toMatchObject([{ id: 'echo', event: { type: 'echoed' } }])
    await until(app.stop())
    expect(told).toEqual(['hello', 'cleaned up'])
  })

  it('that throws when it is started, gets an event, or has nobody to send to, ends and is started again', async () => {
    const failing = {
      start: () => {
        throw new Error('at the start')
      },
      receive: (receive: (listener: () => void) => void) =>
        receive(() => {
          throw new Error('at an event')
        }),
    }
    let runs = 0
    const Bad = logic(
      'bad',
      fromCallback<{ type: 'go' } | { type: 'back' }>(({ receive, sendBack }) => {
        runs += 1
        if (runs === 1) failing.start()
        if (runs === 2) failing.receive(receive)
        if (runs === 3) receive(() => sendBack({ type: 'x' }))
      }),
    )
    const { tree, settle, events } = await simulatedWithoutStore(supervisor({}, { a: child(Bad) }))
    await settle()
    void tree.a.cast.go()
    await settle()
    void tree.a.cast.go()
    await settle()
    expect(eventsOf(events, 'exited').map(({ reason }) => (reason as { error: Error }).error.message)).toEqual([
      'at the start',
      'at an event',
      expect.stringContaining('logic "bad": sendsTo must be the path of the actor'),
    ])
    expect(runs).toBe(4)
  })
})

describe('an observable as an actor', () => {
  it('keeps its last value, fails with its error, and ends when it completes', async () => {
    const told: string[] = []
    const { observable, observers } = subject<number>(told)
    const Feed = logic(
      'feed',
      fromObservable<number, undefined>(() => observable),
      { asks: ({ query }) => ({ last: query((s) => s.context) }) },
    )
    const { tree, until, settle, events } = await simulatedWithoutStore(supervisor({}, { a: child(Feed) }))
    observers[0]?.next(5)
    await settle()
    expect(await until(tree.a.call.last())).toBe(5)
    observers[0]?.error(new Error('broken'))
    await settle()
    expect(observers).toHaveLength(2)
    expect(eventsOf(events, 'exited')).toMatchObject([{ id: 'a', reason: { error: { message: 'broken' } } }])
    observers[1]?.complete()
    await settle()
    expect(lives(events).at(-1)).toBe('a#2 exited normal')
    expect(told).toEqual(['unsubscribed'])
  })

  it('of events sends them on', async () => {
    const told: string[] = []
    const { observable, observers } = subject<{ type: 'heard'; text: string }>(told)
    const Feed = logic(
      'feed',
      fromEventObservable(() => observable),
      { sendsTo: 'ear' },
    )
    const ear = createMachine({
      types: {} as { events: { type: 'heard'; text: string } },
      on: { heard: { actions: ({ event }) => told.push(event.text) } },
    })
    const { app, until, settle } = await simulatedWithoutStore(
      supervisor({}, { ear: child(machine('ear', ear)), feed: child(Feed) }),
    )
    observers[0]?.next({ type: 'heard', text: 'a' })
    await settle()
    await until(app.stop())
    expect(told).toEqual(['a', 'unsubscribed'])
  })
})

describe('a reducer as an actor', () => {
  type Change = { type: 'add'; by: number } | { type: 'fail' }
  const sum = fromTransition(
    (state: { sum: number }, event: Change) => {
      if (event.type === 'fail') throw new Error('as told')
      if (event.type !== 'add') throw new Error(`unknown event ${JSON.stringify(event)}`)
      return { sum: state.sum + event.by }
    },
    ({ input }: { input: { from: number } }) => ({ sum: input.from }),
  )
  const Sum = logic('sum', sum, {
    asks: ({ ask, query }) => ({ add: ask('add', (s) => s.context.sum), sum: query((s) => s.context.sum) }),
  })

  it.each(['volatile', 'checkpointed', 'durable'] as const)(
    'keeps its state over crashes, and is not told of its stop (%s)',
    async (state) => {
      const options = state === 'durable' ? { state, maxAttempts: 1 } : { state }
      const { tree, app, until, settle, events } = await simulated(
        supervisor({}, { a: child(Sum, { ...options, args: { from: 1 } }) }),
      )
      void tree.a.cast.add({ by: 1 })
      void tree.a.cast.fail()
      expect(await until(tree.a.call.add({ by: 2 }))).toBe(4)
      await settle()
      await until(app.stop())
      expect(
        eventsOf(events, 'exited')
          .filter(({ id }) => id === 'a')
          .map(({ reason }) => reason.type),
      ).toEqual(['error', 'shutdown'])
    },
  )

  it('has every event of a process that died', async () => {
    const store = memory()
    const tree = supervisor({}, { a: child(Sum, { state: 'durable', args: { from: 1 } }) })
    const before = await simulated(tree, { store })
    expect(await before.until(before.tree.a.call.add({ by: 2 }))).toBe(3)
    const after = await simulated(tree, { store })
    expect(await after.until(after.tree.a.call.sum())).toBe(3)
  })
})
