import { describe, expect, it } from 'vitest'
import { actor } from '../../src/behaviors/actor.ts'
import { message } from '../../src/behaviors/schema.ts'
import { runOrRestore } from '../../src/supervision/trees/run-or-restore.ts'
import { supervisorOf } from '../../src/supervision/trees/supervisor-ref.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'
import { simulated, simulatedWithoutStore } from '../support/simulated-app.ts'

const Worker = actor('worker', {
  initial: (value: number) => ({ value }),
  handlers: ({ call }) => ({
    work: call(message<number>(), async ({ state, input, ctx }) => {
      await ctx.sleep(input)
      return { reply: state.value + 1, state: { value: state.value + 1 } }
    }),
    show: call(({ state }) => ({ reply: state.value })),
  }),
})

const workers = (options: object) =>
  supervisor(
    {},
    {
      group: supervisor(
        { intensity: { restarts: 100, within: '1s' }, ...options },
        {
          a: child(Worker, { args: 10 }),
          b: child(Worker, { args: 20 }),
          c: child(Worker, { args: 30 }),
        },
      ),
    },
  )

describe.each([
  ['one_for_one', {}],
  ['one_for_all', { strategy: 'one_for_all' }],
  ['one_for_all, back to the cut', { strategy: 'one_for_all', groupRestore: 'cut' }],
])('a step of a group (%s)', (_, options) => {
  it.each([
    ['without a store', simulatedWithoutStore],
    ['with a store', simulated],
  ])('[W3] is tried again from the states that were captured, after a worker has died (%s)', async (_name, simulate) => {
    const sim = await simulate(workers(options))
    const { tree, app, until } = sim
    const { a, b, c } = tree.group
    const seen: unknown[] = []
    const aborted: boolean[] = []
    const signals: AbortSignal[] = []
    const results = await until(
      runOrRestore(supervisorOf(tree.group), async ({ attempt, signal }) => {
        seen.push(await Promise.all([a.call.show(), b.call.show(), c.call.show()]))
        aborted.push(...signals.map((earlier) => earlier.aborted))
        signals.push(signal)
        const work = Promise.all([a.call.work(30), b.call.work(20), c.call.work(10)])
        const done = await work
        if (attempt > 1) return done
        await app.kill(b)
        return [await b.call.work(1)]
      }),
    )
    // In the order of the workers, whoever was first.
    expect(results).toEqual([11, 21, 31])
    expect(seen).toEqual([
      [10, 20, 30],
      [10, 20, 30],
    ])
    expect(aborted).toEqual([true])
  })

  it('[W3] ends with an error when all attempts have failed, and the group is as it was', async () => {
    const { tree, until } = await simulatedWithoutStore(workers(options))
    const { a, b } = tree.group
    let attempts = 0
    const failing = runOrRestore(
      supervisorOf(tree.group),
      async () => {
        attempts += 1
        await a.call.work(1)
        throw new Error(`no ${attempts}`)
      },
      { attempts: 2 },
    )
    await expect(until(failing)).rejects.toMatchObject({
      code: 'attempts-exhausted',
      errors: [{ message: 'no 1' }, { message: 'no 2' }],
      message: 'supervisor group: all 2 attempts have failed; the group is as it was before',
    })
    expect([await until(a.call.show()), await until(b.call.show())]).toEqual([10, 20])
  })
})

describe('a step of a group', () => {
  it('runs nothing where there is no cut', async () => {
    const { tree, until, settle } = await simulatedWithoutStore(workers({}))
    void tree.group.a.call.work(60_000).catch(() => undefined)
    await settle()
    let runs = 0
    const run = () => {
      runs += 1
    }
    await expect(until(runOrRestore(supervisorOf(tree.group), run))).rejects.toMatchObject({ code: 'no_cut', problem: 'busy' })
    await expect(until(runOrRestore(supervisorOf(tree.group), run, { attempts: 0 }))).rejects.toMatchObject({
      path: 'runOrRestore: attempts',
    })
    expect(runs).toBe(0)
  })

  it('[W3] leaves nothing of an attempt to the next one, also what nobody has handled yet', async () => {
    for (let seed = 0; seed < 30; seed += 1) {
      const sim = await simulatedWithoutStore(workers({}), { seed })
      const { a, b, c } = sim.tree.group
      const done = await sim.until(
        runOrRestore(supervisorOf(sim.tree.group), ({ attempt }) => {
          for (const worker of [a, b, c, a]) void worker.call.work(attempt).catch(() => undefined)
          if (attempt < 3) throw new Error('too early')
          return Promise.all([a.call.show(), b.call.show(), c.call.show()])
        }),
      )
      expect(done).toEqual([12, 21, 31])
    }
  })

  it('does not count against the intensity', async () => {
    const tree = supervisor(
      {},
      { group: supervisor({ intensity: { restarts: 0, within: '1s' } }, { a: child(Worker, { args: 1 }) }) },
    )
    const sim = await simulatedWithoutStore(tree)
    const group = supervisorOf(sim.tree.group)
    const failing = runOrRestore(group, () => Promise.reject(new Error('no')), { attempts: 5 })
    await expect(sim.until(failing)).rejects.toMatchObject({ errors: { length: 5 } })
    expect(await sim.until(sim.tree.group.a.call.show())).toBe(1)
  })
})
