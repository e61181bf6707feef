import { describe, expect, it } from 'vitest'
import { actor, child, dynamicSupervisor, message, supervisor } from 'coppice'
import { simulatedSystem } from 'coppice/testing'
import { Counter } from '../support/scripted.ts'

/** Keeps what it is sent. */
const Log = actor('log', {
  initial: () => ({ seen: [] as readonly number[] }),
  handlers: ({ call, cast }) => ({
    write: cast(message<number>(), ({ state, input }) => ({ seen: [...state.seen, input] })),
    seen: call(({ state }) => ({ reply: state.seen })),
  }),
})

const Writer = actor('writer', {
  initial: () => ({ written: 0 }),
  handlers: ({ call, cast }) => ({
    write: cast(message<number>(), ({ input, ctx }) => void ctx.ref(Log, 'log').cast.write(input)),
    writeAndReply: call(message<number>(), ({ input, ctx }) => {
      void ctx.ref(Log, 'log').cast.write(input)
      return { reply: true }
    }),
    next: cast(({ state, ctx }) => {
      void ctx.ref(Log, 'log').cast.write(state.written + 1)
      return { written: state.written + 1 }
    }),
    crash: cast(() => {
      throw new Error('boom')
    }),
  }),
})

const outcome = (promise: Promise<unknown>): Promise<unknown> =>
  promise.catch((error: unknown) => (error as { code: string }).code)

const Plain = actor('plain', {
  initial: () => ({}),
  handlers: ({ call }) => ({ ping: call(() => ({ reply: 'pong' })) }),
})

describe('a definition', () => {
  it('[H2] needs no hooks', async () => {
    await using sim = await simulatedSystem(supervisor({}, { a: child(Plain) }), { store: false })
    expect(await sim.until(sim.tree.a.call.ping())).toBe('pong')
  })

  it('[H5] may reply with several values; a cast gives nothing, and no reply is sent', async () => {
    const Pair = actor('pair', {
      initial: () => ({}),
      handlers: ({ call, cast }) => ({
        split: call(message<string>(), ({ input }): { reply: [string, string] } => ({
          reply: [input.slice(0, 1), input.slice(1)],
        })),
        note: cast(() => undefined),
      }),
    })
    await using sim = await simulatedSystem(supervisor({}, { a: child(Pair) }), { store: false })
    const [head, tail] = await sim.until(sim.tree.a.call.split('abc'))
    expect([head, tail]).toEqual(['a', 'bc'])
    expect(await sim.until(sim.tree.a.cast.note())).toBeUndefined()
  })

  it('[H12] may name its messages as it likes, without harm to its references', async () => {
    const Odd = actor('odd', {
      initial: () => ({}),
      handlers: ({ call }) => ({
        id: call(() => ({ reply: 1 })),
        then: call(() => ({ reply: 2 })),
        toJSON: call(() => ({ reply: 3 })),
      }),
    })
    await using sim = await simulatedSystem(supervisor({}, { a: child(Odd) }), { store: false })
    const ref = await Promise.resolve(sim.tree.a)
    expect(JSON.parse(JSON.stringify(ref))).toMatchObject({ actor: 'a' })
    const replies = Promise.all([ref.call.id(), ref.call.then(), ref.call.toJSON()])
    expect(await sim.until(replies)).toEqual([1, 2, 3])
  })
})

describe('the order of messages', () => {
  const tree = supervisor({}, { writer: child(Writer), log: child(Log) })

  it('[H9] holds for what was sent before a reference was passed on, on each of 1,000 schedules', async () => {
    for (let seed = 1; seed <= 1_000; seed += 1) {
      await using sim = await simulatedSystem(tree, { seed, store: false, allowReal: true })
      void sim.tree.log.cast.write(1)
      void sim.tree.log.cast.write(2)
      void sim.tree.writer.cast.write(3)
      await sim.settle()
      expect(await sim.until(sim.tree.log.call.seen())).toEqual([1, 2, 3])
    }
  })

  it('[H10] holds for what a task sent on before it replied, on each of 1,000 schedules', async () => {
    for (let seed = 1; seed <= 1_000; seed += 1) {
      await using sim = await simulatedSystem(tree, { seed, store: false, allowReal: true })
      await sim.until(sim.tree.writer.call.writeAndReply(1))
      void sim.tree.log.cast.write(2)
      expect(await sim.until(sim.tree.log.call.seen())).toEqual([1, 2])
    }
  })

  it('[F6] holds over a crash: the message that was lost with a durable incarnation comes before all later ones', async () => {
    const durable = supervisor({}, { log: child(Log, { state: 'durable' }) })
    const faults = [{ at: 'message', actor: 'log', nth: 4, do: 'crash' }] as const
    await using sim = await simulatedSystem(durable, { faults })
    for (let n = 1; n <= 10; n += 1) void sim.tree.log.cast.write(n)
    await sim.settle()
    expect(await sim.until(sim.tree.log.call.seen())).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(sim.events.filter(({ type }) => type === 'group dropped' || type === 'exited').length).toBeGreaterThan(0)
  })

  it('[F15] goes on when the sender was restarted', async () => {
    const both = supervisor({}, { writer: child(Writer, { state: 'durable' }), log: child(Log, { state: 'durable' }) })
    await using sim = await simulatedSystem(both)
    for (let n = 1; n <= 3; n += 1) void sim.tree.writer.cast.next()
    await sim.settle()
    void sim.tree.writer.cast.crash()
    void sim.tree.writer.cast.next()
    await sim.settle()
    expect(sim.app.inspect('writer')?.incarnation).toBeGreaterThan(1)
    expect(await sim.until(sim.tree.log.call.seen())).toEqual([1, 2, 3, 4])
  })
})

describe('a call', () => {
  it('[F4] to an actor whose restart takes 2 s needs no second attempt', async () => {
    const faults = [{ at: 'restart', actor: 'a', nth: 1, do: { takes: '2s' } }] as const
    await using sim = await simulatedSystem(supervisor({}, { a: child(Counter) }), { faults, store: false })
    void sim.tree.a.cast.crash('boom')
    await sim.settle()
    expect(sim.app.inspect('a')?.status).toBe('restarting')
    expect(await sim.until(sim.tree.a.call.add(1))).toBe(1)
    expect(sim.clock.now()).toBe(2_000)
  })

  it('[F7] that is refused leaves the incarnation alone; a throw ends it', async () => {
    await using sim = await simulatedSystem(supervisor({}, { a: child(Counter) }), { store: false })
    expect(await sim.until(outcome(sim.tree.a.call.refuse()))).toBe('refused')
    expect(sim.app.inspect('a')?.incarnation).toBe(1)
    expect(await sim.until(outcome(sim.tree.a.call.callAndCrash('boom')))).toBe('crashed')
    expect(sim.app.inspect('a')?.incarnation).toBe(2)
  })

  it('[A3] that takes longer than its deadline rejects; the handler goes on, and its late reply harms nobody', async () => {
    const Slow = actor('slow', {
      initial: () => ({ n: 0 }),
      handlers: ({ call, cast }) => ({
        work: call(({ state }) => ({ reply: true, state: { n: state.n + 1 } })),
        n: call(({ state }) => ({ reply: state.n })),
        ignore: cast(() => undefined),
      }),
    })
    const faults = [{ at: 'message', actor: 'a', nth: 1, do: { takes: '100ms' } }] as const
    await using sim = await simulatedSystem(supervisor({}, { a: child(Slow) }), { faults, store: false })
    expect(await sim.until(outcome(sim.tree.a.call.work({ timeout: '50ms' })))).toBe('timeout')
    expect(sim.clock.now()).toBe(50)
    await sim.advance('1s')
    expect(await sim.until(sim.tree.a.call.n())).toBe(1)
  })
})

describe('an end', () => {
  it('[H14] that was asked for is final for a transient child, and later calls reject', async () => {
    await using sim = await simulatedSystem(supervisor({}, { a: child(Counter, { restart: 'transient' }) }), { store: false })
    await sim.until(sim.tree.a.stop())
    await sim.settle()
    expect(sim.app.inspect('a')).toMatchObject({ status: 'stopped', incarnation: 1 })
    expect(await sim.until(outcome(sim.tree.a.call.add(1)))).toBe('noproc')
  })

  it('[F9] comes behind what was asked before: that succeeds, and what was asked afterwards rejects', async () => {
    await using sim = await simulatedSystem(supervisor({}, { a: child(Counter, { restart: 'transient' }) }), { store: false })
    const before = [1, 2, 3].map(() => sim.tree.a.call.add(1))
    const stopped = sim.tree.a.stop()
    const after = [1, 2].map(() => outcome(sim.tree.a.call.add(1)))
    expect(await sim.until(Promise.all(before))).toEqual([1, 2, 3])
    expect(await sim.until(Promise.all([stopped, ...after]))).toEqual([undefined, 'noproc', 'noproc'])
  })

  it('[F8] by kill does not ask: term does not run, a transient child comes back, and it counts as a restart', async () => {
    const terms: string[] = []
    const Killer = actor('killer', {
      initial: () => ({}),
      handlers: ({ cast }) => ({ kill: cast(message<string>(), ({ input, ctx }) => ctx.kill(input)) }),
    })
    const hooks = { term: () => void terms.push('term') }
    const tree = supervisor({}, { a: child(Counter, { restart: 'transient', hooks }), killer: child(Killer) })
    await using sim = await simulatedSystem(tree, { store: false })
    await sim.until(sim.tree.a.call.add(4))
    void sim.tree.killer.cast.kill('a')
    await sim.settle()
    expect(terms).toEqual([])
    expect(await sim.until(sim.tree.a.call.count())).toBe(4)
    const decisions = sim.events.flatMap((event) => (event.type === 'decided' ? [event.decision] : []))
    expect(decisions).toMatchObject([{ child: 'a', decided: 'restart', budgetLeft: 2 }])
  })

  it('[A23] is no trouble for who sends to it: the message is a dead letter with name and target', async () => {
    await using sim = await simulatedSystem(supervisor({}, { a: child(Counter, { restart: 'temporary' }) }), { store: false })
    await sim.until(sim.tree.a.stop())
    await sim.settle()
    await sim.until(sim.tree.a.cast.increment())
    const letter = { type: 'dead letter', id: 'a', why: 'noproc', message: expect.objectContaining({ name: 'increment' }) }
    expect(sim.events).toContainEqual(expect.objectContaining(letter))
    expect(await sim.until(outcome(sim.tree.a.call.add(1)))).toBe('noproc')
  })
})

describe('members', () => {
  it('[F12] that fifty ask for at once under one key are one', async () => {
    await using sim = await simulatedSystem(supervisor({}, { all: dynamicSupervisor(Counter) }), { seed: 3 })
    const refs = await sim.until(Promise.all(Array.from({ length: 50 }, (_, from) => sim.tree.all.ensure('k', { from }))))
    expect(new Set(refs.map((ref) => ref.toJSON().actor))).toEqual(new Set(['all/k']))
    expect(sim.events.filter((event) => event.type === 'started' && event.id === 'all/k')).toHaveLength(1)
    expect(await sim.until(sim.tree.all.keys())).toEqual(['k'])
  })
})
