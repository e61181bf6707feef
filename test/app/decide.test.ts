import { describe, expect, it } from 'vitest'
import type { ChildExit } from '../../src/supervision/specs/decide.ts'
import { child, dynamicSupervisor, supervisor } from '../../src/supervision/trees/tree.ts'
import { Counter } from '../support/scripted.ts'
import { eventsOf, lives, simulated, simulatedWithoutStore } from '../support/simulated-app.ts'

describe('decide', () => {
  it('is asked once about each exit of the child by itself, with error, message and restarts', async () => {
    const exits: ChildExit[] = []
    const decide = (exit: ChildExit) => void exits.push(exit)
    const { tree, app, settle, until } = await simulatedWithoutStore(
      supervisor({ strategy: 'one_for_all' }, { a: child(Counter, { decide }), b: child(Counter) }),
    )
    void tree.a.cast.crash('boom')
    await settle()
    void tree.b.cast.crash('stops a')
    await settle()
    void tree.a.cast.stop()
    await settle()
    await until(app.stop())
    expect(exits).toMatchObject([
      {
        id: 'a',
        incarnation: 1,
        reason: { type: 'error' },
        error: { message: 'boom' },
        message: { kind: 'cast', name: 'crash' },
        restarts: 0,
      },
      { id: 'a', incarnation: 3, reason: { type: 'normal' }, message: undefined, restarts: 1 },
    ])
  })

  it.each(['volatile', 'durable'] as const)('stop: the child stays down, and whoever calls it learns so (%s)', async (state) => {
    const { tree, settle, until, app } = await simulated(
      supervisor({}, { a: child(Counter, { state, decide: ({ error }) => (error instanceof Error ? 'stop' : undefined) }) }),
    )
    void tree.a.cast.crash('boom')
    await settle()
    expect(app.inspect('a')?.status).toBe('stopped')
    await expect(until(tree.a.call.count())).rejects.toMatchObject({ code: 'noproc' })
  })

  it('restart: a temporary member comes back', async () => {
    const { tree, settle, until, app } = await simulatedWithoutStore(
      supervisor({}, { carts: dynamicSupervisor(Counter, { restart: 'temporary', decide: () => 'restart' }) }),
    )
    const cart = await until(tree.carts.start('x'))
    void cart.cast.stop()
    await settle()
    expect(app.inspect(cart)).toMatchObject({ status: 'running', incarnation: 2 })
  })

  it('escalate: the supervisor above decides, and the child comes back with its supervisor', async () => {
    const { tree, settle, until, events } = await simulatedWithoutStore(
      supervisor({}, { inner: supervisor({}, { a: child(Counter, { decide: () => 'escalate' }), b: child(Counter) }) }),
    )
    void tree.inner.a.cast.crash('boom')
    const queued = tree.inner.a.call.count()
    await settle()
    expect(await until(queued)).toBe(0)
    expect(lives(events).slice(-6)).toEqual([
      'inner/a#1 exited error',
      'inner/b#1 exited shutdown',
      'inner#1 exited shutdown',
      'inner/a#2 started',
      'inner/b#2 started',
      'inner#2 started',
    ])
    expect(eventsOf(events, 'exited').find(({ id }) => id === 'inner')?.reason).toMatchObject({
      cause: { type: 'escalated', id: 'a' },
    })
  })

  it('escalates with its error when it throws', async () => {
    const decide = () => {
      throw new Error('no idea')
    }
    const { tree, settle, until, app } = await simulatedWithoutStore(supervisor({}, { a: child(Counter, { decide }) }))
    void tree.a.cast.crash('boom')
    await settle()
    expect(await until(app.ended)).toMatchObject({
      cause: { type: 'escalated', id: 'a', problem: { type: 'error', error: { message: 'no idea' } } },
    })
  })

  it('setAside: a durable child does not try its message again', async () => {
    const { tree, settle, until, events, app } = await simulated(
      supervisor({}, { a: child(Counter, { state: 'durable', maxAttempts: 5, decide: () => 'setAside' }) }),
    )
    await until(tree.a.call.add(1))
    const bad = tree.a.call.callAndCrash('boom').catch((error: Error) => error)
    const good = tree.a.call.add(1)
    expect(await until(good)).toBe(2)
    await settle()
    expect(app.inspect('a')).toMatchObject({ incarnation: 2 })
    expect(await bad).toMatchObject({ code: 'crashed' })
    expect(((await bad) as Error).message).toContain('its supervisor has set it aside; it is a dead letter now')
    expect(eventsOf(events, 'dead letter')).toMatchObject([
      { id: 'a', why: 'crashed', message: { name: 'callAndCrash', attempt: 1 } },
    ])
  })

  it('setAside: is meant for the one message, and a later one is tried as often as it may', async () => {
    let exits = 0
    const { tree, settle, events } = await simulated(
      supervisor(
        { intensity: { restarts: 9, within: '1s' } },
        {
          a: child(Counter, { state: 'durable', maxAttempts: 2, decide: () => ((exits += 1) === 1 ? 'setAside' : undefined) }),
        },
      ),
    )
    void tree.a.cast.crash('1')
    await settle()
    void tree.a.cast.crash('2')
    await settle()
    expect(exits).toBe(3)
    expect(eventsOf(events, 'dead letter').map(({ message }) => message.attempt)).toEqual([1, 2])
  })

  it.each(['volatile', 'checkpointed'] as const)(
    'setAside: is a restart where the message is gone anyway (%s)',
    async (state) => {
      const { tree, settle, until, events } = await simulated(
        supervisor({}, { a: child(Counter, { state, decide: () => 'setAside' }) }),
      )
      await until(tree.a.call.add(1))
      void tree.a.cast.crash('boom')
      await settle()
      expect(await until(tree.a.call.count())).toBe(1)
      expect(eventsOf(events, 'dead letter')).toHaveLength(1)
    },
  )
})
