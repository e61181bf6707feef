import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { actor } from '../../src/behaviors/actor.ts'
import { message } from '../../src/behaviors/schema.ts'
import { simulatedSystem } from '../../src/app/simulated-system.ts'
import { cutFromText, cutToText } from '../../src/persistence/cut-text.ts'
import { memory } from '../../src/persistence/memory-store.ts'
import { seededRandom } from '../../src/runtime/random.ts'
import type { Cut } from '../../src/runtime/cuts/cut.ts'
import type { Store } from '../../src/runtime/persistence.ts'
import { settlePromises } from '../../src/simulation/settle.ts'
import { supervisorOf } from '../../src/supervision/trees/supervisor-ref.ts'
import { child, dynamicSupervisor, supervisor } from '../../src/supervision/trees/tree.ts'
import { eventsOf, simulated, simulatedWithoutStore, type SimulatedApp } from '../support/simulated-app.ts'

interface Transfer {
  readonly to: string
  readonly amount: number
}

/** Money leaves in one turn and arrives in another. */
const Account = actor('account', {
  initial: () => ({ balance: 100, turns: 0 }),
  handlers: ({ call, cast }) => ({
    transfer: cast(message<Transfer>(), ({ state, input: { to, amount }, ctx }) => {
      void ctx.cast(to, 'deposit', amount)
      if (amount % 7 === 0) throw new Error('the turn is dropped, and the money has not left')
      return { balance: state.balance - amount, turns: state.turns + 1 }
    }),
    deposit: cast(message<number>(), ({ state, input }) => ({ balance: state.balance + input, turns: state.turns + 1 })),
    pay: call(message<number>(), ({ state, input }) => ({
      reply: state.turns,
      state: { ...state, balance: state.balance - input },
    })),
    later: cast(message<Transfer & { readonly after: number }>(), ({ state, input: { to, amount, after }, ctx }) => {
      ctx.sendAfter(after, 'transfer', { to, amount })
      return { ...state, turns: state.turns + 1 }
    }),
    slow: cast(async ({ state, ctx }) => {
      await ctx.sleep(100)
      return state
    }),
    balance: call(({ state }) => ({ reply: state.balance })),
    turns: call(({ state }) => ({ reply: state.turns })),
  }),
})

const durable = { state: 'durable' } as const
const mortal = { intensity: { restarts: 1_000, within: '1s' } } as const

const bank = (options: object = {}) =>
  supervisor(
    {},
    {
      accounts: supervisor(
        { ...mortal, ...options },
        {
          a: child(Account, durable),
          b: child(Account, durable),
          inner: supervisor(mortal, { c: child(Account, durable) }),
        },
      ),
    },
  )

type Bank = SimulatedApp<ReturnType<typeof bank> extends { reference: (...given: never[]) => infer Tree } ? Tree : never>

const names = ['accounts/a', 'accounts/b', 'accounts/inner/c'] as const
const refsOf = ({ tree }: Bank) => [tree.accounts.a, tree.accounts.b, tree.accounts.inner.c] as const

function moneyIn({ members }: Cut): number {
  const sums = members.map(({ state, mail, timers }) => {
    const onTheWay = mail.filter(({ name }) => name === 'deposit').map(({ input }) => input as number)
    expect(timers.every(({ envelope }) => envelope.name === 'transfer')).toBe(true)
    return onTheWay.reduce((sum, amount) => sum + amount, (state as { balance: number }).balance)
  })
  return sums.reduce((sum, part) => sum + part, 0)
}

async function balancesOf(sim: Bank): Promise<readonly number[]> {
  const balances: number[] = []
  for (const ref of refsOf(sim)) balances.push(await sim.until(ref.call.balance()))
  return balances
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

describe('going back to a cut of actors with journals', () => {
  it('[C13] gives each its state again, and its journal the mail that it had', async () => {
    const sim = await simulated(bank())
    const { a, b } = sim.tree.accounts
    const group = supervisorOf(sim.tree.accounts)
    await sim.until(a.cast.transfer({ to: 'accounts/b', amount: 10 }))
    const cut = await sim.until(group.cut())
    expect(moneyIn(cut)).toBe(300)
    await sim.until(b.cast.transfer({ to: 'accounts/a', amount: 60 }))
    await sim.settle()
    expect(await balancesOf(sim)).toEqual([150, 50, 100])
    await sim.until(group.restore(cut))
    await sim.settle()
    expect(await balancesOf(sim)).toEqual([90, 110, 100])
    await sim.until(sim.app.kill(a))
    expect(await balancesOf(sim)).toEqual([90, 110, 100])
  })

  it('is what the process that dies after it comes back with', async () => {
    const store = memory()
    const sim = await simulated(bank(), { store })
    const { a, b } = sim.tree.accounts
    const group = supervisorOf(sim.tree.accounts)
    const cut = await sim.until(group.cut())
    for (let n = 0; n < 3; n += 1) await sim.until(a.cast.transfer({ to: 'accounts/b', amount: 10 }))
    await sim.settle()
    await sim.until(group.restore(cut))
    const next = await simulated(bank(), { store })
    expect(await balancesOf(next)).toEqual([100, 100, 100])
    // Nothing older can be fallen back to.
    await next.until(next.tree.accounts.a.cast.transfer({ to: 'accounts/b', amount: 1 }))
    await next.settle()
    expect(await balancesOf(next)).toEqual([99, 101, 100])
    void b
  })

  it('keeps what others have sent and nobody has handled, behind its mail, with those who wait for it', async () => {
    const sim = await simulated(bank())
    const { a } = sim.tree.accounts
    const group = supervisorOf(sim.tree.accounts)
    const cut = await sim.until(group.cut())
    await sim.until(a.cast.slow())
    const asked = a.call.pay(5)
    await sim.settle()
    await sim.until(group.restore(cut))
    expect(await sim.until(asked)).toBe(0)
    expect(await balancesOf(sim)).toEqual([95, 100, 100])
  })

  it('lets a key be given again whose message was undone, and tells the same again of one that was not', async () => {
    const sim = await simulated(bank())
    const { a } = sim.tree.accounts
    const group = supervisorOf(sim.tree.accounts)
    const before = await sim.until(a.call.pay(1, { id: 'before' }))
    await sim.until(a.cast.deposit(0))
    await sim.settle()
    const cut = await sim.until(group.cut())
    await sim.until(a.call.pay(10, { id: 'after' }))
    await sim.until(group.restore(cut))
    await sim.until(a.call.pay(10, { id: 'after' }))
    expect(await sim.until(a.call.pay(1, { id: 'before' }))).toBe(before)
    expect(await balancesOf(sim)).toEqual([89, 100, 100])
  })

  it('keeps timers with what is left of them', async () => {
    const sim = await simulated(bank())
    const { a } = sim.tree.accounts
    const group = supervisorOf(sim.tree.accounts)
    await sim.until(a.cast.later({ to: 'accounts/b', amount: 10, after: 1_000 }))
    await sim.advance(400)
    const cut = await sim.until(group.cut())
    expect(cut.members[0]?.timers).toMatchObject([{ leftMs: 600, envelope: { name: 'transfer' } }])
    await sim.advance(5_000)
    expect(await balancesOf(sim)).toEqual([90, 110, 100])
    await sim.until(group.restore(cut))
    await sim.advance(500)
    expect(await balancesOf(sim)).toEqual([100, 100, 100])
    await sim.advance(100)
    expect(await balancesOf(sim)).toEqual([90, 110, 100])
  })

  it('tells when the store does not take it, and each comes back with what it had', async () => {
    const inner = memory()
    let isBroken = false
    const store: Store = {
      open: async (world) => {
        const persistence = await inner.open(world)
        const goBack: typeof persistence.goBack = (order) =>
          isBroken ? Promise.reject(new Error('the disk is full')) : persistence.goBack(order)
        return Object.assign(Object.create(persistence) as typeof persistence, { goBack })
      },
    }
    const sim = await simulated(bank(), { store })
    const group = supervisorOf(sim.tree.accounts)
    const cut = await sim.until(group.cut())
    await sim.until(sim.tree.accounts.a.cast.transfer({ to: 'accounts/b', amount: 10 }))
    await sim.settle()
    isBroken = true
    await expect(sim.until(group.restore(cut))).rejects.toMatchObject({
      code: 'no_cut',
      problem: 'store',
      cause: { message: 'the disk is full' },
    })
    expect(await balancesOf(sim)).toEqual([90, 110, 100])
    isBroken = false
    await sim.until(group.restore(cut))
    expect(await balancesOf(sim)).toEqual([100, 100, 100])
  })

  it("happens by itself with groupRestore: 'cut', and tells where the store does not take it", async () => {
    const tree = bank({ strategy: 'one_for_all', groupRestore: 'cut' })
    const sim = await simulated(tree)
    await sim.settle()
    const { a } = sim.tree.accounts
    await sim.until(a.cast.transfer({ to: 'accounts/b', amount: 10 }))
    await sim.settle()
    await sim.until(sim.app.kill(a))
    await sim.settle()
    expect(await balancesOf(sim)).toEqual([100, 100, 100])
    expect(eventsOf(sim.events, 'no cut')).toEqual([])
  })
})

describe('going back to a cut of members that come and go', () => {
  const tree = supervisor({}, { all: supervisor({}, { few: dynamicSupervisor(Account, durable) }) })
  const own = supervisor({}, { few: dynamicSupervisor(Account, durable) })

  it('ends those that were born after it, and starts those again that are gone', async () => {
    const store = memory()
    const sim = await simulated(tree, { store })
    const { few } = sim.tree.all
    const x = await sim.until(few.start('x'))
    await sim.until(few.start('y'))
    await sim.until(x.cast.transfer({ to: 'all/few/y', amount: 10 }))
    const group = supervisorOf(sim.tree.all)
    const cut = await sim.until(group.cut())
    expect(cut.groups).toEqual([
      {
        supervisor: 'all/few',
        members: [
          { key: 'x', args: undefined },
          { key: 'y', args: undefined },
        ],
      },
    ])
    await sim.until(few.stop('y'))
    const z = await sim.until(few.start('z'))
    await sim.until(z.cast.deposit(1))
    await sim.until(group.restore(cut))
    await sim.settle()
    const there = () => sim.app.running().filter((id) => id.startsWith('all/few/'))
    expect(there()).toEqual(['all/few/x', 'all/few/y'])
    const y = await sim.until(few.start('y').catch(() => sim.tree.all.few.get('y')))
    expect([await sim.until(x.call.balance()), await sim.until(y.call.balance())]).toEqual([90, 110])
    // The next process has the same ones, and a stranger that is started again begins anew.
    const next = await simulated(tree, { store })
    expect(next.app.running().filter((id) => id.startsWith('all/few/'))).toEqual(['all/few/x', 'all/few/y'])
    const again = await next.until(next.tree.all.few.start('z'))
    expect(await next.until(again.call.balance())).toBe(100)
  })

  it('does so for the members of the very supervisor that goes back', async () => {
    const store = memory()
    const sim = await simulated(own, { store })
    const { few } = sim.tree
    for (const key of ['x', 'y']) await sim.until(few.start(key))
    const group = supervisorOf(few)
    const cut = await sim.until(group.cut())
    for (const key of ['x', 'y']) await sim.until(few.stop(key))
    await sim.until(few.start('z'))
    await sim.until(group.restore(cut))
    expect(sim.app.running().filter((id) => id.startsWith('few/'))).toEqual(['few/x', 'few/y'])
    const next = await simulated(own, { store })
    expect(next.app.running().filter((id) => id.startsWith('few/'))).toEqual(['few/x', 'few/y'])
  })
})

describe('money in journals', () => {
  it.each([1, 2, 3, 4, 5, 6])(
    '[C13] is the same in every cut and after every way back, with crashes and deaths of the process (schedules of seed %i)',
    async (base) => {
      for (let round = 0; round < 8; round += 1) {
        const seed = base * 1_000 + round
        const random = seededRandom(seed)
        const store = memory()
        let sim: Bank = await simulated(bank(), { seed, store })
        const cuts: Cut[] = [await sim.until(supervisorOf(sim.tree.accounts).cut())]
        for (let step = 0; step < 40; step += 1) {
          const where = `seed ${seed}, step ${step}`
          const group = supervisorOf(sim.tree.accounts)
          const from = refsOf(sim)[random.integer(3)] ?? refsOf(sim)[0]
          const to = names[random.integer(3)] ?? names[0]
          const choice = random.integer(12)
          if (choice < 5) void from.cast.transfer({ to, amount: 1 + random.integer(30) }).catch(() => undefined)
          else if (choice === 5)
            void from.cast.later({ to, amount: 1 + random.integer(6), after: random.integer(200) }).catch(() => undefined)
          else if (choice === 6) void sim.app.kill(from)
          else if (choice === 7) await sim.advance(random.integer(80))
          else if (choice === 8 || choice === 9) {
            const cut = await sim.until(group.cut().catch(() => undefined))
            if (cut === undefined) continue
            expect(moneyIn(cut), where).toBe(300)
            cuts.push(cut)
          } else if (choice === 10) {
            const cut = cuts[random.integer(cuts.length)] ?? cuts[0]
            if (cut !== undefined) await sim.until(group.restore(cut))
          } else {
            for (let each = random.integer(20); each > 0 && !sim.scheduler.isIdle; each -= 1) sim.scheduler.step()
            await settlePromises()
            sim = await simulated(bank(), { seed: seed + step, store, clock: sim.clock })
          }
        }
        await sim.advance(10_000)
        expect(sum(await balancesOf(sim)), `seed ${seed}`).toBe(300)
      }
    },
  )

  it('[C13] is all of the cut or nothing of it, whatever the step of the way back after which the process dies', async () => {
    const outcomes = new Set<string>()
    let isOver = false
    for (let steps = 0; !isOver; steps += 1) {
      const store = memory()
      const sim = await simulated(bank(), { store, seed: 5 })
      const group = supervisorOf(sim.tree.accounts)
      for (const ref of refsOf(sim)) await sim.until(ref.cast.transfer({ to: 'accounts/b', amount: 5 }))
      const cut = await sim.until(group.cut())
      for (const ref of refsOf(sim)) await sim.until(ref.cast.transfer({ to: 'accounts/a', amount: 20 }))
      await sim.settle()
      let hasSettled = false
      void group.restore(cut).then(() => (hasSettled = true))
      for (let step = 0; step < steps; step += 1) {
        await settlePromises()
        if (!sim.scheduler.isIdle) sim.scheduler.step()
        else isOver = true
      }
      await settlePromises()
      const next = await simulated(bank(), { store, seed: 6, clock: sim.clock })
      await next.settle()
      const told = JSON.stringify(await balancesOf(next))
      outcomes.add(told)
      expect(['[135,90,75]', '[95,110,95]'], `${steps} steps`).toContain(told)
      if (hasSettled) expect(told, `${steps} steps`).toBe('[95,110,95]')
    }
    expect(outcomes.size).toBe(2)
  })

  it('is that in SQLite too, whose process dies at every step', async () => {
    const outcomes = new Set<string>()
    let isOver = false
    for (let steps = 0; !isOver; steps += 1) {
      await using sim = await simulatedSystem(bank(), { seed: 3, allowReal: true })
      const { a, b } = sim.tree.accounts
      const group = supervisorOf(sim.tree.accounts)
      await sim.until(a.cast.transfer({ to: 'accounts/b', amount: 5 }))
      const cut = await sim.until(group.cut())
      await sim.until(b.cast.transfer({ to: 'accounts/a', amount: 20 }))
      await sim.settle()
      void group.restore(cut).catch(() => undefined)
      for (let step = 0; step < steps; step += 1) {
        await settlePromises()
        if (!sim.scheduler.isIdle) sim.scheduler.step()
        else isOver = true
      }
      await sim.restart()
      await sim.settle()
      const told = JSON.stringify(await balancesOf(sim as unknown as Bank))
      outcomes.add(told)
      expect(['[115,85,100]', '[95,105,100]'], `${steps} steps`).toContain(told)
    }
    expect(outcomes.size).toBe(2)
  })
})

describe('a cut that is kept', () => {
  it('[C13] is gone back to in the next process, from the store or as text', async () => {
    for (const how of ['store', 'text'] as const) {
      const store = memory()
      const sim = await simulated(bank(), { store })
      const { a } = sim.tree.accounts
      await sim.until(a.cast.transfer({ to: 'accounts/b', amount: 10 }))
      const cut = await sim.until(supervisorOf(sim.tree.accounts).cut())
      const text = cutToText(cut)
      await sim.until(sim.app.cuts.save('nightly', cut))
      await sim.until(a.cast.transfer({ to: 'accounts/inner/c', amount: 50 }))
      await sim.settle()
      const next = await simulated(bank(), { store })
      expect(await balancesOf(next)).toEqual([40, 110, 150])
      const kept = how === 'text' ? cutFromText(text) : await next.until(next.app.cuts.load('nightly'))
      if (kept === undefined) throw new Error('it is not there')
      await next.until(supervisorOf(next.tree.accounts).restore(kept))
      await next.settle()
      expect(await balancesOf(next)).toEqual([90, 110, 100])
      const last = await simulated(bank(), { store })
      expect(await balancesOf(last)).toEqual([90, 110, 100])
      expect([await last.until(last.app.cuts.forget('nightly')), await last.until(last.app.cuts.forget('nightly'))]).toEqual([
        true,
        false,
      ])
      expect(await last.until(last.app.cuts.load('nightly'))).toBeUndefined()
    }
  })

  it('can be gone back to on another store, whose numbers are others', async () => {
    const sim = await simulated(bank())
    await sim.until(sim.tree.accounts.a.cast.transfer({ to: 'accounts/b', amount: 10 }))
    const cut = { ...(await sim.until(supervisorOf(sim.tree.accounts).cut())), storeId: 'of another machine' }
    const other = await simulated(bank())
    for (let n = 0; n < 5; n += 1) await other.until(other.tree.accounts.b.call.pay(1, { id: `${n}` }))
    await other.until(supervisorOf(other.tree.accounts).restore(cut))
    await other.settle()
    expect(await balancesOf(other)).toEqual([90, 110, 100])
  })

  it('is refused where it was damaged, and never one that was kept before it', async () => {
    const database = new DatabaseSync(':memory:')
    await using sim = await simulatedSystem(bank(), { store: database, allowReal: true })
    const cut = await sim.until(supervisorOf(sim.tree.accounts).cut())
    await sim.until(sim.app.cuts.save('it', { ...cut, takenAtMs: 1 }))
    await sim.until(sim.app.cuts.save('it', cut))
    database.exec("UPDATE checkpoint SET state = replace(state, '100', '101') WHERE actor = '~cuts/it' AND number = 2")
    await expect(sim.until(sim.app.cuts.load('it'))).rejects.toMatchObject({ code: 'store', problem: 'damaged' })
    await sim.until(sim.app.cuts.save('it', cut))
    expect(await sim.until(sim.app.cuts.load('it'))).toEqual(cut)
  })

  it('is replaced as a whole, and refused where it is not what was kept', async () => {
    const sim = await simulated(bank())
    const group = supervisorOf(sim.tree.accounts)
    const cut = await sim.until(group.cut())
    await sim.until(sim.app.cuts.save('it', cut))
    await sim.until(sim.app.cuts.save('it', { ...cut, takenAtMs: 1 }))
    expect((await sim.until(sim.app.cuts.load('it')))?.takenAtMs).toBe(1)
    await expect(sim.until(sim.app.cuts.save('', cut))).rejects.toMatchObject({ code: 'configuration' })
    const text = cutToText(cut)
    for (const wrong of [
      text.slice(0, -1),
      text.replace('"balance":100', '"balance":101'),
      text.replace('cut 1', 'cut 2'),
      'no cut',
    ])
      expect(() => cutFromText(wrong)).toThrow(/^cut must/)
    const bare = await simulatedWithoutStore(supervisor({}, { group: supervisor({}, { a: child(Account) }) }))
    await expect(bare.until(bare.app.cuts.save('it', cut))).rejects.toThrow('are kept in a store')
  })
})
