import { actor, child, message, supervisor, type Context } from 'coppice'
import { simulatedSystem } from 'coppice/testing'
import { describe, expect, it } from 'vitest'
import { lives, simulated, simulatedWithoutStore } from '../support/simulated-app.ts'

const Doer = actor('doer', {
  initial: () => ({ ticks: 0 }),
  handlers: ({ call, cast }) => ({
    run: call(message<(ctx: Context) => unknown>(), async ({ input, ctx }) => ({ reply: await input(ctx) })),
    ticks: call(({ state }) => ({ reply: state.ticks })),
    tick: cast(message<number>(), ({ state, input }) => ({ ticks: state.ticks + input })),
    crash: cast(() => {
      throw new Error('boom')
    }),
  }),
})

/** Does one of them in the journal. */
const Durable = actor('durable', {
  initial: () => ({}),
  handlers: ({ call }) => ({
    run: call(message<string>(), async ({ input, ctx }) => {
      if (input === 'setTimeout') ctx.setTimeout(() => undefined, 1)
      if (input === 'interval') ctx.interval(1, 'run', 'nothing')
      if (input === 'fetch') await ctx.fetch('http://localhost:1')
      return { reply: 'done' }
    }),
  }),
})

const doing = async () => {
  const sim = await simulatedWithoutStore(supervisor({}, { a: child(Doer) }))
  return { ...sim, run: (what: (ctx: Context) => unknown) => sim.until(sim.tree.a.call.run(what)) }
}

describe('ctx.setTimeout', () => {
  it('runs after its delay, once, unless it was cancelled', async () => {
    const ran: string[] = []
    const { run, advance } = await doing()
    await run((ctx) => {
      ctx.setTimeout(() => ran.push('a'), '1s')
      ctx.cancelTimer(ctx.setTimeout(() => ran.push('b'), '1s'))
    })
    await advance(999)
    expect(ran).toEqual([])
    await advance('1h')
    expect(ran).toEqual(['a'])
  })

  it('does not run when its incarnation has ended', async () => {
    const ran: string[] = []
    const { run, tree, advance, clock } = await doing()
    await run((ctx) => void ctx.setTimeout(() => ran.push('a'), '1s'))
    void tree.a.cast.crash()
    await advance('1h')
    expect([ran, clock.pending]).toEqual([[], 0])
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('late')
      },
    ],
    ['rejects', () => Promise.reject(new Error('late'))],
  ])('ends its incarnation when it %s', async (_, what) => {
    const { run, advance, app, events } = await doing()
    await run((ctx) => void ctx.setTimeout(what, '1s'))
    await advance('1s')
    expect(app.lastExit('a')?.reason).toMatchObject({ type: 'error', error: new Error('late') })
    expect(lives(events).slice(-2)).toEqual(['a#1 exited error', 'a#2 started'])
  })
})

describe('ctx.interval', () => {
  it('comes again and again without drifting, until it is cancelled', async () => {
    const { run, tree, until, advance } = await doing()
    const timer = await run((ctx) => ctx.interval('100ms', 'tick', 1))
    await advance(350)
    expect(await until(tree.a.call.ticks())).toBe(3)
    await advance(650)
    expect(await until(tree.a.call.ticks())).toBe(10)
    await run((ctx) => ctx.cancelTimer(timer as { id: string }))
    await advance('1h')
    expect(await until(tree.a.call.ticks())).toBe(10)
  })

  it('lets one wait at most while the actor is busy, and ends with the incarnation', async () => {
    const { run, tree, until, advance, clock, app } = await doing()
    await run((ctx) => void ctx.interval('100ms', 'tick', 1))
    let go = (): void => undefined
    const busy = tree.a.call.run(() => new Promise<void>((resolve) => (go = resolve)), { timeout: 'infinity' })
    await advance('10s')
    expect(app.inspect('a')?.queued).toBe(1)
    go()
    await until(busy)
    expect(await until(tree.a.call.ticks())).toBe(1)
    void tree.a.cast.crash()
    await advance('1h')
    expect(clock.pending).toBe(0)
    expect(await until(tree.a.call.ticks())).toBe(1)
  })

  it('refuses no interval, and what its handler would', async () => {
    const { run } = await doing()
    await expect(run((ctx) => ctx.interval(0, 'tick', 1))).rejects.toThrow(/interval must be longer than 0 ms/)
    await expect((await doing()).run((ctx) => ctx.interval(1, 'tock'))).rejects.toThrow(/has no handler "tock"/)
  })
})

describe('ctx.fetch', () => {
  it('is aborted when the incarnation ends, and takes the signal that is given', async () => {
    const { run, tree, settle } = await doing()
    const original = globalThis.fetch
    const server = new Promise<AbortSignal>((resolve) => {
      globalThis.fetch = ((_: unknown, init: RequestInit) => {
        const signal = init.signal as AbortSignal
        resolve(signal)
        return new Promise((_done, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))))
      }) as typeof fetch
    })
    const own = new AbortController()
    try {
      await run((ctx) => void ctx.fetch('http://example.test', { signal: own.signal }).catch(() => undefined))
      const signal = await server
      expect(signal.aborted).toBe(false)
      void tree.a.cast.crash()
      await settle()
      expect(signal.aborted).toBe(true)
    } finally {
      globalThis.fetch = original
    }
  })

  it('is found by a simulation', async () => {
    const sim = await simulatedSystem(supervisor({}, { a: child(Doer) }), { store: false })
    await expect(sim.until(sim.tree.a.call.run((ctx) => ctx.fetch('http://example.test')))).rejects.toThrow(/fetch/)
  })
})

describe('a durable turn', () => {
  it.each(['setTimeout', 'interval', 'fetch'])('refuses %s', async (what) => {
    const { app, tree, until } = await simulated(supervisor({}, { d: child(Durable, { state: 'durable', maxAttempts: 1 }) }))
    await expect(until(tree.d.call.run(what))).rejects.toMatchObject({ code: 'crashed' })
    expect(app.lastExit('d')?.reason).toMatchObject({ error: { code: 'durable-turn', message: expect.stringContaining(what) } })
  })
})
