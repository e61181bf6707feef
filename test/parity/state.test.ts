import { describe, expect, it } from 'vitest'
import { actor, child, dynamicSupervisor, message, supervisor, type TermContext } from 'coppice'
import { simulatedSystem, type SimulationEvent } from 'coppice/testing'
import { Counter } from '../support/scripted.ts'

const sourcesOf = (events: readonly SimulationEvent[], id: string): string[] =>
  events.flatMap((event) => (event.type === 'started' && event.id === id ? [event.source] : []))

describe('checkpoints', () => {
  it('[R7] are offered newest first by their number, whatever the clock says', async () => {
    const offered: (readonly number[])[] = []
    const restart = ({ checkpoints }: { checkpoints: readonly { number: number }[] }): void =>
      void offered.push(checkpoints.map(({ number }) => number))
    const tree = supervisor({}, { a: child(Counter, { checkpoint: { every: 1 }, hooks: { restart } }) })
    await using sim = await simulatedSystem(tree, { faults: [{ at: 'clock', after: '1s', jump: '-1h' }] })
    await sim.until(sim.tree.a.call.add(1))
    await sim.settle()
    await sim.advance('2s')
    await sim.until(sim.tree.a.call.add(1))
    await sim.settle()
    void sim.tree.a.cast.crash('boom')
    await sim.settle()
    const [numbers = []] = offered
    expect(numbers.length).toBeGreaterThanOrEqual(2)
    expect(numbers).toEqual(numbers.toSorted((a, b) => b - a))
  })

  it('[R8] that are not there end the incarnation before it handles anything, and the supervisor decides', async () => {
    const tree = supervisor(
      { intensity: { restarts: 1, within: '5s' } },
      {
        a: child(Counter, { hooks: { restart: (ctx) => ctx.from(99) } }),
      },
    )
    await using sim = await simulatedSystem(tree)
    void sim.tree.a.cast.crash('boom')
    const queued = sim.tree.a.call.add(1).catch((error: unknown) => error)
    await sim.settle()
    expect(await queued).toMatchObject({ code: 'noproc' })
    const failures = sim.events.filter((event) => event.type === 'start failed')
    expect(failures).toMatchObject([{ id: 'a', reason: { type: 'error', error: { code: 'state-unreadable' } } }])
    expect(await sim.until(sim.app.ended)).toMatchObject({ type: 'shutdown', cause: { type: 'reached_max_restart_intensity' } })
  })

  it('[R9] need not be used: a fresh start begins with the first state', async () => {
    const tree = supervisor(
      {},
      {
        a: child(Counter, { args: { from: 10 }, checkpoint: { every: 1 }, hooks: { restart: (ctx) => ctx.fresh() } }),
      },
    )
    await using sim = await simulatedSystem(tree)
    for (let n = 0; n < 3; n += 1) {
      await sim.until(sim.tree.a.call.add(1))
      await sim.settle()
    }
    void sim.tree.a.cast.crash('boom')
    await sim.settle()
    expect(await sim.until(sim.tree.a.call.count())).toBe(10)
    expect(sourcesOf(sim.events, 'a')).toEqual(['initial', 'initial'])
  })

  it('[R18] that cannot be written are told of, and the actor lives on; what they would have kept is lost', async () => {
    const faults = [2, 3, 4].map((nth) => ({ at: 'store', operation: 'commit', actor: 'a', nth, do: 'refuse' }) as const)
    await using sim = await simulatedSystem(supervisor({}, { a: child(Counter, { checkpoint: { every: 1 } }) }), { faults })
    for (const n of [1, 2, 3]) {
      expect(await sim.until(sim.tree.a.call.add(1))).toBe(n)
      await sim.settle()
    }
    expect(sim.events.filter(({ type }) => type === 'checkpoint failed')).toHaveLength(3)
    expect(sim.events.filter(({ type }) => type === 'exited')).toEqual([])
    await sim.restart()
    expect(await sim.until(sim.tree.a.call.count())).toBe(0)
  })

  it('[R22] by turns are counted for each actor alone', async () => {
    const node = child(Counter, { checkpoint: { every: 3 } })
    const tree = supervisor({}, { a: node, b: node })
    await using sim = await simulatedSystem(tree)
    for (const ref of [sim.tree.a, sim.tree.b, sim.tree.a, sim.tree.b, sim.tree.a]) await sim.until(ref.call.add(1))
    await sim.settle()
    const written = sim.events.flatMap((event) => (event.type === 'checkpointed' && event.cause !== 'start' ? [event.id] : []))
    expect(written).toEqual(['a'])
  })
})

describe('what has been applied', () => {
  it('[R13] is not applied again when its senders send it again, also in the next process', async () => {
    const tree = supervisor({}, { a: child(Counter, { state: 'durable' }) })
    await using sim = await simulatedSystem(tree)
    const send = (from: string, n: number): Promise<number> => sim.until(sim.tree.a.call.add(n, { id: `${from}:${n}` }))
    for (let n = 1; n <= 5; n += 1) await send('H1', n)
    for (let n = 1; n <= 3; n += 1) await send('H2', n)
    expect(await sim.until(sim.tree.a.call.count())).toBe(21)
    await sim.restart()
    expect([await send('H1', 4), await send('H1', 5), await send('H1', 6)]).toEqual([10, 15, 27])
    expect(await sim.until(sim.tree.a.call.count())).toBe(27)
  })

  it('[R14] is answered and not applied again while the state comes back slowly, and nothing stays behind', async () => {
    const faults = [{ at: 'restart', actor: 'a', nth: 1, do: { takes: '200ms' } }] as const
    const tree = supervisor({}, { a: child(Counter, { state: 'durable', maxAttempts: 1 }) })
    await using sim = await simulatedSystem(tree, { faults })
    expect(await sim.until(sim.tree.a.call.add(3, { id: 'i' }))).toBe(3)
    void sim.tree.a.cast.crash('boom')
    await sim.settle()
    expect(sim.app.inspect('a')?.status).toBe('restarting')
    const again = sim.tree.a.call.add(3, { id: 'i' })
    const next = sim.tree.a.call.add(4, { id: 'i + 1' })
    expect([await sim.until(again), await sim.until(next)]).toEqual([3, 7])
    expect(sim.app.inspect('a')).toMatchObject({ incarnation: 2, queued: 0 })
    expect(sim.clock.now()).toBe(200)
  })

  it('[R17] is there when the process has died, turn by turn', async () => {
    const tree = supervisor({}, { a: child(Counter, { state: 'durable' }) })
    await using sim = await simulatedSystem(tree)
    for (let n = 0; n < 6; n += 1) await sim.until(sim.tree.a.call.add(1))
    await sim.restart()
    expect(await sim.until(sim.tree.a.call.count())).toBe(6)
    expect(sim.events.findLast(({ type }) => type === 'recovering')).toMatchObject({ id: 'a', frontier: 6, backlog: 0 })
  })
})

describe('a start that fails', () => {
  it('[R20] tells its cause to who asked for it, and no state was loaded', async () => {
    const sources: unknown[] = []
    const Broken = actor('broken', {
      initial: () => ({}),
      init: (ctx) => {
        sources.push(ctx.offered)
        throw new Error('E1')
      },
      handlers: ({ call }) => ({ ping: call(() => ({ reply: true })) }),
    })
    await using sim = await simulatedSystem(supervisor({}, { all: dynamicSupervisor(Broken) }), { store: false })
    const failed = await sim.until(sim.tree.all.start('k').catch((error: unknown) => error))
    expect(failed).toMatchObject({ code: 'start_failed', cause: { message: 'E1' } })
    expect(sources).toEqual([undefined])
    expect(
      await sim.until(
        sim.tree.all
          .get('k')
          .call.ping()
          .catch((error: unknown) => error),
      ),
    ).toMatchObject({ code: 'noproc' })
  })
})

describe('term', () => {
  it('[A16] runs once when a handler throws, and what it keeps is in the store before the next incarnation starts', async () => {
    const seen: unknown[] = []
    const term = (ctx: TermContext<{ count: number }>): void => {
      seen.push([ctx.reason.type, ctx.state.count])
      ctx.checkpoint()
    }
    await using sim = await simulatedSystem(supervisor({}, { a: child(Counter, { hooks: { term } }) }))
    await sim.until(sim.tree.a.call.add(5))
    const before = sim.events.length
    void sim.tree.a.cast.crash('boom')
    await sim.settle()
    expect(seen).toEqual([['error', 5]])
    const told = sim.events.slice(before).filter(({ type }) => ['checkpointed', 'exited', 'started'].includes(type))
    expect(told).toMatchObject([{ type: 'checkpointed', cause: 'term' }, { type: 'exited' }, { type: 'started' }])
  })
})

describe('two actors of one behavior', () => {
  it('[W2] [C8] never mix what they keep', async () => {
    await using sim = await simulatedSystem(supervisor({}, { a: child(Counter), b: child(Counter) }))
    await sim.until(sim.tree.a.call.add(1))
    await sim.until(sim.tree.b.call.add(20))
    await sim.until(sim.app.stop())
    await sim.restart()
    expect([await sim.until(sim.tree.a.call.count()), await sim.until(sim.tree.b.call.count())]).toEqual([1, 20])
  })
})

describe('what survives a crash', () => {
  it('[A18] are name, reference and mailbox; a monitor is told once, and links are gone', async () => {
    const Friend = actor('friend', {
      initial: () => ({ downs: 0 }),
      handlers: ({ call }) => ({
        watch: call(({ ctx }) => {
          ctx.monitor('a')
          return { reply: true }
        }),
        downs: call(({ state }) => ({ reply: state.downs })),
      }),
      info: ({ state }) => ({ downs: state.downs + 1 }),
    })
    const Linked = actor('linked', {
      trapExits: true,
      initial: () => ({ exits: 0 }),
      handlers: ({ call }) => ({
        link: call(message<string>(), ({ input, ctx }) => {
          ctx.link(input)
          return { reply: true }
        }),
        exits: call(({ state }) => ({ reply: state.exits })),
      }),
      info: ({ state }) => ({ exits: state.exits + 1 }),
    })
    const tree = supervisor({}, { a: child(Counter, { name: 'boss' }), friend: child(Friend), linked: child(Linked) })
    await using sim = await simulatedSystem(tree, { store: false })
    await sim.until(sim.tree.friend.call.watch())
    await sim.until(sim.tree.linked.call.link('a'))
    void sim.tree.a.cast.crash('1')
    const queued = [sim.tree.a.call.add(2), sim.tree.a.call.add(3)]
    expect(await sim.until(Promise.all(queued))).toEqual([2, 5])
    expect(sim.app.whereis('boss')).toEqual({ id: 'a', status: 'running' })
    void sim.tree.a.cast.crash('2')
    await sim.settle()
    expect(sim.app.inspect('a')?.incarnation).toBe(3)
    expect([await sim.until(sim.tree.friend.call.downs()), await sim.until(sim.tree.linked.call.exits())]).toEqual([1, 1])
  })
})
