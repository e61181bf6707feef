import { describe, expect, it } from 'vitest'
import { actor, agent, CheckpointError, child, memory, message, supervisor } from 'coppice'
import { simulatedSystem } from 'coppice/testing'
import { Counter } from '../support/scripted.ts'

const rejected = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error)

describe('ref.checkpoint()', () => {
  for (const [name, store] of [
    ['memory', memory],
    ['sqlite', () => undefined],
  ] as const)
    it(`[R21] resolves when everything that was sent before is durable (${name})`, async () => {
      const given = store()
      await using sim = await simulatedSystem(supervisor({}, { a: child(Counter) }), given && { store: given })
      void sim.tree.a.call.add(1)
      void sim.tree.a.cast.increment()
      const taken = sim.tree.a.checkpoint()
      void sim.tree.a.call.add(100)
      expect(await sim.until(taken)).toEqual({ number: 2 })
      await sim.restart()
      expect(await sim.until(sim.tree.a.call.count())).toBe(2)
    })

  it('[R21] of a durable actor waits for what was cast before, of which the acceptance is still under way', async () => {
    await using sim = await simulatedSystem(supervisor({}, { a: child(Counter, { state: 'durable' }) }))
    for (let n = 0; n < 3; n += 1) void sim.tree.a.cast.increment()
    const { number } = await sim.until(sim.tree.a.checkpoint())
    expect(number).toBeGreaterThan(1)
    await sim.restart()
    expect(await sim.until(sim.tree.a.call.count())).toBe(3)
  })

  it('[R21] rejects with its cause when the store does not take it; the actor lives on', async () => {
    const faults = [{ at: 'store', operation: 'commit', actor: 'a', nth: 2, do: 'refuse' }] as const
    await using sim = await simulatedSystem(supervisor({}, { a: child(Counter) }), { faults })
    await sim.until(sim.tree.a.call.add(1))
    const error = await sim.until(rejected(sim.tree.a.checkpoint()))
    expect(error).toBeInstanceOf(CheckpointError)
    expect(error).toMatchObject({ code: 'checkpoint', problem: 'failed', actor: 'a', cause: { code: 'store' } })
    expect((error as Error).message).toContain('no checkpoint of a was taken: it failed (store')
    expect(await sim.until(sim.tree.a.checkpoint())).toEqual({ number: 2 })
  })

  it('[R21] rejects at once where nothing is kept: without a store, and of what is volatile', async () => {
    const tree = supervisor({}, { a: child(Counter, { state: 'volatile' }) })
    for (const options of [{}, { store: false }] as const) {
      await using sim = await simulatedSystem(tree, options)
      const error = await rejected(sim.tree.a.checkpoint())
      expect(error).toMatchObject({ code: 'checkpoint', problem: 'not-kept' })
      expect((error as Error).message).toContain('its state is kept in no store')
    }
  })

  it('rejects as a call does: crashed, noproc, timeout, aborted', async () => {
    const tree = supervisor({}, { a: child(Counter, { restart: 'temporary' }) })
    await using sim = await simulatedSystem(tree)
    void rejected(sim.tree.a.call.wait(1, { timeout: 'infinity' }))
    const abort = new AbortController()
    const waits = [
      sim.tree.a.checkpoint({ timeout: '1s' }),
      sim.tree.a.checkpoint(),
      sim.tree.a.checkpoint({ signal: abort.signal }),
    ].map(rejected)
    await sim.settle()
    abort.abort()
    expect(await sim.until(Promise.all(waits))).toMatchObject([
      { code: 'timeout', timeoutMs: 1_000 },
      { code: 'timeout', timeoutMs: 5_000 },
      { code: 'aborted' },
    ])
    const left = rejected(sim.tree.a.checkpoint({ timeout: 'infinity' }))
    await sim.until(sim.app.kill(sim.tree.a))
    await sim.settle()
    expect(await left).toMatchObject({ code: 'noproc' })
    expect(await rejected(sim.tree.a.checkpoint())).toMatchObject({ code: 'noproc' })
  })

  it('waits for the next incarnation, if it was asked for before the restart', async () => {
    await using sim = await simulatedSystem(supervisor({}, { a: child(Counter) }))
    await sim.until(sim.tree.a.call.add(5))
    void sim.tree.a.cast.crash('boom')
    const taken = sim.tree.a.checkpoint()
    await sim.until(taken)
    await sim.restart()
    expect(await sim.until(sim.tree.a.call.count())).toBe(5)
  })

  it('shares a checkpoint with others who ask while one is under way', async () => {
    await using sim = await simulatedSystem(supervisor({}, { a: child(Counter) }))
    const first = sim.tree.a.checkpoint()
    const others = Array.from({ length: 50 }, () => sim.tree.a.checkpoint())
    const numbers = await sim.until(Promise.all([first, ...others]))
    expect(new Set(numbers.map(({ number }) => number)).size).toBeLessThan(51)
  })

  it('can be asked for by another actor, not of itself, and not within a durable turn', async () => {
    const Asker = actor('asker', {
      initial: () => ({}),
      handlers: ({ call }) => ({
        ask: call(message<string>(), async ({ input, ctx }) => ({
          reply: await ctx
            .ref(Counter, input)
            .checkpoint()
            .catch((error: unknown) => (error as { code: string }).code),
        })),
      }),
    })
    const tree = supervisor({}, { a: child(Counter), asker: child(Asker), durable: child(Asker, { state: 'durable' }) })
    await using sim = await simulatedSystem(tree)
    expect(await sim.until(sim.tree.asker.call.ask('a'))).toEqual({ number: 2 })
    expect(await sim.until(sim.tree.asker.call.ask('asker'))).toBe('calling-self')
    expect(await sim.until(sim.tree.durable.call.ask('a'))).toBe('durable-turn')
  })

  it('is a method of the references of other kinds too', async () => {
    const Hits = agent('hits', { total: 0 })
    await using sim = await simulatedSystem(supervisor({}, { hits: child(Hits) }))
    await sim.until(sim.tree.hits.update(({ total }) => ({ total: total + 1 })))
    await sim.until(sim.tree.hits.checkpoint())
    await sim.restart()
    expect(await sim.until(sim.tree.hits.get())).toEqual({ total: 1 })
  })
})

describe('replies', () => {
  it('[R23] are not changed by what is saved afterwards, nor by what the actor does to its state', async () => {
    const List = actor('list', {
      initial: () => ({ items: [1, 2, 3] }),
      handlers: ({ call, cast }) => ({
        all: call(({ state, ctx }) => {
          ctx.checkpoint()
          return { reply: state.items }
        }),
        // In place, which it should not.
        empty: cast(({ state }) => {
          state.items.length = 0
        }),
      }),
    })
    await using sim = await simulatedSystem(supervisor({}, { list: child(List) }), { freezeStates: false })
    const items = await sim.until(sim.tree.list.call.all())
    await sim.until(sim.tree.list.cast.empty())
    await sim.until(sim.tree.list.checkpoint())
    expect(items).toEqual([1, 2, 3])
  })
})
