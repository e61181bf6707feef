import { actor, child, dynamicSupervisor, message, supervisor, type Context } from 'coppice'
import { describe, expect, it } from 'vitest'
import { eventsOf, lives, simulated, simulatedWithoutStore } from '../support/simulated-app.ts'

/** Does what it is told with its context, and remembers what it was told. */
const Talker = actor('talker', {
  initial: () => ({ heard: [] as unknown[] }),
  handlers: ({ call, cast }) => ({
    run: call(message<(ctx: Context) => unknown>(), ({ input, ctx }) => ({ reply: input(ctx) })),
    heard: call(({ state }) => ({ reply: state.heard })),
    hear: cast(message<unknown>(), ({ state, input }) => ({ heard: [...state.heard, input] })),
    crash: cast(() => {
      throw new Error('boom')
    }),
  }),
  info: ({ state, message: told }) => ({ heard: [...state.heard, told] }),
})

/** The same in the journal: what it is to do has a name. */
const Durable = actor('durable', {
  initial: () => ({ heard: [] as unknown[] }),
  handlers: ({ call, cast }) => ({
    tell: call(message<{ fails: boolean }>(), ({ input, ctx }) => {
      ctx.join('g', 1)
      ctx.subscribe('t', 'hear')
      const told = [ctx.broadcast('others', 'hear', 'cast'), ctx.publish('other', 'published')]
      if (input.fails) throw new Error('boom')
      return { reply: told }
    }),
    heard: call(({ state }) => ({ reply: state.heard })),
    hear: cast(message<unknown>(), ({ state, input }) => ({ heard: [...state.heard, input] })),
  }),
})

const talking = async () => {
  const sim = await simulatedWithoutStore(supervisor({}, { a: child(Talker), b: child(Talker), all: dynamicSupervisor(Talker) }))
  const run = (who: 'a' | 'b', what: (ctx: Context) => unknown) => sim.until(sim.tree[who].call.run(what))
  return { ...sim, run }
}

describe('a group', () => {
  it('has its members in the order in which they joined, each with its value, until they leave', async () => {
    const { app, run } = await talking()
    await run('b', (ctx) => ctx.join('workers', { weight: 2 }))
    await run('a', (ctx) => ctx.join('workers'))
    await run('b', (ctx) => ctx.join('workers', { weight: 3 }))
    const expected = [
      { id: 'b', incarnation: 1, value: { weight: 3 } },
      { id: 'a', incarnation: 1, value: undefined },
    ]
    expect(app.membersOf('workers')).toEqual(expected)
    expect(await run('a', (ctx) => ctx.membersOf('workers'))).toEqual(expected)
    expect([await run('b', (ctx) => ctx.leave('workers')), await run('b', (ctx) => ctx.leave('workers'))]).toEqual([true, false])
    expect(app.membersOf('workers').map(({ id }) => id)).toEqual(['a'])
  })

  it('loses who ends, and the next incarnation has to join again', async () => {
    const { app, run, tree, settle } = await talking()
    await run('a', (ctx) => ctx.join('workers'))
    void tree.a.cast.crash()
    await settle()
    expect([app.membersOf('workers'), app.inspect('a')?.incarnation]).toEqual([[], 2])
    await run('a', (ctx) => ctx.join('workers'))
    expect(app.membersOf('workers')).toMatchObject([{ id: 'a', incarnation: 2 }])
  })

  it('has the next incarnation too where it was joined to keep, until it leaves or is gone for good', async () => {
    const { app, run, tree, settle, until } = await talking()
    await run('a', (ctx) => ctx.join('workers', 'w', { keep: true }))
    await run('a', (ctx) => ctx.subscribe('prices', 'hear', { keep: true }))
    void tree.a.cast.crash()
    await settle()
    expect(app.membersOf('workers')).toEqual([{ id: 'a', incarnation: 2, value: 'w' }])
    expect([app.publish('prices', 1), await until(tree.a.call.heard())]).toEqual([1, [1]])
    await run('a', (ctx) => ctx.unsubscribe('prices'))
    void tree.a.cast.crash()
    await settle()
    expect([app.publish('prices', 2), app.membersOf('workers').length]).toEqual([0, 1])
    await until(app.kill('a', { restart: false }))
    const { supervisorOf } = await import('coppice')
    await until(supervisorOf(tree).restartChild('a'))
    expect(app.membersOf('workers')).toEqual([])
  })

  it('is cast to as a whole, or not at all', async () => {
    const { app, run, tree, settle, until } = await talking()
    const member = await until(tree.all.start('m', undefined))
    await until(member.call.run((ctx) => ctx.join('workers')))
    await run('a', (ctx) => ctx.join('workers'))
    expect(app.broadcast('workers', 'hear', 'hello')).toBe(2)
    expect(await run('b', (ctx) => ctx.broadcast('workers', 'hear', 'again'))).toBe(2)
    expect(() => app.broadcast('workers', 'sing')).toThrow(/has no handler "sing"/)
    await settle()
    expect([await until(tree.a.call.heard()), await until(member.call.heard())]).toEqual([
      ['hello', 'again'],
      ['hello', 'again'],
    ])
    expect(app.broadcast('nobody', 'sing')).toBe(0)
  })

  it('has a name', async () => {
    const { app } = await talking()
    expect(() => app.broadcast('', 'x')).toThrow('group must be a text of at least one character; got ""')
    expect(() => app.publish(undefined as never, 1)).toThrow('topic must be a text of at least one character; got nothing')
  })
})

describe('a topic', () => {
  it('tells its subscribers by the handler that they name, or by a message, as long as they want', async () => {
    const { app, run, tree, until } = await talking()
    await run('a', (ctx) => ctx.subscribe('prices', 'hear'))
    await run('b', (ctx) => ctx.subscribe('prices'))
    expect(app.publish('prices', 1)).toBe(2)
    expect(await run('a', (ctx) => ctx.publish('prices', 2))).toBe(2)
    expect(await until(tree.a.call.heard())).toEqual([1, 2])
    expect(await until(tree.b.call.heard())).toEqual([
      { type: 'published', topic: 'prices', value: 1, from: undefined },
      { type: 'published', topic: 'prices', value: 2, from: 'a' },
    ])
    expect([await run('a', (ctx) => ctx.unsubscribe('prices')), await run('a', (ctx) => ctx.unsubscribe('prices'))]).toEqual([
      true,
      false,
    ])
    expect(app.publish('prices', 3)).toBe(1)
  })

  it('forgets who has ended, and drops what was on its way to it', async () => {
    const { app, run, tree, settle, until } = await talking()
    await run('b', (ctx) => ctx.subscribe('prices'))
    void tree.b.cast.crash()
    app.publish('prices', 1)
    await settle()
    expect([app.publish('prices', 2), await until(tree.b.call.heard())]).toEqual([0, []])
  })

  it('keeps nothing from the others where one names a handler that it has not', async () => {
    const { app, run, tree, until, events } = await talking()
    await run('a', (ctx) => ctx.subscribe('prices', 'sing'))
    await run('b', (ctx) => ctx.subscribe('prices', 'hear'))
    app.publish('prices', 1)
    expect(await until(tree.b.call.heard())).toEqual([1])
    expect(eventsOf(events, 'dead letter')).toMatchObject([{ id: 'a', why: 'not accepted', message: { name: 'sing' } }])
  })
})

describe('groups and topics in a durable turn', () => {
  it.each([
    [false, 1, ['cast', 'published']],
    [true, 0, []],
  ] as const)('count when it is committed (it fails: %s)', async (fails, members, heard) => {
    const tree = supervisor(
      {},
      { d: child(Durable, { state: 'durable', maxAttempts: 1 }), b: child(Talker, { state: 'volatile' }) },
    )
    const { app, tree: refs, until, settle } = await simulated(tree)
    await until(refs.b.call.run((ctx) => ctx.join('others')))
    await until(refs.b.call.run((ctx) => ctx.subscribe('other', 'hear')))
    await until(refs.d.call.tell({ fails })).catch(() => undefined)
    await settle()
    expect(app.membersOf('g')).toHaveLength(members)
    expect(app.publish('t', 'from outside')).toBe(members)
    expect(await until(refs.b.call.heard())).toEqual(heard)
    await settle()
    expect(await until(refs.d.call.heard())).toEqual(fails ? [] : ['from outside'])
  })
})

describe('the order in a group', () => {
  it('is the same for the same seed', async () => {
    const play = async (seed: number) => {
      const tree = supervisor({}, { a: child(Talker), b: child(Talker) })
      const { app, tree: refs, settle, events } = await simulatedWithoutStore(tree, { seed })
      for (const ref of [refs.a, refs.b]) void ref.call.run((ctx) => ctx.join('g'))
      await settle()
      app.broadcast('g', 'hear', 1)
      void refs.a.cast.crash()
      await settle()
      return [app.membersOf('g'), lives(events)]
    }
    expect(await play(3)).toEqual(await play(3))
  })
})
