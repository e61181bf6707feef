import { describe, expect, it } from 'vitest'
import { actor } from '../../src/behaviors/actor.ts'
import { noReply } from '../../src/behaviors/handlers.ts'
import { message } from '../../src/behaviors/schema.ts'
import { memory } from '../../src/persistence/memory-store.ts'
import { simulatedSystem } from '../../src/app/simulated-system.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'
import { eventsOf, simulated, simulatedWithoutStore } from '../support/simulated-app.ts'

interface Work {
  readonly name: string
  /** How many attempts are lost. */
  readonly losses?: number
}

const caught = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.catch((error: Error & { code: string }) => error.code)

const Worker = actor('worker', {
  initial: () => ({ log: [] as readonly string[] }),
  handlers: ({ call }) => {
    const work = (given: {
      readonly state: { readonly log: readonly string[] }
      readonly input: Work
      readonly ctx: { readonly attempt: number }
    }) => {
      const { state, input, ctx } = given
      if (ctx.attempt <= (input.losses ?? 0)) throw new Error(`lost ${input.name}`)
      return { reply: `${input.name} ${ctx.attempt}`, state: { log: [...state.log, input.name] } }
    }
    return {
      plain: call(message<Work>(), work),
      stubborn: call(message<Work>(), work, { retries: 1 }),
      hang: call(
        ({ ctx }) => {
          if (ctx.attempt > 1) return { reply: 'done' }
          return new Promise<{ reply: string }>(() => undefined)
        },
        { retries: 1 },
      ),
      deferred: call(
        ({ ctx }) => {
          ctx.defer()
          return noReply()
        },
        { retries: 5 },
      ),
      log: call(({ state }) => ({ reply: state.log })),
    }
  },
})

const worker = (options: Parameters<typeof child>[1] = {}) =>
  supervisor({ intensity: { restarts: 20, within: '1s' } }, { worker: child(Worker, options as object) })

describe('[F3] a call that was lost with an incarnation', () => {
  it.each(['volatile', 'checkpointed'] as const)('is handled again as often as it may (%s)', async (state) => {
    const { tree, until } = await simulated(worker({ state }))
    expect(await until(tree.worker.call.plain({ name: 'a', losses: 2 }, { retries: 2 }))).toBe('a 3')
    expect(await until(caught(tree.worker.call.plain({ name: 'b', losses: 2 }, { retries: 1 })))).toBe('crashed')
    expect(await until(caught(tree.worker.call.plain({ name: 'c', losses: 1 })))).toBe('crashed')
    expect(await until(tree.worker.call.log())).toEqual(['a'])
  })

  it('counts what the call says before the handler, and that before the child', async () => {
    const { tree, until } = await simulatedWithoutStore(worker({ retries: 3 }))
    expect(await until(tree.worker.call.plain({ name: 'child', losses: 3 }))).toBe('child 4')
    expect(await until(caught(tree.worker.call.stubborn({ name: 'handler', losses: 2 })))).toBe('crashed')
    expect(await until(tree.worker.call.stubborn({ name: 'handler', losses: 1 }))).toBe('handler 2')
    expect(await until(tree.worker.call.stubborn({ name: 'call', losses: 2 }, { retries: 2 }))).toBe('call 3')
    expect(await until(caught(tree.worker.call.plain({ name: 'none', losses: 1 }, { retries: 0 })))).toBe('crashed')
  })

  it('[F6] keeps its place before what was sent after it', async () => {
    const { tree, until } = await simulatedWithoutStore(worker())
    const calls = [1, 2, 3, 4].map((n) => tree.worker.call.plain({ name: `${n}`, losses: n % 2 }, { retries: 1 }))
    expect(await until(Promise.all(calls))).toEqual(['1 2', '2 1', '3 2', '4 1'])
    expect(await until(tree.worker.call.log())).toEqual(['1', '2', '3', '4'])
  })

  it('is not tried again when its caller has given up', async () => {
    const { tree, app, advance, until, events } = await simulatedWithoutStore(worker())
    const late = caught(tree.worker.call.hang({ timeout: '1s' }))
    await advance('2s')
    app.monitor(tree.worker, () => undefined)
    expect(await until(late)).toBe('timeout')
    const other = actor('killer', {
      initial: () => ({}),
      handlers: ({ cast }) => ({ kill: cast(({ ctx }) => ctx.kill('worker')) }),
    })
    const killer = await app.spawn(other, 'killer', undefined)
    void killer.cast.kill()
    await advance('1s')
    expect(eventsOf(events, 'dead letter').map(({ message: { name, attempt }, why }) => [name, attempt, why])).toEqual([
      ['hang', 1, 'crashed'],
    ])
    const again = tree.worker.call.hang({ timeout: '1s' })
    await advance('10ms')
    void killer.cast.kill()
    expect(await until(again)).toBe('done')
  })

  it('says that it was handled, in vain, if the actor does not come back', async () => {
    const { tree, until } = await simulatedWithoutStore(worker({ restart: 'temporary' }))
    expect(await until(caught(tree.worker.call.plain({ name: 'a', losses: 1 }, { retries: 5 })))).toBe('crashed')
  })

  it.each([-1, 1.5, '3'])('is refused with %j retries', async (retries) => {
    const { tree } = await simulatedWithoutStore(worker())
    expect(() => tree.worker.call.plain({ name: 'a' }, { retries: retries as number })).toThrow(
      'call of "plain": retries must be an integer >= 0',
    )
    expect(() => worker({ retries: retries as number })).not.toThrow()
    await expect(simulatedWithoutStore(worker({ retries: retries as number }))).rejects.toThrow(
      'retries must be an integer >= 0, or Infinity',
    )
  })
})

describe('[F3] a call that the store did not take', () => {
  const faults = [{ at: 'store', operation: 'accept', nth: 1, do: 'refuse' }] as const

  it('is offered again, and applied once', async () => {
    await using sim = await simulatedSystem(worker({ state: 'durable' }), { faults, store: memory(), allowReal: true })
    const { worker: ref } = sim.tree
    expect(await sim.until(ref.call.plain({ name: 'a' }, { retries: 1, id: 'a' }))).toBe('a 1')
    expect(await sim.until(ref.call.plain({ name: 'a' }, { retries: 1, id: 'a' }))).toBe('a 1')
    expect(await sim.until(ref.call.log())).toEqual(['a'])
  })

  it('rejects as before without retries', async () => {
    await using sim = await simulatedSystem(worker({ state: 'durable' }), { faults, store: memory(), allowReal: true })
    expect(await sim.until(caught(sim.tree.worker.call.plain({ name: 'a' })))).toBe('unavailable')
  })
})

describe('[F5] whenDown', () => {
  const Slow = actor('slow-start', {
    initial: () => ({}),
    handlers: ({ call, cast }) => ({
      ping: call(() => ({ reply: 'pong' })),
      crash: cast(() => {
        throw new Error('down')
      }),
    }),
  })
  const waiting = (options: { readonly whenDown?: 'queue' | 'reject' }) =>
    supervisor({}, { slow: child(Slow, { ...options, backoff: { min: '2s', max: '2s', jitter: 'none' } }) })

  it.each([
    ['queue', {}, {}, 'pong', 2_000],
    ['reject', { whenDown: 'reject' }, {}, 'unavailable', 0],
    ['reject', {}, { whenDown: 'reject' }, 'unavailable', 0],
    ['queue', { whenDown: 'reject' }, { whenDown: 'queue' }, 'pong', 2_000],
  ] as const)('%s: child %j, call %j', async (_, ofChild, ofCall, answer, took) => {
    const { tree, clock, settle, until } = await simulatedWithoutStore(waiting(ofChild))
    expect(await until(tree.slow.call.ping(ofCall))).toBe('pong')
    void tree.slow.cast.crash()
    await settle()
    const before = clock.now()
    expect(await until(caught(tree.slow.call.ping(ofCall)))).toBe(answer)
    expect(clock.now() - before).toBe(took)
  })

  it('[F4] waits without costing an attempt, and says that the actor is expected back where it does not wait', async () => {
    const { tree, settle, until } = await simulatedWithoutStore(waiting({}))
    void tree.slow.cast.crash()
    await settle()
    const refused = await until(tree.slow.call.ping({ whenDown: 'reject' }).catch((error: unknown) => error))
    expect(refused).toMatchObject({ code: 'unavailable', isRestarting: true, isSent: false })
    expect(await until(tree.slow.call.ping({ retries: 1 }))).toBe('pong')
  })
})
