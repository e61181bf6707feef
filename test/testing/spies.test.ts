import { describe, expect, it } from 'vitest'
import { actor, child, dynamicSupervisor, message, noReply, refuse, supervisor } from 'coppice'
import { simulate, type Sim } from 'coppice/testing'

const Bank = actor('bank', {
  initial: () => ({ cents: 100 }),
  handlers: ({ call, cast }) => ({
    take: call(message<number>(), ({ state, input }) => {
      if (input > state.cents) return refuse('poor')
      if (input < 0) throw new Error('what is this?')
      return { reply: state.cents - input, state: { cents: state.cents - input } }
    }),
    note: cast(message<{ text: string }>(), ({ input }) => {
      input.text = 'changed'
    }),
  }),
})

const Till = actor('till', {
  initial: () => ({}),
  handlers: ({ cast }) => ({
    sell: cast(message<number>(), async ({ input, ctx }) => {
      const bank = ctx.ref(Bank, 'bank')
      await bank.cast.note({ text: `${input}` })
      await bank.call.take(input).catch(() => undefined)
    }),
    watch: cast(({ ctx }) => void ctx.monitor('bank')),
  }),
})

const tree = supervisor({}, { bank: child(Bank), till: child(Till) })
type Shop = Sim<ReturnType<(typeof tree)['reference']>>

const inShop = (play: (sim: Shop) => Promise<void>): Promise<void> => simulate(tree, { store: false }, play)

describe('sim.spy', () => {
  it('writes down what is received, answered, refused and thrown', async () => {
    await inShop(async (sim) => {
      const bank = sim.spy(sim.tree.bank)
      for (const cents of [30, 200, -1]) void sim.tree.till.cast.sell(cents)
      await sim.settle()
      const takes = bank.received.filter((one) => one.name === 'take')
      expect(takes.map(({ input, sender, incarnation, result }) => ({ input, sender, incarnation, result }))).toEqual([
        { input: 30, sender: 'till', incarnation: 1, result: { status: 'replied', value: 70 } },
        {
          input: 200,
          sender: 'till',
          incarnation: 1,
          result: { status: 'refused', refusal: 'poor', message: 'poor', details: undefined },
        },
        { input: -1, sender: 'till', incarnation: 1, result: { status: 'thrown', error: new Error('what is this?') } },
      ])
    })
  })

  it('shows what was sent as it was, whatever its handler does with it', async () => {
    await inShop(async (sim) => {
      const bank = sim.spy(sim.tree.bank)
      void sim.tree.bank.cast.note({ text: 'a' })
      await sim.settle()
      expect(bank.received).toMatchObject([{ kind: 'cast', name: 'note', input: { text: 'a' }, sender: undefined }])
      expect(bank.received[0]?.result).toEqual({ status: 'handled' })
      bank.clear()
      expect(bank.received).toEqual([])
    })
  })

  it('writes down an answer that comes after its turn, and is open until then', async () => {
    const Slow = actor('slow', {
      initial: () => ({}),
      handlers: ({ call }) => ({
        ask: call(({ ctx }) => {
          const later = ctx.defer()
          ctx.setTimeout(() => later.reply('late'), '1m')
          return noReply()
        }),
      }),
    })
    await simulate(supervisor({}, { slow: child(Slow) }), { store: false }, async (sim) => {
      const slow = sim.spy(sim.tree.slow)
      const asked = sim.tree.slow.call.ask({ timeout: 'infinity' })
      await sim.settle()
      expect(slow.received).toMatchObject([{ result: { status: 'open' } }])
      await sim.until(asked)
      expect(slow.received).toMatchObject([{ result: { status: 'replied', value: 'late' } }])
      const lost = sim.tree.slow.call.ask({ timeout: 'infinity' }).catch((error: { code: string }) => error.code)
      await sim.settle()
      await sim.kill('slow')
      expect(await sim.until(lost)).toBe('crashed')
      expect(slow.received[1]?.result).toMatchObject({ status: 'thrown', error: { code: 'crashed' } })
    })
  })

  it('writes down what is sent, whether it arrives or not, and what the runtime tells', async () => {
    const durable = supervisor({}, { bank: child(Bank), till: child(Till, { state: 'durable' }) })
    for (const [shop, kinds] of [
      [tree, ['cast note', 'call take']],
      [durable, ['cast note']],
    ] as const)
      await simulate(shop, {}, async (sim) => {
        const till = sim.spy(sim.tree.till)
        void sim.tree.till.cast.sell(1)
        void sim.tree.till.cast.watch()
        await sim.settle()
        await sim.kill('bank')
        await sim.settle()
        expect(till.sent.map(({ kind, name }) => `${kind} ${name}`)).toEqual(kinds)
        expect(till.sent[0]).toEqual({ kind: 'cast', to: 'bank', name: 'note', input: { text: '1' } })
        expect(till.notices).toMatchObject([{ name: 'down', input: { id: 'bank', reason: { type: 'killed' } } }])
      })
  })

  it('goes on over restarts and the death of the process, and tells nothing twice', async () => {
    const durable = supervisor({}, { bank: child(Bank, { state: 'durable' }), many: dynamicSupervisor(Bank) })
    await simulate(durable, {}, async (sim) => {
      const bank = sim.spy('bank')
      const member = sim.spy(sim.tree.many.get('m'))
      await sim.until(sim.tree.bank.call.take(1))
      sim.fault({ at: 'checkpoint', actor: 'bank', nth: 1, do: 'tear' })
      await sim.until(sim.tree.bank.call.take(2))
      await sim.killProcess()
      expect(sim.events).toContainEqual(expect.objectContaining({ type: 'recovering', id: 'bank', replayed: 1 }))
      await sim.until(sim.tree.bank.call.take(3))
      expect(bank.received.map(({ input, incarnation }) => [input, incarnation])).toEqual([
        [1, 1],
        [2, 1],
        [3, 2],
      ])
      await sim.until(sim.tree.many.start('m'))
      await sim.until(sim.tree.many.get('m').call.take(3))
      expect(member.received.map(({ input }) => input)).toEqual([3])
    })
  })

  it('changes no order', async () => {
    const run = (seed: number, isSpied: boolean): Promise<string> =>
      simulate(tree, { store: false, seed }, async (sim) => {
        if (isSpied) for (const id of ['bank', 'till']) sim.spy(id)
        for (const cents of [1, 2, 3]) {
          void sim.tree.till.cast.sell(cents)
          void sim.tree.bank.call.take(cents)
        }
        await sim.settle()
        return sim.schedule
      })
    for (const seed of [1, 2, 3, 4, 5]) expect(await run(seed, true)).toBe(await run(seed, false))
  })

  it('is typed by the protocol', async () => {
    await inShop(async (sim) => {
      const [first] = sim.spy(sim.tree.bank).received
      if (first?.name === 'take') {
        const cents: number = first.input
        // @ts-expect-error -- it is a number
        const text: string = first.input
        expect([cents, text]).toBeDefined()
      }
      // @ts-expect-error -- there is no such message
      if (first?.name === 'give') expect(first).toBeUndefined()
      await sim.settle()
    })
  })
})
