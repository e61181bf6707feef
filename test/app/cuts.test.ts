import { describe, expect, it } from 'vitest'
import { actor } from '../../src/behaviors/actor.ts'
import { message } from '../../src/behaviors/schema.ts'
import { seededRandom } from '../../src/runtime/random.ts'
import type { Cut } from '../../src/runtime/cuts/cut.ts'
import { checkpoints } from '../../src/levels/checkpoints.ts'
import { supervisorOf } from '../../src/supervision/trees/supervisor-ref.ts'
import { child, dynamicSupervisor, supervisor } from '../../src/supervision/trees/tree.ts'
import { eventsOf, simulated, simulatedWithoutStore } from '../support/simulated-app.ts'

interface Transfer {
  readonly to: string
  readonly amount: number
}

/** Money leaves in one turn and arrives in another, a while later or at once. */
const Account = actor('account', {
  initial: () => ({ balance: 100, turns: 0 }),
  handlers: ({ call, cast }) => ({
    transfer: cast(message<Transfer>(), async ({ state, input: { to, amount }, ctx }) => {
      if (amount % 3 === 0) await ctx.sleep(amount)
      ctx.cast(to, 'deposit', amount).catch(() => undefined)
      if (amount % 7 === 0) throw new Error('after the money has left')
      return { balance: state.balance - amount, turns: state.turns + 1 }
    }),
    deposit: cast(message<number>(), async ({ state, input, ctx }) => {
      if (input % 2 === 0) await ctx.sleep(input)
      return { balance: state.balance + input, turns: state.turns + 1 }
    }),
    ask: call(message<string>(), async ({ state, input, ctx }) => {
      await ctx.sleep(5)
      return { reply: [state.balance, await ctx.call(input, 'balance', undefined)] }
    }),
    balance: call(({ state }) => ({ reply: state.balance })),
    slow: cast(async ({ state, ctx }) => {
      await ctx.sleep(60_000)
      return state
    }),
    fail: cast(() => {
      throw new Error('on demand')
    }),
  }),
})

const bank = (options: object = {}) =>
  supervisor(
    {},
    {
      accounts: supervisor(
        { intensity: { restarts: 1_000, within: '1s' }, ...options },
        {
          a: child(Account),
          b: child(Account),
          // What is lost below is lost to the whole group.
          inner: supervisor({ intensity: { restarts: 0, within: '1s' } }, { c: child(Account) }),
        },
      ),
    },
  )

const names = ['accounts/a', 'accounts/b', 'accounts/inner/c'] as const

function moneyIn({ members }: Cut): number {
  const sums = members.map(({ state, mail }) => {
    const onTheWay = mail.filter(({ name }) => name === 'deposit').map(({ input }) => input as number)
    return onTheWay.reduce((sum, amount) => sum + amount, (state as { balance: number }).balance)
  })
  return sums.reduce((sum, part) => sum + part, 0)
}

describe('a cut of a group', () => {
  it('[C13] has the states of all and the mail between them, at one moment', async () => {
    const { tree, until, settle } = await simulatedWithoutStore(bank())
    const { a, b } = tree.accounts
    await a.cast.transfer({ to: 'accounts/b', amount: 12 })
    await b.cast.transfer({ to: 'accounts/inner/c', amount: 9 })
    await b.cast.transfer({ to: 'accounts/a', amount: 1 })
    await settle()
    const cut = await until(supervisorOf(tree.accounts).cut())
    expect(cut.members.map(({ id }) => id)).toEqual(['accounts/a', 'accounts/b', 'accounts/inner/c'])
    expect(moneyIn(cut)).toBe(300)
    const [, ofB] = cut.members
    // It was in a turn, which was finished; the next message waits.
    expect(ofB?.state).toEqual({ balance: 91, turns: 1 })
    expect(ofB?.mail.map(({ name, sender }) => [name, sender])).toEqual([
      ['transfer', undefined],
      ['deposit', 'accounts/a'],
    ])
    await settle()
    expect(await until(b.call.balance())).toBe(91 - 1 + 12)
  })

  it('does not wait for ever for one that waits for another in its turn', async () => {
    const { tree, until, settle } = await simulatedWithoutStore(bank())
    const { a } = tree.accounts
    const asked = a.call.ask('accounts/b')
    await settle()
    const cut = await until(supervisorOf(tree.accounts).cut())
    expect(moneyIn(cut)).toBe(300)
    expect(await until(asked)).toEqual([100, 100])
  })

  it('has no mail when it drains, nor anything of what that brings about', async () => {
    for (let seed = 0; seed < 20; seed += 1) {
      const { tree, until } = await simulatedWithoutStore(bank(), { seed })
      const { a, b, inner } = tree.accounts
      for (const amount of [3, 4, 6, 8]) void a.cast.transfer({ to: 'accounts/b', amount })
      void b.cast.transfer({ to: 'accounts/inner/c', amount: 9 })
      const { members } = await until(supervisorOf(tree.accounts).cut({ drain: true }))
      expect(members.map(({ mail }) => mail.length)).toEqual([0, 0, 0])
      expect(members.map(({ state }) => (state as { balance: number }).balance)).toEqual([79, 112, 109])
      void inner.c.cast.slow()
      await expect(until(supervisorOf(tree.accounts).cut({ drain: true }))).rejects.toMatchObject({ problem: 'busy' })
    }
  })

  it('is refused while one is in a long turn or down, and everybody goes on', async () => {
    const late = child(Account, { backoff: { min: '1m', max: '1m' } })
    const sim = await simulatedWithoutStore(supervisor({}, { accounts: supervisor({}, { a: child(Account), b: late }) }))
    const { tree, until, settle, advance } = sim
    const { a, b } = tree.accounts
    const group = supervisorOf(tree.accounts)
    await a.cast.slow()
    await settle()
    await expect(until(group.cut({ within: '200ms' }))).rejects.toMatchObject({
      code: 'no_cut',
      problem: 'busy',
      actors: ['accounts/a'],
      message: 'supervisor accounts: some had not finished what they were handling in time (accounts/a)',
    })
    expect(await until(b.call.balance())).toBe(100)
    await advance(60_000)
    void b.cast.fail()
    await settle()
    await expect(until(group.cut())).rejects.toMatchObject({ problem: 'down', actors: ['accounts/b'] })
    expect(await until(a.call.balance())).toBe(100)
  })
})

describe('going back to a cut', () => {
  it('[C13] brings all back, with their mail, and drops what they have sent each other since', async () => {
    const { tree, until, settle, advance } = await simulatedWithoutStore(bank())
    const { a, b } = tree.accounts
    const group = supervisorOf(tree.accounts)
    await a.cast.transfer({ to: 'accounts/b', amount: 12 })
    await settle()
    const cut = await until(group.cut())
    await advance(1_000)
    await b.cast.transfer({ to: 'accounts/inner/c', amount: 50 })
    await settle()
    await until(group.restore(cut))
    await advance(1_000)
    expect(await until(a.call.balance())).toBe(88)
    expect(await until(b.call.balance())).toBe(112)
    expect(await until(tree.accounts.inner.c.call.balance())).toBe(100)
    expect(moneyIn(await until(group.cut()))).toBe(300)
  })

  it('[C13] works from a level, by whoever has it', async () => {
    const Far = checkpoints('far', { level: 2 })
    const sim = await simulatedWithoutStore(supervisor({}, { far: child(Far), group: supervisor({}, { a: child(Account) }) }))
    const { far, group } = sim.tree
    const ref = supervisorOf(group)
    await sim.until(far.checkpoint('group', await sim.until(ref.cut())))
    await group.a.cast.transfer({ to: 'nobody', amount: 5 })
    expect(await sim.until(group.a.call.balance())).toBe(95)
    await sim.until(ref.restore((await sim.until(far.restore('group')))?.value as Cut))
    expect(await sim.until(group.a.call.balance())).toBe(100)
  })

  it('is refused for another group, and with states that nobody can read', async () => {
    const { tree, until, events } = await simulatedWithoutStore(bank())
    const group = supervisorOf(tree.accounts)
    const cut = await until(group.cut())
    const before = events.length
    const strange = { ...cut, members: cut.members.map((member) => ({ ...member, behavior: 'unknown' })) }
    await expect(until(group.restore(strange))).rejects.toMatchObject({ problem: 'unreadable', actors: names })
    await expect(until(supervisorOf(tree).restore(cut))).rejects.toMatchObject({ problem: 'foreign' })
    expect(eventsOf(events.slice(before), 'exited')).toEqual([])
  })

  it('has each message that waits outside once, however many there are and however often it is gone back', async () => {
    const { tree, until, advance } = await simulatedWithoutStore(bank())
    const { a } = tree.accounts
    const group = supervisorOf(tree.accounts)
    await a.cast.deposit(4)
    for (let n = 0; n < 100; n += 1) await a.cast.deposit(1)
    const cut = await until(group.cut())
    expect(cut.members[0]?.mail.length).toBeGreaterThan(40)
    await until(group.restore(cut))
    await until(group.restore(cut))
    await advance(100)
    expect(await until(a.call.balance())).toBe(100 + 4 + 100)
  })

  it('brings back the members of a dynamic supervisor, each with its own', async () => {
    const tree = supervisor({}, { all: dynamicSupervisor(Account) })
    const sim = await simulatedWithoutStore(tree)
    const x = await sim.until(sim.tree.all.start('x'))
    const y = await sim.until(sim.tree.all.start('y'))
    await x.cast.transfer({ to: 'all/y', amount: 10 })
    await sim.advance(100)
    const group = supervisorOf(sim.tree.all)
    const cut = await sim.until(group.cut())
    await x.cast.transfer({ to: 'all/y', amount: 20 })
    await sim.advance(100)
    await sim.until(group.restore(cut))
    expect([await sim.until(x.call.balance()), await sim.until(y.call.balance())]).toEqual([90, 110])
  })

  it('goes before what a store has, whatever that has come to', async () => {
    const tree = supervisor({}, { all: supervisor({}, { a: child(Account, { checkpoint: { every: 1 } }) }) })
    const sim = await simulated(tree)
    const group = supervisorOf(sim.tree.all)
    const cut = await sim.until(group.cut())
    for (let n = 0; n < 3; n += 1) await sim.tree.all.a.cast.transfer({ to: 'nobody', amount: 1 })
    expect(await sim.until(sim.tree.all.a.call.balance())).toBe(97)
    await sim.until(group.restore(cut))
    expect(await sim.until(sim.tree.all.a.call.balance())).toBe(100)
    await sim.until(sim.app.kill(sim.tree.all.a))
    expect(await sim.until(sim.tree.all.a.call.balance())).toBe(100)
  })
})

describe("a supervisor with groupRestore: 'cut'", () => {
  const together = { strategy: 'one_for_all', groupRestore: 'cut' } as const

  it('[C13] brings all back from the last cut when one crashes', async () => {
    const { tree, until, advance } = await simulatedWithoutStore(bank(together))
    const { a, b } = tree.accounts
    await a.cast.transfer({ to: 'accounts/b', amount: 10 })
    await advance(100)
    await until(supervisorOf(tree.accounts).cut())
    await a.cast.transfer({ to: 'accounts/b', amount: 20 })
    await advance(100)
    void b.cast.fail()
    await advance(100)
    expect(await until(a.call.balance())).toBe(90)
    expect(await until(b.call.balance())).toBe(110)
  })

  it('begins with a cut of its own', async () => {
    const { tree, until, advance } = await simulatedWithoutStore(bank(together))
    await advance(10)
    await tree.accounts.a.cast.transfer({ to: 'accounts/b', amount: 14 })
    await advance(100)
    // It crashed after the money had left.
    expect(await until(tree.accounts.a.call.balance())).toBe(100)
    expect(await until(tree.accounts.b.call.balance())).toBe(100)
  })

  it('tells when it could take none', async () => {
    const Busy = actor('busy', {
      initial: (_: undefined, ctx) => {
        ctx.sendSelf('work')
        return {}
      },
      handlers: ({ cast }) => ({
        work: cast(async ({ ctx }) => {
          await ctx.sleep('1h')
        }),
      }),
    })
    const tree = supervisor({}, { group: supervisor(together, { busy: child(Busy) }) })
    const { events, advance } = await simulatedWithoutStore(tree)
    await advance(2_000)
    expect(eventsOf(events, 'no cut')).toEqual([
      { type: 'no cut', id: 'group', incarnation: 1, why: 'busy', actors: ['group/busy'] },
    ])
  })

  it('is for one_for_all only', () => {
    const wrong = (options: object) => () => simulatedWithoutStore(supervisor(options, { a: child(Account) }))
    return Promise.all([
      expect(wrong({ groupRestore: 'cut' })()).rejects.toThrow('must be "own" unless all are restarted together'),
      expect(wrong({ strategy: 'rest_for_one', groupRestore: 'cut' })()).rejects.toMatchObject({ code: 'configuration' }),
      expect(wrong({ groupRestore: 'state' })()).rejects.toMatchObject({ code: 'configuration' }),
    ])
  })
})

describe('money in a group', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    '[C13] is the same in every cut and after every restore, with crashes (schedules of seed %i)',
    async (base) => {
      for (let round = 0; round < 12; round += 1) {
        const seed = base * 1_000 + round
        const random = seededRandom(seed)
        const sim = await simulatedWithoutStore(bank({ strategy: 'one_for_all', groupRestore: 'cut' }), { seed })
        const { tree, app, until, advance } = sim
        const group = supervisorOf(tree.accounts)
        const refs = [tree.accounts.a, tree.accounts.b, tree.accounts.inner.c] as const
        const cuts: Cut[] = [await until(group.cut())]
        let taken = 0
        for (let step = 0; step < 40; step += 1) {
          const from = refs[random.integer(3)] ?? refs[0]
          const choice = random.integer(10)
          if (choice < 6)
            void from.cast
              .transfer({ to: names[random.integer(3)] ?? names[0], amount: 1 + random.integer(30) })
              .catch(() => undefined)
          else if (choice === 6) void app.kill(from)
          else if (choice === 7) await advance(random.integer(40))
          else if (choice === 8) {
            const cut = await until(group.cut().catch(() => undefined))
            if (cut === undefined) continue
            taken += 1
            expect(moneyIn(cut), `seed ${seed}, step ${step}`).toBe(300)
            cuts.push(cut)
          } else {
            const cut = cuts[random.integer(cuts.length)] ?? cuts[0]
            if (cut !== undefined) await until(group.restore(cut))
          }
        }
        await advance(10_000)
        expect(moneyIn(await until(group.cut())), `seed ${seed}`).toBe(300)
        const balances = await Promise.all(refs.map((ref) => until(ref.call.balance())))
        expect(
          balances.reduce((sum, balance) => sum + balance, 0),
          `seed ${seed}`,
        ).toBe(300)
        expect(taken).toBeGreaterThanOrEqual(0)
      }
    },
  )
})
