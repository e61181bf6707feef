import { describe, expect, it } from 'vitest'
import { simulatedSystem } from '../../src/app/simulated-system.ts'
import { actor } from '../../src/behaviors/actor.ts'
import { message } from '../../src/behaviors/schema.ts'
import { memory } from '../../src/persistence/memory-store.ts'
import { supervisorOf, type SupervisorRef } from '../../src/supervision/trees/supervisor-ref.ts'
import { child, dynamicSupervisor, supervisor } from '../../src/supervision/trees/tree.ts'
import { Counter } from '../support/scripted.ts'
import { eventsOf, lives, simulated, simulatedWithoutStore } from '../support/simulated-app.ts'

const Killer = actor('killer', {
  initial: () => ({}),
  handlers: ({ cast }) => ({ kill: cast(message<string>(), ({ input, ctx }) => ctx.kill(input)) }),
})

describe('maxRestarts', () => {
  it.each(['volatile', 'checkpointed', 'durable'] as const)(
    '[H15] 1: the second death is final, and 100 later calls all reject (%s)',
    async (state) => {
      const { tree, until, settle, events, app } = await simulated(
        supervisor({}, { killer: child(Killer), a: child(Counter, { state, maxRestarts: 1 }) }),
      )
      void tree.killer.cast.kill('a')
      await settle()
      expect(app.inspect('a')).toMatchObject({ status: 'running', incarnation: 2 })
      void tree.a.cast.increment()
      void tree.killer.cast.kill('a')
      await settle()
      expect(app.inspect('a')).toMatchObject({ status: 'stopped', incarnation: 2 })
      const calls = Array.from({ length: 100 }, () => tree.a.call.count().catch((error: unknown) => error))
      for (const error of await until(Promise.all(calls))) expect(error).toMatchObject({ code: 'noproc' })
      expect(lives(events).at(-1)).toBe('a#2 exited killed')
      expect(app.inspect('')).toMatchObject({ status: 'running' })
    },
  )

  it('makes what was queued dead letters', async () => {
    const { tree, settle, events } = await simulatedWithoutStore(supervisor({}, { a: child(Counter, { maxRestarts: 0 }) }))
    void tree.a.cast.crash('boom')
    void tree.a.cast.increment()
    await settle()
    expect(eventsOf(events, 'dead letter').map(({ message: { name }, why }) => `${name} ${why}`)).toEqual([
      'crash crashed',
      'increment stopped',
    ])
  })

  it('is not given back by a restart of the supervisor', async () => {
    const { tree, until, settle, app } = await simulatedWithoutStore(
      supervisor(
        {},
        { killer: child(Killer), inner: supervisor({}, { a: child(Counter, { maxRestarts: 1 }), b: child(Counter) }) },
      ),
    )
    void tree.inner.a.cast.crash('1')
    await settle()
    void tree.killer.cast.kill('inner')
    await settle()
    expect(await until(tree.inner.a.call.count())).toBe(0)
    void tree.inner.a.cast.crash('2')
    await settle()
    expect(app.inspect('inner/a')?.status).toBe('stopped')
    await expect(until(tree.inner.a.call.count())).rejects.toMatchObject({ code: 'noproc' })
    expect(await until(tree.inner.b.call.count())).toBe(0)
  })

  it.each(['checkpointed', 'durable'] as const)('[H15] goes on in the next process, as the state does (%s)', async (state) => {
    const options = { state, maxRestarts: 2, ...(state === 'durable' && { maxAttempts: 1 }) } as const
    const tree = supervisor({}, { inner: supervisor({}, { a: child(Counter, options), b: child(Counter) }) })
    await using sim = await simulatedSystem(tree)
    for (const reason of ['1', '2']) {
      void sim.tree.inner.a.cast.crash(reason)
      await sim.settle()
      await sim.restart()
      expect(await sim.until(sim.tree.inner.a.call.count())).toBe(0)
    }
    void sim.tree.inner.a.cast.crash('3')
    await sim.settle()
    expect(sim.app.decisions('inner').at(-1)).toMatchObject({ decided: 'leave' })
    await expect(sim.until(sim.tree.inner.a.call.count())).rejects.toMatchObject({ code: 'noproc' })
    await sim.restart()
    expect(await sim.until(sim.tree.inner.a.call.count())).toBe(0)
    void sim.tree.inner.a.cast.crash('4')
    await sim.settle()
    await expect(sim.until(sim.tree.inner.a.call.count())).rejects.toMatchObject({ code: 'noproc' })
    expect(await sim.until(sim.tree.inner.b.call.count())).toBe(0)
  })

  it('begins anew in the next process for a volatile child, and for one that was deleted', async () => {
    const crashes = async (state: 'volatile' | 'checkpointed', between: (supervisor: SupervisorRef) => Promise<unknown>) => {
      await using sim = await simulatedSystem(supervisor({}, { a: child(Counter, { state, maxRestarts: 1 }) }))
      void sim.tree.a.cast.crash('1')
      await sim.settle()
      await sim.until(between(supervisorOf(sim.tree)))
      await sim.restart()
      void sim.tree.a.cast.crash('2')
      await sim.settle()
      return sim.app.inspect('a')?.status
    }
    expect(await crashes('checkpointed', () => Promise.resolve())).toBe('stopped')
    expect(await crashes('volatile', () => Promise.resolve())).toBe('running')
    const forget = async (of: SupervisorRef) => {
      await of.terminateChild('a')
      await of.deleteChild('a')
    }
    expect(await crashes('checkpointed', forget)).toBe('running')
  })

  it('has counted an incarnation that has begun, also if the process dies at that moment', async () => {
    const store = memory()
    const tree = supervisor({}, { a: child(Counter, { state: 'durable', maxAttempts: 1, maxRestarts: 1 }) })
    const first = await simulated(tree, { store })
    void first.tree.a.cast.crash('1')
    const begun = () => first.events.some((event) => event.type === 'started' && event.id === 'a' && event.incarnation === 2)
    while (!begun()) {
      first.scheduler.step()
      await Promise.resolve()
    }
    const second = await simulated(tree, { store })
    void second.tree.a.cast.crash('2')
    await second.settle()
    expect(second.app.inspect('a')?.status).toBe('stopped')
  })

  it('that the store does not take is told of, and goes on in this process', async () => {
    const tree = supervisor({}, { a: child(Counter, { state: 'checkpointed', maxRestarts: 1 }) })
    await using sim = await simulatedSystem(tree, { faults: [{ at: 'store', operation: 'countRestarts', nth: 1, do: 'refuse' }] })
    void sim.tree.a.cast.crash('1')
    await sim.settle()
    expect(sim.events.filter(({ type }) => type === 'restarts not counted')).toMatchObject([
      { id: 'a', error: { code: 'store' } },
    ])
    void sim.tree.a.cast.crash('2')
    await sim.settle()
    expect(sim.app.inspect('a')?.status).toBe('stopped')
  })

  it('of a member goes on in the next process, until the member is gone', async () => {
    const tree = supervisor({}, { carts: dynamicSupervisor(Counter, { maxRestarts: 1, state: 'checkpointed' }) })
    await using sim = await simulatedSystem(tree)
    await sim.until(Promise.all([sim.tree.carts.start('x'), sim.tree.carts.start('y')]))
    void sim.tree.carts.get('x').cast.crash('1')
    await sim.settle()
    await sim.restart()
    for (const key of ['x', 'y']) void sim.tree.carts.get(key).cast.crash('2')
    await sim.settle()
    expect(await sim.until(sim.tree.carts.keys())).toEqual(['y'])
    await sim.until(sim.tree.carts.start('x'))
    await sim.restart()
    void sim.tree.carts.get('x').cast.crash('3')
    await sim.settle()
    expect(await sim.until(sim.tree.carts.keys())).toEqual(['y', 'x'])
  })

  it('ends members of a dynamic supervisor one by one; a member that is started again has a new life', async () => {
    const { tree, until, settle } = await simulated(
      supervisor({}, { carts: dynamicSupervisor(Counter, { maxRestarts: 1, state: 'checkpointed' }) }),
    )
    const cart = await until(tree.carts.start('x'))
    for (const reason of ['1', '2']) {
      void cart.cast.crash(reason)
      await settle()
    }
    expect(await until(tree.carts.keys())).toEqual([])
    await until(tree.carts.start('x'))
    void cart.cast.crash('3')
    await settle()
    expect(await until(tree.carts.count())).toBe(1)
  })
})
