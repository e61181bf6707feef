import { describe, expect, it } from 'vitest'
import { actor } from '../../src/behaviors/actor.ts'
import { start } from '../../src/app/start.ts'
import type { Clock } from '../../src/runtime/clock.ts'
import { createVirtualClock } from '../../src/simulation/virtual-clock.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'
import { eventsOf, simulatedWithoutStore } from '../support/simulated-app.ts'

/** Takes 10 ms for each message. */
const slow = (clock: Clock) =>
  actor('slow', {
    initial: () => ({ done: 0 }),
    handlers: ({ call, cast }) => ({
      work: cast(async ({ state }) => {
        await new Promise<void>((resolve) => void clock.setTimer(10, resolve))
        return { done: state.done + 1 }
      }),
      done: call(({ state }) => ({ reply: state.done })),
    }),
  })

const tree = (clock: Clock) => {
  const Slow = slow(clock)
  return supervisor({}, { a: child(Slow), b: child(Slow) })
}

describe('overload', () => {
  it('is told when a mailbox is too full and when it is not any more, and can be asked for', async () => {
    const clock = createVirtualClock()
    const overload = { queued: 50, every: '50ms' } as const
    const { app, tree: refs, events, advance } = await simulatedWithoutStore(tree(clock), { clock, overload })
    for (let left = 100; left > 0; left -= 1) void refs.b.cast.work()
    void refs.a.cast.work()
    expect(app.overload()).toMatchObject({ isOverloaded: false, fullest: { id: 'b', queued: 100 } })
    await advance('100ms')
    expect(app.overload()).toMatchObject({ isOverloaded: true, loopDelayMs: 0, fullest: { id: 'b', headAgeMs: 50 } })
    expect(app.inspect('b')).toMatchObject({ headAgeMs: 50 })
    expect(app.inspect('a')).toMatchObject({ queued: 0, headAgeMs: undefined })
    await advance('2s')
    expect(app.overload()).toEqual({ isOverloaded: false, loopDelayMs: 0, fullest: undefined })
    expect(eventsOf(events, 'overloaded').length + eventsOf(events, 'relieved').length).toBe(2)
  })

  it('is not looked for unless that is asked for', async () => {
    const clock = createVirtualClock()
    const { app, tree: refs } = await simulatedWithoutStore(tree(clock), { clock })
    for (let left = 100; left > 0; left -= 1) void refs.b.cast.work()
    const fullest = { id: 'b', queued: 100, headAgeMs: undefined }
    expect(app.overload()).toEqual({ isOverloaded: false, loopDelayMs: undefined, fullest })
  })

  it('leaves no timer behind when the tree cannot be started, or has ended', async () => {
    const clock = createVirtualClock()
    const Broken = actor('broken', {
      initial: (): { n: number } => {
        throw new Error('no')
      },
      handlers: () => ({}),
    })
    const failed = start(supervisor({}, { b: child(Broken) }), { clock, overload: {} })
    await expect(failed).rejects.toMatchObject({ name: 'TreeStartError' })
    expect(clock.pending).toBe(0)
    const app = await start(tree(clock), { clock, overload: {} })
    await app.stop()
    expect(clock.pending).toBe(0)
  })

  it.each<[object, string]>([
    [{ overload: true }, 'start: overload must be an object; got true (boolean). Write overload: { loopDelay: "50ms" }'],
    [{ overload: { loopdelay: 5 } }, 'start: overload.loopdelay is not an option; got 5 (number). Did you mean "loopDelay"?'],
    [{ overload: { every: 0 } }, 'start: overload.every must be milliseconds > 0'],
    [{ overload: { queued: 3 } }, 'start: overload.queued must be an integer >= 17; got 3 (number)'],
    [{ keepDeadLetters: 0 }, 'start: keepDeadLetters must be an integer >= 1; got 0 (number)'],
  ])('with wrong options is refused: %j', async (options, text) => {
    // A promise or a throw: start checks before it does anything.
    await expect((async () => start(tree(createVirtualClock()), options))()).rejects.toThrow(text)
  })
})
