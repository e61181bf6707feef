import { describe, expect, it } from 'vitest'
import { actor, child, message, supervisor } from 'coppice'
import { crashEverywhere, findCrash, replay, scenario } from 'coppice/testing'

const Account = actor('account', {
  initial: () => ({ cents: 0 }),
  handlers: ({ call }) => ({
    add: call(message<number>(), ({ state, input }) => ({ reply: state.cents + input, state: { cents: state.cents + input } })),
  }),
})

interface Cents {
  readonly cents: number
}

/** Pays three times, each with a key, and keeps what it was told in mind. */
const paying = (state: 'durable' | 'checkpointed' | 'volatile') => {
  let told = 0
  return scenario({
    tree: supervisor({}, { account: child(Account, { state }) }),
    run: async (sim) => {
      told = 0
      for (const id of ['a', 'b', 'c']) told = await sim.until(sim.tree.account.call.add(10, { id }))
    },
    invariants: {
      'what was told is there': (sim) =>
        (sim.peek<Cents>('account')?.cents ?? 0) >= told || `told ${told}, and ${sim.peek<Cents>('account')?.cents} are there`,
      'nothing is paid twice': (sim) => (sim.peek<Cents>('account')?.cents ?? 0) <= 30,
    },
  })
}

describe('crashEverywhere', () => {
  it('crashes a scenario at every point there is, and says which', async () => {
    const { coverage, failures } = await crashEverywhere(paying('durable'))
    expect(failures).toEqual([])
    expect(coverage.crashed).toEqual(coverage.planned)
    expect(coverage.planned).toEqual({
      'before commit': coverage.commits,
      'after commit': coverage.commits,
      'torn commit': coverage.tearable,
      'after turn': coverage.turns,
    })
    expect(coverage.tearable).toBeGreaterThanOrEqual(2)
    expect(coverage.turns).toBeGreaterThan(2)
    expect(coverage.text).toMatch(/^\d+ crashes, \d+ held, 0 did not: /)
  })

  it('finds that what is volatile is lost, and gives a token that shows it again', async () => {
    const lossy = paying('volatile')
    const { failure, failures } = await findCrash(lossy)
    expect(failures.length).toBeGreaterThan(0)
    expect(failure).toMatchObject({ law: 'what was told is there', decisions: [] })
    expect(failure?.text).toContain('death    of the process after turn ')
    await expect(replay(lossy, failure?.token ?? '')).rejects.toMatchObject({ report: { law: 'what was told is there' } })
  })

  it('goes on after the death if the scenario does, as a client that asks again', async () => {
    const persistent = scenario({
      tree: supervisor({}, { account: child(Account, { state: 'durable' }) }),
      run: async (sim) => {
        for (const id of ['a', 'b', 'c'])
          for (let isDone = false; !isDone;)
            isDone = await sim.until(sim.tree.account.call.add(10, { id })).then(
              () => true,
              (error: { code?: string }) => {
                if (error.code !== 'process-died') throw error
                return false
              },
            )
      },
      invariants: { 'each is paid once': (sim) => sim.peek<Cents>('account')?.cents === 30 },
    })
    const { coverage } = await crashEverywhere(persistent)
    expect(coverage.crashed['after commit']).toBeGreaterThan(3)
  })

  it('takes only the points that are asked for', async () => {
    const { coverage } = await crashEverywhere(paying('durable'), { points: ['before commit'] })
    expect(coverage.crashed).toEqual({ 'before commit': coverage.commits, 'after commit': 0, 'torn commit': 0, 'after turn': 0 })
    const points = ['at noon'] as never
    await expect(crashEverywhere(paying('durable'), { points })).rejects.toThrow(
      /crashEverywhere: points\[0\] must be one of before commit/,
    )
  })

  it('crashes in another order with a seed', async () => {
    const { coverage, failures } = await crashEverywhere(paying('durable'), { seed: 3, points: ['after commit', 'torn commit'] })
    expect(failures).toEqual([])
    expect(coverage.crashed).toEqual(coverage.planned)
  })

  it('says so if it fails before any crash', async () => {
    const wrong = { ...paying('durable'), invariants: { never: () => false } }
    await expect(crashEverywhere(wrong)).rejects.toThrow(/"never" does not hold: it is false\nit fails before any crash/)
  })
})
