import { describe, expect, it } from 'vitest'
import { actor } from '../../src/behaviors/actor.ts'
import { message } from '../../src/behaviors/schema.ts'
import type { ChildOptions } from '../../src/supervision/specs/child-options.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'
import { Counter } from '../support/scripted.ts'
import { eventsOf, lives, simulated, simulatedWithoutStore } from '../support/simulated-app.ts'

const modes = ['volatile', 'checkpointed', 'durable'] as const

const one = (options: ChildOptions<{ count: number }, { from: number } | undefined>) =>
  supervisor({}, { a: child(Counter, options) })

describe('an actor that crashes', () => {
  it.each(modes)('comes back with its last committed state (%s)', async (state) => {
    const { tree, until, settle } = await simulated(one({ state }))
    await until(tree.a.call.add(3))
    await until(tree.a.call.add(4))
    void tree.a.cast.crash('boom')
    await settle()
    expect(await until(tree.a.call.count())).toBe(7)
  })

  it.each(modes)('comes back when a promise of its handler rejects (%s)', async (state) => {
    const { tree, until, settle, events } = await simulated(one({ state, ...(state === 'durable' && { maxAttempts: 1 }) }))
    await until(tree.a.call.add(3))
    void tree.a.cast.crashAfterAwait('late')
    await settle()
    expect(await until(tree.a.call.count())).toBe(3)
    expect(lives(events).slice(-2)).toEqual(['a#1 exited error', 'a#2 started'])
  })

  it('keeps the reference valid, and handles what was queued behind the message that failed', async () => {
    const { tree, until, events } = await simulatedWithoutStore(one({}))
    const before = tree.a.call.add(1)
    const failed = tree.a.call.callAndCrash('boom').catch((error: unknown) => error)
    const after = tree.a.call.add(1)
    expect(await until(before)).toBe(1)
    expect(await until(after)).toBe(2)
    expect(await failed).toMatchObject({ code: 'crashed', reason: { type: 'error' }, target: 'a' })
    expect(((await failed) as Error).message).toBe('call of "callAndCrash" on a: the actor ended while handling it (crash: boom)')
    expect(eventsOf(events, 'dead letter')).toMatchObject([{ id: 'a', why: 'crashed', message: { name: 'callAndCrash' } }])
  })

  it('says which incarnation it is, whether it runs, and how much waits for it', async () => {
    const { app, tree, settle, until } = await simulated(one({ restart: 'transient' }))
    expect(app.inspect(tree.a)).toEqual({
      id: 'a',
      status: 'running',
      incarnation: 1,
      queued: 0,
      stashed: 0,
      behavior: 'counter',
      state: 'checkpointed',
    })
    void tree.a.cast.crash('boom')
    void tree.a.cast.increment()
    expect(app.inspect('a')?.queued).toBe(2)
    await settle()
    expect(app.inspect('a')).toMatchObject({ status: 'running', incarnation: 2, queued: 0 })
    void tree.a.cast.stop()
    await settle()
    expect(app.inspect('a')).toMatchObject({ status: 'stopped', incarnation: 2 })
    expect(app.inspect('b')).toBeUndefined()
    await until(app.stop())
    expect(app.running()).toEqual([])
  })

  it('is told apart from one that refuses: a refusal replies, commits its state and restarts nothing', async () => {
    const { tree, until, events } = await simulated(one({ state: 'durable' }))
    await expect(until(tree.a.call.refuse())).rejects.toMatchObject({ code: 'refused', refusal: 'no', details: { count: 0 } })
    expect(await until(tree.a.call.count())).toBe(100)
    expect(eventsOf(events, 'exited')).toEqual([])
    expect(eventsOf(events, 'refused')).toHaveLength(1)
  })

  it('is not restarted for an end of its own if it is transient, and its callers learn that nobody is there', async () => {
    const { tree, until, settle, events } = await simulatedWithoutStore(one({ restart: 'transient' }))
    void tree.a.cast.stop()
    const queued = tree.a.call.count().catch((error: unknown) => error)
    await settle()
    expect(lives(events).at(-1)).toBe('a#1 exited normal')
    expect(await queued).toMatchObject({ code: 'noproc' })
    await expect(until(tree.a.call.count())).rejects.toMatchObject({ code: 'noproc' })
  })

  it('[A15] gives the same state to a handler whatever an earlier one did to it before it threw', async () => {
    const Careless = actor('careless', {
      initial: () => ({ items: ['a'] }),
      handlers: ({ call, cast }) => ({
        spoil: cast(({ state }) => {
          state.items.push('torn')
          throw new Error('after the damage')
        }),
        items: call(({ state }) => ({ reply: state.items })),
      }),
    })
    for (const options of [{ state: 'volatile' }, { state: 'durable', maxAttempts: 1 }] as const) {
      const { tree, until, settle } = await simulated(supervisor({}, { a: child(Careless, options) }))
      void tree.a.cast.spoil()
      await settle()
      expect(await until(tree.a.call.items())).toEqual(['a'])
    }
  })

  it('ends its supervisor when it crashes more often than the intensity allows, and the tree with it', async () => {
    const { tree, app, until, settle, events } = await simulatedWithoutStore(
      supervisor({ intensity: { restarts: 2, within: '5s' } }, { other: child(Counter), a: child(Counter) }),
    )
    for (const reason of ['1', '2', '3']) {
      void tree.a.cast.crash(reason)
      await settle()
    }
    expect(await until(app.ended)).toMatchObject({ type: 'shutdown' })
    expect(lives(events).slice(-3)).toEqual(['a#3 exited error', 'other#1 exited shutdown', 'root#1 exited shutdown'])
    expect(eventsOf(events, 'decided').at(-1)?.decision).toMatchObject({ child: 'a', decided: 'give up', budgetLeft: 0 })
    await expect(until(tree.other.call.count())).rejects.toMatchObject({ code: 'noproc' })
  })

  it('has restarts forgotten once they are older than the window', async () => {
    const { tree, until, settle, advance } = await simulatedWithoutStore(
      supervisor({ intensity: { restarts: 1, within: '5s' } }, { a: child(Counter) }),
    )
    for (let crash = 0; crash < 5; crash += 1) {
      void tree.a.cast.crash('again')
      await settle()
      await advance(5_001)
    }
    expect(await until(tree.a.call.count())).toBe(0)
  })
})

describe('a supervisor of supervisors', () => {
  it('restarts an inner one that gave up, with all its children, and callers wait for it', async () => {
    const { tree, until, events } = await simulatedWithoutStore(
      supervisor(
        {},
        { inner: supervisor({ intensity: { restarts: 0, within: '5s' } }, { a: child(Counter), b: child(Counter) }) },
      ),
    )
    await until(tree.inner.b.call.add(5))
    void tree.inner.a.cast.crash('boom')
    const waited = tree.inner.b.call.count()
    expect(await until(waited)).toBe(5)
    expect(lives(events).slice(4)).toEqual(
      ['a#1 exited error', 'b#1 exited shutdown', 'inner#1 exited shutdown', 'a#2 started', 'b#2 started', 'inner#2 started'].map(
        (text) => text.replace(/^([ab])#/, 'inner/$1#'),
      ),
    )
  })

  it('takes later siblings along under rest_for_one, and all under one_for_all', async () => {
    const children = { a: child(Counter), b: child(Counter), c: child(Counter) }
    const restarted = async (strategy: 'one_for_one' | 'rest_for_one' | 'one_for_all') => {
      const { tree, settle, events } = await simulatedWithoutStore(supervisor({ strategy }, children))
      void tree.b.cast.crash('boom')
      await settle()
      return lives(events).slice(4)
    }
    expect(await restarted('one_for_one')).toEqual(['b#1 exited error', 'b#2 started'])
    expect(await restarted('rest_for_one')).toEqual(['b#1 exited error', 'c#1 exited shutdown', 'b#2 started', 'c#2 started'])
    expect(await restarted('one_for_all')).toEqual([
      'b#1 exited error',
      'c#1 exited shutdown',
      'a#1 exited shutdown',
      'a#2 started',
      'b#2 started',
      'c#2 started',
    ])
  })
})

describe('shutdown limits', () => {
  const Stubborn = actor('stubborn', {
    initial: () => ({}),
    handlers: ({ cast }) => ({ hang: cast(() => new Promise<undefined>(() => undefined)) }),
    term: () => new Promise<void>(() => undefined),
  })

  it('kill an actor whose term does not end', async () => {
    const { app, clock, until, events } = await simulatedWithoutStore(supervisor({}, { a: child(Stubborn, { shutdown: '3s' }) }))
    await until(app.stop())
    expect(clock.now()).toBe(3_000)
    expect(eventsOf(events, 'term failed')).toHaveLength(1)
    expect(eventsOf(events, 'exited')[0]).toMatchObject({ id: 'a' })
  })

  it('kill an actor whose handler does not end', async () => {
    const { app, tree, clock, settle, until, events } = await simulatedWithoutStore(
      supervisor({}, { a: child(Stubborn, { shutdown: '2s' }) }),
    )
    void tree.a.cast.hang()
    await settle()
    await until(app.stop())
    expect(clock.now()).toBe(2_000)
    expect(lives(events)).toContain('a#1 exited killed')
  })

  it('that say kill do not ask', async () => {
    const { app, clock, until, events } = await simulatedWithoutStore(
      supervisor({}, { a: child(Stubborn, { shutdown: 'kill' }) }),
    )
    await until(app.stop())
    expect(clock.now()).toBe(0)
    expect(lives(events)).toContain('a#1 exited killed')
  })
})

describe('an incarnation that has ended', () => {
  it('can send, set and do nothing any more', async () => {
    const Sender = actor('sender', {
      initial: () => ({ got: 0 }),
      handlers: ({ call, cast }) => ({
        leak: cast(({ ctx }) => {
          ctx.signal.addEventListener('abort', () => {
            void ctx.cast('b', 'got', undefined)
            ctx.sendSelf('got')
            ctx.sendAfter('1s', 'got')
          })
          ctx.sendAfter('2s', 'got')
          throw new Error('gone')
        }),
        got: cast(({ state }) => ({ got: state.got + 1 })),
        count: call(message<undefined>(), ({ state }) => ({ reply: state.got })),
      }),
    })
    const { tree, settle, advance, until, events } = await simulatedWithoutStore(
      supervisor({}, { a: child(Sender), b: child(Sender) }),
    )
    void tree.a.cast.leak()
    await settle()
    await advance(10_000)
    expect(await until(tree.a.call.count(undefined))).toBe(0)
    expect(await until(tree.b.call.count(undefined))).toBe(0)
    expect(eventsOf(events, 'late').map(({ what }) => what)).toEqual(['cast of got', 'cast of got', 'timer'])
  })
})

describe('a call that is given up', () => {
  it('rejects when its signal is aborted, before and after it was sent', async () => {
    const { tree, until, settle } = await simulatedWithoutStore(one({}))
    const abort = new AbortController()
    const waiting = tree.a.call.wait(1, { signal: abort.signal })
    await settle()
    abort.abort(new Error('never mind'))
    await expect(until(waiting)).rejects.toMatchObject({ code: 'aborted', cause: { message: 'never mind' } })
    await expect(until(tree.a.call.add(1, { signal: abort.signal }))).rejects.toMatchObject({ code: 'aborted' })
  })
})
