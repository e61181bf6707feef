import { describe, expect, it } from 'vitest'
import { actor } from '../../src/behaviors/actor.ts'
import { message } from '../../src/behaviors/schema.ts'
import { seededRandom } from '../../src/runtime/random.ts'
import type { Answer } from '../../src/runtime/requests.ts'
import type { Cut } from '../../src/runtime/cuts/cut.ts'
import { supervisorOf } from '../../src/supervision/trees/supervisor-ref.ts'
import { child, dynamicSupervisor, supervisor } from '../../src/supervision/trees/tree.ts'
import { simulated, simulatedWithoutStore } from '../support/simulated-app.ts'

interface Transfer {
  readonly to: string
  readonly amount: number
}

const Account = actor('account', {
  initial: () => ({ balance: 100 }),
  handlers: ({ call, cast }) => ({
    transfer: cast(message<Transfer>(), ({ state, input: { to, amount }, ctx }) => {
      if (amount % 7 === 0) throw new Error('before the money has left')
      void ctx.cast(to, 'deposit', amount)
      return { balance: state.balance - amount }
    }),
    deposit: cast(message<number>(), ({ state, input }) => ({ balance: state.balance + input })),
    balance: call(({ state }) => ({ reply: state.balance })),
  }),
})

const mortal = { intensity: { restarts: 1_000, within: '1s' } } as const

describe('a cut of actors with and without journals', () => {
  const tree = supervisor(
    {},
    {
      all: supervisor(mortal, {
        journaled: child(Account, { state: 'durable' }),
        checkpointed: child(Account, { state: 'checkpointed', checkpoint: { every: 1 } }),
        volatile: child(Account, { state: 'volatile' }),
        few: dynamicSupervisor(Account, { state: 'durable', ...mortal }),
      }),
    },
  )
  const ids = ['all/journaled', 'all/checkpointed', 'all/volatile', 'all/few/x', 'all/few/y'] as const

  function moneyIn({ members }: Cut): number {
    let money = 0
    for (const { state, mail } of members) {
      money += (state as { balance: number }).balance
      for (const { name, input } of mail) if (name === 'deposit') money += input as number
    }
    return money
  }

  it.each([1, 2, 3, 4])('[C13] has all of their money, and brings it back (schedules of seed %i)', async (base) => {
    for (let round = 0; round < 8; round += 1) {
      const seed = base * 1_000 + round
      const random = seededRandom(seed)
      const sim = await simulated(tree, { seed })
      const { few, journaled, checkpointed, volatile } = sim.tree.all
      const refs = [journaled, checkpointed, volatile, await sim.until(few.start('x')), await sim.until(few.start('y'))] as const
      const group = supervisorOf(sim.tree.all)
      const cuts: Cut[] = [await sim.until(group.cut())]
      for (let step = 0; step < 40; step += 1) {
        const where = `seed ${seed}, step ${step}`
        const from = refs[random.integer(refs.length)] ?? journaled
        const choice = random.integer(12)
        if (choice < 7)
          void from.cast
            .transfer({ to: ids[random.integer(ids.length)] ?? ids[0], amount: 1 + random.integer(30) })
            .catch(() => undefined)
        else if (choice === 7) void sim.app.kill(from)
        else if (choice === 8) {
          if (random.integer(2) === 0) await sim.settle()
        } else if (choice < 11) {
          const cut = await sim.until(group.cut().catch(() => undefined))
          if (cut === undefined) continue
          expect(moneyIn(cut), where).toBe(500)
          cuts.push(cut)
        } else {
          const cut = cuts[random.integer(cuts.length)] ?? cuts[0]
          if (cut !== undefined) await sim.until(group.restore(cut))
        }
      }
      await sim.advance(1_000)
      expect(moneyIn(await sim.until(group.cut())), `seed ${seed}`).toBe(500)
    }
  })
})

describe('a cut', () => {
  it('waits for what is on its way into a journal, whatever the order of things', async () => {
    const tree = supervisor(
      {},
      {
        all: supervisor(mortal, {
          volatile: child(Account, { state: 'volatile' }),
          journaled: child(Account, { state: 'durable' }),
        }),
      },
    )
    for (let seed = 1; seed <= 40; seed += 1) {
      const sim = await simulated(tree, { seed })
      await sim.tree.all.volatile.cast.transfer({ to: 'all/journaled', amount: 10 })
      for (let step = 0; step < seed % 5; step += 1) if (!sim.scheduler.isIdle) sim.scheduler.step()
      const { members } = await sim.until(supervisorOf(sim.tree.all).cut())
      const onTheWay = members.flatMap(({ mail }) => mail.map(({ name, input }) => (name === 'deposit' ? (input as number) : 0)))
      const balances = members.map(({ state }) => (state as { balance: number }).balance)
      const money = [...balances, ...onTheWay].reduce((sum, each) => sum + each, 0)
      expect(money, `seed ${seed}`).toBe(200)
    }
  })
})

describe('what a cut has of an actor without a journal', () => {
  const Ticker = actor('ticker', {
    initial: () => ({ ticks: 0, rings: 0 }),
    handlers: ({ call, cast }) => ({
      begin: cast(({ state, ctx }) => {
        ctx.interval(100, 'tick')
        ctx.sendAfter(250, 'ring')
        return state
      }),
      tick: cast(({ state }) => ({ ...state, ticks: state.ticks + 1 })),
      ring: cast(({ state }) => ({ ...state, rings: state.rings + 1 })),
      read: call(({ state }) => ({ reply: [state.ticks, state.rings] })),
    }),
  })

  it('are its timers, with what is left of them', async () => {
    const sim = await simulatedWithoutStore(supervisor({}, { group: supervisor({}, { a: child(Ticker) }) }))
    const { a } = sim.tree.group
    const group = supervisorOf(sim.tree.group)
    await a.cast.begin()
    await sim.advance(160)
    const cut = await sim.until(group.cut())
    expect(cut.members[0]?.timers.map(({ leftMs, everyMs }) => [leftMs, everyMs])).toEqual([
      [40, 100],
      [90, undefined],
    ])
    await sim.advance(1_000)
    await sim.until(group.restore(cut))
    await sim.advance(35)
    expect(await sim.until(a.call.read())).toEqual([1, 0])
    await sim.advance(10)
    expect(await sim.until(a.call.read())).toEqual([2, 0])
    await sim.advance(50)
    expect(await sim.until(a.call.read())).toEqual([2, 1])
    await sim.advance(100)
    expect(await sim.until(a.call.read())).toEqual([3, 1])
  })

  const Counter = actor('counter', {
    initial: () => ({ count: 0 }),
    handlers: ({ call, cast }) => ({
      next: call(({ state }) => ({ reply: state.count + 1, state: { count: state.count + 1 } })),
      slow: cast(async ({ state, ctx }) => {
        await ctx.sleep(50)
        return state
      }),
      slowNext: call(async ({ state, ctx }) => {
        await ctx.sleep(50)
        return { reply: state.count + 1, state: { count: state.count + 1 } }
      }),
      read: call(({ state }) => ({ reply: state.count })),
    }),
  })
  const Asker = actor('asker', {
    initial: () => ({ told: [] as string[] }),
    handlers: ({ call, cast }) => ({
      ask: cast(message<string>(), ({ state, input, ctx }) => {
        ctx.request(ctx.ref(Counter, input), 'next', undefined, { then: 'told', timeout: 'infinity' })
        return state
      }),
      askSlowly: cast(message<string>(), ({ state, input, ctx }) => {
        ctx.request(ctx.ref(Counter, input), 'slowNext', undefined, { then: 'told', timeout: 'infinity' })
        return state
      }),
      told: cast(message<Answer>(), ({ state, input }) => ({
        told: [...state.told, input.status === 'replied' ? String(input.value) : input.code],
      })),
      read: call(({ state }) => ({ reply: state.told })),
    }),
  })
  it.each(['volatile', 'durable'] as const)('are the requests of a %s actor that wait in the mail', async (state) => {
    const tree = supervisor(
      {},
      { group: supervisor({}, { asker: child(Asker, { state }), counter: child(Counter, { state: 'volatile' }) }) },
    )
    const sim = await simulated(tree)
    const { asker, counter } = sim.tree.group
    const group = supervisorOf(sim.tree.group)
    await counter.cast.slow()
    await sim.settle()
    await sim.until(asker.cast.ask('group/counter'))
    await sim.settle()
    const cut = await sim.until(group.cut())
    expect(cut.members.find(({ id }) => id === 'group/counter')?.mail).toMatchObject([{ name: 'next', asks: { then: 'told' } }])
    for (let times = 0; times < 2; times += 1) {
      await sim.advance(1_000)
      expect(await sim.until(asker.call.read())).toEqual(['1'])
      expect(await sim.until(counter.call.read())).toBe(1)
      await sim.until(group.restore(cut))
    }
  })

  it('are the answers that are given while the cut is taken, and are still on their way', async () => {
    const tree = supervisor({}, { group: supervisor({}, { asker: child(Asker), counter: child(Counter) }) })
    const sim = await simulatedWithoutStore(tree)
    const { asker, counter } = sim.tree.group
    const group = supervisorOf(sim.tree.group)
    await asker.cast.askSlowly('group/counter')
    await sim.settle()
    const cut = await sim.until(group.cut())
    expect(cut.members.map(({ requests, mail }) => [requests.length, mail.length])).toEqual([
      [0, 1],
      [0, 0],
    ])
    await sim.until(group.restore(cut))
    await sim.settle()
    expect([await sim.until(asker.call.read()), await sim.until(counter.call.read())]).toEqual([['1'], 1])
  })

  it.each(['volatile', 'durable'] as const)(
    'are the answers that had not come to a %s actor: it is told that they do not',
    async (state) => {
      const tree = supervisor(
        {},
        { counter: child(Counter, { state: 'volatile' }), group: supervisor({}, { asker: child(Asker, { state }) }) },
      )
      const sim = await simulated(tree)
      const { asker } = sim.tree.group
      const group = supervisorOf(sim.tree.group)
      await sim.tree.counter.cast.slow()
      await sim.settle()
      await sim.until(asker.cast.ask('counter'))
      await sim.settle()
      const cut = await sim.until(group.cut())
      await sim.advance(1_000)
      expect(await sim.until(asker.call.read())).toEqual(['1'])
      await sim.until(group.restore(cut))
      await sim.settle()
      expect(await sim.until(asker.call.read())).toEqual(['unavailable'])
    },
  )

  it('is nothing of what it has spawned, which ends when the group goes back', async () => {
    const Owner = actor('owner', {
      initial: () => ({ helpers: 0 }),
      handlers: ({ call }) => ({
        hire: call(async ({ state, ctx }) => {
          await ctx.spawn(Counter, `helper-${state.helpers}`, undefined)
          return { reply: 'hired', state: { helpers: state.helpers + 1 } }
        }),
      }),
    })
    const sim = await simulatedWithoutStore(supervisor({}, { group: supervisor({}, { owner: child(Owner) }) }))
    const group = supervisorOf(sim.tree.group)
    await sim.until(sim.tree.group.owner.call.hire())
    const cut = await sim.until(group.cut())
    expect(cut.members.map(({ id }) => id)).toEqual(['group/owner'])
    await sim.until(group.restore(cut))
    expect(sim.app.running().filter((id) => id.startsWith('group/'))).toEqual(['group/owner'])
    expect(await sim.until(sim.tree.group.owner.call.hire())).toBe('hired')
  })
})
