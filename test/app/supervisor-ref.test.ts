import { describe, expect, it } from 'vitest'
import { actor } from '../../src/behaviors/actor.ts'
import { shutdownBecause } from '../../src/protocol/exit-reason.ts'
import { ExitError, IgnoreError } from '../../src/runtime/errors.ts'
import { crash } from '../../src/protocol/exit-reason.ts'
import type { Strategy } from '../../src/supervision/specs/strategy.ts'
import { supervisorOf } from '../../src/supervision/trees/supervisor-ref.ts'
import { child, dynamicSupervisor, supervisor } from '../../src/supervision/trees/tree.ts'
import { Counter } from '../support/scripted.ts'
import { lives, simulatedWithoutStore } from '../support/simulated-app.ts'

const failing = (reason: string) =>
  actor('failing', {
    initial: (): object => {
      throw new ExitError(crash(reason))
    },
    handlers: () => ({}),
  })

const Idle = actor('idle', {
  initial: (): object => {
    throw new IgnoreError()
  },
  handlers: () => ({}),
})

const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'done',
    (error: unknown) => (error as { readonly code: unknown }).code,
  )

describe('setStrategy', () => {
  const five = { a: child(Counter), b: child(Counter), c: child(Counter), d: child(Counter), e: child(Counter) }

  it.each<[Strategy, number[]]>([
    ['one_for_one', [1, 1, 2, 1, 1]],
    ['one_for_all', [2, 2, 2, 2, 2]],
    ['rest_for_one', [1, 1, 2, 2, 2]],
  ])('[S1] makes a running supervisor go by %s from the next exit on', async (strategy, incarnations) => {
    const declared = strategy === 'one_for_all' ? 'one_for_one' : 'one_for_all'
    const { tree, until, settle } = await simulatedWithoutStore(supervisor({ strategy: declared }, five))
    const root = supervisorOf(tree)
    await until(root.setStrategy(strategy))
    void tree.c.cast.crash('third')
    await settle()
    expect(root.inspect()?.strategy).toBe(strategy)
    expect(root.inspect()?.children.map(({ incarnation }) => incarnation)).toEqual(incarnations)
  })

  it('[S1] refuses what is no strategy, and changes nothing', async () => {
    const { tree, until } = await simulatedWithoutStore(supervisor({}, five))
    const refused = supervisorOf(tree).setStrategy('one_for_two' as Strategy)
    await expect(until(refused)).rejects.toThrow('the root: strategy must be "one_for_one", "one_for_all" or "rest_for_one"')
    expect(supervisorOf(tree).inspect()?.strategy).toBe('one_for_one')
  })

  it('[S1] lasts until the supervisor itself is restarted, which brings the declared one back', async () => {
    const { tree, until, settle, app } = await simulatedWithoutStore(supervisor({}, { inner: supervisor({}, five) }))
    await until(supervisorOf(tree.inner).setStrategy('one_for_all'))
    void supervisorOf(tree.inner).stop()
    await settle()
    expect(app.inspect('inner')).toMatchObject({ status: 'running', incarnation: 2 })
    expect(supervisorOf(tree.inner).inspect()?.strategy).toBe('one_for_one')
  })
})

describe('a supervisor that is asked', () => {
  it('[S6] starts, terminates, restarts and deletes children, and counts them after each', async () => {
    const { tree, until, events } = await simulatedWithoutStore(supervisor({}, { a: child(Counter) }))
    const root = supervisorOf(tree)
    const counts = async (): Promise<readonly number[]> => {
      const { specs, active, supervisors, workers } = await until(root.countChildren())
      return [specs, active, supervisors, workers]
    }
    const b = await until(root.startChild('b', child(Counter, { args: { from: 5 } })))
    expect(await until(b.call.add(1))).toBe(6)
    expect(await counts()).toEqual([2, 2, 0, 2])
    await until(root.terminateChild('b'))
    await until(root.terminateChild('b'))
    expect(await counts()).toEqual([2, 1, 0, 2])
    expect(await codeOf(until(b.call.count()))).toBe('noproc')
    expect(await until(root.restartChild('b'))).toBe(2)
    expect(await counts()).toEqual([2, 2, 0, 2])
    await until(root.terminateChild('b'))
    await until(root.deleteChild('b'))
    expect(await counts()).toEqual([1, 1, 0, 1])
    expect(await until(root.whichChildren())).toEqual([{ id: 'a', type: 'worker', status: 'running', incarnation: 1 }])
    expect(root.inspect()?.budgetLeft).toBe(3)
    expect(lives(events).slice(2)).toEqual(['b#1 started', 'b#1 exited shutdown', 'b#2 started', 'b#2 exited shutdown'])
  })

  it('[S6] starts whole subtrees, typed as those that are declared', async () => {
    const { tree, until, settle } = await simulatedWithoutStore(supervisor({}, {}))
    const root = supervisorOf(tree)
    const shop = await until(root.startChild('shop', supervisor({}, { db: child(Counter), carts: dynamicSupervisor(Counter) })))
    const cart = await until(shop.carts.start('u1', { from: 2 }))
    void shop.db.cast.crash('boom')
    await settle()
    expect(await until(cart.call.count())).toBe(2)
    expect(supervisorOf(shop).inspect()).toMatchObject({
      id: 'shop',
      budgetLeft: 2,
      children: [{ id: 'db', incarnation: 2 }, { id: 'carts' }],
    })
  })

  it("[S6] refuses what does not fit what is there, in OTP's words", async () => {
    const tree = supervisor({}, { a: child(Counter), b: child(Counter, { restart: 'transient' }) })
    const { tree: actors, until, settle } = await simulatedWithoutStore(tree)
    const root = supervisorOf(actors)
    void actors.b.cast.stop()
    await settle()
    const codes = [
      root.startChild('a', child(Counter)),
      root.startChild('b', child(Counter)),
      root.restartChild('a'),
      root.restartChild('x'),
      root.deleteChild('a'),
      root.deleteChild('x'),
      root.terminateChild('x'),
      root.getChildSpec('x'),
      root.terminateChild(actors.a),
    ].map((call: Promise<unknown>) => codeOf(until(call)))
    expect(await Promise.all(codes)).toEqual([
      'already_started',
      'already_present',
      'running',
      'not_found',
      'running',
      'not_found',
      'not_found',
      'not_found',
      'not_found',
    ])
    expect(await until(root.restartChild('b'))).toBe(2)
  })

  it('[S6] checks a new child by the rules of a tree before it does anything', async () => {
    const { tree, until, events } = await simulatedWithoutStore(supervisor({}, { a: child(Counter) }))
    const root = supervisorOf(tree)
    const before = events.length
    const wrong = (key: unknown, node: unknown): Promise<unknown> => until(root.startChild(key as string, node as never))
    await expect(wrong('b', child(Counter, { restart: 'sometimes' as never }))).rejects.toThrow('b: restart must be "permanent"')
    await expect(wrong('b', child(Counter, { state: 'durable' }))).rejects.toThrow('b: state must be "volatile" in a tree')
    await expect(wrong('b', supervisor({}, { c: child(Counter, { shutdown: -1 }) }))).rejects.toThrow('b/c: shutdown must be')
    await expect(wrong('b', Counter)).rejects.toThrow('b must be made by child(...)')
    await expect(wrong('', child(Counter))).rejects.toMatchObject({
      code: 'configuration',
      rule: 'must be a string of 1 to 512 characters',
    })
    const other = actor('counter', { initial: () => 0, handlers: () => ({}) })
    await expect(wrong('b', child(other))).rejects.toThrow('b: name of the behavior must be unique in the tree')
    expect(events.length).toBe(before)
  })

  it('[S6] tells why a child did not start, keeps no new one, and lets a known one stay down', async () => {
    const { tree, until } = await simulatedWithoutStore(supervisor({}, {}))
    const root = supervisorOf(tree)
    const nested = supervisor({}, { db: child(failing('no disk')) })
    await expect(until(root.startChild('shop', nested))).rejects.toMatchObject({
      code: 'start_failed',
      reason: {
        type: 'shutdown',
        cause: { type: 'failed_to_start_child', id: 'db', reason: { type: 'error', error: 'no disk' } },
      },
    })
    expect(await until(root.whichChildren())).toEqual([])
    await until(root.startChild('idle', child(Idle)))
    expect(await until(root.restartChild('idle'))).toBeUndefined()
    expect(await until(root.whichChildren())).toEqual([{ id: 'idle', type: 'worker', status: 'stopped', incarnation: undefined }])
  })

  it('[S6] forgets what was added when it is restarted itself, and has again what was declared', async () => {
    const tree = supervisor({}, { shop: supervisor({}, { a: child(Counter) }) })
    const { tree: actors, until, settle } = await simulatedWithoutStore(tree)
    const shop = supervisorOf(actors.shop)
    const b = await until(shop.startChild('b', child(Counter)))
    await until(shop.terminateChild('a'))
    await until(shop.deleteChild('a'))
    await until(shop.stop(crash('again')))
    await settle()
    expect(await until(shop.whichChildren())).toMatchObject([{ id: 'a', status: 'running' }])
    expect(await codeOf(until(b.call.count()))).toBe('noproc')
  })

  it('keeps nobody waiting for the rest of a group whose restart was called off', async () => {
    const starts = [true, false]
    const Once = actor('once', {
      initial: () => {
        if (starts.shift() !== true) throw new ExitError(crash('gone'))
        return 0
      },
      handlers: ({ cast }) => ({
        end: cast(({ ctx }) => {
          ctx.stop(crash('ended'))
          return 0
        }),
      }),
      restart: (ctx) => ctx.fresh(),
    })
    const tree = supervisor({ strategy: 'rest_for_one' }, { a: child(Once), b: child(Counter) })
    let off: (() => void) | undefined
    const {
      tree: actors,
      until,
      settle,
    } = await simulatedWithoutStore(tree, { onEvent: ({ type }) => void (type === 'decided' && off?.()) })
    const root = supervisorOf(actors)
    // It comes behind the exit, and before the retry.
    off = () => {
      off = undefined
      void root.terminateChild('a')
    }
    void actors.a.cast.end()
    await settle()
    expect(await until(root.whichChildren())).toMatchObject([
      { id: 'b', status: 'stopped' },
      { id: 'a', status: 'stopped' },
    ])
    expect(await codeOf(until(actors.b.call.count()))).toBe('noproc')
  })

  it('stops with exactly the reason that it is given, and its own supervisor decides', async () => {
    const tree = supervisor({}, { shop: child(supervisor({}, { a: child(Counter) }), { restart: 'transient' }) })
    const { tree: actors, until, app, events } = await simulatedWithoutStore(tree)
    const shop = supervisorOf(actors.shop)
    await until(shop.stop(shutdownBecause('night')))
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'exited', id: 'shop', reason: { type: 'shutdown', cause: 'night' } }),
    )
    expect(shop.inspect()).toBeUndefined()
    expect(await codeOf(until(shop.countChildren()))).toBe('noproc')
    await until(supervisorOf(actors).stop(shutdownBecause('home')))
    expect(await until(app.ended)).toEqual({ type: 'shutdown', cause: 'home' })
  })

  it('fails the calls that wait for it when it ends, with its reason, also if it is restarted at once', async () => {
    const tree = supervisor({}, { shop: supervisor({ intensity: { restarts: 0, within: '5s' } }, { a: child(Counter) }) })
    const { tree: actors, until, settle } = await simulatedWithoutStore(tree)
    const shop = supervisorOf(actors.shop)
    void actors.shop.a.cast.crash('boom')
    await settle()
    const stopping = shop.stop(crash('over'))
    const asked = shop.countChildren().catch((error: unknown) => error)
    await until(stopping)
    expect(await until(asked)).toMatchObject({
      code: 'crashed',
      reason: { type: 'error', error: 'over' },
      message: 'call of "supervisor:countChildren" on shop: the actor ended while handling it (crash: over)',
    })
    expect(await until(shop.countChildren())).toMatchObject({ specs: 1, active: 1 })
  })

  it('shows itself at once while its queue waits', async () => {
    const slow = actor('slow', { initial: () => 0, handlers: () => ({}), term: () => new Promise(() => {}) })
    const tree = supervisor({ strategy: 'rest_for_one' }, { a: child(Counter), slow: child(slow, { shutdown: '3s' }) })
    const { tree: actors, settle, until, advance } = await simulatedWithoutStore(tree)
    const root = supervisorOf(actors)
    void actors.a.cast.crash('boom')
    const asked = root.countChildren()
    await settle()
    expect(root.inspect()).toMatchObject({
      kind: 'static',
      state: 'stoppingGroup',
      strategy: 'rest_for_one',
      intensity: { restarts: 3, withinMs: 5000 },
      budgetLeft: 2,
      children: [
        { id: 'a', status: 'restarting' },
        { id: 'slow', status: 'running' },
      ],
      decisions: [{ child: 'a', decided: 'restart' }],
    })
    await advance('3s')
    expect(await until(asked)).toMatchObject({ active: 2 })
    expect(root.inspect()?.state).toBe('running')
  })
})

describe('a dynamic supervisor that is asked', () => {
  const members = supervisor({}, { carts: dynamicSupervisor(Counter, { restart: 'transient' }) })

  it('[S6] refuses what OTP refuses of simple_one_for_one, and says what to do', async () => {
    const { tree, until } = await simulatedWithoutStore(members)
    const carts = supervisorOf(tree.carts)
    await until(tree.carts.start('u1'))
    const codes = [
      carts.startChild('u2', child(Counter)),
      carts.terminateChild('u1'),
      carts.restartChild('u1'),
      carts.deleteChild('u1'),
      carts.setStrategy('one_for_all'),
    ].map((call: Promise<unknown>) => codeOf(until(call)))
    expect(new Set(await Promise.all(codes))).toEqual(new Set(['simple_one_for_one']))
    await expect(until(carts.deleteChild('u1'))).rejects.toThrow(
      'supervisor carts, child "u1": deleteChild is not for a dynamic supervisor; nothing was done. Its members are started and stopped by their keys',
    )
    expect(await until(carts.countChildren())).toEqual({ specs: 1, active: 1, supervisors: 0, workers: 1 })
    expect(await until(carts.getChildSpec('counter'))).toMatchObject({ id: 'counter', restart: 'transient', type: 'worker' })
  })

  it('[S6] terminates members by their addresses: gone ones too, those of others not', async () => {
    const { tree, until, settle } = await simulatedWithoutStore(members)
    const carts = supervisorOf(tree.carts)
    const u1 = await until(tree.carts.start('u1'))
    void u1.cast.crash('boom')
    await settle()
    await until(carts.terminateChild({ id: u1.id, incarnation: 1 }))
    expect(await until(tree.carts.keys())).toEqual(['u1'])
    await until(carts.terminateChild({ id: u1.id, incarnation: 2 }))
    expect(await until(tree.carts.keys())).toEqual([])
    await until(carts.terminateChild(u1))
    expect(await codeOf(until(carts.terminateChild({ id: 'elsewhere' })))).toBe('not_found')
  })

  it('has supervisors as members, if it is declared so', async () => {
    const session = supervisor({ strategy: 'one_for_all' }, { socket: child(Counter), state: child(Counter) })
    const { tree, until, settle, app } = await simulatedWithoutStore(supervisor({}, { sessions: dynamicSupervisor(session) }))
    const one = await until(tree.sessions.start('s1'))
    await until(tree.sessions.start('s2'))
    void one.socket.cast.crash('cut')
    await settle()
    expect(
      supervisorOf(one)
        .inspect()
        ?.children.map(({ incarnation }) => incarnation),
    ).toEqual([2, 2])
    expect(await until(supervisorOf(tree.sessions).countChildren())).toEqual({ specs: 1, active: 2, supervisors: 2, workers: 0 })
    await until(tree.sessions.stop('s1'))
    expect(app.running()).toEqual(['', 'sessions', 'sessions/s2', 'sessions/s2/socket', 'sessions/s2/state'])
  })
})

describe('init of a supervisor', () => {
  it('runs at every start before the first child, and may ignore or fail it', async () => {
    const seen: string[] = []
    const answers = [new IgnoreError(), undefined, new ExitError(crash('no licence')), undefined]
    const shop = supervisor(
      {
        init: ({ id, incarnation }) => {
          seen.push(`${id}#${incarnation}`)
          const answer = answers.shift()
          if (answer !== undefined) throw answer
        },
      },
      { a: child(Counter) },
    )
    const { tree, until, settle, events } = await simulatedWithoutStore(supervisor({}, { shop }))
    expect(await until(supervisorOf(tree).whichChildren())).toMatchObject([{ id: 'shop', status: 'stopped' }])
    await until(supervisorOf(tree).restartChild('shop'))
    await until(supervisorOf(tree.shop).stop())
    await settle()
    expect(seen).toEqual(['shop#1', 'shop#2', 'shop#3', 'shop#4'])
    expect(lives(events).filter((life) => life.startsWith('shop'))).toEqual([
      'shop/a#1 started',
      'shop#2 started',
      'shop/a#1 exited shutdown',
      'shop#2 exited normal',
      'shop/a#2 started',
      'shop#4 started',
    ])
    expect(events).toContainEqual({ type: 'start failed', id: 'shop', reason: { type: 'error', error: 'no licence' } })
  })
})

describe('a child with a gate, added at run time', () => {
  it('is refused unless its gate is a sibling that does not wait for it', async () => {
    const { tree, until } = await simulatedWithoutStore(supervisor({}, { a: child(Counter), b: child(Counter, { gate: 'a' }) }))
    const root = supervisorOf(tree)
    const added = (key: string, gate: string): Promise<unknown> => until(root.startChild(key, child(Counter, { gate })))
    await expect(added('c', 'bb')).rejects.toThrow('c: gate must be the key of a sibling; got "bb"')
    await expect(added('c', 'c')).rejects.toThrow('c: gate must not be the child itself')
    await until(root.terminateChild('a'))
    await until(root.deleteChild('a'))
    await expect(added('a', 'b')).rejects.toThrow('It is a circle: a → b → a')
    expect((await until(root.whichChildren())).map(({ id }) => id)).toEqual(['b'])
    await added('c', 'b')
  })
})

describe('supervisorOf', () => {
  it('refuses what belongs to no supervisor', async () => {
    const { tree } = await simulatedWithoutStore(supervisor({}, { a: child(Counter) }))
    // @ts-expect-error an actor is no supervisor
    expect(() => supervisorOf(tree.a)).toThrow('supervisorOf: reference must belong to a supervisor; got an object')
    expect(() => supervisorOf(undefined as never)).toThrow('must belong to a supervisor; got nothing')
  })

  it('is not in the way of the keys of the children', async () => {
    const { tree } = await simulatedWithoutStore(supervisor({}, { a: child(Counter), id: child(Counter) }))
    expect(Reflect.ownKeys({ ...tree })).toEqual(['a', 'id'])
    expect(tree.id.id).toBe('id')
  })
})
