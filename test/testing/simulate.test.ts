import { describe, expect, it } from 'vitest'
import { actor, child, message, supervisor } from 'coppice'
import { simulate, type SimulateOptions } from 'coppice/testing'
import { Counter } from '../support/scripted.ts'

const durable = supervisor({}, { a: child(Counter, { state: 'durable' }), b: child(Counter, { state: 'volatile' }) })
const volatile = supervisor({}, { a: child(Counter), b: child(Counter) })

interface Count {
  readonly count: number
}

describe('simulate', () => {
  it('gives what the play gives, and stops the tree', async () => {
    const result = await simulate(volatile, { store: false }, async (sim) => {
      await sim.until(sim.tree.a.call.add(3))
      return sim.peek<Count>('a')
    })
    expect(result).toEqual({ count: 3 })
  })

  it('throws what the play throws', async () => {
    const boom = (): never => {
      throw new Error('boom')
    }
    await expect(simulate(volatile, { store: false }, boom)).rejects.toThrow('boom')
  })

  it('refuses an option that is none', async () => {
    const options = { sed: 1 } as SimulateOptions
    await expect(simulate(volatile, options, () => undefined)).rejects.toMatchObject({ code: 'configuration' })
  })

  it('tells of a fault that has not come about', async () => {
    const faults = [{ at: 'message', actor: 'nobody', nth: 1, do: 'crash' }] as const
    const play = simulate(volatile, { store: false, faults }, () => undefined)
    await expect(play).rejects.toMatchObject({ leftovers: ['a fault has not come about: nobody crashes in message #1'] })
    await simulate(volatile, { store: false, faults, allowLeftovers: true }, () => undefined)
  })

  it('gives the same steps for the same seed, and others for others', async () => {
    const run = (seed: number) =>
      simulate(volatile, { store: false, seed }, async (sim) => {
        for (const one of [sim.tree.a, sim.tree.b]) for (let n = 0; n < 3; n += 1) void one.cast.increment()
        await sim.settle()
        return sim.schedule
      })
    expect(await run(4)).toBe(await run(4))
    const all = await Promise.all([1, 2, 3, 4, 5].map(run))
    expect(new Set(all).size).toBeGreaterThan(1)
  })
})

describe('sim.peek', () => {
  it('gives the committed state, by path or by reference, and nothing of who does not run', async () => {
    await simulate(volatile, { store: false }, async (sim) => {
      expect(sim.peek(sim.tree.a)).toEqual({ count: 0 })
      expect(sim.peek('nobody')).toBeUndefined()
      void sim.tree.a.cast.increment()
      expect(sim.peek('a')).toEqual({ count: 0 })
      await sim.settle()
      expect(sim.peek('a')).toEqual({ count: 1 })
    })
  })
})

describe('sim.runUntil', () => {
  it('stops right after the step in which something becomes true', async () => {
    await simulate(volatile, { store: false }, async (sim) => {
      for (let n = 0; n < 5; n += 1) void sim.tree.a.cast.increment()
      await sim.runUntil(() => sim.peek<Count>('a')?.count === 2)
      expect(sim.peek('a')).toEqual({ count: 2 })
      await sim.settle()
      expect(sim.peek('a')).toEqual({ count: 5 })
    })
  })

  it('stops at an event with these fields, and gives it', async () => {
    await simulate(volatile, { store: false }, async (sim) => {
      void sim.tree.b.cast.crash('boom')
      const event = await sim.runUntil({ type: 'exited', id: 'b' })
      expect(event).toMatchObject({ incarnation: 1, reason: { error: { message: 'boom' } } })
    })
  })

  it('lets time go by as it needs', async () => {
    const Sleeper = actor('sleeper', {
      initial: () => ({ isAwake: false }),
      handlers: ({ cast }) => ({
        sleep: cast(({ ctx }) => void ctx.sendAfter('8h', 'wake')),
        wake: cast(() => ({ isAwake: true })),
      }),
    })
    await simulate(supervisor({}, { s: child(Sleeper) }), { store: false }, async (sim) => {
      void sim.tree.s.cast.sleep()
      await sim.runUntil(() => sim.peek<{ isAwake: boolean }>('s')?.isAwake === true)
      expect(sim.clock.now()).toBe(8 * 3_600_000)
    })
  })

  it('says so when it never happens', async () => {
    await simulate(volatile, { store: false }, async (sim) => {
      await expect(sim.runUntil({ type: 'exited', id: 'b' })).rejects.toMatchObject({ code: 'never-happened' })
      await expect(sim.runUntil(() => false)).rejects.toThrow(/never happened; nothing is scheduled any more/)
    })
  })
})

describe('sim.kill', () => {
  it('kills one child now, and its supervisor starts it again', async () => {
    await simulate(volatile, { store: false }, async (sim) => {
      await sim.kill('a')
      await sim.settle()
      expect(sim.app.inspect('a')).toMatchObject({ status: 'running', incarnation: 2, lastExit: { reason: { type: 'killed' } } })
      await expect(sim.kill('nobody')).rejects.toMatchObject({ code: 'never-happened' })
    })
  })

  it.each(['before commit', 'after commit'] as const)(
    'kills a durable child %s: what it was told is applied once',
    async (point) => {
      await simulate(durable, {}, async (sim) => {
        const { commits } = { commits: sim.steps.length }
        const reply = sim.tree.a.call.add(3)
        await sim.kill(sim.tree.a, point)
        expect(sim.steps.length).toBeGreaterThan(commits)
        expect(await sim.until(reply)).toBe(3)
        expect(sim.peek('a')).toEqual({ count: 3 })
      })
    },
  )
})

describe('sim.killProcess', () => {
  it('loses what was not committed, and nothing that was', async () => {
    await simulate(durable, {}, async (sim) => {
      await sim.until(sim.tree.a.call.add(3))
      await sim.until(sim.tree.b.call.add(3))
      await sim.killProcess()
      expect([sim.peek('a'), sim.peek('b')]).toEqual([{ count: 3 }, { count: 0 }])
    })
  })

  it.each([
    ['before commit', 1, 0],
    ['after commit', 1, 3],
    ['before commit', 2, 3],
    ['after commit', 2, 3],
  ] as const)('%s %i: what was committed is there, and nobody was told', async (point, nth, count) => {
    await simulate(durable, {}, async (sim) => {
      let isTold = false
      const told = (): void => void (isTold = true)
      sim.tree.a.call.add(3).then(told, told)
      await sim.killProcess(point, nth)
      await sim.settle()
      expect({ state: sim.peek('a'), isTold }).toEqual({ state: { count }, isTold: false })
    })
  })

  it('with a torn checkpoint: the one before it is used, and the journal', async () => {
    await simulate(durable, {}, async (sim) => {
      void sim.tree.a.call.add(3).catch(() => undefined)
      await sim.killProcess('torn commit', 2)
      await sim.settle()
      expect(sim.events).toContainEqual(expect.objectContaining({ type: 'checkpoint damaged', id: 'a' }))
      expect(sim.peek('a')).toEqual({ count: 3 })
    })
  })

  it('says so if there is no such commit', async () => {
    await simulate(durable, {}, async (sim) => {
      await expect(sim.killProcess('after commit', 99)).rejects.toMatchObject({ code: 'never-happened' })
    })
  })
})

describe('sim.always', () => {
  it('ends the run after the first step that breaks the law, and names the step', async () => {
    const seen: unknown[] = []
    const play = simulate(volatile, { store: false }, async (sim) => {
      sim.always('a stays below 3', () => (sim.peek<Count>('a')?.count ?? 0) < 3)
      for (let n = 0; n < 5; n += 1) void sim.tree.a.cast.increment()
      await sim.settle().catch(() => undefined)
      seen.push(sim.peek('a'))
      // A test that swallows it fails all the same.
    })
    await expect(play).rejects.toThrow(/"a stays below 3" does not hold after step \d+ \(a handles increment\): it is false/)
    expect(seen).toEqual([{ count: 3 }])
  })

  it('takes a text for what is wrong, and what a law throws', async () => {
    const broken = (law: () => boolean | string) => simulate(volatile, { store: false }, (sim) => sim.always('it', law))
    await expect(broken(() => 'too much')).rejects.toMatchObject({ detail: 'too much', step: 0 })
    await expect(
      broken(() => {
        throw new Error('no way')
      }),
    ).rejects.toMatchObject({ detail: 'no way' })
  })

  it('asks nothing about an actor that does not run', async () => {
    await simulate(durable, {}, async (sim) => {
      sim.always('a counts', () => (sim.peek('a') as Count).count >= 0)
      await sim.kill('a')
      await sim.settle()
      await sim.killProcess()
    })
  })
})

describe('sim.fault', () => {
  it('makes something go wrong from now on, in a child that knows nothing of it', async () => {
    await simulate(volatile, { store: false }, async (sim) => {
      await sim.until(sim.tree.a.call.add(1))
      sim.fault({ at: 'message', actor: 'a', handler: 'add', nth: 2, do: 'crash' })
      expect(await sim.until(sim.tree.a.call.add(1))).toBe(2)
      await expect(sim.until(sim.tree.a.call.add(1))).rejects.toMatchObject({ code: 'crashed' })
    })
  })

  it.each(['restart', 'term'] as const)('also in %s, which the actor does not have', async (at) => {
    await simulate(volatile, { store: false }, async (sim) => {
      sim.fault({ at, actor: 'a', nth: 1, do: 'crash' })
      void sim.tree.a.cast.stop()
      await sim.settle()
      expect(sim.events.filter(({ type }) => type === 'fault')).toHaveLength(1)
    })
  })

  it('also in the store and the wall clock', async () => {
    await simulate(durable, {}, async (sim) => {
      sim.fault({ at: 'store', operation: 'accept', actor: 'a', nth: 1, do: 'refuse' })
      await expect(sim.until(sim.tree.a.call.add(1))).rejects.toMatchObject({ code: 'unavailable' })
      sim.fault({ at: 'clock', after: '1s', jump: '1h' })
      await sim.advance('1s')
      expect(sim.unusedFaults).toEqual([])
    })
  })

  it('refuses what breaks a rule', async () => {
    await simulate(durable, { store: false }, (sim) => {
      expect(() => sim.fault({ at: 'message', actor: 'a', nth: 0, do: 'crash' })).toThrow(/nth must be an integer >= 1/)
      expect(() => sim.fault({ at: 'checkpoint', actor: 'a', nth: 1, do: 'tear' })).toThrow(/store must be a database/)
    }).catch((error: Error) => expect(error.message).toContain('durable'))
  })
})

it('runs in parallel: simulations know nothing of each other', async () => {
  const Echo = actor('echo', {
    initial: () => ({}),
    handlers: ({ call }) => ({ say: call(message<number>(), ({ input }) => ({ reply: input })) }),
  })
  const tree = supervisor({}, { echo: child(Echo) })
  const all = Array.from({ length: 20 }, (_, n) =>
    simulate(tree, { store: false, seed: n }, (sim) => sim.until(sim.tree.echo.call.say(n))),
  )
  expect(await Promise.all(all)).toEqual(Array.from({ length: 20 }, (_, n) => n))
})
