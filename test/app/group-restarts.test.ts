import { describe, expect, it } from 'vitest'
import { actor, child, supervisor, type Clock, type CoppiceEvent } from 'coppice'
import { createVirtualClock } from '../../src/simulation/virtual-clock.ts'
import { Counter } from '../support/scripted.ts'
import { eventsOf, lives, simulatedWithoutStore } from '../support/simulated-app.ts'

const often = { intensity: { restarts: 100, within: '1h' } } as const

interface Times {
  /** How long a start takes. */
  readonly startMs?: number
  /** How long a stop takes. */
  readonly stopMs?: number
}

/** Takes its time to start and to stop; not to crash. */
const unhurried = (clock: Clock, { startMs = 0, stopMs = 0 }: Times) => {
  const wait = (ms: number): Promise<void> => new Promise((resolve) => void clock.setTimer(ms, resolve))
  return actor('unhurried', {
    initial: () => ({}),
    init: () => wait(startMs),
    handlers: ({ call, cast }) => ({
      ping: call(() => ({ reply: 'pong' })),
      crash: cast(() => {
        throw new Error('boom')
      }),
    }),
    term: ({ reason }) => (reason.type === 'error' ? undefined : wait(stopMs)),
  })
}

/** How many incarnations of each actor live at once, at most. */
function mostAlive(events: readonly CoppiceEvent[]): Record<string, number> {
  const alive: Record<string, number> = {}
  const most: Record<string, number> = {}
  for (const event of events) {
    if (event.type === 'exited') alive[event.id] = (alive[event.id] ?? 0) - 1
    if (event.type !== 'started') continue
    alive[event.id] = (alive[event.id] ?? 0) + 1
    most[event.id] = Math.max(most[event.id] ?? 0, alive[event.id] ?? 0)
  }
  return most
}

describe('a group that is restarted', () => {
  it('has one incarnation of each child, however slowly they stop and start, and whoever crashes meanwhile', async () => {
    const clock = createVirtualClock()
    const Child = unhurried(clock, { startMs: 80, stopMs: 120 })
    const tree = supervisor({ strategy: 'one_for_all', ...often }, { a: child(Child), b: child(Child), c: child(Child) })
    const { tree: refs, advance, until, events } = await simulatedWithoutStore(tree, { clock })
    for (let crash = 0; crash < 20; crash += 1) {
      void refs.a.cast.crash()
      if (crash % 3 === 0) void refs.b.cast.crash()
      await advance(70)
    }
    await advance('1h')
    expect(mostAlive(events)).toEqual({ '': 1, 'a': 1, 'b': 1, 'c': 1 })
    expect(await until(Promise.all([refs.a, refs.b, refs.c].map((ref) => ref.call.ping())))).toEqual(['pong', 'pong', 'pong'])
  })

  it('waits for each child that it stops before it starts the first one', async () => {
    const clock = createVirtualClock()
    const Child = unhurried(clock, { stopMs: 120 })
    const tree = supervisor({ strategy: 'one_for_all' }, { a: child(Child), b: child(Child), c: child(Child) })
    const { tree: refs, advance, events } = await simulatedWithoutStore(tree, { clock })
    void refs.a.cast.crash()
    await advance(239)
    expect(lives(events).slice(4)).toEqual(['a#1 exited error', 'c#1 exited shutdown'])
    await advance(1)
    const after = ['b#1 exited shutdown', 'a#2 started', 'b#2 started', 'c#2 started']
    expect(lives(events).slice(6)).toEqual(after)
  })

  it('is restarted once more by a child that crashes while a later one is started still', async () => {
    const clock = createVirtualClock()
    const Slow = unhurried(clock, { startMs: 1_000 })
    const tree = supervisor({ strategy: 'one_for_all', ...often }, { a: child(Counter), b: child(Slow) })
    const { tree: refs, advance, events } = await simulatedWithoutStore(tree, { clock })
    const before = events.length
    void refs.a.cast.crash('first')
    await advance(500)
    void refs.a.cast.crash('while b is started')
    await advance('1h')
    const now = events.slice(before)
    expect(lives(now).filter((line) => line.startsWith('a#'))).toEqual([
      'a#1 exited error',
      'a#2 started',
      'a#2 exited error',
      'a#3 started',
    ])
    expect(lives(now).filter((line) => line.startsWith('b#'))).toEqual([
      'b#1 exited shutdown',
      'b#2 started',
      'b#2 exited shutdown',
      'b#3 started',
    ])
  })

  it('counts two ends in one instant as one restart, if the group takes both along', async () => {
    const tree = supervisor({ strategy: 'one_for_all' }, { a: child(Counter), b: child(Counter) })
    const { app, settle, events } = await simulatedWithoutStore(tree)
    for (const id of ['a', 'b']) void app.kill(id)
    await settle()
    expect(eventsOf(events, 'decided')).toHaveLength(1)
    expect(lives(events).filter((line) => line.includes('#2 started'))).toEqual(['a#2 started', 'b#2 started'])
    expect(lives(events).filter((line) => line.includes('#3'))).toEqual([])
  })
})

describe('the budget', () => {
  it('of each supervisor is its own, also where two have the same options', async () => {
    const options = { intensity: { restarts: 1, within: '5s' } } as const
    const shops = { one: supervisor(options, { a: child(Counter) }), two: supervisor(options, { a: child(Counter) }) }
    const { tree, settle, events } = await simulatedWithoutStore(supervisor({}, shops))
    void tree.one.a.cast.crash('boom')
    void tree.two.a.cast.crash('boom')
    await settle()
    expect(eventsOf(events, 'decided').map(({ decision }) => decision.decided)).toEqual(['restart', 'restart'])
  })

  it('gets back exactly the restarts that have left the window', async () => {
    const options = { intensity: { restarts: 2, within: '5s' } } as const
    const { app, tree, settle, advance } = await simulatedWithoutStore(supervisor(options, { a: child(Counter) }))
    const budget: (number | undefined)[] = []
    for (const waitMs of [1_000, 4_001, 1_000, 5_001]) {
      void tree.a.cast.crash('boom')
      await settle()
      budget.push(app.decisions().at(-1)?.budgetLeft)
      await advance(waitMs)
    }
    expect(budget).toEqual([1, 0, 0, 0])
    void tree.a.cast.crash('boom')
    await settle()
    expect(app.decisions().at(-1)).toMatchObject({ decided: 'restart' })
  })
})
