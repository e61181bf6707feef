import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import {
  actor,
  child,
  memory,
  message,
  noReply,
  refuse,
  sqlite,
  supervisor,
  type Answer,
  type ChildOptions,
  type Middleware,
} from 'coppice'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { eventsOf, lives, simulated } from '../support/simulated-app.ts'

type Add = { readonly by: number }

const Counter = actor('counter', {
  initial: () => ({ n: 0, traces: [] as string[] }),
  handlers: ({ call, cast }) => ({
    add: call(message<Add>(), ({ state, input, ctx }) => {
      if (input.by === 13) throw new Error('unlucky')
      if (input.by === 12 && ctx.attempt < 3) throw new Error('again')
      const traces = [...state.traces, ctx.headers['trace'] ?? 'none']
      return { reply: state.n + input.by, state: { n: state.n + input.by, traces } }
    }),
    put: cast(message<Add>(), ({ state, input, ctx }) => ({
      n: state.n + input.by,
      traces: [...state.traces, ctx.headers['trace'] ?? 'none'],
    })),
    state: call(({ state }) => ({ reply: state })),
  }),
})

/** Sends on to the counter in every way there is. */
const Front = actor('front', {
  initial: () => ({ answers: [] as { readonly answer: Answer<number>; readonly trace: string | undefined }[] }),
  handlers: ({ call, cast }) => ({
    add: call(message<number>(), async ({ input, ctx }) => ({
      reply: await ctx.ref(Counter, 'counter').call.add({ by: input }),
    })),
    put: call(message<number>(), ({ input, ctx }) => {
      void ctx.ref(Counter, 'counter').cast.put({ by: input })
      return { reply: 'put' }
    }),
    pass: call(message<number>(), ({ input, ctx }) => {
      ctx.forward(ctx.ref(Counter, 'counter'), 'add', { by: input })
      return noReply()
    }),
    ask: call(message<number>(), ({ input, ctx }) => ({
      reply: ctx.request(ctx.ref(Counter, 'counter'), 'add', { by: input }, { then: 'told' }),
    })),
    later: call(message<number>(), ({ input, ctx }) => {
      ctx.sendAfter('1s', 'wake', input)
      return { reply: 'later' }
    }),
    wake: cast(message<number>(), ({ input, ctx }) => void ctx.ref(Counter, 'counter').cast.put({ by: input })),
    told: cast(message<Answer<number>>(), ({ state, input, ctx }) => ({
      answers: [...state.answers, { answer: input, trace: ctx.headers['trace'] }],
    })),
    answers: call(({ state }) => ({ reply: state.answers })),
  }),
})

/** Gives each message that comes from outside a trace, and tells of all that pass. */
function tracing(): Middleware & { readonly told: string[] } {
  const told: string[] = []
  let count = 0
  return {
    name: 'tracing',
    told,
    send: (sent, next) => {
      const trace = sent.headers['trace'] ?? `t${(count += 1)}`
      told.push(`${trace}: ${sent.sender ?? 'outside'} ${sent.isForwarded ? 'forwards' : 'sends'} ${sent.name} to ${sent.to}`)
      return next({ headers: { ...sent.headers, trace } })
    },
    handle: (arrived, next) => {
      told.push(`${arrived.headers['trace']}: ${arrived.to} handles ${arrived.name}, attempt ${arrived.attempt}`)
      return next()
    },
  }
}

const running = (middleware: Middleware | readonly Middleware[], options: ChildOptions = { state: 'volatile' }) =>
  simulated(
    supervisor(
      { intensity: { restarts: 100, within: '1h' } },
      {
        front: child(Front, options),
        counter: child(Counter, { ...options, ...(options.state === 'durable' && { maxAttempts: 5 }) }),
      },
    ),
    { middleware },
  )

const modes = ['volatile', 'durable'] as const

describe.each(modes)('middleware of a %s actor', (state) => {
  it('[H16] on the sending side adds a trace id, on the handling side reads it: both once per message, in order', async () => {
    const trace = tracing()
    const { tree, until } = await running(trace, { state })
    expect(await Promise.all([1, 2].map((by) => until(tree.counter.call.add({ by }))))).toEqual([1, 3])
    await until(tree.counter.cast.put({ by: 3 }))
    expect((await until(tree.counter.call.state())).traces).toEqual(['t1', 't2', 't3'])
    expect(trace.told.filter((line) => line.includes('handles'))).toEqual([
      't1: counter handles add, attempt 1',
      't2: counter handles add, attempt 1',
      't3: counter handles put, attempt 1',
      't4: counter handles state, attempt 1',
    ])
    expect(trace.told.filter((line) => line.includes('sends'))).toHaveLength(4)
  })

  it.each(['put', 'ask', 'later', ...(state === 'volatile' ? (['add', 'pass'] as const) : [])] as const)(
    '[H16] carries headers on over what a handler sends: %s',
    async (way) => {
      const trace = tracing()
      const { tree, until, advance } = await running(trace, { state })
      await until(tree.front.call[way](5))
      await advance('2s')
      const [answered] = await until(tree.front.call.answers())
      const counter = await until(tree.counter.call.state())
      expect(counter).toEqual({ n: 5, traces: ['t1'] })
      if (way === 'ask') expect(answered).toMatchObject({ answer: { status: 'replied', value: 5 }, trace: 't1' })
      const sends = trace.told.filter((line) => /(?:sends|forwards) (?:add|put) to counter/.test(line))
      expect(sends).toEqual([
        way === 'pass'
          ? 't1: outside forwards add to counter'
          : `t1: front sends ${way === 'ask' || way === 'add' ? 'add' : 'put'} to counter`,
      ])
    },
  )

  it('runs around each attempt, and around the send once', async () => {
    const trace = tracing()
    const { tree, until } = await running(trace, { state })
    expect(await until(tree.counter.call.add({ by: 12 }, { retries: 5 }))).toBe(12)
    expect(trace.told).toEqual([
      't1: outside sends add to counter',
      't1: counter handles add, attempt 1',
      't1: counter handles add, attempt 2',
      't1: counter handles add, attempt 3',
    ])
  })

  it('begins each attempt with what was sent', async () => {
    const twice: Middleware = {
      handle: ({ input, headers, name }, next) =>
        name === 'add'
          ? next({ input: { by: (input as Add).by * 2 }, headers: { trace: `${headers['trace'] ?? ''}+` } })
          : next(),
    }
    const { tree, until } = await running(twice, { state })
    expect(await until(tree.counter.call.add({ by: 6 }, { retries: 5 }))).toBe(12)
    expect(await until(tree.counter.call.state())).toEqual({ n: 12, traces: ['+'] })
  })

  it('whose handling side throws crashes the receiver, which says whose error it is', async () => {
    const strict: Middleware = {
      name: 'strict',
      handle: ({ input, name }, next) => {
        if (name === 'add' && (input as Add).by === 7) throw new Error('no sevens')
        return next()
      },
    }
    const { tree, until, app } = await running([{}, strict], { state, ...(state === 'durable' && { maxAttempts: 1 }) })
    await expect(until(tree.counter.call.add({ by: 7 }))).rejects.toMatchObject({ code: 'crashed' })
    const error = { code: 'middleware', middleware: '"strict"', handler: 'add', cause: { message: 'no sevens' } }
    expect(app.lastExit('counter')).toMatchObject({ reason: { type: 'error', error }, message: { name: 'add' } })
    expect(await until(tree.counter.call.add({ by: 1 }))).toBe(1)
  })

  it('lets an error of the handler be one of the handler', async () => {
    const around: Middleware = { handle: async (_, next) => next() }
    const { tree, until, app } = await running([around, around], { state, ...(state === 'durable' && { maxAttempts: 1 }) })
    await expect(until(tree.counter.call.add({ by: 13 }))).rejects.toMatchObject({ code: 'crashed' })
    expect(app.lastExit('counter')?.reason).toEqual({ type: 'error', error: new Error('unlucky') })
  })

  it('may refuse a message, answer it itself, and change the answer', async () => {
    const gate: Middleware = {
      handle: async ({ name, input }, next) => {
        if (name !== 'add') return next()
        const { by } = input as Add
        if (by === 1) return refuse('forbidden', { details: 'ones' })
        if (by === 2) return { outcome: { status: 'replied', value: 200 } }
        const handled = await next()
        return { ...handled, outcome: { status: 'replied', value: 'changed' } }
      },
    }
    const { tree, until, events } = await running(gate, { state })
    const add = (by: number) => until(tree.counter.call.add({ by }))
    await expect(add(1)).rejects.toMatchObject({ code: 'refused', refusal: 'forbidden', details: 'ones' })
    expect(await add(2)).toBe(200)
    expect(await add(3)).toBe('changed')
    expect((await until(tree.counter.call.state())).n).toBe(3)
    expect(eventsOf(events, 'refused')).toHaveLength(1)
    expect(lives(events).filter((life) => life.includes('exited'))).toEqual([])
  })

  it('whose sending side throws rejects the send, tells of a lost cast, and harms no one', async () => {
    const closed: Middleware = {
      send: (sent, next) => {
        if (sent.to === 'counter' && sent.name !== 'state') throw new Error('closed')
        return next()
      },
    }
    const { tree, until, advance, events, app } = await running(closed, { state })
    const rejected = { code: 'rejected', isSent: false, cause: { message: 'closed' } }
    await expect(until(tree.counter.call.add({ by: 1 }))).rejects.toMatchObject(rejected)
    await expect(until(tree.counter.cast.put({ by: 1 }))).rejects.toMatchObject(rejected)
    expect(await until(tree.front.call.put(1))).toBe('put')
    await until(tree.front.call.ask(1))
    if (state === 'volatile') await expect(until(tree.front.call.pass(1))).rejects.toMatchObject(rejected)
    await advance('1s')
    const [told] = await until(tree.front.call.answers())
    expect(told?.answer).toMatchObject({ status: 'failed', code: 'rejected' })
    expect((await until(tree.counter.call.state())).n).toBe(0)
    expect(app.deadLetters().map(({ cause, message: { name, sender } }) => [cause, name, sender])).toEqual([
      ['rejected', 'put', undefined],
      ['rejected', 'put', 'front'],
    ])
    expect(lives(events).filter((life) => life.includes('exited'))).toEqual([])
  })

  it('changes what is sent, and what the sender gets', async () => {
    const doubling: Middleware = {
      send: async ({ name, input }, next) => {
        if (name !== 'add') return next()
        const reply = await next({ input: { by: (input as Add).by * 2 } })
        return `${String(reply)}!`
      },
    }
    const { tree, until } = await running([doubling, doubling], { state })
    expect(await until(tree.counter.call.add({ by: 1 }))).toBe('4!!')
  })
})

describe('middleware', () => {
  it('keeps the order of what one sender sends, and refuses to send later', async () => {
    const slow: Middleware = {
      send: async ({ input }, next) => {
        if ((input as Add).by === 9) await Promise.resolve()
        return next()
      },
    }
    const { tree, until } = await running(slow)
    const sent = [1, 9, 2].map((by) => tree.counter.call.add({ by }))
    expect(await until(Promise.allSettled(sent))).toMatchObject([
      { value: 1 },
      { reason: { code: 'rejected', cause: { code: 'middleware-next' } } },
      { value: 3 },
    ])
  })

  it('calls next once at most', async () => {
    const twice: Middleware = {
      handle: async (_, next) => {
        await next()
        return next()
      },
    }
    const { tree, until, app } = await running(twice)
    await expect(until(tree.counter.call.add({ by: 1 }))).rejects.toMatchObject({ code: 'crashed' })
    expect(app.lastExit('counter')?.reason).toMatchObject({ error: { cause: { code: 'middleware-next' } } })
  })

  it('measures by the clock of the system', async () => {
    const took: number[] = []
    const measure: Middleware = {
      handle: async ({ name }, next, { now }) => {
        const begun = now()
        try {
          return await next()
        } finally {
          if (name === 'slow') took.push(now() - begun)
        }
      },
    }
    const Slow = actor('slow', {
      initial: () => ({}),
      handlers: ({ call }) => ({
        slow: call(async ({ ctx }) => {
          await ctx.sleep('3s')
          return { reply: 'done' }
        }),
      }),
    })
    const { tree, until } = await simulated(supervisor({}, { slow: child(Slow) }), { middleware: measure })
    await until(tree.slow.call.slow())
    expect(took).toEqual([3000])
  })

  it('does not touch the runtime, nor supervisors: a restart goes as without', async () => {
    const seen: string[] = []
    const spy: Middleware = {
      send: ({ to, name }, next) => (seen.push(`send ${to} ${name}`), next()),
      handle: ({ to, name }, next) => (seen.push(`handle ${to} ${name}`), next()),
    }
    const { tree, until, settle, app } = await running(spy)
    await app.kill('counter')
    await settle()
    await until(tree.counter.stop())
    await settle()
    expect(seen).toEqual([])
  })

  it('has a wrong cast thrown where it is made, and wrong headers rejected', async () => {
    const { app } = await running(tracing())
    const wrong = app.refOf<{ cast: Record<string, () => unknown> }>(app.tree.counter, {
      reference: (port, id) => ({ cast: { nothing: () => port.cast(id, 'nothing', 1) } }),
    })
    expect(() => wrong.cast['nothing']?.()).toThrow(/has no handler "nothing"/)
    const { tree: other } = await running({ send: (_, next) => next({ headers: { trace: 1 as unknown as string } }) })
    await expect(other.counter.call.add({ by: 1 })).rejects.toMatchObject({
      code: 'rejected',
      cause: { message: expect.stringContaining('headers.trace must be a text') },
    })
  })

  it.each<[unknown, string]>([
    [1, 'start: middleware must be an object'],
    [[{}, { send: 1 }], 'start: middleware[1].send must be a function'],
    [{ handel: () => undefined }, 'handle'],
    [{ name: 1 }, 'start: middleware.name must be a text'],
  ])('%j is refused', async (middleware, problem) => {
    await expect(running(middleware as Middleware)).rejects.toThrow(problem)
  })

  it('is typed', () => {
    const typed: Middleware = {
      send: (sent, next) => {
        expectTypeOf(sent.input).toEqualTypeOf<unknown>()
        // @ts-expect-error -- headers are texts
        void next({ headers: { trace: 1 } })
        // @ts-expect-error -- a receiver stays the receiver
        return next({ to: 'other' })
      },
      // @ts-expect-error -- what next gave is to be returned
      handle: (_, next) => void next(),
    }
    return typed
  })
})

describe('what is handled again', () => {
  it('[H16] to bring a state back passes the handling side, which can tell, and no sending side', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'coppice-middleware-'))
    try {
      const file = join(folder, 'app.db')
      const tree = supervisor({}, { counter: child(Counter, { state: 'durable' }) })
      for (const by of [1, 2]) {
        const { tree: actors, until, app } = await simulated(tree, { store: sqlite(file), middleware: tracing() })
        await until(actors.counter.call.add({ by }))
        await until(app.stop())
      }
      const database = new Database(file)
      database.exec(`UPDATE checkpoint SET state = '{}' WHERE number = (SELECT max(number) FROM checkpoint)`)
      database.close()
      const seen: unknown[] = []
      const spy: Middleware = {
        send: ({ name }, next) => (seen.push(name), next()),
        handle: ({ name, isReplay, headers }, next) => (seen.push([name, isReplay, headers['trace']]), next()),
      }
      const { tree: actors, until, app } = await simulated(tree, { store: sqlite(file), middleware: spy })
      expect(seen).toEqual([['add', true, 't1']])
      expect(await until(actors.counter.call.state())).toEqual({ n: 3, traces: ['t1', 't1'] })
      await until(app.stop())
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('headers in a journal', () => {
  it('[H16] are there when the process has died, for what waits, for timers and for what is handled again', async () => {
    const store = memory()
    const trace = tracing()
    const tree = supervisor({}, { front: child(Front, { state: 'durable' }), counter: child(Counter, { state: 'durable' }) })
    const first = await simulated(tree, { store, middleware: trace })
    await first.until(first.tree.front.call.later(4))
    const second = await simulated(tree, { store, middleware: trace })
    await second.advance('2s')
    expect(await second.until(second.tree.counter.call.state())).toEqual({ n: 4, traces: ['t1'] })
  })
})
