import { describe, expect, it } from 'vitest'
import { actor } from '../../src/behaviors/actor.ts'
import { message } from '../../src/behaviors/schema.ts'
import type { StartContext } from '../../src/runtime/behavior.ts'
import type { CoppiceEvent } from '../../src/app/events.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'
import { Counter } from '../support/scripted.ts'
import { eventsOf, lives, simulatedWithoutStore } from '../support/simulated-app.ts'

type State = { readonly count: number }

/** A counter that tells which of its hooks was asked. */
const hooked = (name: string, told: string[], hooks: readonly ('init' | 'restart')[]) => {
  const hook =
    (which: string) =>
    ({ cause, reason, offered, incarnation }: StartContext<State, undefined>): void => {
      if (incarnation === 1) return
      told.push(`${name}: ${which}, ${cause}, ${reason?.type}, ${offered?.behavior} with ${offered?.state.count}`)
    }
  return actor(name, {
    initial: (): State => ({ count: 0 }),
    ...Object.fromEntries(hooks.map((which) => [which, hook(which)])),
    handlers: ({ call, cast }) => ({
      add: call(({ state }) => ({ reply: state.count + 1, state: { count: state.count + 1 } })),
      crash: cast(() => {
        throw new Error('boom')
      }),
    }),
  })
}

describe('a restart with hooks', () => {
  it('[S7] asks the hook of a sibling once, as of any other, and says that it went along', async () => {
    const told: string[] = []
    const tree = supervisor(
      { strategy: 'one_for_all' },
      {
        one: child(hooked('one', told, [])),
        two: child(hooked('two', told, ['restart'])),
      },
    )
    const { tree: actors, settle, until } = await simulatedWithoutStore(tree)
    await until(actors.two.call.add())
    void actors.one.cast.crash()
    await settle()
    expect(told).toEqual(['two: restart, sibling, shutdown, two with 1'])
    expect(await until(actors.two.call.add())).toBe(2)
  })

  it('[S8] runs the highest hook of each child in the order restart, init, last behavior, and none below it', async () => {
    const told: string[] = []
    const tree = supervisor(
      {},
      {
        both: child(hooked('both', told, ['init', 'restart'])),
        init: child(hooked('init', told, ['init'])),
        none: child(hooked('none', told, [])),
      },
    )
    const { app, tree: actors, settle, until } = await simulatedWithoutStore(tree)
    for (const ref of Object.values(actors)) {
      await until(ref.call.add())
      void ref.cast.crash()
      await settle()
    }
    expect(told).toEqual(['both: restart, exit, error, both with 1', 'init: init, exit, error, init with 1'])
    // Each is a child again: it goes on with its last state, and is restarted when it crashes once more.
    for (const ref of Object.values(actors)) expect(await until(ref.call.add())).toBe(2)
    expect(app.decisions().map(({ back }) => back)).toMatchObject([
      [{ id: 'both', incarnation: 2, beginning: { hook: 'restart' } }],
      [{ id: 'init', incarnation: 2, beginning: { hook: 'init' } }],
      [{ id: 'none', incarnation: 2, beginning: { hook: 'none', state: 'memory' } }],
    ])
  })
})

/** Links itself to others, and keeps what it is told of their ends. */
const peer = (trapExits: boolean) =>
  actor(trapExits ? 'sticky' : 'peer', {
    trapExits,
    initial: () => ({ errors: [] as string[] }),
    handlers: ({ call, cast }) => ({
      link: call(message<readonly string[]>(), ({ input, ctx }) => {
        for (const id of input) ctx.link(id)
        return { reply: true }
      }),
      errors: call(({ state }) => ({ reply: state.errors })),
      crash: cast(() => {
        throw new Error('boom')
      }),
      stop: cast(({ ctx }) => ctx.stop()),
    }),
    info: ({ state, message: told }) => {
      if (told.type !== 'exit' || !('reason' in told)) return state
      const { from, reason } = told
      return { errors: [...state.errors, `${from}: ${reason.type === 'error' ? (reason.error as Error).stack : reason.type}`] }
    },
  })

describe('links', () => {
  const ends = (events: readonly CoppiceEvent[]): unknown[] =>
    eventsOf(events, 'exited').map(({ id, reason }) => [id, reason.type === 'error' ? String(reason.error) : reason.type])

  const linked = async () => {
    const temporary = { restart: 'temporary' } as const
    const Peer = peer(false)
    const tree = supervisor({}, { a: child(Peer, temporary), b: child(Peer, temporary), c: child(Peer, temporary) })
    const sim = await simulatedWithoutStore(tree)
    // Every two of them: from each end there are two ways to each other one.
    await sim.until(sim.tree.a.call.link(['b', 'c']))
    await sim.until(sim.tree.b.call.link(['c']))
    return sim
  }

  it('[A11] carry no normal end', async () => {
    const { tree, events, settle, app } = await linked()
    void tree.a.cast.stop()
    await settle()
    expect(ends(events)).toEqual([['a', 'normal']])
    expect(app.running()).toEqual(['', 'b', 'c'])
  })

  it('[A11] carry a crash to everybody, with its reason and to each once, although two ways lead there', async () => {
    const { tree, events, settle } = await linked()
    void tree.a.cast.crash()
    await settle()
    expect(ends(events).sort()).toEqual([
      ['a', 'Error: boom'],
      ['b', 'Error: boom'],
      ['c', 'Error: boom'],
    ])
  })

  it('[A12] end at an actor that traps exits: it and those behind it live, and it has one entry with the stack', async () => {
    const temporary = { restart: 'temporary' } as const
    const Peer = peer(false)
    const tree = supervisor(
      {},
      {
        a1: child(Peer, temporary),
        a3: child(peer(true), temporary),
        a7: child(Peer, temporary),
        a9: child(Peer, temporary),
      },
    )
    const { app, tree: actors, settle, until } = await simulatedWithoutStore(tree)
    await until(actors.a1.call.link(['a3']))
    await until(actors.a3.call.link(['a7']))
    await until(actors.a7.call.link(['a9']))
    void actors.a9.cast.crash()
    await settle()
    expect(app.running()).toEqual(['', 'a1', 'a3'])
    const errors = await until(actors.a3.call.errors())
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatch(/^a7: Error: boom\n +at .*ledger-supervision/)
  })
})

describe('a call in the moment of a crash', () => {
  it('[F1] is queued and handled by the next incarnation, never by the one that has ended', async () => {
    const watch: { onExit: () => void } = { onExit: () => undefined }
    const { tree, events, settle, until } = await simulatedWithoutStore(supervisor({}, { a: child(Counter) }), {
      onEvent: (event) => (event.type === 'exited' ? watch.onExit() : undefined),
    })
    await until(tree.a.call.add(1))
    const calls: Promise<number>[] = []
    watch.onExit = () => void calls.push(tree.a.call.add(1))
    void tree.a.cast.crash('boom')
    await settle()
    expect(await until(Promise.all(calls))).toEqual([2])
    expect(lives(events).slice(-2)).toEqual(['a#1 exited error', 'a#2 started'])
    expect(eventsOf(events, 'dead letter').map(({ message: { name } }) => name)).toEqual(['crash'])
  })
})

describe('why an actor ended', () => {
  it('[F13] can be asked, after a restart and when it stays down', async () => {
    const tree = supervisor({}, { a: child(Counter, { restart: 'transient' }) })
    const { app, tree: actors, settle } = await simulatedWithoutStore(tree)
    expect(app.inspect('a')).toMatchObject({ status: 'running', lastExit: undefined })
    void actors.a.cast.crash('boom')
    await settle()
    expect(app.inspect('a')).toMatchObject({
      status: 'running',
      lastExit: { reason: { type: 'error', error: new Error('boom') }, incarnation: 1, wasUp: true },
    })
    void actors.a.cast.stop()
    await settle()
    expect(app.inspect('a')).toMatchObject({ status: 'stopped', lastExit: { reason: { type: 'normal' }, incarnation: 2 } })
  })
})
