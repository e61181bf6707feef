import { describe, expect, it } from 'vitest'
import { actor, child, message, supervisor } from '../../src/index.ts'
import { eventsOf, simulated } from '../support/simulated-app.ts'

type App = Awaited<ReturnType<typeof simulated>>

/** A budget of 64 messages a slice, as the real scheduler gives it. */
function inSlices({ scheduler }: Pick<App, 'scheduler'>, told: (id: string) => void = () => undefined): void {
  const ready = scheduler.ready.bind(scheduler)
  scheduler.ready = (task) =>
    ready({
      id: task.id,
      run: () => {
        told(task.id)
        return task.run(64)
      },
    })
}

/** An actor that counts, and what happens when it has come to a number. */
function counter(on: (n: number) => void) {
  return actor('counter', {
    initial: () => ({ n: 0 }),
    handlers: ({ call, cast }) => ({
      add: cast(({ state }) => {
        on(state.n + 1)
        return { n: state.n + 1 }
      }),
      n: call(({ state }) => ({ reply: state.n })),
    }),
  })
}

describe('a group of durable turns', () => {
  it('goes on over several slices while messages wait, and others have their turn in between', async () => {
    let wasPinged = false
    const Pinged = actor('pinged', {
      initial: () => ({}),
      handlers: ({ cast }) => ({ ping: cast(message<number>(), () => void (wasPinged = true)) }),
    })
    const pingedAt: boolean[] = []
    const Counter = counter((n) => {
      if (n === 1) void app.tree.b.cast.ping(n)
      if (n === 65 || n === 200) pingedAt.push(wasPinged)
    })
    const tree = supervisor({}, { a: child(Counter, { state: 'durable' }), b: child(Pinged) })
    const app = await simulated(tree)
    const slices: string[] = []
    inSlices(app, (id) => slices.push(id))
    for (let n = 0; n < 200; n += 1) void app.tree.a.cast.add()
    await app.settle()
    expect(eventsOf(app.events, 'committed')).toMatchObject([{ id: 'a', turns: 200, frontier: 200 }])
    expect(slices.filter((id) => id === 'a').length).toBeGreaterThan(3)
    expect(pingedAt).toContain(true)
    expect(await app.until(app.tree.a.call.n())).toBe(200)
  })

  it('ends with its slice when its handlers take long', async () => {
    const Counter = counter(() => app.clock.advance(1))
    const app = await simulated(supervisor({}, { a: child(Counter, { state: 'durable' }) }))
    inSlices(app)
    for (let n = 0; n < 200; n += 1) void app.tree.a.cast.add()
    await app.settle()
    expect(eventsOf(app.events, 'committed').map(({ turns }) => turns)).toEqual([64, 64, 64, 8])
  })

  it('that fails is handled again up to the message that failed, which is handled alone', async () => {
    let hasFailed = false
    const Counter = counter((n) => {
      if (n !== 150 || hasFailed) return
      hasFailed = true
      throw new Error('once')
    })
    const app = await simulated(supervisor({}, { a: child(Counter, { state: 'durable' }) }))
    inSlices(app)
    for (let n = 0; n < 200; n += 1) void app.tree.a.cast.add()
    await app.settle()
    expect(eventsOf(app.events, 'group dropped')).toMatchObject([{ id: 'a', turns: 150 }])
    expect(eventsOf(app.events, 'committed').map(({ turns }) => turns)).toEqual([149, 1, 50])
    expect(await app.until(app.tree.a.call.n())).toBe(200)
    expect(eventsOf(app.events, 'exited')).toEqual([])
  })

  it('is handled by the next incarnation when this one is killed between two slices', async () => {
    const Killer = actor('killer', {
      initial: () => ({}),
      handlers: ({ cast }) => ({ kill: cast(message<string>(), ({ input, ctx }) => ctx.kill(input)) }),
    })
    let handled = 0
    const Counter = counter((n) => {
      handled += 1
      if (handled === 10) void app.tree.b.cast.kill('a')
      last = n
    })
    let last = 0
    const tree = supervisor({}, { a: child(Counter, { state: 'durable' }), b: child(Killer) })
    const app = await simulated(tree)
    inSlices(app)
    for (let n = 0; n < 300; n += 1) void app.tree.a.cast.add()
    await app.settle()
    expect(eventsOf(app.events, 'exited')).toMatchObject([{ id: 'a' }])
    expect(handled).toBeGreaterThan(300)
    expect(last).toBe(300)
    expect(await app.until(app.tree.a.call.n())).toBe(300)
  })

  it('is committed as it is when its actor is asked to stop between two slices', async () => {
    const Counter = counter((n) => {
      if (n === 10) void app.app.stop()
    })
    const app = await simulated(supervisor({}, { a: child(Counter, { state: 'durable' }) }))
    inSlices(app)
    for (let n = 0; n < 300; n += 1) void app.tree.a.cast.add()
    await app.settle()
    const turns = eventsOf(app.events, 'committed').map((event) => event.turns)
    expect(turns.reduce((sum, of) => sum + of, 0)).toBeLessThan(300)
    expect(eventsOf(app.events, 'group dropped')).toEqual([])
  })
})
