import { actor, child, dynamicSupervisor, message, supervisor, type LifeEvent } from 'coppice'
import { describe, expect, it } from 'vitest'
import { Counter } from '../support/scripted.ts'
import { simulated, simulatedWithoutStore } from '../support/simulated-app.ts'

const wait = { backoff: { min: '1m', max: '1m', jitter: 'none' } } as const

describe('whenUp', () => {
  it('[F14] after a kill the next call succeeds without a loop', async () => {
    const { app, tree, until, settle } = await simulatedWithoutStore(supervisor({}, { a: child(Counter, wait) }))
    void app.kill(tree.a)
    const up = tree.a.whenUp()
    const marks: string[] = []
    void up.then(() => marks.push('up'))
    await settle()
    expect([app.inspect('a')?.status, marks]).toEqual(['restarting', []])
    expect(await until(up)).toBe(2)
    expect(await until(tree.a.call.add(1))).toBe(1)
  })

  it('[F14] resolves at once where the actor is up, and serves any number of waits', async () => {
    const { app, tree, until } = await simulatedWithoutStore(supervisor({}, { a: child(Counter, wait) }))
    expect(await tree.a.whenUp()).toBe(1)
    void app.kill('a')
    expect(await until(Promise.all([tree.a.whenUp(), tree.a.whenUp({ timeout: '2m' })]))).toEqual([2, 2])
  })

  it.each(['kill', 'give up', 'stop'] as const)('[F14] rejects with noproc when the actor is gone for good: %s', async (how) => {
    const tree = supervisor(
      { intensity: { restarts: 0, within: '5s' } },
      { a: child(Counter, { shutdown: '1s' }), b: child(Counter) },
    )
    const { app, tree: refs, until } = await simulatedWithoutStore(tree)
    if (how === 'kill') void app.kill('a', { restart: false })
    else if (how === 'give up') void refs.a.cast.crash('boom')
    else void app.stop()
    await until(refs.a.stop().catch(() => undefined))
    await expect(until(refs.a.whenUp())).rejects.toMatchObject({ code: 'noproc', target: 'a' })
  })

  it('[F14] rejects with noproc a wait that is under way, and where nobody ever was', async () => {
    const kind = supervisor({}, { all: dynamicSupervisor(Counter, wait) })
    const { app, tree, until, settle } = await simulatedWithoutStore(kind)
    const member = await until(tree.all.start('m', { from: 1 }))
    void app.kill(member)
    const waiting = member.whenUp()
    waiting.catch(() => undefined)
    await settle()
    void tree.all.stop('m')
    await expect(until(waiting)).rejects.toMatchObject({ code: 'noproc', reason: { type: 'killed' } })
    await expect(tree.all.get('other').whenUp()).rejects.toMatchObject({ code: 'noproc' })
  })

  it('[F14] ends at its time-out, or when its signal is aborted', async () => {
    const { app, tree, until } = await simulatedWithoutStore(supervisor({}, { a: child(Counter, wait) }))
    void app.kill('a')
    await expect(until(tree.a.whenUp({ timeout: '1s' }))).rejects.toMatchObject({ code: 'timeout', timeoutMs: 1_000 })
    const leave = new AbortController()
    const left = tree.a.whenUp({ signal: leave.signal })
    leave.abort('enough')
    await expect(left).rejects.toMatchObject({ code: 'aborted' })
    await expect(tree.a.whenUp({ signal: leave.signal })).rejects.toMatchObject({ code: 'aborted' })
  })

  it('[F14] waits for one actor on behalf of another; a durable turn refuses', async () => {
    const Waiter = actor('waiter', {
      initial: () => ({}),
      handlers: ({ call }) => ({
        up: call(message<string>(), async ({ input, ctx }) => ({ reply: await ctx.ref(Counter, input).whenUp() })),
      }),
    })
    const kinds = supervisor(
      {},
      { a: child(Counter, wait), w: child(Waiter, { state: 'volatile' }), d: child(Waiter, { state: 'durable' }) },
    )
    const { app, tree, until } = await simulated(kinds)
    void app.kill('a')
    expect(await until(tree.w.call.up('a', { timeout: '5m' }))).toBe(2)
    await expect(until(tree.d.call.up('a'))).rejects.toMatchObject({ code: 'crashed' })
    expect(app.lastExit('d')?.reason).toMatchObject({
      error: { code: 'durable-turn', message: expect.stringContaining('whenUp') },
    })
  })
})

describe('app.on', () => {
  const told = async () => {
    const sim = await simulatedWithoutStore(supervisor({}, { a: child(Counter, { restart: 'transient' }) }))
    const events: LifeEvent[] = []
    const listen = (event: LifeEvent): void => void events.push(event)
    const stops = (['up', 'restored', 'down', 'gone'] as const).map((type) => sim.app.on('a', type, listen))
    return { ...sim, heard: events, stopAll: () => stops.forEach((stop) => stop()) }
  }

  it('[F14] tells of every end and every comeback, with incarnation, reason and where the state comes from', async () => {
    const { tree, settle, until, heard } = await told()
    await until(tree.a.call.add(2))
    void tree.a.cast.crash('boom')
    await settle()
    const boom = { type: 'error', error: new Error('boom') }
    const back = { id: 'a', incarnation: 2, source: 'memory', cause: 'exit', reason: boom }
    expect(heard).toHaveLength(3)
    expect(heard).toMatchObject([
      { type: 'down', id: 'a', incarnation: 1, reason: boom, message: { name: 'crash' } },
      { type: 'up', ...back },
      { type: 'restored', ...back },
    ])
  })

  it('[F14] [A22] says when nobody starts it again, and when somebody was asked to', async () => {
    const { app, tree, settle, until, heard } = await told()
    void tree.a.cast.stop()
    await settle()
    expect(heard.map(({ type }) => type)).toEqual(['down', 'gone'])
    expect(heard[1]).toMatchObject({ reason: { type: 'normal' } })
    const { supervisorOf } = await import('coppice')
    await until(supervisorOf(tree).restartChild('a'))
    await settle()
    // One that stayed down begins anew.
    expect(heard.slice(2)).toMatchObject([{ type: 'up', incarnation: 2, source: 'initial', cause: 'request' }])
    expect(app.inspect('a')?.status).toBe('running')
  })

  it('is quiet when the listener has been taken away, also with something on its way', async () => {
    const { tree, settle, heard, stopAll, scheduler } = await told()
    void tree.a.cast.crash('boom')
    while (heard.length === 0 && scheduler.step()) if (heard.length > 0) break
    stopAll()
    const before = heard.length
    await settle()
    expect(heard).toHaveLength(before)
  })

  it('refuses what is no event', async () => {
    const { app } = await told()
    expect(() => app.on('a', 'dwon' as 'down', () => undefined)).toThrow(
      'on: type must be one of "up", "restored", "down", "gone"; got "dwon"',
    )
    expect(() => app.on('a', 'down', undefined as never)).toThrow('on: listener must be a function; got nothing')
  })
})

describe('app.lastExit', () => {
  it('[F13] tells reason, message, time and incarnation, also of an actor of which nothing is left', async () => {
    const { app, tree, settle, until, clock } = await simulatedWithoutStore(
      supervisor({}, { all: dynamicSupervisor(Counter, { restart: 'temporary' }) }),
    )
    const member = await until(tree.all.start('m', undefined))
    expect(app.lastExit(member)).toBeUndefined()
    await until(new Promise<void>((resolve) => void clock.setTimer(1_000, resolve)))
    void member.cast.crash('boom')
    await settle()
    expect(app.inspect(member)).toBeUndefined()
    expect(app.lastExit(member)).toMatchObject({
      reason: { type: 'error', error: new Error('boom') },
      message: { kind: 'cast', name: 'crash' },
      atMs: clock.wallNow(),
      incarnation: 1,
      wasUp: true,
    })
  })

  it('[F13] tells a failed start from an exit', async () => {
    const { app, until } = await simulatedWithoutStore(supervisor({}, {}))
    const Broken = actor('broken', {
      initial: () => {
        throw new Error('no disk')
      },
      handlers: () => ({}),
    })
    await until(app.spawn(Broken, 'x', undefined)).catch(() => undefined)
    expect(app.lastExit('~/x')).toMatchObject({ reason: { type: 'error' }, incarnation: 1, wasUp: false })
  })

  it('[F13] remembers the latest thousand that are gone', async () => {
    const { app, tree, settle, until } = await simulatedWithoutStore(
      supervisor({}, { all: dynamicSupervisor(Counter, { restart: 'temporary' }) }),
    )
    for (let n = 0; n < 1_001; n += 1) {
      const member = await until(tree.all.start(`m${n}`, undefined))
      void member.cast.stop()
    }
    await settle()
    expect(app.lastExit('all/m0')).toBeUndefined()
    expect(app.lastExit('all/m1')).toMatchObject({ reason: { type: 'normal' } })
    expect(app.lastExit('all/m1000')).toMatchObject({ reason: { type: 'normal' } })
  })
})
