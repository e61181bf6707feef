import { describe, expect, it } from 'vitest'
import { actor } from '../../src/behaviors/actor.ts'
import { message } from '../../src/behaviors/schema.ts'
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
