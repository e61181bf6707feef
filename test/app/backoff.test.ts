import { describe, expect, it } from 'vitest'
import { simulatedSystem } from 'coppice/testing'
import { actor } from '../../src/behaviors/actor.ts'
import { child, dynamicSupervisor, supervisor } from '../../src/supervision/trees/tree.ts'
import { Counter } from '../support/scripted.ts'
import { eventsOf, lives, simulated, simulatedWithoutStore } from '../support/simulated-app.ts'

const steady = { min: '100ms', max: '1s', jitter: 'none' } as const

describe('a tree with a backoff', () => {
  it.each(['volatile', 'checkpointed', 'durable'] as const)(
    '[F1] keeps calls until the child is back, with its state (%s)',
    async (state) => {
      const options = { state, backoff: steady, ...(state === 'durable' && { maxAttempts: 1 }) }
      const { tree, until, settle, events, app, clock } = await simulated(supervisor({}, { a: child(Counter, options) }))
      await until(tree.a.call.add(3))
      void tree.a.cast.crash('boom')
      await settle()
      const beginMs = clock.now()
      const queued = tree.a.call.add(1)
      await settle()
      expect(lives(events).at(-1)).toBe('a#1 exited error')
      expect(app.inspect('a')).toMatchObject({ status: 'restarting', incarnation: 1 })
      expect(await until(queued)).toBe(4)
      expect(clock.now() - beginMs).toBe(100)
      expect(lives(events).at(-1)).toBe('a#2 started')
    },
  )

  it('[F2] brings an idle child back without anybody calling it', async () => {
    const { tree, settle, advance, app } = await simulatedWithoutStore(supervisor({}, { a: child(Counter, { backoff: steady }) }))
    void tree.a.cast.crash('boom')
    await settle()
    await advance(100)
    expect(app.inspect('a')).toMatchObject({ status: 'running', incarnation: 2 })
  })

  it('chooses delays within their range, by the seed', async () => {
    const delays = new Set<number>()
    for (let seed = 0; seed < 20; seed += 1) {
      await using sim = await simulatedSystem(supervisor({}, { a: child(Counter, { backoff: { min: '1s', max: '1m' } }) }), {
        seed,
        store: false,
      })
      const { tree } = sim
      void tree.a.cast.crash('boom')
      const beginMs = sim.clock.now()
      await sim.until(tree.a.call.count({ timeout: 'infinity' }))
      delays.add(sim.clock.now() - beginMs)
    }
    expect(delays.size).toBeGreaterThan(15)
    expect(Math.max(...delays)).toBeLessThanOrEqual(1_000)
  })

  it('stops at once while a child waits, and starts nobody afterwards', async () => {
    const { tree, app, settle, advance, until, events, clock } = await simulatedWithoutStore(
      supervisor({ strategy: 'one_for_all' }, { a: child(Counter, { backoff: steady }), b: child(Counter) }),
    )
    void tree.a.cast.crash('boom')
    await settle()
    const beginMs = clock.now()
    await until(app.stop())
    expect(clock.now()).toBe(beginMs)
    const told = lives(events).length
    await advance(10_000)
    expect(lives(events)).toHaveLength(told)
  })

  it('leaves no timer when the supervisor itself is killed while a child waits', async () => {
    const Killer = actor('killer', {
      initial: () => ({}),
      handlers: ({ cast }) => ({ kill: cast(({ ctx }) => ctx.kill('inner')) }),
    })
    const { tree, settle, advance, events } = await simulatedWithoutStore(
      supervisor(
        {},
        { killer: child(Killer), inner: supervisor({}, { a: child(Counter, { backoff: { ...steady, min: '1s' } }) }) },
      ),
    )
    void tree.inner.a.cast.crash('boom')
    await settle()
    void tree.killer.cast.kill()
    await settle()
    await advance(5_000)
    expect(lives(events).slice(-4)).toEqual([
      'inner/a#1 exited error',
      'inner#1 exited killed',
      'inner/a#2 started',
      'inner#2 started',
    ])
  })

  it('delays members of a dynamic supervisor one by one', async () => {
    const { tree, until, settle, advance, app } = await simulatedWithoutStore(
      supervisor({}, { carts: dynamicSupervisor(Counter, { backoff: steady }) }),
    )
    const [x, y] = [await until(tree.carts.start('x')), await until(tree.carts.start('y'))]
    void x.cast.crash('boom')
    await settle()
    expect([app.inspect(x)?.status, app.inspect(y)?.status]).toEqual(['restarting', 'running'])
    await advance(100)
    expect(app.inspect(x)).toMatchObject({ status: 'running', incarnation: 2 })
    void x.cast.crash('again')
    await settle()
    await until(tree.carts.stop('x'))
    await advance(10_000)
    expect(await until(tree.carts.keys())).toEqual(['y'])
  })

  it('says in its decision how long it waits', async () => {
    const { tree, settle, events } = await simulatedWithoutStore(
      supervisor({}, { a: child(Counter, { backoff: { min: '100ms', max: '5s' } }) }),
    )
    void tree.a.cast.crash('boom')
    await settle()
    expect(eventsOf(events, 'decided')[0]?.decision.why).toBe(
      '"a" is permanent and crashed: it is started again after up to 100 ms (2 of 3 restarts left in 5 s)',
    )
  })
})
