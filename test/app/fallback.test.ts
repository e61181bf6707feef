import { describe, expect, it } from 'vitest'
import { actor } from '../../src/behaviors/actor.ts'
import { message, type StandardSchema } from '../../src/behaviors/schema.ts'
import type { Clock } from '../../src/runtime/clock.ts'
import { partitionSupervisor } from '../../src/supervision/trees/partition-supervisor.ts'
import type { RestartType } from '../../src/supervision/specs/restart-type.ts'
import { child, dynamicSupervisor, supervisor } from '../../src/supervision/trees/tree.ts'
import { createVirtualClock } from '../../src/simulation/virtual-clock.ts'
import { simulated, simulatedWithoutStore } from '../support/simulated-app.ts'

const even: StandardSchema<number> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) => (Number(value) % 2 === 0 ? { value: Number(value) } : { issues: [{ message: 'must be even' }] }),
  },
}

/** A shop whose restart takes a second, and whose end takes one too if it is told so. */
const shop = (clock: Clock, { slowEnd = false } = {}) => {
  const second = (): Promise<void> => new Promise((resolve) => void clock.setTimer(1_000, resolve))
  return actor('shop', {
    initial: () => ({ sold: 0 }),
    restart: second,
    ...(slowEnd && { term: second }),
    handlers: ({ call, cast }) => ({
      price: call(message<string>(), ({ input }) => ({ reply: `${input}: 10` })),
      pair: call(even, ({ input }) => ({ reply: input })),
      isOpen: call(() => ({ reply: true })),
      sold: call(({ state }) => ({ reply: state.sold })),
      buy: call(({ state }) => ({ reply: state.sold + 1, state: { sold: state.sold + 1 } })),
      sell: cast(({ state }) => ({ sold: state.sold + 1 })),
      crash: cast(() => {
        throw new Error('no paper')
      }),
      crashOnCall: call(async (): Promise<{ reply: string }> => {
        await second()
        throw new Error('no ink')
      }),
      stop: cast(({ ctx }) => ctx.stop()),
    }),
  })
}

const often = { intensity: { restarts: 100, within: '1h' } } as const
const closed = {
  isOpen: () => false,
  price: ({ input }: { input: string }) => `${input}: ask later`,
  crashOnCall: () => 'not even tried',
}

const opened = async ({ slowEnd = false, restart = 'permanent' }: { slowEnd?: boolean; restart?: RestartType } = {}) => {
  const clock = createVirtualClock()
  const tree = supervisor(often, { shop: child(shop(clock, { slowEnd }), { restart, fallback: closed }) })
  return simulatedWithoutStore(tree, { clock })
}

/** The code of the error that it rejects with. */
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'resolved',
    (error: { code: string }) => error.code,
  )

describe('a fallback', () => {
  it('answers calls while the child waits for its restart, and never while it runs', async () => {
    const { tree, settle, advance, until } = await opened()
    expect(await until(tree.shop.call.isOpen())).toBe(true)
    void tree.shop.cast.crash()
    await settle()
    expect(await until(tree.shop.call.isOpen())).toBe(false)
    expect(await until(tree.shop.call.price('tea'))).toBe('tea: ask later')
    await advance(1_000)
    expect(await until(tree.shop.call.isOpen())).toBe(true)
    expect(await until(tree.shop.call.price('tea'))).toBe('tea: 10')
  })

  it('leaves casts and other calls to the next incarnation, and what was queued before the end', async () => {
    const { tree, settle, advance, until } = await opened()
    void tree.shop.cast.crash()
    const queued = tree.shop.call.isOpen()
    await settle()
    void tree.shop.cast.sell()
    const sold = tree.shop.call.sold()
    await advance(1_000)
    expect(await until(Promise.all([queued, sold]))).toEqual([true, 1])
  })

  it('answers for good while the child stays down, also what was queued; the other calls find nobody', async () => {
    const { tree, settle, until } = await opened({ restart: 'transient' })
    void tree.shop.cast.stop()
    const queued = tree.shop.call.isOpen()
    const other = codeOf(tree.shop.call.sold())
    await settle()
    expect(await until(Promise.all([queued, other, tree.shop.call.isOpen(), codeOf(tree.shop.call.sold())]))).toEqual([
      false,
      'noproc',
      false,
      'noproc',
    ])
  })

  it('waits while the incarnation that ends still runs', async () => {
    const { tree, settle, advance, until } = await opened({ restart: 'transient', slowEnd: true })
    void tree.shop.cast.stop()
    await settle()
    let answer: boolean | undefined
    void tree.shop.call.isOpen().then((isOpen) => {
      answer = isOpen
    })
    await advance(999)
    expect(answer).toBeUndefined()
    await advance(1)
    expect(answer).toBe(false)
    expect(await until(tree.shop.call.isOpen())).toBe(false)
  })

  it('does not answer the call that the child was handling when it crashed', async () => {
    const { tree, advance, until } = await opened()
    const failing = codeOf(tree.shop.call.crashOnCall())
    await advance(1_000)
    expect(await until(failing)).toBe('crashed')
    expect(await until(tree.shop.call.crashOnCall())).toBe('not even tried')
  })

  it('answers when the supervisor above has given up, and not when the tree has ended', async () => {
    const clock = createVirtualClock()
    const inner = supervisor({ intensity: { restarts: 0, within: '1s' } }, { shop: child(shop(clock), { fallback: closed }) })
    const tree = supervisor({}, { inner: child(inner, { restart: 'transient' }) })
    const { app, tree: actors, settle, until } = await simulatedWithoutStore(tree, { clock })
    void actors.inner.shop.cast.crash()
    await settle()
    expect(await until(actors.inner.shop.call.isOpen())).toBe(false)
    await until(app.stop())
    expect(await codeOf(actors.inner.shop.call.isOpen())).toBe('noproc')
  })

  it('is told why the child is down: its end, or the last start that failed', async () => {
    const reasons: unknown[] = []
    let isBroken = true
    const clock = createVirtualClock()
    const Shaky = actor('shaky', {
      initial: () => ({}),
      restart: async () => {
        await new Promise<void>((resolve) => void clock.setTimer(1_000, resolve))
        if (isBroken) throw new Error('no database')
      },
      handlers: ({ call, cast }) => ({
        isOpen: call(() => ({ reply: true })),
        crash: cast(() => {
          throw new Error('boom')
        }),
      }),
    })
    const tree = supervisor(often, {
      a: child(Shaky, {
        fallback: {
          isOpen: ({ reason }) => {
            reasons.push(reason.type === 'error' ? (reason.error as Error).message : reason.type)
            return false
          },
        },
      }),
    })
    const { tree: actors, settle, advance, until } = await simulatedWithoutStore(tree, { clock })
    void actors.a.cast.crash()
    await settle()
    await until(actors.a.call.isOpen())
    await advance(1_500)
    await until(actors.a.call.isOpen())
    isBroken = false
    await advance(1_500)
    expect(await until(actors.a.call.isOpen())).toBe(true)
    expect(reasons).toEqual(['boom', 'no database'])
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('no cache')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no cache'))],
  ])('that %s rejects the call with an error of its own', async (_, isOpen) => {
    const clock = createVirtualClock()
    const once = supervisor({}, { shop: child(shop(clock), { fallback: { isOpen } }) })
    const { tree, settle } = await simulatedWithoutStore(once, { clock })
    void tree.shop.cast.crash()
    await settle()
    await expect(tree.shop.call.isOpen()).rejects.toMatchObject({
      name: 'FallbackError',
      code: 'fallback',
      reason: { type: 'error' },
      cause: new Error('no cache'),
      message: [
        'call of "isOpen" on shop: the actor is down (crash: no paper), and its fallback failed (crash: no cache)',
        'nothing was handled',
      ].join('; '),
    })
  })

  it('may answer later, within the time of the call', async () => {
    const clock = createVirtualClock()
    const later = (): Promise<boolean> => new Promise((resolve) => void clock.setTimer(2_000, () => resolve(false)))
    const tree = supervisor({}, { shop: child(shop(clock), { restart: 'transient', fallback: { isOpen: later } }) })
    const { tree: actors, settle, until } = await simulatedWithoutStore(tree, { clock })
    void actors.shop.cast.stop()
    await settle()
    expect(await until(actors.shop.call.isOpen())).toBe(false)
    expect(await until(codeOf(actors.shop.call.isOpen({ timeout: '1s' })))).toBe('timeout')
    expect(await codeOf(actors.shop.call.isOpen({ signal: AbortSignal.abort() }))).toBe('aborted')
  })

  it('is not asked what the child would refuse', async () => {
    const clock = createVirtualClock()
    const fallback = { pair: ({ input }: { input: number }) => input }
    const tree = supervisor({}, { shop: child(shop(clock), { restart: 'transient', fallback }) })
    const { tree: actors, settle, until } = await simulatedWithoutStore(tree, { clock })
    void actors.shop.cast.stop()
    await settle()
    expect(await until(actors.shop.call.pair(2))).toBe(2)
    expect(await codeOf(actors.shop.call.pair(3))).toBe('invalid')
  })

  it('stands for the members of a dynamic supervisor, as long as they are its members', async () => {
    const clock = createVirtualClock()
    const tree = supervisor({}, { shops: dynamicSupervisor(shop(clock), { fallback: { isOpen: () => false } }) })
    const { tree: actors, settle, until } = await simulatedWithoutStore(tree, { clock })
    expect(await codeOf(actors.shops.get('x').call.isOpen())).toBe('noproc')
    const ref = await until(actors.shops.start('x'))
    void ref.cast.crash()
    await settle()
    expect(await until(ref.call.isOpen())).toBe(false)
    await until(actors.shops.stop('x'))
    expect(await codeOf(ref.call.isOpen())).toBe('noproc')
  })
})

describe('the fallback of a member', () => {
  it('does not answer what was queued when the member is removed', async () => {
    const clock = createVirtualClock()
    const carts = dynamicSupervisor(shop(clock, { slowEnd: true }), { restart: 'transient', fallback: { isOpen: () => false } })
    const { tree, settle, advance, until } = await simulatedWithoutStore(supervisor({}, { carts }), { clock })
    const ref = await until(tree.carts.start('x'))
    void ref.cast.stop()
    await settle()
    const queued = codeOf(ref.call.isOpen())
    await advance(1_000)
    expect(await until(queued)).toBe('noproc')
  })
})

describe('the fallback of a partition', () => {
  it('stands for the one that is down, and not for the others', async () => {
    const clock = createVirtualClock()
    const tree = supervisor({}, { shops: partitionSupervisor(shop(clock), { partitions: 2, fallback: { isOpen: () => false } }) })
    const { tree: actors, settle, until } = await simulatedWithoutStore(tree, { clock })
    const [one, other] = actors.shops.all()
    void one?.cast.crash()
    await settle()
    expect(await until(Promise.all([one?.call.isOpen(), other?.call.isOpen()]))).toEqual([false, true])
  })
})

describe('the fallback of a durable child', () => {
  it('does not answer what was accepted, nor what has an id; what it answers is never applied', async () => {
    const clock = createVirtualClock()
    const tree = supervisor(often, {
      shop: child(shop(clock), { state: 'durable', maxAttempts: 1, fallback: { buy: () => -1 } }),
    })
    const { tree: actors, settle, advance, until } = await simulated(tree, { clock })
    void actors.shop.cast.crash()
    const accepted = actors.shop.call.buy()
    await settle()
    const withId = actors.shop.call.buy({ id: 'order-1' })
    expect(await until(actors.shop.call.buy())).toBe(-1)
    await advance(1_000)
    expect(await until(Promise.all([accepted, withId]))).toEqual([1, 2])
    expect(await until(actors.shop.call.sold())).toBe(2)
  })
})

describe('what is no fallback', () => {
  const Shop = shop(createVirtualClock())
  const mustBe = 'shop: fallback must be an object with a function for each call that is answered'
  const refusal = async (options: object): Promise<string> => {
    const tree = supervisor({}, { shop: child(Shop, options) })
    return simulatedWithoutStore(tree).then(
      () => 'started',
      (error: Error) => error.message,
    )
  }

  it.each<[object, string]>([
    [{ fallback: 5 }, `${mustBe}; got 5 (number). Write fallback: { price: ({ input, reason }) => 0 }`],
    [{ fallback: () => 1 }, `${mustBe}; got a function (fallback)`],
    [{ fallback: { isOpne: () => 1 } }, 'isOpne is not a call of this actor; got a function (isOpne). Did you mean "isOpen"?'],
    [{ fallback: { sell: () => true } }, 'shop: fallback.sell is not a call of this actor; got a function (sell)'],
    [{ fallback: { isOpen: true } }, 'shop: fallback.isOpen must be a function; got true (boolean)'],
    [{ fallbak: {} }, 'shop: fallbak is not an option; got an object. Did you mean "fallback"?'],
  ])('%o is refused', async (options, text) => {
    expect(await refusal(options)).toContain(text)
  })

  it('is refused for the members of a dynamic supervisor, and for a supervisor', async () => {
    const started = async (tree: Parameters<typeof simulatedWithoutStore>[0]): Promise<string> =>
      simulatedWithoutStore(tree).then(
        () => 'started',
        (error: Error) => error.message,
      )
    const misspelt = { fallback: { isOpne: () => true } } as object
    expect(await started(supervisor({}, { shops: dynamicSupervisor(Shop, misspelt) }))).toContain('fallback.isOpne is not')
    expect(await started(supervisor({}, { s: child(supervisor({}, {}), { fallback: {} }) }))).toContain('is only for workers')
  })

  it('is refused by the compiler', () => {
    // @ts-expect-error a cast is not answered
    child(Shop, { fallback: { sell: () => undefined } })
    // @ts-expect-error the reply is a boolean
    child(Shop, { fallback: { isOpen: () => 'yes' } })
    // @ts-expect-error the input is a text
    child(Shop, { fallback: { price: ({ input }: { input: number }) => String(input) } })
    // @ts-expect-error there is no such call
    dynamicSupervisor(Shop, { fallback: { isOpne: () => true } })
    child(Shop, { fallback: { price: ({ input, reason }) => input.toUpperCase() + reason.type, isOpen: async () => false } })
  })
})
