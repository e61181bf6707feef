import { actor, child, memory, message, refuse, supervisor, type Middleware, type PartStream } from 'coppice'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { lives, simulated, simulatedWithoutStore } from '../support/simulated-app.ts'

const made: { parts: number[]; ended: string[]; signals: AbortSignal[] } = { parts: [], ended: [], signals: [] }

const Source = actor('source', {
  initial: () => ({ base: 0, items: ['a', 'b', 'c'] }),
  handlers: ({ call, cast, stream }) => ({
    count: stream(message<number>(), async function* ({ state, input, signal }) {
      made.signals.push(signal)
      try {
        for (let n = 1; n <= input; n += 1) {
          made.parts.push(n)
          yield state.base + n
        }
      } finally {
        made.ended.push('count')
      }
    }),
    slow: stream(message<number>(), async function* ({ input, ctx, signal }) {
      try {
        for (let n = 1; ; n += 1) {
          await ctx.sleep(input, signal)
          yield n
        }
      } finally {
        made.ended.push('slow')
      }
    }),
    items: stream(({ state }) => state.items),
    broken: stream(async function* ({ ctx }) {
      yield 1
      await ctx.sleep('1s')
      throw new Error('broken')
    }),
    refused: stream(async function* () {
      yield 1
      return refuse('enough', { details: 7 })
    }),
    wrong: stream(async function* ({ ctx }) {
      yield typeof ctx.defer()
    }),
    sending: stream(async function* ({ ctx }) {
      await ctx.cast(ctx.id, 'add', 10)
      yield ctx.headers['trace']
      await ctx.sleep('1s')
      yield ctx.deadline
    }),
    add: cast(message<number>(), ({ state, input }) => ({ ...state, base: state.base + input })),
    crash: cast(() => {
      throw new Error('boom')
    }),
    nap: call(async ({ ctx }) => {
      await ctx.sleep('1s')
      return { reply: 'rested' }
    }),
    base: call(({ state }) => ({ reply: state.base })),
  }),
})

/** Takes parts on behalf of an actor. */
const Taker = actor('taker', {
  initial: () => ({}),
  handlers: ({ call, cast }) => ({
    first: call(message<number>(), async ({ input, ctx }) => {
      const taken: number[] = []
      for await (const part of ctx.ref(Source, 'source').stream.slow(10)) if (taken.push(part) === input) break
      return { reply: taken }
    }),
    crash: cast(() => {
      throw new Error('boom')
    }),
    whole: cast(async ({ ctx }) => {
      for await (const part of ctx.ref(Source, 'source').stream.slow(10)) made.parts.push(part)
    }),
  }),
})

const all = async <Part>(parts: AsyncIterable<Part>): Promise<Part[]> => {
  const taken: Part[] = []
  for await (const part of parts) taken.push(part)
  return taken
}

const begin = async (state: 'volatile' | 'durable' = 'volatile', middleware?: Middleware) => {
  Object.assign(made, { parts: [], ended: [], signals: [] })
  const tree = supervisor(
    { intensity: { restarts: 100, within: '1h' } },
    { source: child(Source, { state }), taker: child(Taker, { state: 'volatile' }) },
  )
  return simulated(tree, middleware && { middleware })
}

describe.each(['volatile', 'durable'] as const)('a stream of a %s actor', (state) => {
  it('[H5] gives the parts that the handler yields, in order, and ends', async () => {
    const { tree, until } = await begin(state)
    expect(await until(all(tree.source.stream.count(3)))).toEqual([1, 2, 3])
    expect(await until(all(tree.source.stream.items()))).toEqual(['a', 'b', 'c'])
    expect(made.ended).toEqual(['count'])
    expect(made.signals[0]?.aborted).toBe(true)
  })

  it('comes behind what the sender has sent before, and sees what that has made', async () => {
    const { tree, until } = await begin(state)
    void tree.source.cast.add(100)
    expect(await until(all(tree.source.stream.count(2)))).toEqual([101, 102])
  })

  it('fails with the actor, behind what had been made, and runs the end of the generator', async () => {
    const { tree, until, advance, events } = await begin(state)
    const parts = tree.source.stream.slow(10)
    expect(await until(parts.next())).toEqual({ done: false, value: 1 })
    await advance(25)
    void tree.source.cast.crash()
    await advance(5)
    expect(await until(parts.next())).toEqual({ done: false, value: 2 })
    expect(await until(parts.next())).toEqual({ done: false, value: 3 })
    await expect(until(parts.next())).rejects.toMatchObject({ code: 'crashed', reason: { error: { message: 'boom' } } })
    expect(await until(parts.next())).toEqual({ done: true, value: undefined })
    expect(made.ended).toEqual(['slow'])
    expect(lives(events)).toContain('source#2 started')
  })

  it('waits for an actor that is down, as a call does', async () => {
    const { tree, until, app } = await begin(state)
    await app.kill('source')
    expect(await until(all(tree.source.stream.count(1)))).toEqual([1])
  })
})

describe('a stream', () => {
  it('begins nothing before it is asked, and makes no more than it has room for', async () => {
    const { tree, settle, until } = await begin()
    const parts = tree.source.stream.count(100, { ahead: 2 })
    await settle()
    expect(made.parts).toEqual([])
    expect(await until(parts.next())).toEqual({ done: false, value: 1 })
    await settle()
    expect(made.parts).toEqual([1, 2, 3])
    await until(parts.next())
    await settle()
    expect(made.parts).toEqual([1, 2, 3, 4])
    await parts.return()
    expect(await until(parts.next())).toEqual({ done: true, value: undefined })
  })

  it('makes a part when it is asked for, with ahead: 0', async () => {
    const { tree, settle, until } = await begin()
    const parts = tree.source.stream.count(100, { ahead: 0 })
    await until(parts.next())
    await settle()
    expect(made.parts).toEqual([1])
  })

  it('ends on the other side when its loop is left: the signal is aborted, and the generator returns', async () => {
    const { tree, until, settle } = await begin()
    const leave = async (): Promise<void> => {
      for await (const part of tree.source.stream.count(1_000)) if (part === 2) break
    }
    await until(leave())
    await settle()
    expect(made.ended).toEqual(['count'])
    expect(made.signals[0]?.aborted).toBe(true)
    expect(made.parts.length).toBeLessThan(20)
  })

  it('lets its actor go on with other messages, which do not change what it sees', async () => {
    const { tree, until } = await begin()
    const parts = tree.source.stream.count(3, { ahead: 0 })
    expect(await until(parts.next())).toMatchObject({ value: 1 })
    void tree.source.cast.add(100)
    expect(await until(tree.source.call.base())).toBe(100)
    expect(await until(parts.next())).toMatchObject({ value: 2 })
  })

  it('waits for each part no longer than its time-out', async () => {
    const { tree, until, settle, clock } = await begin()
    const late = tree.source.stream.slow(1_500, { timeout: '2s' })
    expect(await until(late.next())).toMatchObject({ value: 1 })
    expect(await until(late.next())).toMatchObject({ value: 2 })
    expect(clock.now()).toBe(3_000)
    const later = tree.source.stream.slow(10_000, { timeout: '2s' })
    await expect(until(later.next())).rejects.toMatchObject({ code: 'timeout', timeoutMs: 2_000 })
    await settle()
    expect(made.ended).toEqual(['slow'])
  })

  it('ends at its deadline', async () => {
    const { tree, until, clock } = await begin()
    const taken: number[] = []
    const deadline = await until(tree.source.call.nap()).then(() => clock.wallNow() + 1_000)
    const taking = (async () => {
      for await (const part of tree.source.stream.slow(400, { deadline })) taken.push(part)
    })()
    await expect(until(taking)).rejects.toMatchObject({ code: 'timeout' })
    expect(taken).toEqual([1, 2])
    expect(made.ended).toEqual(['slow'])
    await expect(until(all(tree.source.stream.items({ deadline })))).rejects.toMatchObject({ code: 'timeout', timeoutMs: 0 })
  })

  it('ends when its signal is aborted', async () => {
    const { tree, until, settle } = await begin()
    const control = new AbortController()
    const parts = tree.source.stream.slow(10, { signal: control.signal })
    await until(parts.next())
    control.abort(new Error('enough'))
    await expect(until(parts.next())).rejects.toMatchObject({ code: 'aborted', cause: { message: 'enough' } })
    await settle()
    expect(made.ended).toEqual(['slow'])
  })

  it('ends when the actor that takes it ends', async () => {
    const { tree, until, advance, app } = await begin()
    expect(await until(tree.taker.call.first(2))).toEqual([1, 2])
    void tree.taker.cast.whole()
    await advance(25)
    expect(made.parts).toEqual([1, 2])
    await app.kill('taker')
    await advance('1h')
    expect(made.ended).toEqual(['slow', 'slow'])
    expect(made.parts).toEqual([1, 2])
  })

  it('whose handler throws crashes its actor; one that is not wanted any more may throw', async () => {
    const { tree, until, app, advance } = await begin()
    const parts = tree.source.stream.broken()
    expect(await until(parts.next())).toMatchObject({ value: 1 })
    await expect(until(parts.next())).rejects.toMatchObject({ code: 'crashed', cause: { message: 'broken' } })
    expect(app.inspect('source')?.incarnation).toBe(2)
    const left = tree.source.stream.broken()
    await until(left.next())
    await left.return()
    await advance('1h')
    expect(app.inspect('source')?.incarnation).toBe(2)
  })

  it('refuses by what its handler returns', async () => {
    const { tree, until } = await begin()
    const parts = tree.source.stream.refused()
    expect(await until(parts.next())).toMatchObject({ value: 1 })
    await expect(until(parts.next())).rejects.toMatchObject({ code: 'refused', refusal: 'enough', details: 7 })
  })

  it('rejects with noproc, or what is wrong with it, as a call does', async () => {
    const { tree, until, app } = await begin()
    const nobody = app.refOf({ actor: 'nobody', system: app.tree.source.toJSON().system }, Source)
    await expect(until(all(nobody.stream.items()))).rejects.toMatchObject({ code: 'noproc' })
    await expect(until(all(tree.source.stream.items({ ahead: -1 })))).rejects.toThrow('ahead must be an integer >= 0')
    // @ts-expect-error -- a call is no stream
    expect(tree.source.stream.base).toBe(undefined)
    const wrong = app.refOf<PartStream<unknown>>(tree.source, { reference: (port, id) => port.stream(id, 'base', 1) })
    await expect(until(wrong.next())).rejects.toMatchObject({ code: 'invalid' })
    await until(app.stop())
    await expect(until(all(tree.source.stream.items()))).rejects.toMatchObject({ code: 'noproc' })
  })

  it('cannot answer later: that is a crash, which says why', async () => {
    const { tree, until } = await begin()
    await expect(until(all(tree.source.stream.wrong()))).rejects.toMatchObject({ code: 'crashed', cause: { code: 'stream' } })
  })

  it('passes middleware once, and has its own headers and deadline whatever else is handled meanwhile', async () => {
    const told: string[] = []
    const trace: Middleware = {
      send: ({ kind, name, headers }, next) => {
        told.push(`send ${kind} ${name} ${headers['trace'] ?? ''}`)
        return next({ headers: { trace: `for ${name}`, ...headers } })
      },
      handle: ({ kind, name, headers }, next) => (told.push(`handle ${kind} ${name} ${headers['trace'] ?? ''}`), next()),
    }
    const { tree, until } = await begin('volatile', trace)
    const parts = tree.source.stream.sending({ ahead: 0 })
    expect(await until(parts.next())).toMatchObject({ value: 'for sending' })
    const napping = tree.source.call.nap({ timeout: '3s' })
    expect(await until(parts.next())).toMatchObject({ value: undefined })
    expect(await until(napping)).toBe('rested')
    expect(told.slice(0, 4)).toEqual([
      'send stream sending ',
      'handle stream sending for sending',
      'send cast add for sending',
      'handle cast add for sending',
    ])
    const closed = await begin('volatile', {
      send: () => {
        throw new Error('closed')
      },
    })
    await expect(closed.until(all(closed.tree.source.stream.items()))).rejects.toMatchObject({ code: 'rejected' })
  })

  it('does not outlive its process: a durable turn cannot take parts, and the next process begins anew', async () => {
    const store = memory()
    const tree = supervisor({}, { source: child(Source, { state: 'durable' }) })
    const first = await simulated(tree, { store })
    const parts = first.tree.source.stream.slow(10)
    await first.until(parts.next())
    const second = await simulated(tree, { store })
    expect(await second.until(all(second.tree.source.stream.count(1)))).toEqual([1])
    const Durable = actor('durable', {
      initial: () => ({}),
      handlers: ({ call }) => ({
        take: call(async ({ ctx }) => ({ reply: await all(ctx.ref(Source, 'source').stream.items()) })),
      }),
    })
    const {
      tree: other,
      until,
      app,
    } = await simulated(supervisor({}, { durable: child(Durable, { state: 'durable', maxAttempts: 1 }), source: child(Source) }))
    await expect(until(other.durable.call.take())).rejects.toMatchObject({ code: 'crashed' })
    expect(app.lastExit('durable')?.reason).toMatchObject({ error: { code: 'durable-turn' } })
  })

  it('gives copies: what the handler does with a part afterwards is not seen', async () => {
    const Changing = actor('changing', {
      initial: () => ({}),
      handlers: ({ stream }) => ({
        parts: stream(async function* () {
          const part = { n: 1 }
          yield part
          part.n = 2
          yield part
        }),
      }),
    })
    const { tree, until } = await simulatedWithoutStore(supervisor({}, { a: child(Changing) }))
    expect(await until(all(tree.a.stream.parts()))).toEqual([{ n: 1 }, { n: 2 }])
  })

  it('is typed from end to end', () => {
    const uncalled = (_: () => unknown): void => undefined
    uncalled(async () => {
      const { tree } = await begin()
      expectTypeOf(tree.source.stream.count(1)).toEqualTypeOf<PartStream<number>>()
      expectTypeOf(tree.source.stream.items({ ahead: 1 })).toEqualTypeOf<PartStream<string>>()
      for await (const part of tree.source.stream.sending()) expectTypeOf(part).toEqualTypeOf<string | number | undefined>()
      // @ts-expect-error -- the input is a number
      tree.source.stream.count('1')
      // @ts-expect-error -- the input is missing
      tree.source.stream.count()
      // @ts-expect-error -- a stream is no call
      await tree.source.call.count
      // @ts-expect-error -- no such option
      tree.source.stream.items({ retries: 1 })
      actor('odd', {
        initial: () => 0,
        handlers: ({ stream }) => ({
          // @ts-expect-error -- one part is no stream
          odd: stream(() => 1),
        }),
      })
    })
  })
})
