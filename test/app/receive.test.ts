import { actor, child, message, supervisor, type Received, type WantedMessages } from 'coppice'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { lives, simulated, simulatedWithoutStore } from '../support/simulated-app.ts'

type Wish = string | readonly string[] | WantedMessages | ((message: Received) => boolean)

const Waiter = actor('waiter', {
  initial: () => ({ got: [] as unknown[] }),
  handlers: ({ call, cast }) => ({
    n: cast(message<number>(), ({ state, input }) => ({ got: [...state.got, input] })),
    m: cast(message<string>(), ({ state, input }) => ({ got: [...state.got, input] })),
    ask: call(message<number>(), ({ input }) => ({ reply: `own turn ${input}` })),
    take: call(message<{ wish: Wish; timeout?: number }>(), async ({ input: { wish, timeout = 1_000 }, state, ctx }) => {
      // The wish has one of three types; which of them, no overload needs to know.
      const { kind, name, input, reply } = await ctx.receive(wish as string, { timeout })
      reply(`taken ${String(input)}`)
      return { reply: [kind, name, input], state: { got: [...state.got, `taken ${String(input)}`] } }
    }),
    takeAndCrash: cast(async ({ ctx }) => {
      await ctx.receive(['m', 'ask'])
      throw new Error('after taking')
    }),
    takeForEver: cast(async ({ ctx }) => void (await ctx.receive('m', { timeout: 'infinity' }))),
    takeTwice: call(async ({ ctx }) => ({ reply: await Promise.allSettled([ctx.receive('m'), ctx.receive('m')]) })),
    leave: call(({ ctx }) => {
      ctx.receive('m').catch((error: { readonly code?: string }) => ctx.sendSelf('m', error.code))
      return { reply: 'left' }
    }),
    got: call(({ state }) => ({ reply: state.got })),
  }),
})

const begin = (state: 'volatile' | 'durable' = 'volatile') =>
  simulated(
    supervisor(
      { intensity: { restarts: 100, within: '1h' } },
      { waiter: child(Waiter, { state, shutdown: '1h', ...(state === 'durable' && { maxAttempts: 1 }) }) },
    ),
  )

describe('ctx.receive', () => {
  it('[A4] takes the one message that matches out of the middle, and leaves the others in their order', async () => {
    const { tree, until } = await begin()
    const taken = tree.waiter.call.take({ wish: 'm' })
    for (const n of [1, 2, 3, 4]) void tree.waiter.cast.n(n)
    void tree.waiter.cast.m('M')
    for (const n of [5, 6, 7, 8]) void tree.waiter.cast.n(n)
    expect(await until(taken)).toEqual(['cast', 'm', 'M'])
    expect(await until(tree.waiter.call.got())).toEqual(['taken M', 1, 2, 3, 4, 5, 6, 7, 8])
  })

  it('waits for one that is still to come', async () => {
    const { tree, until, advance } = await begin()
    const taken = tree.waiter.call.take({ wish: (one: Received) => one.kind === 'cast' && one.input === 2 })
    await advance(500)
    for (const n of [1, 2, 3]) void tree.waiter.cast.n(n)
    expect(await until(taken)).toEqual(['cast', 'n', 2])
    expect(await until(tree.waiter.call.got())).toEqual(['taken 2', 1, 3])
  })

  it('holds messages against their schemas, and gives what those make of them', async () => {
    const even = {
      '~standard': {
        version: 1 as const,
        vendor: 'test',
        validate: (value: unknown) =>
          typeof value === 'number' && value % 2 === 0 ? { value: value / 2 } : { issues: [{ message: 'odd' }] },
      },
    }
    const { tree, until } = await begin()
    const taken = tree.waiter.call.take({ wish: { n: even, m: message<string>() } })
    for (const n of [1, 6, 3]) void tree.waiter.cast.n(n)
    expect(await until(taken)).toEqual(['cast', 'n', 3])
    expect(await until(tree.waiter.call.got())).toEqual(['taken 3', 1, 3])
  })

  it('takes calls too, which are answered by hand', async () => {
    const { tree, until } = await begin()
    const taken = tree.waiter.call.take({ wish: ['m', 'ask'] })
    const [first, second] = [tree.waiter.call.ask(1), tree.waiter.call.ask(2)]
    expect(await until(taken)).toEqual(['call', 'ask', 1])
    expect(await until(Promise.all([first, second]))).toEqual(['taken 1', 'own turn 2'])
  })

  it('rejects when none has come in time, and takes none then', async () => {
    const { tree, until, app } = await begin()
    const late = tree.waiter.call.take({ wish: 'm', timeout: 300 })
    await expect(until(late)).rejects.toMatchObject({ code: 'crashed', cause: { code: 'receive-timeout', timeoutMs: 300 } })
    expect(app.inspect('waiter')?.incarnation).toBe(2)
    void tree.waiter.cast.m('later')
    expect(await until(tree.waiter.call.got())).toEqual(['later'])
  })

  it('waits no longer than the caller does', async () => {
    const { tree, until, clock, app } = await begin()
    const late = tree.waiter.call.take({ wish: 'm', timeout: 10_000 }, { timeout: '2s' })
    // Both are over at the same moment: who is first is nobody's promise.
    const { code } = await until(late.then(() => ({ code: 'none' })).catch((error: Error & { code: string }) => error))
    expect(['timeout', 'crashed']).toContain(code)
    expect(clock.now()).toBe(2_000)
    await until(tree.waiter.call.got())
    expect(app.lastExit('waiter')?.reason).toMatchObject({ error: { code: 'receive-timeout' } })
  })

  it('with a time-out of 0 takes what is there', async () => {
    const { tree, until } = await begin()
    const taken = tree.waiter.call.take({ wish: 'm', timeout: 0 })
    void tree.waiter.cast.m('there')
    expect(await until(taken)).toEqual(['cast', 'm', 'there'])
    await expect(until(tree.waiter.call.take({ wish: 'm', timeout: 0 }))).rejects.toMatchObject({ code: 'crashed' })
  })

  it('loses what it has taken with the turn that crashes: a dead letter, a caller that is told or tried again', async () => {
    const { tree, until, settle, app } = await begin()
    void tree.waiter.cast.takeAndCrash()
    void tree.waiter.cast.n(1)
    void tree.waiter.cast.m('lost')
    await settle()
    expect(app.deadLetters().map(({ message: { name }, cause }) => [name, cause])).toEqual([
      ['m', 'crashed'],
      ['takeAndCrash', 'crashed'],
    ])
    void tree.waiter.cast.takeAndCrash()
    const [lost, again] = [tree.waiter.call.ask(1), tree.waiter.call.ask(2, { retries: 1 })]
    await expect(until(lost)).rejects.toMatchObject({ code: 'crashed', handler: 'ask' })
    expect(await until(again)).toBe('own turn 2')
    void tree.waiter.cast.takeAndCrash()
    const retried = tree.waiter.call.ask(3, { retries: 1 })
    void tree.waiter.cast.n(2)
    expect(await until(retried)).toBe('own turn 3')
    expect(await until(tree.waiter.call.got())).toEqual([1, 2])
  })

  it.each([
    ['its supervisor stops it', 'shutdown'],
    ['it is asked to stop', 'normal'],
    ['it is killed', 'killed'],
  ] as const)('is not waited for when %s', async (how, reason) => {
    const { tree, until, settle, app, events, clock } = await begin()
    void tree.waiter.cast.takeForEver()
    void tree.waiter.cast.n(1)
    await settle()
    if (how === 'it is killed') await until(app.kill('waiter', { restart: false }))
    else if (how === 'it is asked to stop') await until(tree.waiter.stop(undefined, { restart: false }))
    else await until(app.stop())
    expect(lives(events)).toContain(`waiter#1 exited ${reason}`)
    expect(clock.now()).toBe(0)
  })

  it('waits for one message after the other, and ends with its turn', async () => {
    const { tree, until, settle } = await begin()
    const twice = tree.waiter.call.takeTwice()
    await settle()
    void tree.waiter.cast.m('one')
    expect(await until(twice)).toMatchObject([{ value: { input: 'one' } }, { reason: { code: 'receive' } }])
    expect(await until(tree.waiter.call.leave())).toBe('left')
    await settle()
    expect(await until(tree.waiter.call.got())).toEqual(['receive'])
  })

  it('refuses what it cannot do', async () => {
    const { tree, until, app } = await begin()
    await expect(until(tree.waiter.call.take({ wish: 7 as unknown as Wish }))).rejects.toThrow(
      'receive must be given names with schemas, names, or a function',
    )
    const durable = await begin('durable')
    await expect(durable.until(durable.tree.waiter.call.take({ wish: 'm' }))).rejects.toMatchObject({ code: 'crashed' })
    expect(durable.app.lastExit('waiter')?.reason).toMatchObject({ error: { code: 'durable-turn' } })
    expect(app.lastExit('waiter')?.reason).toMatchObject({ error: { code: 'configuration' } })
  })

  it('is typed by the names of the messages', async () => {
    const Typed = actor('typed', {
      initial: () => ({}),
      handlers: ({ call, cast }) => ({
        paid: cast(message<{ amount: number }>(), () => undefined),
        cancelled: cast(() => undefined),
        wait: call(async ({ ctx }) => {
          const told = await ctx.receive(
            { paid: message<{ amount: number }>(), cancelled: message<undefined>() },
            { timeout: '1s' },
          )
          expectTypeOf(told.name).toEqualTypeOf<'paid' | 'cancelled'>()
          if (told.name === 'cancelled') return { reply: 0 }
          expectTypeOf(told.input).toEqualTypeOf<{ amount: number }>()
          return { reply: told.input.amount }
        }),
        names: call(async ({ ctx }) => {
          expectTypeOf((await ctx.receive(['paid', 'cancelled'])).name).toEqualTypeOf<'paid' | 'cancelled'>()
          // @ts-expect-error -- a wish is a name, names with schemas, or a function
          await ctx.receive(7)
          return { reply: 0 }
        }),
      }),
    })
    const { tree, until } = await simulatedWithoutStore(supervisor({}, { typed: child(Typed) }))
    const paid = tree.typed.call.wait()
    void tree.typed.cast.paid({ amount: 3 })
    expect(await until(paid)).toBe(3)
  })
})
