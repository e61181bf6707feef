import { describe, expect, it } from 'vitest'
import { actor } from '../../src/behaviors/actor.ts'
import { eventHandler, removeHandler, type HandlerEnded } from '../../src/behaviors/event-handler.ts'
import { eventManager } from '../../src/behaviors/event-manager.ts'
import { message } from '../../src/behaviors/schema.ts'
import { memory } from '../../src/persistence/memory-store.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'
import { eventsOf, simulated, simulatedWithoutStore } from '../support/simulated-app.ts'

const wrong = (value: unknown) => value as never

/** Keeps what it is told; throws at `throw`, leaves at `leave`. */
const Log = eventHandler('log', {
  init: (args: { from: string } | undefined, before: unknown) => [
    args?.from ?? 'new',
    ...(typeof before === 'string' ? [before] : []),
  ],
  event: (lines: readonly string[], event: string) => {
    if (event === 'throw') throw new Error('no more')
    return event === 'leave' ? removeHandler() : [...lines, event]
  },
  call: (lines: readonly string[], request: 'lines' | 'throw' | 'clear') => {
    if (request === 'throw') throw new Error('no answer')
    return { reply: lines, ...(request === 'clear' && { state: [] }) }
  },
  terminate: (lines, end) => `${lines.join(' ')} (${end.type})`,
})
const Count = eventHandler('count', {
  init: () => 0,
  event: async (count: number, _event: string) => {
    await Promise.resolve()
    return count + 1
  },
  call: (count, _request: 'count') => ({ reply: count }),
})
const Fussy = eventHandler('fussy', {
  init: (): string => {
    throw new Error('not today')
  },
  event: () => undefined,
})
const Bus = eventManager('bus', [Log, Count, Fussy])
type BusRef = ReturnType<typeof Bus.reference>

/** Puts in a log that it is told of. */
const Owner = actor('owner', {
  initial: () => ({ told: [] as string[] }),
  handlers: ({ call, cast }) => ({
    add: cast(message<string>(), ({ ctx, input }) => {
      void ctx
        .ref(Bus, 'bus')
        .addSupervised([Log, input], { tell: 'ended', args: { from: input } })
        .catch(() => undefined)
    }),
    ended: cast(message<HandlerEnded>(), ({ state, input }) => ({
      told: [...state.told, `${input.handler} at ${input.manager}: ${input.reason.type}`],
    })),
    told: call(({ state }) => ({ reply: state.told })),
    crash: cast(() => {
      throw new Error('crash')
    }),
  }),
})
const kinds = ['volatile', 'checkpointed', 'durable'] as const
const treeWith = (state: (typeof kinds)[number] = 'volatile') =>
  supervisor({}, { bus: child(Bus, { state }), owner: child(Owner, { state: 'volatile' }) })
const begin = async (state: (typeof kinds)[number] = 'volatile') => simulated(treeWith(state))

describe('an event manager', () => {
  it.each(kinds)('tells each event to all handlers, each with a state of its own (%s)', async (state) => {
    const { tree, until } = await begin(state)
    await until(tree.bus.add(Log))
    await until(tree.bus.add(Count))
    await until(tree.bus.add([Log, 'second'], { from: 'second' }))
    await until(tree.bus.notify('a'))
    await until(tree.bus.syncNotify('b'))
    expect(await until(tree.bus.call(Log, 'clear'))).toEqual(['new', 'a', 'b'])
    expect(await until(tree.bus.call(Log, 'lines'))).toEqual([])
    expect(await until(tree.bus.call([Log, 'second'], 'lines'))).toEqual(['second', 'a', 'b'])
    expect(await until(tree.bus.call(Count, 'count'))).toBe(2)
    expect(await until(tree.bus.which())).toEqual(['log', 'count', 'log/second'])
  })

  it.each(kinds)('goes on with the others when one throws, which is out then (%s)', async (state) => {
    const { tree, until, events } = await begin(state)
    await until(tree.bus.add(Log))
    await until(tree.bus.add(Count))
    await until(tree.bus.syncNotify('throw'))
    expect(await until(tree.bus.which())).toEqual(['count'])
    expect(await until(tree.bus.call(Count, 'count'))).toBe(1)
    await until(tree.bus.add(Log))
    await expect(until(tree.bus.call(Log, 'throw'))).rejects.toMatchObject({
      code: 'event-handler',
      problem: 'failed',
      handler: 'log',
      cause: { message: 'no answer' },
    })
    expect(await until(tree.bus.which())).toEqual(['count'])
    expect(eventsOf(events, 'exited')).toEqual([])
  })

  it('lets a handler leave, and takes one out with what it leaves behind', async () => {
    const { tree, until } = await begin()
    await until(tree.bus.add(Log))
    await until(tree.bus.syncNotify('leave'))
    expect(await until(tree.bus.which())).toEqual([])
    await until(tree.bus.add(Log))
    await until(tree.bus.add(Count))
    expect(await until(tree.bus.delete(Log))).toBe('new (deleted)')
    expect(await until(tree.bus.delete(Count))).toBe(undefined)
    await expect(until(tree.bus.delete(Log))).rejects.toMatchObject({ problem: 'unknown' })
  })

  it('puts one handler in the place of another, with what that leaves behind', async () => {
    const { tree, until } = await begin()
    await until(tree.bus.add(Log, { from: 'old' }))
    await until(tree.bus.swap(Log, [Log, 'next'], { from: 'next' }))
    expect(await until(tree.bus.which())).toEqual(['log/next'])
    expect(await until(tree.bus.call([Log, 'next'], 'lines'))).toEqual(['next', 'old (swapped)'])
    await until(tree.bus.swap([Log, 'next'], [Log, 'next']))
    expect(await until(tree.bus.call([Log, 'next'], 'lines'))).toEqual(['new', 'next old (swapped) (swapped)'])
    await until(tree.bus.swap(Count, Log))
    await expect(until(tree.bus.swap([Log, 'next'], Log))).rejects.toMatchObject({ problem: 'present' })
    expect(await until(tree.bus.which())).toEqual(['log/next', 'log'])
    await expect(until(tree.bus.swap(Log, Fussy))).rejects.toMatchObject({ problem: 'failed', cause: { message: 'not today' } })
    expect(await until(tree.bus.which())).toEqual(['log/next'])
  })

  it.each(kinds)('tells who has added a handler as supervised of its end (%s)', async (state) => {
    const { tree, until, settle } = await begin(state)
    for (const id of ['throws', 'leaves', 'deleted', 'swapped']) {
      await until(tree.owner.cast.add(id))
      await settle()
    }
    await until(tree.bus.delete([Log, 'deleted']))
    await until(tree.bus.swap([Log, 'swapped'], [Log, 'next']))
    await until(tree.bus.delete([Log, 'leaves']))
    await until(tree.bus.syncNotify('throw'))
    await settle()
    expect(await until(tree.owner.call.told())).toEqual([
      'log/deleted at bus: deleted',
      'log/swapped at bus: swapped',
      'log/leaves at bus: deleted',
      'log/throws at bus: error',
      // Who supervised the one before supervises the next.
      'log/next at bus: error',
    ])
    expect(await until(tree.bus.which())).toEqual([])
  })

  it.each(kinds)('takes a supervised handler out when who added it ends (%s)', async (state) => {
    const { tree, until, settle } = await begin(state)
    await until(tree.bus.add(Log))
    await until(tree.owner.cast.add('mine'))
    await settle()
    expect(await until(tree.bus.which())).toEqual(['log', 'log/mine'])
    await until(tree.owner.cast.crash())
    await settle()
    expect(await until(tree.bus.which())).toEqual(['log'])
    expect(await until(tree.owner.call.told())).toEqual([])
    await until(tree.owner.cast.add('mine'))
    await settle()
    expect(await until(tree.bus.which())).toEqual(['log', 'log/mine'])
  })

  it.each(kinds)('keeps its handlers over a crash of its own, and watches on (%s)', async (state) => {
    const Killer = actor('killer', {
      initial: () => ({}),
      handlers: ({ cast }) => ({
        kill: cast(({ ctx }) => {
          ctx.kill('bus')
        }),
      }),
    })
    const killers = { bus: child(Bus, { state }), owner: child(Owner, { state: 'volatile' }), killer: child(Killer) }
    const { tree, until, settle, app } = await simulated(supervisor({}, killers))
    await until(tree.owner.cast.add('mine'))
    await settle()
    await until(tree.bus.syncNotify('a'))
    await until(tree.killer.cast.kill())
    await settle()
    expect(app.inspect(tree.bus)?.incarnation).toBe(2)
    await until(tree.bus.syncNotify('b'))
    expect(await until(tree.bus.call([Log, 'mine'], 'lines'))).toEqual(['mine', 'a', 'b'])
    await until(tree.owner.cast.crash())
    await settle()
    expect(await until(tree.bus.which())).toEqual([])
  })

  it('durable, has its handlers and what they know in the next process', async () => {
    const store = memory()
    const first = await simulated(treeWith('durable'), { store })
    await first.until(first.tree.bus.add(Log, { from: 'monday' }))
    await first.until(first.tree.bus.syncNotify('a'))
    const second = await simulated(treeWith('durable'), { store })
    await second.until(second.tree.bus.syncNotify('b'))
    expect(await second.until(second.tree.bus.call(Log, 'lines'))).toEqual(['monday', 'a', 'b'])
  })

  it('does not fail when who is to be told has no handler for it', async () => {
    const Deaf = actor('deaf', {
      initial: () => ({}),
      handlers: ({ cast }) => ({
        add: cast(({ ctx }) => {
          void ctx.ref(Bus, 'bus').addSupervised(Log, { tell: 'nothing' })
        }),
      }),
    })
    const { tree, until, settle, events } = await simulatedWithoutStore(supervisor({}, { bus: child(Bus), deaf: child(Deaf) }))
    await tree.deaf.cast.add()
    await settle()
    await until(tree.bus.syncNotify('throw'))
    expect(await until(tree.bus.which())).toEqual([])
    expect(eventsOf(events, 'exited')).toEqual([])
  })

  it.each<[string, (bus: BusRef) => Promise<unknown>, object]>([
    ['add what is there', (bus) => bus.add(Count), { problem: 'present' }],
    ['add what fails', (bus) => bus.add(Fussy), { problem: 'failed', cause: { message: 'not today' } }],
    ['ask who is not there', (bus) => bus.call(Log, 'lines'), { problem: 'unknown' }],
    [
      'be told outside every actor',
      (bus) => bus.addSupervised(Log, { tell: 'ended' }),
      { problem: 'outside', message: expect.stringContaining('only an actor can be told of its end') },
    ],
    [
      'add what it was not defined with',
      (bus) => bus.add(wrong(eventHandler('log', { init: () => 0, event: () => undefined })), wrong(undefined)),
      {
        code: 'configuration',
        message: expect.stringContaining('must be given a handler that the manager was defined with: log, count, fussy'),
      },
    ],
    ['use an id that is none', (bus) => bus.add([Log, '']), { code: 'configuration', path: 'event manager bus: add: id' }],
    [
      'tell nobody',
      (bus) => bus.addSupervised(Log, wrong({})),
      { code: 'configuration', path: 'event manager bus: addSupervised: tell' },
    ],
  ])('refuses to %s', async (_, doIt, error) => {
    const { tree, until, events } = await simulatedWithoutStore(supervisor({}, { bus: child(Bus) }))
    await until(tree.bus.add(Count))
    await expect(until(doIt(tree.bus))).rejects.toMatchObject(error)
    expect(await until(tree.bus.which())).toEqual(['count'])
    expect(eventsOf(events, 'exited')).toEqual([])
  })

  it('asks no handler that answers none', async () => {
    const Mute = eventHandler('mute', { init: () => 0, event: () => undefined })
    const Quiet = eventManager('quiet', [Mute])
    const { tree, until } = await simulatedWithoutStore(supervisor({}, { quiet: child(Quiet) }))
    await until(tree.quiet.add(Mute))
    await expect(until(tree.quiet.call(Mute, wrong(1)))).rejects.toMatchObject({ problem: 'silent' })
    expect(await until(tree.quiet.which())).toEqual(['mute'])
  })

  it.each<[string, () => unknown, string]>([
    ['a handler without a name', () => eventHandler('', wrong({})), 'eventHandler: name must be a text'],
    ['a handler with a slash', () => eventHandler('a/b', wrong({})), 'eventHandler "a/b": name must have no slash'],
    ['a handler without init', () => eventHandler('a', wrong({ event: () => 0 })), 'eventHandler "a": init must be a function'],
    [
      'a handler with more',
      () => eventHandler('a', wrong({ init: () => 0, info: 1 })),
      'eventHandler "a": info is not an option',
    ],
    ['no handlers', () => eventManager('m', wrong(undefined)), 'eventManager "m": handlers must be an array of handlers'],
    [
      'one that is none',
      () => eventManager('m', [wrong({ name: 'x' })]),
      'eventManager "m": handlers[0] must be made by eventHandler',
    ],
    ['one twice', () => eventManager('m', [Log, Log]), 'eventManager "m": handlers[1] must have a name of its own'],
  ])('is refused with %s', (_, define, text) => {
    expect(define).toThrow(text)
  })
})
