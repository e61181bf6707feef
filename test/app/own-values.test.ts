import { describe, expect, it } from 'vitest'
import { actor } from '../../src/behaviors/actor.ts'
import { message } from '../../src/behaviors/schema.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'
import { eventsOf, simulated, simulatedWithoutStore } from '../support/simulated-app.ts'

const modes = ['volatile', 'checkpointed', 'durable'] as const

interface Letter {
  readonly lines: string[]
}

const Keeper = actor('keeper', {
  initial: (): { readonly seen: readonly string[] } => ({ seen: [] }),
  handlers: ({ call, cast }) => ({
    keep: cast(message<Letter>(), ({ state, input }) => ({ seen: [...state.seen, input.lines.join(' ')] })),
    mend: call(message<Letter>(), ({ state, input }) => {
      input.lines.push('mended')
      return { reply: input, state: { seen: [...state.seen, input.lines.join(' ')] } }
    }),
    spoil: call(message<Letter>(), ({ state, input, ctx }) => {
      input.lines.push(`attempt ${ctx.attempt}`)
      if (ctx.attempt === 1) throw new Error('spilt')
      return { reply: input.lines, state }
    }),
    later: cast(message<Letter>(), ({ state, input, ctx }) => {
      ctx.sendSelf('keep', input)
      input.lines.push('too late')
      ctx.sendAfter('1s', 'keep', input)
      input.lines.push('later still')
      return state
    }),
    seen: call(({ state }) => ({ reply: state.seen })),
    run: cast(message<() => void>(), ({ input }) => input()),
    same: call(message<object>(), ({ input }) => ({ reply: input })),
  }),
})

describe('[H7] [A24] what a receiver gets', () => {
  it.each(modes)('is what was sent at the moment of sending (%s)', async (state) => {
    const { tree, settle, until } = await simulated(supervisor({}, { keeper: child(Keeper, { state }) }))
    const letter = { lines: ['a'] }
    void tree.keeper.cast.keep(letter)
    letter.lines.push('b')
    await settle()
    expect(await until(tree.keeper.call.seen())).toEqual(['a'])
  })

  it.each(modes)('is its own: neither sees what the other does to it, nor to the reply (%s)', async (state) => {
    const { tree, until } = await simulated(supervisor({}, { keeper: child(Keeper, { state }) }))
    const letter = { lines: ['a'] }
    const reply = await until(tree.keeper.call.mend(letter))
    expect([letter.lines, reply.lines]).toEqual([['a'], ['a', 'mended']])
    ;((await until(tree.keeper.call.seen())) as string[]).slice().push('mine')
    expect(await until(tree.keeper.call.seen())).toEqual(['a mended'])
  })

  it.each(modes)('is what it was when an actor sent it, to itself and by a timer too (%s)', async (state) => {
    const { tree, advance, until } = await simulated(supervisor({}, { keeper: child(Keeper, { state }) }))
    void tree.keeper.cast.later({ lines: ['now'] })
    await advance('2s')
    expect(await until(tree.keeper.call.seen())).toEqual(['now', 'now too late'])
  })

  it('is what the journal has, in every attempt', async () => {
    const { tree, until, events } = await simulated(supervisor({}, { keeper: child(Keeper, { state: 'durable' }) }))
    expect(await until(tree.keeper.call.spoil({ lines: ['a'] }))).toEqual(['a', 'attempt 2'])
    expect(eventsOf(events, 'exited')).toHaveLength(1)
  })

  it('is passed as it is if it is frozen, a function or an instance of a class', async () => {
    class Live {}
    const { tree, settle, until } = await simulatedWithoutStore(supervisor({}, { keeper: child(Keeper) }))
    let runs = 0
    void tree.keeper.cast.run(() => (runs += 1))
    await settle()
    expect(runs).toBe(1)
    for (const value of [Object.freeze({ a: Object.freeze([1]) }), new Live(), new Error('same')])
      expect(await until(tree.keeper.call.same(value))).toBe(value)
  })

  it('is copied below the top too, with shared objects, cycles, Map, Set, Date and bytes as they were', async () => {
    const { tree, until } = await simulatedWithoutStore(supervisor({}, { keeper: child(Keeper) }))
    const shared = { n: 1 }
    const value = {
      list: [shared, shared],
      map: new Map([[shared, new Set([shared])]]),
      date: new Date(0),
      bytes: new Uint8Array([1, 2]),
      buffer: Buffer.from('x'),
      half: Object.freeze({ inner: { open: true } }),
      self: undefined as unknown,
      none: Object.assign(Object.create(null) as object, { a: 1 }),
    }
    value.self = value
    const copy = (await until(tree.keeper.call.same(value))) as typeof value
    expect(copy).toEqual(value)
    expect(copy.self).toBe(copy)
    expect(copy.list[0]).toBe(copy.list[1])
    expect([...copy.map.keys()][0]).toBe(copy.list[0])
    const parts: (keyof typeof value)[] = ['list', 'map', 'date', 'bytes', 'buffer', 'half', 'none']
    for (const key of parts) expect(copy[key], key).not.toBe(value[key])
    expect(copy.half.inner).not.toBe(value.half.inner)
  })

  it('is the very object with messages: "share", unless a journal is between', async () => {
    const { tree, until } = await simulatedWithoutStore(supervisor({}, { keeper: child(Keeper) }), { messages: 'share' })
    const value = { a: 1 }
    expect(await until(tree.keeper.call.same(value))).toBe(value)
    const journaled = await simulated(supervisor({}, { keeper: child(Keeper, { state: 'durable' }) }), { messages: 'share' })
    const letter = { lines: ['a'] }
    const kept = journaled.tree.keeper.cast.keep(letter)
    letter.lines.push('b')
    await journaled.until(kept)
    expect(await journaled.until(journaled.tree.keeper.call.seen())).toEqual(['a'])
  })
})
