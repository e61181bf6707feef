import { describe, expect, it } from 'vitest'
import { simulatedSystem } from '../../src/app/simulated-system.ts'
import type { CoppiceEvent } from '../../src/app/events.ts'
import { actor } from '../../src/behaviors/actor.ts'
import { message } from '../../src/behaviors/schema.ts'
import { memory } from '../../src/persistence/memory-store.ts'
import type { Effect, EffectCall, EffectOutcome } from '../../src/runtime/effects/effect.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'
import { eventsOf, simulated, simulatedWithoutStore } from '../support/simulated-app.ts'

const never = new Promise<never>(() => undefined)

/** What lies outside: it keeps what it was asked to do, and by which key. */
class Outside {
  readonly runs: { readonly order: string; readonly key: string }[] = []
  readonly probes: string[] = []

  do(order: string, { key }: EffectCall): number {
    this.runs.push({ order, key })
    return this.runs.length
  }

  get keys(): readonly string[] {
    return this.runs.map(({ key }) => key)
  }
}

type Work = (call: EffectCall, order: string) => number | Promise<number>

interface Plan {
  readonly run: Work
  readonly more?: Omit<Effect<number>, 'run'>
  /** What the handler does when it knows the outcome. */
  readonly after?: (attempt: number) => void
}

/** Pays once for each order, and notes what came of it. */
const payments = ({ run, more, after }: Plan) =>
  actor('payments', {
    initial: () => ({ noted: [] as string[], sum: 0 }),
    handlers: ({ call, cast }) => ({
      pay: call(message<string>(), async ({ state, input, ctx }) => {
        const outcome = await ctx.effect('charge', { run: (given) => run(given, input), ...more })
        after?.(ctx.attempt)
        const noted = `${input}: ${describeOutcome(outcome)}`
        return { reply: noted, state: { ...state, noted: [...state.noted, noted] } }
      }),
      add: cast(message<number>(), ({ state, input }) => ({ ...state, sum: state.sum + input })),
      show: call(({ state }) => ({ reply: state })),
    }),
  })

function describeOutcome(outcome: EffectOutcome<number>): string {
  switch (outcome.status) {
    case 'done':
      return `done ${outcome.value}`
    case 'failed':
      return `failed ${outcome.error.message}`
    case 'unknown':
      return outcome.error === undefined ? 'unknown' : `unknown, ${outcome.error.message}`
  }
}

const treeOf = (plan: Plan) =>
  supervisor({ intensity: { restarts: 100, within: '1s' } }, { a: child(payments(plan), { state: 'durable' }) })

/** Asks for a payment, lets the process die when nothing goes on any more, and gives what the next one notes. */
async function afterDeath(outside: Outside, plan: Omit<Plan, 'run'>) {
  const store = memory()
  let isFirst = true
  const run: Work = (call, order) => {
    const value = outside.do(order, call)
    return isFirst ? never : value
  }
  const first = await simulated(treeOf({ run }), { store })
  void first.tree.a.call.pay('x').catch(() => undefined)
  await first.settle()
  isFirst = false
  const next = await simulated(treeOf({ run, ...plan }), { store })
  await next.settle()
  return next.until(next.tree.a.call.show()).then(({ noted }) => noted)
}

describe('an effect', () => {
  it('is done once, with a key of its own, and its value is given to the handler', async () => {
    const outside = new Outside()
    const { tree, until, events } = await simulated(treeOf({ run: (call, order) => outside.do(order, call) }))
    expect(await until(tree.a.call.pay('x'))).toBe('x: done 1')
    expect(await until(tree.a.call.pay('y'))).toBe('y: done 2')
    expect(new Set(outside.keys).size).toBe(2)
    for (const key of outside.keys) expect(key).toMatch(/^[a-z0-9-]{10,100}$/)
    expect(eventsOf(events, 'effect').map(({ status }) => status)).toEqual(['begun', 'done', 'begun', 'done'])
  })

  it('is not done again when the handler crashes after it: the outcome is given once more', async () => {
    const outside = new Outside()
    const crashTwice = (attempt: number): void => {
      if (attempt < 3) throw new Error(`attempt ${attempt}`)
    }
    const { tree, until, events } = await simulated(treeOf({ run: (call, order) => outside.do(order, call), after: crashTwice }))
    expect(await until(tree.a.call.pay('x'))).toBe('x: done 1')
    expect(outside.runs).toHaveLength(1)
    expect(eventsOf(events, 'exited')).toHaveLength(2)
  })

  it('that has thrown is not done again either, and comes back as the same error', async () => {
    let runs = 0
    const run = (): never => {
      runs += 1
      throw new RangeError(`no funds ${runs}`)
    }
    const seen: string[] = []
    const Payments = actor('payments', {
      initial: () => ({}),
      handlers: ({ call }) => ({
        pay: call(async ({ ctx }) => {
          const outcome = await ctx.effect('charge', { run })
          if (outcome.status === 'failed') seen.push(`${outcome.error.name} ${outcome.error.message}`)
          if (ctx.attempt === 1) throw new Error('later')
          return { reply: outcome.status }
        }),
      }),
    })
    const { tree, until } = await simulated(supervisor({}, { a: child(Payments, { state: 'durable' }) }))
    expect(await until(tree.a.call.pay())).toBe('failed')
    expect(seen).toEqual(['RangeError no funds 1', 'RangeError no funds 1'])
  })

  it('is unknown where the process died before its outcome was written, and is not done again', async () => {
    const outside = new Outside()
    expect(await afterDeath(outside, {})).toEqual(['x: unknown'])
    expect(outside.runs).toHaveLength(1)
  })

  it.each([
    [{ status: 'done', value: 7 }, 'x: done 7', 1],
    [{ status: 'failed', error: new Error('declined') }, 'x: failed declined', 1],
    [{ status: 'unknown' }, 'x: unknown', 1],
    [{ status: 'not done' }, 'x: done 2', 2],
  ] as const)('asks the outside what became of it by its key: %j', async (said, noted, runs) => {
    const outside = new Outside()
    const probe = ({ key }: EffectCall) => {
      outside.probes.push(key)
      return said
    }
    expect(await afterDeath(outside, { more: { probe } })).toEqual([noted])
    expect(outside.probes).toEqual([outside.keys[0]])
    expect(outside.runs).toHaveLength(runs)
    expect(new Set(outside.keys).size).toBe(1)
  })

  it('stays unknown where the outside cannot be asked, with the error', async () => {
    const probe = () => Promise.reject(new Error('not reached'))
    expect(await afterDeath(new Outside(), { more: { probe } })).toEqual(['x: unknown, not reached'])
  })

  it('is done again with the same key where the handler wants that', async () => {
    const outside = new Outside()
    expect(await afterDeath(outside, { more: { ifUnknown: 'run' } })).toEqual(['x: done 2'])
    expect(outside.runs).toHaveLength(2)
    expect(new Set(outside.keys).size).toBe(1)
  })

  it('is unknown after its time, and its signal is aborted', async () => {
    let reason: unknown
    const run = ({ signal }: EffectCall): Promise<number> =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          reason = signal.reason
          resolve(1)
        })
      })
    const { tree, until } = await simulated(treeOf({ run, more: { timeout: '2s' } }))
    expect(await until(tree.a.call.pay('x', { timeout: 'infinity' }))).toBe('x: unknown')
    expect(reason).toMatchObject({ name: 'TimeoutError' })
  })

  it('of an incarnation that is killed meanwhile is unknown to the next, whatever comes of it later', async () => {
    const outside = new Outside()
    const finish: (() => void)[] = []
    const signals: AbortSignal[] = []
    const run: Work = (call, order) => {
      signals.push(call.signal)
      const value = outside.do(order, call)
      return new Promise((resolve) => finish.push(() => resolve(value)))
    }
    const { app, tree, until, settle } = await simulated(treeOf({ run }))
    const paid = tree.a.call.pay('x', { timeout: 'infinity' })
    await settle()
    void app.kill('a')
    expect(signals[0]?.aborted).toBe(true)
    for (const settleIt of finish) settleIt()
    expect(await until(paid)).toBe('x: unknown')
    expect(outside.runs).toHaveLength(1)
  })

  it('comes after what was handled before it is committed, and does not take that along when its turn crashes', async () => {
    const order: string[] = []
    const run: Work = () => {
      order.push('run')
      return 1
    }
    const after = (): void => {
      throw new Error('always')
    }
    const { tree, until, events, scheduler } = await simulated(treeOf({ run, after }), {
      onEvent: (event) => {
        if (event.type === 'committed') order.push(`committed ${event.turns}`)
      },
    })
    // With a budget of 64 messages a slice, as the real scheduler gives it.
    const ready = scheduler.ready.bind(scheduler)
    scheduler.ready = (task) => ready({ id: task.id, run: () => task.run(64) })
    void tree.a.cast.add(1)
    void tree.a.cast.add(2)
    const failing = tree.a.call.pay('x').catch((error: { code: string }) => error.code)
    void tree.a.cast.add(3)
    expect(await until(failing)).toBe('crashed')
    expect(order.slice(0, 2)).toEqual(['committed 2', 'run'])
    expect(order.filter((step) => step === 'run')).toHaveLength(1)
    expect(await until(tree.a.call.show())).toEqual({ noted: [], sum: 6 })
    expect(eventsOf(events, 'group dropped')).toEqual([])
  })

  it('gives its stored outcome where a damaged checkpoint is made up for from messages, and does nothing', async () => {
    const outside = new Outside()
    const sim = await simulatedSystem(treeOf({ run: (call, order) => outside.do(order, call) }), {
      faults: [{ at: 'checkpoint', actor: 'a', nth: 3, do: 'tear' }],
    })
    await sim.until(sim.tree.a.call.pay('x'))
    await sim.until(sim.tree.a.call.pay('y'))
    await sim.restart()
    expect(eventsOf(sim.events as readonly CoppiceEvent[], 'recovering')).toMatchObject([{}, { replayed: 1 }])
    expect(await sim.until(sim.tree.a.call.show())).toEqual({ noted: ['x: done 1', 'y: done 2'], sum: 0 })
    expect(outside.runs).toHaveLength(2)
  })

  it('that was unknown stays so where a damaged checkpoint is made up for, and is not done then', async () => {
    const outside = new Outside()
    const run: Work = (call, order) => (outside.do(order, call) === 1 ? never : 2)
    const sim = await simulatedSystem(treeOf({ run }), { faults: [{ at: 'checkpoint', actor: 'a', nth: 2, do: 'tear' }] })
    void sim.tree.a.call.pay('x').catch(() => undefined)
    await sim.settle()
    await sim.restart()
    await sim.settle()
    await sim.restart()
    const recoveries = eventsOf(sim.events as readonly CoppiceEvent[], 'recovering')
    expect(recoveries.at(-1)?.replayed).toBeGreaterThan(0)
    expect((await sim.until(sim.tree.a.call.show())).noted).toEqual(['x: unknown'])
    expect(outside.runs).toHaveLength(1)
  })

  it.each(['beginEffect', 'settleEffect'] as const)(
    'that the store refuses (%s) is nobody’s fault: the actor starts again from the store, and nothing is done twice',
    async (operation) => {
      const outside = new Outside()
      const attempts: number[] = []
      const after = (attempt: number): void => void attempts.push(attempt)
      const sim = await simulatedSystem(treeOf({ run: (call, order) => outside.do(order, call), after }), {
        store: memory(),
        faults: [{ at: 'store', operation, nth: 1, do: 'refuse' }],
      })
      const noted = await sim.until(sim.tree.a.call.pay('x', { timeout: 'infinity', retries: 0 }).catch(String))
      const { noted: kept } = await sim.until(sim.tree.a.call.show())
      expect(attempts).toEqual([1])
      expect([noted, ...kept].at(-1)).toBe(operation === 'beginEffect' ? 'x: done 1' : 'x: unknown')
      expect(outside.runs).toHaveLength(1)
    },
  )

  it('may be one of several in a turn, each of which is remembered alone', async () => {
    const done: string[] = []
    const Mailer = actor('mailer', {
      initial: () => ({}),
      handlers: ({ call }) => ({
        mail: call(message<string[]>(), async ({ input, ctx }) => {
          const outcomes = input.map((to) => ctx.effect(`mail ${to}`, { run: () => done.push(to) && to.toUpperCase() }))
          const sent = await Promise.all(outcomes)
          const again = await ctx.effect(`mail ${input[0]}`, { run: () => 'not run' })
          if (ctx.attempt === 1) throw new Error('after both')
          return { reply: [...sent, again].map((outcome) => (outcome.status === 'done' ? outcome.value : outcome.status)) }
        }),
      }),
    })
    const { tree, until } = await simulated(supervisor({}, { a: child(Mailer, { state: 'durable' }) }))
    expect(await until(tree.a.call.mail(['a', 'b']))).toEqual(['A', 'B', 'A'])
    expect(done).toEqual(['a', 'b'])
  })
})

describe('an effect is refused', () => {
  const refused = async (
    effect: (ctx: { effect: (name: string, effect: never) => Promise<unknown> }) => unknown,
    state: 'durable' | 'checkpointed' = 'durable',
  ) => {
    const Asker = actor('asker', {
      initial: () => ({}),
      handlers: ({ call }) => ({
        ask: call(async ({ ctx }) => {
          try {
            return { reply: String(await effect(ctx)) }
          } catch (error) {
            return { reply: `${(error as { code: string }).code}: ${(error as Error).message}` }
          }
        }),
      }),
    })
    const { tree, until } = await simulated(supervisor({}, { a: child(Asker, { state }) }))
    return until(tree.a.call.ask())
  }

  it('where the actor has no journal', async () => {
    expect(await refused((ctx) => ctx.effect('pay', { run: () => 1 } as never), 'checkpointed')).toBe(
      'effect: a: effect "pay" is for a durable actor, which has a journal to keep it in: child(…, { state: \'durable\' })',
    )
    const { tree, until } = await simulatedWithoutStore(
      supervisor({}, { a: child(payments({ run: () => 1 }), { restart: 'temporary' }) }),
    )
    const failing = tree.a.call.pay('x').catch((error: { code: string }) => error.code)
    expect(await until(failing)).toBe('crashed')
  })

  it('where it is not made as it must be, before anything is done', async () => {
    const said = (name: unknown, effect: unknown) => refused((ctx) => ctx.effect(name as string, effect as never))
    expect(await said('', { run: () => 1 })).toBe('configuration: a: effect: name must be a text that is not empty; got ""')
    expect(await said('pay', {})).toMatch(/^configuration: a: effect "pay": run must be a function/)
    expect(await said('pay', { run: () => 1, prob: () => 1 })).toMatch(
      /is no option of an effect; got "prob". Did you mean "probe"\?/,
    )
    expect(await said('pay', { run: () => 1, ifUnknown: 'again' })).toMatch(/ifUnknown must be "tell" or "run"/)
    expect(await said('pay', { run: () => 1, timeout: 'soon' })).toMatch(/timeout/)
  })

  it('where one of the same name is under way in the same turn', async () => {
    const twice = async (ctx: { effect: (name: string, effect: never) => Promise<unknown> }) => {
      const [, second] = await Promise.allSettled([1, 2].map((value) => ctx.effect('pay', { run: () => value } as never)))
      if (second?.status === 'rejected') throw second.reason
    }
    expect(await refused(twice)).toBe('effect: a: effect "pay" is under way already in this turn: give each a name of its own')
  })

  it.each(['at once', 'later'] as const)('where the handler does not wait for it (it ends %s)', async (when) => {
    let runs = 0
    const Hasty = actor('hasty', {
      initial: () => ({}),
      handlers: ({ cast }) => ({
        go: cast(({ ctx }) => {
          void ctx.effect('pay', { run: () => ((runs += 1), never) })
          return when === 'later' ? Promise.resolve({}) : {}
        }),
      }),
    })
    const { tree, settle, events } = await simulated(supervisor({}, { a: child(Hasty, { state: 'durable' }) }))
    void tree.a.cast.go()
    await settle()
    const [exit] = eventsOf(events, 'exited')
    expect(exit?.reason).toMatchObject({ error: { message: 'a: effect "pay" was not waited for: the handler has to await it' } })
    expect(runs).toBe(0)
    expect(eventsOf(events, 'stray')).toEqual([])
  })

  it('where its value cannot be stored: the turn crashes with the path, and the next attempt does not know', async () => {
    const seen: string[] = []
    let runs = 0
    const Careless = actor('careless', {
      initial: () => ({}),
      handlers: ({ call }) => ({
        go: call(async ({ ctx }) => {
          const outcome = await ctx.effect('pay', { run: () => ({ socket: () => (runs += 1) }) })
          seen.push(outcome.status)
          return { reply: outcome.status }
        }),
      }),
    })
    const { tree, until, events } = await simulated(supervisor({}, { a: child(Careless, { state: 'durable' }) }))
    expect(await until(tree.a.call.go())).toBe('unknown')
    const [exit] = eventsOf(events, 'exited')
    expect(exit?.reason).toMatchObject({ error: { path: 'effect "pay".value.socket' } })
    expect(seen).toEqual(['unknown'])
  })
})

describe('the outcome of an effect', () => {
  it('has a value only where it is done: the compiler asks what to do with the others', () => {
    const read = (outcome: EffectOutcome<number>): number => {
      // @ts-expect-error: it may be failed or unknown
      void outcome.value
      if (outcome.status === 'unknown') return outcome.key.length
      // @ts-expect-error: it may be failed still
      void outcome.value
      return outcome.status === 'done' ? outcome.value : 0
    }
    expect(read({ status: 'done', value: 3 })).toBe(3)
  })
})
