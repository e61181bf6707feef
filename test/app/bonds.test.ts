import { describe, expect, it } from 'vitest'
import { actor } from '../../src/behaviors/actor.ts'
import { message } from '../../src/behaviors/schema.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'
import { eventsOf, lives, simulated, simulatedWithoutStore } from '../support/simulated-app.ts'
import { Counter } from '../support/scripted.ts'

/** Does to others what it is told, and keeps what it learns. */
const agent = (trapExits: boolean) =>
  actor(trapExits ? 'trapping agent' : 'agent', {
    trapExits,
    initial: () => ({ learned: [] as string[] }),
    handlers: ({ call, cast }) => ({
      monitor: call(message<string>(), ({ input, ctx }) => ({ reply: ctx.monitor(input) })),
      demonitor: cast(
        message<{ monitor: number; target: string }>(),
        ({ input, ctx }) => void ctx.demonitor(input, { flush: true }),
      ),
      link: call(message<string>(), ({ input, ctx }) => {
        ctx.link(input)
        return { reply: true }
      }),
      unlink: cast(message<string>(), ({ input, ctx }) => ctx.unlink(input)),
      register: call(message<string>(), ({ input, ctx }) => ({ reply: ctx.register(input) })),
      tick: cast(message<string>(), ({ input, ctx }) => void ctx.sendAfter('1s', 'tock', input)),
      tock: cast(message<string>(), ({ state, input }) => ({ learned: [...state.learned, input] })),
      crash: cast(() => {
        throw new Error('agent')
      }),
      learned: call(({ state }) => ({ reply: state.learned })),
    }),
    info: ({ state, message: told }) => {
      const about = told as { type: string; id?: string; from?: string; reason: { type: string } }
      return { learned: [...state.learned, `${about.type} ${about.id ?? about.from} ${about.reason.type}`] }
    },
  })

const tree = supervisor(
  { intensity: { restarts: 10, within: '1s' } },
  {
    x: child(Counter, { restart: 'transient' }),
    y: child(Counter),
    a: child(agent(false)),
    t: child(agent(true)),
  },
)

describe('a monitor', () => {
  it('tells once of every end, with its reason, normal too', async () => {
    const { tree: actors, until, settle } = await simulatedWithoutStore(tree)
    await until(actors.a.call.monitor('x'))
    await until(actors.a.call.monitor('x'))
    await until(actors.a.call.monitor('y'))
    void actors.y.cast.crash('boom')
    void actors.x.cast.stop()
    await settle()
    void actors.y.cast.crash('boom')
    await settle()
    expect([...(await until(actors.a.call.learned()))].sort()).toEqual(['down x normal', 'down x normal', 'down y error'])
  })

  it('[A13] of an actor that is not there tells at once', async () => {
    const { tree: actors, until, settle } = await simulatedWithoutStore(tree)
    void actors.x.cast.stop()
    await settle()
    await until(actors.a.call.monitor('x'))
    await until(actors.a.call.monitor('nobody'))
    expect(await until(actors.a.call.learned())).toEqual(['down x noproc', 'down nobody noproc'])
  })

  it('that was taken away tells nothing', async () => {
    const { tree: actors, until, settle } = await simulatedWithoutStore(tree)
    const monitor = await until(actors.a.call.monitor('y'))
    void actors.a.cast.demonitor(monitor)
    await settle()
    void actors.y.cast.crash('boom')
    await settle()
    expect(await until(actors.a.call.learned())).toEqual([])
  })
})

describe('a link', () => {
  it('[A11] carries an abnormal end to the other, and not a normal one', async () => {
    const { tree: actors, until, settle, events } = await simulatedWithoutStore(tree)
    await until(actors.a.call.link('x'))
    void actors.x.cast.stop()
    await settle()
    expect(lives(events).filter((text) => text.startsWith('a#'))).toEqual(['a#1 started'])
    await until(actors.a.call.link('y'))
    void actors.y.cast.crash('boom')
    await settle()
    expect(lives(events).filter((text) => text.startsWith('a#'))).toEqual(['a#1 started', 'a#1 exited error', 'a#2 started'])
  })

  it('[A12] gives a message to an actor that traps exits, which lives on', async () => {
    const { tree: actors, until, settle } = await simulatedWithoutStore(tree)
    await until(actors.t.call.link('y'))
    void actors.y.cast.crash('boom')
    await settle()
    expect(await until(actors.t.call.learned())).toEqual(['exit y error'])
  })

  it('that was undone carries nothing', async () => {
    const { tree: actors, until, settle, events } = await simulatedWithoutStore(tree)
    await until(actors.a.call.link('y'))
    void actors.a.cast.unlink('y')
    await settle()
    void actors.y.cast.crash('boom')
    await settle()
    expect(lives(events).filter((text) => text.startsWith('a#'))).toEqual(['a#1 started'])
  })
})

describe('a name', () => {
  it('[A20] belongs to one actor, and stays with it over a restart', async () => {
    const watch: { onExit: () => void } = { onExit: () => undefined }
    const {
      tree: actors,
      app,
      until,
      settle,
    } = await simulatedWithoutStore(tree, {
      onEvent: (event) => (event.type === 'exited' ? watch.onExit() : undefined),
    })
    expect(await until(actors.a.call.register('boss'))).toBe(true)
    expect(await until(actors.t.call.register('boss'))).toBe(false)
    expect(app.whereis('boss')).toEqual({ id: 'a', status: 'running' })
    const between: unknown[] = []
    watch.onExit = () => between.push(app.whereis('boss'))
    void actors.a.cast.crash()
    await settle()
    expect(between).toEqual([{ id: 'a', status: 'restarting' }])
    expect(await until(actors.t.call.register('boss'))).toBe(false)
    expect(await until(actors.a.call.register('boss'))).toBe(true)
  })
})

describe('a name in the tree', () => {
  const named = supervisor({}, { a: child(Counter, { name: 'counter', restart: 'transient' }), b: child(agent(false)) })

  it('is claimed before the actor is there for others, and given back when it ends for good', async () => {
    const { tree: actors, app, until, settle } = await simulatedWithoutStore(named)
    expect(app.whereis('counter')).toEqual({ id: 'a', status: 'running' })
    expect(await until(actors.b.call.register('counter'))).toBe(false)
    void actors.a.cast.stop()
    await settle()
    expect(app.whereis('counter')).toBeUndefined()
    expect(await until(actors.b.call.register('counter'))).toBe(true)
  })
})

describe('a timer', () => {
  it('[P5] that fired while its incarnation was busy is not handled by the next one', async () => {
    const Busy = actor('busy', {
      initial: () => ({ ticks: 0 }),
      handlers: ({ call, cast }) => ({
        crashLater: cast(async ({ ctx }) => {
          ctx.sendAfter('1s', 'tick')
          ctx.sendAfter('1h', 'tick')
          await new Promise<void>((resolve) => void clock.setTimer(2_000, resolve))
          throw new Error('late')
        }),
        tick: cast(({ state }) => ({ ticks: state.ticks + 1 })),
        ticks: call(({ state }) => ({ reply: state.ticks })),
      }),
    })
    const { tree: actors, clock, advance, until, events } = await simulatedWithoutStore(supervisor({}, { b: child(Busy) }))
    void actors.b.cast.crashLater()
    await advance(3_000)
    expect(lives(events).slice(2)).toEqual(['b#1 exited error', 'b#2 started'])
    expect(clock.pending).toBe(0)
    expect(await until(actors.b.call.ticks())).toBe(0)
  })

  it('[A6] fires once at its time, and ends with its incarnation', async () => {
    const { tree: actors, until, advance, settle, events } = await simulatedWithoutStore(tree)
    void actors.a.cast.tick('first')
    await advance(999)
    expect(await until(actors.a.call.learned())).toEqual([])
    await advance(1)
    expect(await until(actors.a.call.learned())).toEqual(['first'])
    void actors.a.cast.tick('second')
    await settle()
    void actors.a.cast.crash()
    await advance(10_000)
    expect(await until(actors.a.call.learned())).toEqual(['first'])
    expect(eventsOf(events, 'late')).toEqual([])
  })
})

it('kills another actor from within a durable turn, once that is committed', async () => {
  const Killer = actor('killer', {
    initial: () => ({}),
    handlers: ({ cast }) => ({ kill: cast(message<string>(), ({ input, ctx }) => ctx.kill(input)) }),
  })
  const { tree, settle, events } = await simulated(
    supervisor({}, { killer: child(Killer, { state: 'durable' }), a: child(Counter) }),
  )
  void tree.killer.cast.kill('a')
  await settle()
  expect(lives(events).slice(-2)).toEqual(['a#1 exited killed', 'a#2 started'])
})
