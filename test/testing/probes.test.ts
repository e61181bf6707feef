import { describe, expect, it } from 'vitest'
import { actor, child, dynamicSupervisor, message, refuse, supervisor } from 'coppice'
import { explore, scenario, simulate, stub, type Sim } from 'coppice/testing'

const Bank = actor('bank', {
  initial: (): { charged: number } => {
    throw new Error('there is no bank in a test')
  },
  handlers: ({ call, cast, stream }) => ({
    charge: call(message<{ readonly order: string; readonly cents: number }>(), ({ input }) => ({
      reply: `paid ${input.order}`,
    })),
    audit: cast(message<string>(), () => undefined),
    statements: stream(function* () {
      yield 1
    }),
  }),
})

const Till = actor('till', {
  initial: () => ({ paid: [] as string[] }),
  handlers: ({ cast }) => ({
    order: cast(message<string>(), async ({ state, input, ctx }) => {
      const bank = ctx.ref(Bank, 'bank')
      void bank.cast.audit(input)
      const paid = await bank.call
        .charge({ order: input, cents: 100 })
        .catch((error: Error & { refusal?: string }) => error.refusal)
      return { paid: [...state.paid, paid ?? 'nobody knows'] }
    }),
    orderLater: cast(message<string>(), ({ input, ctx }) => void ctx.sendAfter('10m', 'order', input)),
  }),
})

const tree = supervisor({}, { bank: child(stub(Bank)), till: child(Till) })
type Shop = Sim<ReturnType<(typeof tree)['reference']>>

const inShop = (play: (sim: Shop) => Promise<void>): Promise<void> => simulate(tree, { store: false }, play)

const paidBy = (sim: Pick<Sim<unknown>, 'peek'>): readonly string[] => sim.peek<{ paid: string[] }>('till')?.paid ?? []

describe('probe.expectMessage', () => {
  it('runs the simulation until a message of that name is there, and gives it, typed', async () => {
    await inShop(async (sim) => {
      const bank = sim.probe(sim.tree.bank)
      void sim.tree.till.cast.order('book')
      const charge = await bank.expectMessage('charge', { order: 'book' })
      const { order, cents } = charge.input
      expect([order, cents, charge.kind, charge.sender]).toEqual(['book', 100, 'call', 'till'])
      charge.reply('paid in full')
      expect((await bank.expectMessage()).name).toBe('audit')
      expect(paidBy(sim)).toEqual([])
      await sim.settle()
      expect(paidBy(sim)).toEqual(['paid in full'])
    })
  })

  it('takes each message once, the oldest that fits', async () => {
    await inShop(async (sim) => {
      const bank = sim.probe(sim.tree.bank)
      for (const text of ['a', 'b', 'c']) void sim.tree.bank.cast.audit(text)
      const inputs = [await bank.expectMessage('audit', 'b'), await bank.expectMessage('audit'), await bank.expectMessage()]
      expect(inputs.map(({ input }) => input)).toEqual(['b', 'a', 'c'])
      expect(bank.received.map(({ input }) => input)).toEqual(['a', 'b', 'c'])
    })
  })

  it('says what came in its place, when nothing is scheduled any more', async () => {
    await inShop(async (sim) => {
      const bank = sim.probe(sim.tree.bank)
      void sim.tree.bank.cast.audit('x')
      await expect(bank.expectMessage('charge', { order: 'x' })).rejects.toMatchObject({
        code: 'never-happened',
        message: expect.stringContaining('a message charge {"order":"x"} for bank (unexpected are audit "x") never happened'),
      })
    })
  })

  it('waits for as much virtual time as it takes', async () => {
    await inShop(async (sim) => {
      const bank = sim.probe(sim.tree.bank)
      void sim.tree.till.cast.orderLater('lamp')
      const charge = await bank.expectMessage('charge')
      expect(sim.clock.now()).toBe(600_000)
      charge.reply('paid')
    })
  })
})

describe('probe.expectNoMessage', () => {
  it('is exact: nothing can come any more without time going by, within a time, or at all', async () => {
    await inShop(async (sim) => {
      const bank = sim.probe('bank')
      await bank.expectNoMessage()
      void sim.tree.till.cast.orderLater('lamp')
      await bank.expectNoMessage()
      await bank.expectNoMessage('9m')
      await expect(bank.expectNoMessage('infinity')).rejects.toMatchObject({
        code: 'check-failed',
        actual: [{ name: 'audit' }, { name: 'charge', input: { order: 'lamp', cents: 100 }, sender: 'till' }],
      })
    })
  })

  it('counts what was there before and was not expected', async () => {
    await inShop(async (sim) => {
      const bank = sim.probe('bank')
      void sim.tree.bank.cast.audit('x')
      await sim.settle()
      await expect(bank.expectNoMessage()).rejects.toThrow(
        'bank gets no message; it got {"kind":"cast","name":"audit","input":"x"}',
      )
      await bank.expectMessage('audit')
      await bank.expectNoMessage()
    })
  })
})

describe('the answers of a probe', () => {
  it('are those of the script, in order, for calls that wait and calls that come', async () => {
    await inShop(async (sim) => {
      const bank = sim.probe(sim.tree.bank)
      void sim.tree.till.cast.order('a')
      await sim.settle()
      bank.reply('charge', 'first', 'second')
      void sim.tree.till.cast.order('b')
      await sim.settle()
      expect(paidBy(sim)).toEqual(['first', 'second'])
      expect(bank.received.filter(({ name }) => name === 'charge').map(({ result }) => result)).toEqual([
        { status: 'replied', value: 'first' },
        { status: 'replied', value: 'second' },
      ])
    })
  })

  it('are made by a function, which may refuse, or end the actor', async () => {
    await inShop(async (sim) => {
      const bank = sim.probe(sim.tree.bank)
      bank.autoReply('charge', ({ order, cents }, nth) => {
        if (nth === 2) return refuse('broke')
        if (nth === 3) throw new Error('robbed')
        return `${order} for ${cents}`
      })
      for (const order of ['a', 'b', 'c', 'd']) void sim.tree.till.cast.order(order)
      await sim.settle()
      expect(paidBy(sim)).toEqual(['a for 100', 'broke', 'nobody knows', 'd for 100'])
      expect(sim.app.inspect('bank')?.incarnation).toBe(2)
    })
  })

  it('may refuse by hand, and come once', async () => {
    await inShop(async (sim) => {
      const bank = sim.probe(sim.tree.bank)
      void sim.tree.till.cast.order('a')
      const charge = await bank.expectMessage('charge')
      charge.refuse('broke', { details: { cents: 3 } })
      charge.reply('paid')
      await sim.settle()
      expect(paidBy(sim)).toEqual(['broke'])
      expect(bank.received.at(-1)?.result).toEqual({
        status: 'refused',
        refusal: 'broke',
        message: 'broke',
        details: { cents: 3 },
      })
    })
  })

  it('are none of a caller who has given up, nor of an incarnation that has ended', async () => {
    await inShop(async (sim) => {
      const bank = sim.probe(sim.tree.bank)
      void sim.tree.till.cast.order('a')
      const charge = await bank.expectMessage('charge')
      await sim.kill('bank')
      await sim.settle()
      expect(paidBy(sim)).toEqual(['nobody knows'])
      charge.reply('paid')
      await sim.settle()
      expect(paidBy(sim)).toEqual(['nobody knows'])
    })
  })
})

describe('a probe', () => {
  const Kept = actor('kept', {
    initial: () => ({ n: 0 }),
    handlers: ({ call }) => ({
      add: call(message<number>(), ({ state, input }) => ({ reply: state.n + input, state: { n: state.n + input } })),
    }),
  })

  it('stands in for an actor with code, which has its state when it is released', async () => {
    await simulate(supervisor({}, { kept: child(Kept) }), {}, async (sim) => {
      const { kept } = sim.tree
      await sim.until(kept.call.add(2))
      const probe = sim.probe(kept)
      probe.reply('add', -1)
      expect(await sim.until(kept.call.add(40))).toBe(-1)
      probe.release()
      expect(await sim.until(kept.call.add(1))).toBe(3)
    })
  })

  it('stands in for a durable actor, over the death of the process, and for a member that is started later', async () => {
    const shop = supervisor({}, { kept: child(Kept, { state: 'durable' }), many: dynamicSupervisor(Kept) })
    await simulate(shop, {}, async (sim) => {
      const kept = sim.probe(sim.tree.kept)
      const first = sim.tree.kept.call.add(1)
      const asked = await kept.expectMessage('add')
      asked.reply(10)
      expect(await sim.until(first)).toBe(10)
      await sim.killProcess()
      kept.reply('add', 20)
      expect(await sim.until(sim.tree.kept.call.add(2))).toBe(20)
      expect(kept.received.map(({ input }) => input)).toEqual([1, 2])
      const member = sim.probe(sim.tree.many.get('m'))
      await sim.until(sim.tree.many.start('m'))
      member.reply('add', 7)
      expect(await sim.until(sim.tree.many.get('m').call.add(1))).toBe(7)
    })
  })

  it('hangs and crashes as planned', async () => {
    await inShop(async (sim) => {
      sim.fault({ at: 'message', actor: 'bank', handler: 'audit', nth: 1, do: 'crash', message: 'planned' })
      const bank = sim.probe('bank')
      void sim.tree.bank.cast.audit('x')
      await bank.expectNoMessage()
      expect(sim.events).toContainEqual(expect.objectContaining({ type: 'exited', id: 'bank' }))
    })
  })

  it('is the same in every order that is explored', async () => {
    const orders = scenario({
      tree,
      store: false,
      run: async (sim) => {
        const bank = sim.probe(sim.tree.bank)
        bank.autoReply('charge', ({ order }) => `paid ${order}`)
        void sim.tree.till.cast.order('a')
        void sim.tree.bank.cast.audit('from outside')
        await bank.expectMessage('charge')
        await bank.expectMessage('audit', 'from outside')
        await bank.expectMessage('audit', 'a')
        await bank.expectNoMessage('infinity')
      },
      invariants: { 'the order is paid': (sim) => paidBy(sim).join() === 'paid a' },
    })
    expect((await explore(orders, { bounded: true })).isComplete).toBe(true)
  })
})

it('a stub takes what the other takes, and nothing else', async () => {
  await inShop(async (sim) => {
    expect(Object.keys(sim.tree.bank.cast)).toEqual(['audit'])
    await expect(sim.until(sim.tree.bank.call.charge({ order: 'a', cents: 1 }))).rejects.toMatchObject({ code: 'timeout' })
  })
  expect(() => stub({} as typeof Bank)).toThrow('stub must be given a kind of actor')
})
