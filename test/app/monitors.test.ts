import { describe, expect, it } from 'vitest'
import { actor } from '../../src/behaviors/actor.ts'
import { message } from '../../src/behaviors/schema.ts'
import type { StartContext } from '../../src/runtime/behavior.ts'
import type { Down, MonitorAction, MonitorController } from '../../src/runtime/context.ts'
import { child, dynamicSupervisor, supervisor } from '../../src/supervision/trees/tree.ts'
import { Counter } from '../support/scripted.ts'
import { eventsOf, lives, simulated, simulatedWithoutStore } from '../support/simulated-app.ts'

type State = { readonly count: number }

/** A counter that tells which hook was asked, and what it was told. */
const hooked = (told: unknown[], hooks: readonly ('init' | 'restart')[]) => {
  const hook =
    (name: string) =>
    ({ cause, reason, offered, incarnation, attempt }: StartContext<State, undefined>): void => {
      told.push({ hook: name, cause, reason: reason?.type, count: offered?.state.count, incarnation, attempt })
    }
  return actor('hooked', {
    initial: (): State => ({ count: 0 }),
    ...Object.fromEntries(hooks.map((name) => [name, hook(name)])),
    handlers: ({ call, cast }) => ({
      add: call(({ state }) => ({ reply: state.count + 1, state: { count: state.count + 1 } })),
      crash: cast(() => {
        throw new Error('boom')
      }),
    }),
  })
}

/** Sets monitors with the actions that it is given. */
const watching = (action: MonitorAction) =>
  actor('watching', {
    initial: () => ({ learned: [] as string[] }),
    handlers: ({ call, cast }) => ({
      watch: call(message<string>(), ({ input, ctx }) => ({ reply: ctx.monitor(input, { action }) })),
      forget: call(message<{ monitor: number; target: string }>(), ({ input, ctx }) => ({ reply: ctx.demonitor(input) })),
      learned: call(({ state }) => ({ reply: state.learned })),
      stop: cast(({ ctx }) => ctx.stop()),
    }),
    info: ({ state, message: { type } }) => ({ learned: [...state.learned, type] }),
  })

const brief = ({ id, reason }: Down): string => `${id} ${reason.type}`
const outcomeOf = (promise: Promise<void>) =>
  promise.then(
    () => 'started',
    (error: Error) => error.message,
  )

describe('a monitor with an action, from outside', () => {
  it('[A13] runs it once at every end, with its reason, normal too; several of one actor run each', async () => {
    const downs: string[] = []
    const { app, tree, settle } = await simulatedWithoutStore(
      supervisor({}, { a: child(Counter, { restart: 'transient' }), b: child(Counter) }),
    )
    app.monitor(tree.a, (down) => void downs.push(`1: ${brief(down)}`))
    app.monitor('a', (down) => void downs.push(`2: ${brief(down)}`))
    app.monitor('b', (down) => void downs.push(`3: ${brief(down)}`))
    void tree.a.cast.stop()
    void tree.b.cast.crash('boom')
    await settle()
    void tree.b.cast.crash('boom')
    await settle()
    expect(downs.sort()).toEqual(['1: a normal', '2: a normal', '3: b error'])
  })

  it('[A13] acts at once with noproc, where nobody is', async () => {
    const downs: Down[] = []
    const { app, settle } = await simulatedWithoutStore(supervisor({}, { a: child(Counter) }))
    app.monitor('nobody', (down) => void downs.push(down))
    app.monitor({ name: 'no name' }, (down) => void downs.push(down))
    await settle()
    expect(downs).toMatchObject([
      { id: 'nobody', reason: { type: 'noproc' } },
      { id: 'no name', name: 'no name', reason: { type: 'noproc' } },
    ])
  })

  it('does nothing any more when it was taken back, before or after the end', async () => {
    const downs: string[] = []
    const { app, tree, settle } = await simulatedWithoutStore(supervisor({}, { a: child(Counter) }))
    const before = app.monitor('a', (down) => void downs.push(brief(down)))
    const dead = app.monitor('nobody', (down) => void downs.push(brief(down)))
    expect([app.demonitor(before), app.demonitor(before), app.demonitor(dead)]).toEqual([true, false, true])
    void tree.a.cast.crash('boom')
    await settle()
    expect(downs).toEqual([])
  })

  it('makes what the action throws known, and the tree goes on', async () => {
    const surfaced: unknown[] = []
    const listen = (error: unknown): void => void surfaced.push(error)
    process.on('unhandledRejection', listen)
    try {
      const { app, tree, settle, until } = await simulatedWithoutStore(supervisor({}, { a: child(Counter) }))
      app.monitor('a', () => {
        throw new Error('thrown')
      })
      app.monitor('a', async () => Promise.reject(new Error('rejected')))
      void tree.a.cast.crash('boom')
      await settle()
      expect(surfaced.map(String).sort()).toEqual(['Error: rejected', 'Error: thrown'])
      expect(await until(tree.a.call.add(1))).toBe(1)
    } finally {
      process.off('unhandledRejection', listen)
    }
  })

  it('refuses an action that is no function', async () => {
    const { app } = await simulatedWithoutStore(supervisor({}, {}))
    for (const action of [undefined, 5, { restart: true }])
      expect(() => app.monitor('a', action as never)).toThrow('monitor: action must be a function')
  })
})

describe('the controller of a monitor', () => {
  it.each<['init' | 'restart', readonly ('init' | 'restart')[], object | undefined, number]>([
    ['init', ['init', 'restart'], { hook: 'init' }, 3],
    ['restart', ['init', 'restart'], { hook: 'restart' }, 3],
    ['restart', ['init'], { hook: 'init' }, 3],
    ['init', ['restart'], undefined, 1],
    ['restart', [], undefined, 3],
    ['init', [], undefined, 1],
  ])('starts a spawned actor anew by %s, of those that it has: %j', async (by, hooks, asked, next) => {
    const told: unknown[] = []
    const { app, settle, until } = await simulatedWithoutStore(supervisor({}, {}))
    const ref = await until(app.spawn(hooked(told, hooks), 'x', undefined))
    await until(ref.call.add())
    await until(ref.call.add())
    const outcomes: string[] = []
    app.monitor(ref, async (_, controller) => outcomes.push(await outcomeOf(controller[by]())))
    told.length = 0
    void ref.cast.crash()
    await settle()
    expect(outcomes).toEqual(['started'])
    const context = { cause: 'monitor', reason: 'error', count: 2, incarnation: 2, attempt: 1 }
    expect(told).toEqual(asked === undefined ? [] : [{ ...asked, ...context }])
    expect(await until(ref.call.add())).toBe(next)
    expect(app.inspect(ref)).toMatchObject({ status: 'running', incarnation: 2 })
  })

  it('starts it again and again, by a monitor for each incarnation', async () => {
    const { app, settle, until } = await simulatedWithoutStore(supervisor({}, {}))
    const ref = await until(app.spawn(Counter, 'x', undefined))
    const watch = (): void =>
      void app.monitor(ref, async (_, controller) => {
        await controller.restart()
        watch()
      })
    watch()
    for (let crash = 0; crash < 3; crash += 1) {
      expect(await until(ref.call.add(1))).toBe(crash + 1)
      void ref.cast.crash('boom')
      await settle()
    }
    expect(app.inspect(ref)?.incarnation).toBe(4)
  })

  it('starts one only, whoever asks', async () => {
    const { app, settle, until } = await simulatedWithoutStore(supervisor({}, {}))
    const ref = await until(app.spawn(Counter, 'x', undefined))
    const outcomes: string[] = []
    for (let monitor = 0; monitor < 2; monitor += 1)
      app.monitor(ref, async (_, controller) => outcomes.push(await outcomeOf(controller.restart())))
    void ref.cast.crash('boom')
    await settle()
    expect(outcomes.sort()).toEqual(['started', '~/x was not started by its monitor: it has been started again already'])
  })

  it('makes exactly one incarnation of all that ask, whatever the order', async () => {
    const tree = supervisor(
      { strategy: 'one_for_all', intensity: { restarts: 100, within: '1h' } },
      {
        a: child(Counter, { restart: 'transient' }),
        b: child(Counter),
      },
    )
    for (let seed = 1; seed <= 40; seed += 1) {
      const { app, tree: actors, events, settle, until } = await simulatedWithoutStore(tree, { seed })
      const ref = await until(app.spawn(Counter, 'x', undefined))
      for (const id of ['a', 'a', ref.id, ref.id])
        app.monitor(id, (_, controller) => outcomeOf(seed % 2 === 0 ? controller.init() : controller.restart()))
      void actors.a.cast.stop()
      void actors.b.cast.crash('boom')
      void ref.cast.crash('boom')
      await settle()
      const of = (id: string): string[] => lives(events).filter((text) => text.startsWith(`${id}#`))
      expect(of(ref.id)).toEqual(['~/x#1 started', '~/x#1 exited error', '~/x#2 started'])
      for (const [index, text] of of('a').entries()) expect(text).toMatch(index % 2 === 0 ? / started$/ : / exited /)
      expect(app.running().filter((id) => id === 'a')).toEqual(['a'])
      await until(app.stop())
      expect(app.running()).toEqual([])
    }
  })

  it('rejects for a child that its supervisor restarts', async () => {
    const { app, tree, settle, until } = await simulatedWithoutStore(supervisor({}, { a: child(Counter) }))
    const outcomes: string[] = []
    app.monitor('a', async (_, controller) => outcomes.push(await outcomeOf(controller.restart())))
    void tree.a.cast.crash('boom')
    await settle()
    expect(outcomes).toEqual(['a was not started by its monitor: its supervisor has started it again, or will'])
    expect(app.inspect('a')).toMatchObject({ status: 'running', incarnation: 2 })
    expect(await until(tree.a.call.add(1))).toBe(1)
  })

  it.each(['transient', 'temporary'] as const)('starts a %s child that stays down, by its supervisor', async (restart) => {
    const told: unknown[] = []
    const Hooked = hooked(told, ['init', 'restart'])
    const { app, tree, events, settle, until } = await simulatedWithoutStore(
      supervisor({ strategy: 'one_for_all' }, { a: child(Hooked, { restart }), b: child(Counter) }),
    )
    await until(tree.a.call.add())
    let controller: MonitorController | undefined
    app.monitor('a', (_, given) => {
      controller = given
      return given.restart()
    })
    if (restart === 'temporary') void tree.a.cast.crash()
    else void tree.a.stop().catch(() => undefined)
    await settle()
    const reason = restart === 'temporary' ? 'error' : 'normal'
    expect(told.at(-1)).toEqual({ hook: 'restart', cause: 'monitor', reason, count: 1, incarnation: 2, attempt: 1 })
    expect(await until(tree.a.call.add())).toBe(2)
    expect(controller && (await until(outcomeOf(controller.restart())))).toContain('its supervisor has started it again')
    void tree.b.cast.crash('boom')
    await settle()
    // It is a child again: its supervisor stops it with its siblings, and restarts it or not as its type says.
    expect(lives(events)).toContain('a#2 exited shutdown')
    expect(lives(events).includes('a#3 started')).toBe(restart === 'transient')
    await until(app.stop())
    expect(app.running()).toEqual([])
  })

  it('starts a child by the hook that was asked for', async () => {
    const told: unknown[] = []
    const tree = supervisor({}, { a: child(hooked(told, ['init', 'restart']), { restart: 'transient' }) })
    const { app, tree: actors, settle } = await simulatedWithoutStore(tree)
    app.monitor('a', (_, controller) => controller.init())
    void actors.a.stop()
    await settle()
    expect(told.at(-1)).toMatchObject({ hook: 'init', cause: 'monitor', incarnation: 2 })
  })

  it('starts a member of a dynamic supervisor that was removed', async () => {
    const { app, tree, settle, until } = await simulated(
      supervisor({}, { carts: dynamicSupervisor(Counter, { restart: 'transient', state: 'checkpointed' }) }),
    )
    const ref = await until(tree.carts.start('x', { from: 7 }))
    await until(ref.call.add(1))
    app.monitor(ref, (_, controller) => controller.restart())
    void ref.cast.stop()
    await settle()
    expect(await until(tree.carts.keys())).toEqual(['x'])
    expect(await until(ref.call.count())).toBe(9)
  })

  it('rejects when the start fails, and where nothing is left', async () => {
    const Broken = actor('broken', {
      initial: () => ({}),
      restart: () => {
        throw new Error('no paper')
      },
      handlers: () => ({}),
    })
    const tree = supervisor({}, { a: child(Broken, { restart: 'transient' }) })
    const { app, tree: actors, settle, until } = await simulatedWithoutStore(tree)
    const outcomes: string[] = []
    const restart: MonitorAction = async (_, controller) => outcomes.push(await outcomeOf(controller.restart()))
    const spawned = await until(app.spawn(Broken, 'x', undefined))
    for (const id of ['a', spawned.id, 'nobody']) app.monitor(id, restart)
    void actors.a.stop()
    void spawned.stop()
    await settle()
    expect(outcomes.sort()).toEqual([
      'a was not started by its monitor: it could not be started (crash: no paper)',
      'nobody was not started by its monitor: nothing is left of it to start it from',
      '~/x was not started by its monitor: it could not be started (crash: no paper)',
    ])
    expect(app.running()).toEqual([''])
  })

  it('rejects when the tree has ended', async () => {
    const { app, until, settle } = await simulatedWithoutStore(supervisor({}, { a: child(Counter) }))
    const outcomes: string[] = []
    await until(app.spawn(Counter, 'x', undefined))
    const restart: MonitorAction = async (_, controller) => outcomes.push(await outcomeOf(controller.restart()))
    for (const id of ['', 'a', '~/x']) app.monitor(id, restart)
    await until(app.stop())
    await settle()
    expect(outcomes).toHaveLength(3)
    expect(outcomes.filter((outcome) => outcome === 'started')).toEqual([])
    expect(app.running()).toEqual([])
  })
})

describe('a monitor with an action, from inside', () => {
  it('runs it in place of the message, for each of several', async () => {
    const downs: string[] = []
    const tree = supervisor({}, { w: child(watching((down) => void downs.push(brief(down)))), a: child(Counter) })
    const { tree: actors, until, settle } = await simulatedWithoutStore(tree)
    await until(actors.w.call.watch('a'))
    await until(actors.w.call.watch('a'))
    await until(actors.w.call.watch('nobody'))
    void actors.a.cast.crash('boom')
    await settle()
    expect(downs).toEqual(['nobody noproc', 'a error', 'a error'])
    expect(await until(actors.w.call.learned())).toEqual([])
  })

  it('can be taken back', async () => {
    const downs: string[] = []
    const tree = supervisor({}, { w: child(watching((down) => void downs.push(brief(down)))), a: child(Counter) })
    const { tree: actors, until, settle } = await simulatedWithoutStore(tree)
    const monitor = await until(actors.w.call.watch('a'))
    expect(await until(actors.w.call.forget(monitor))).toBe(true)
    expect(await until(actors.w.call.forget(monitor))).toBe(false)
    void actors.a.cast.crash('boom')
    await settle()
    expect(downs).toEqual([])
  })

  it('ends with the incarnation that set it', async () => {
    const downs: string[] = []
    const tree = supervisor({}, { w: child(watching((down) => void downs.push(brief(down)))), a: child(Counter) })
    const { tree: actors, until, settle } = await simulatedWithoutStore(tree)
    await until(actors.w.call.watch('a'))
    void actors.w.cast.stop()
    await settle()
    void actors.a.cast.crash('boom')
    await settle()
    expect(downs).toEqual([])
  })

  it.each<[string, MonitorAction]>([
    [
      'throws',
      () => {
        throw new Error('bad action')
      },
    ],
    ['rejects', () => Promise.reject(new Error('bad action'))],
  ])('crashes the actor that set it, when it %s', async (_, action) => {
    const tree = supervisor({}, { w: child(watching(action)), a: child(Counter) })
    const { app, tree: actors, until, settle } = await simulatedWithoutStore(tree)
    await until(actors.w.call.watch('a'))
    void actors.a.cast.crash('boom')
    await settle()
    const why = app.decisions().map(({ id, reason }) => [id, reason.type === 'error' ? String(reason.error) : reason.type])
    expect(why.sort()).toEqual([
      ['a', 'Error: boom'],
      ['w', 'Error: bad action'],
    ])
  })

  it('starts nobody any more on behalf of an actor that has ended', async () => {
    const outcomes: string[] = []
    const go: { now: () => void } = { now: () => undefined }
    const action: MonitorAction = async (_, controller) => {
      await new Promise<void>((resolve) => {
        go.now = resolve
      })
      outcomes.push(await outcomeOf(controller.restart()))
    }
    const tree = supervisor({}, { w: child(watching(action)), a: child(Counter, { restart: 'transient' }) })
    const { tree: actors, events, until, settle } = await simulatedWithoutStore(tree)
    await until(actors.w.call.watch('a'))
    void actors.a.cast.stop()
    await settle()
    void actors.w.cast.stop()
    await settle()
    go.now()
    await settle()
    expect(outcomes).toEqual(['a was not started by its monitor: the actor that monitored it has ended'])
    expect(eventsOf(events, 'late')).toMatchObject([{ id: 'w', incarnation: 1, what: 'start of a' }])
  })

  it('is refused inside a durable turn, which goes on without it if it is caught', async () => {
    const tree = supervisor(
      {},
      {
        w: child(
          watching(() => undefined),
          { state: 'durable', maxAttempts: 1 },
        ),
        a: child(Counter),
      },
    )
    const { app, tree: actors, until } = await simulated(tree)
    await until(actors.w.call.watch('a')).catch(() => undefined)
    const [record] = app.decisions()
    const problem = record?.reason.type === 'error' ? String(record.reason.error) : undefined
    expect(problem).toContain('monitor: a durable turn cannot leave an action behind')
  })
})
