import { describe, expect, it } from 'vitest'
import { actor, child, message, start, supervisor, supervisorOf, type Clock, type DurationOrInfinity } from 'coppice'
import { createVirtualClock } from '../../src/simulation/virtual-clock.ts'
import { Counter } from '../support/scripted.ts'
import { eventsOf, lives, simulatedWithoutStore } from '../support/simulated-app.ts'

/** Takes so long to end; for ever, if that is infinite. */
const slow = (clock: Clock, ms: number) =>
  actor('slow', {
    initial: () => ({}),
    handlers: ({ cast }) => ({
      crash: cast(() => {
        throw new Error('boom')
      }),
    }),
    term: ({ reason }) =>
      reason.type === 'error' ? undefined : new Promise<void>((resolve) => void clock.setTimer(ms, resolve)),
  })

const exits = (told: readonly string[]): string[] => told.filter((line) => line.includes('exited'))
const starts = (told: readonly string[]): string[] => told.filter((line) => line.includes('started'))

describe('the stop of a tree', () => {
  it('that comes while a restart waits for somebody to end comes behind the restart, as in OTP, and leaves nobody', async () => {
    const clock = createVirtualClock()
    const tree = supervisor({ strategy: 'one_for_all' }, { a: child(Counter), b: child(slow(clock, 1_000)), c: child(Counter) })
    const { app, tree: refs, advance, until, events } = await simulatedWithoutStore(tree, { clock })
    void refs.a.cast.crash('boom')
    await advance(500)
    expect(app.running()).toContain('b')
    await until(app.stop())
    // Half a second for the end of b that the restart waits for, and one for the end of its next incarnation.
    expect(clock.now()).toBe(2_000)
    expect(app.running()).toEqual([])
    const before = events.length
    await advance('1h')
    expect(events).toHaveLength(before)
  })

  it('is one, however often it is asked for, and every one who asks is told when it is over', async () => {
    const clock = createVirtualClock()
    const { app, until, events } = await simulatedWithoutStore(supervisor({}, { a: child(slow(clock, 1_000)) }), { clock })
    const stops = [app.stop(), app.stop()]
    await until(Promise.all(stops))
    await until(app.stop())
    expect(clock.now()).toBe(1_000)
    expect(exits(lives(events))).toEqual(['a#1 exited shutdown', 'root#1 exited shutdown'])
  })

  it('starts nobody again that crashes meanwhile, and ends', async () => {
    const clock = createVirtualClock()
    const often = { intensity: { restarts: 100, within: '1h' } } as const
    const children = { a: child(Counter), b: child(Counter), c: child(slow(clock, 1_000)) }
    const { app, tree, advance, settle, until, events } = await simulatedWithoutStore(supervisor(often, children), { clock })
    const stopped = app.stop()
    await settle()
    const before = events.length
    for (const who of [tree.a, tree.b, tree.a, tree.b]) void who.cast.crash('storm')
    await advance(2_000)
    await until(stopped)
    expect(starts(lives(events.slice(before)))).toEqual([])
    const ends = exits(lives(events))
    expect(ends.slice(0, 2).sort()).toEqual(['a#1 exited error', 'b#1 exited error'])
    expect(ends.slice(2)).toEqual(['c#1 exited shutdown', 'root#1 exited shutdown'])
  })

  it('gives each child that never answers its own time, one after another, and the others end in their order', async () => {
    const clock = createVirtualClock()
    const Hanging = slow(clock, Infinity)
    const hanging = (shutdown: DurationOrInfinity) => child(Hanging, { shutdown })
    const tree = supervisor({}, { a: child(Counter), b: hanging('2s'), c: child(Counter), d: hanging('3s'), e: child(Counter) })
    const { app, until, events } = await simulatedWithoutStore(tree, { clock })
    await until(app.stop())
    expect(clock.now()).toBe(5_000)
    expect(eventsOf(events, 'exited').map(({ id }) => id)).toEqual(['e', 'd', 'c', 'b', 'a', ''])
  })

  it('waits for the message that is handled, and makes dead letters of those behind it', async () => {
    const clock = createVirtualClock()
    const Worker = actor('worker', {
      initial: () => ({}),
      trapExits: true,
      handlers: ({ call, cast }) => ({
        work: call(async ({ ctx }) => {
          await new Promise<void>((resolve) => void clock.setTimer(1_000, resolve))
          ctx.sendSelf('more')
          return { reply: 'done' }
        }),
        more: cast(() => undefined),
        note: call(message<string>(), () => ({ reply: 'noted' })),
      }),
    })
    const { app, tree, settle, until } = await simulatedWithoutStore(supervisor({}, { w: child(Worker) }), { clock })
    const outcomes = [tree.w.call.work(), tree.w.call.note('queued'), tree.w.call.note('queued too')].map((call) =>
      call.catch((error: unknown) => (error as { code: string }).code),
    )
    await settle()
    await until(app.stop())
    expect(await Promise.all(outcomes)).toEqual(['done', 'noproc', 'noproc'])
    expect(app.deadLetters().map(({ message: { name } }) => name)).toEqual(['note', 'note', 'more'])
  })

  it('leaves nobody to call: a call rejects at once, a cast is a dead letter', async () => {
    const { app, tree, clock, until } = await simulatedWithoutStore(supervisor({}, { a: child(Counter) }))
    await until(app.stop())
    await expect(tree.a.call.count()).rejects.toMatchObject({ code: 'noproc' })
    await tree.a.cast.increment()
    expect(clock.now()).toBe(0)
    expect(app.deadLetters()).toMatchObject([{ id: 'a', message: { name: 'increment' } }])
  })
})

describe('a child that is terminated', () => {
  it('takes what is below it along, and nothing comes back', async () => {
    const inner = supervisor({}, { x: child(Counter), y: child(Counter) })
    const { app, tree, advance, until, events } = await simulatedWithoutStore(supervisor({}, { inner, a: child(Counter) }))
    await until(supervisorOf(tree).terminateChild('inner'))
    await advance('1h')
    expect(app.running()).toEqual(['', 'a'])
    expect(exits(lives(events))).toEqual(['inner/y#1 exited shutdown', 'inner/x#1 exited shutdown', 'inner#1 exited shutdown'])
  })
})

describe('two trees in one process', () => {
  it('may be of one declaration, with the same names: each has its own actors, and its own budget', async () => {
    const tree = supervisor({ intensity: { restarts: 1, within: '5s' } }, { a: child(Counter, { name: 'clerk' }) })
    const [one, two] = [await start(tree), await start(tree)]
    await one.tree.a.call.add(1)
    await expect(one.tree.a.call.callAndCrash('boom')).rejects.toMatchObject({ code: 'crashed' })
    await expect(two.tree.a.call.callAndCrash('boom')).rejects.toMatchObject({ code: 'crashed' })
    expect([await one.tree.a.call.count(), await two.tree.a.call.count()]).toEqual([1, 0])
    for (const app of [one, two]) expect(supervisorOf(app.tree).inspect()?.budgetLeft).toBe(0)
    await one.stop()
    expect(await two.tree.a.call.add(5)).toBe(5)
    expect([one.whereis('clerk'), two.whereis('clerk')]).toEqual([undefined, { id: 'a', status: 'running' }])
    await two.stop()
  })
})
