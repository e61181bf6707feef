import { actor, child, dynamicSupervisor, ExitError, normal, supervisor, supervisorOf } from 'coppice'
import { describe, expect, it } from 'vitest'
import { Counter } from '../support/scripted.ts'
import { eventsOf, lives, simulated, simulatedWithoutStore } from '../support/simulated-app.ts'

const outcomes = (calls: readonly Promise<unknown>[]) =>
  Promise.all(
    calls.map((call) =>
      call.then(
        (value) => value,
        (error: { code: string }) => error.code,
      ),
    ),
  )

/** A counter whose `term` is seen. */
const termed = (told: string[]) =>
  actor('termed', {
    initial: () => ({ count: 0 }),
    term: ({ reason }) => void told.push(reason.type),
    handlers: ({ call }) => ({
      add: call(({ state }) => ({ reply: state.count + 1, state: { count: state.count + 1 } })),
      exit: call((): { reply: number } => {
        throw new ExitError(normal)
      }),
    }),
  })

describe('a kill from outside', () => {
  it('[F8] runs no term; a transient child comes back from its last checkpoint, and one restart is used', async () => {
    const told: string[] = []
    const tree = supervisor({}, { a: child(termed(told), { restart: 'transient', checkpoint: { every: 1 } }) })
    const { app, tree: refs, until, settle, events } = await simulated(tree)
    await until(refs.a.call.add())
    await settle()
    expect(await app.kill(refs.a)).toBe(true)
    await until(refs.a.whenUp())
    expect(told).toEqual([])
    expect(await until(refs.a.call.add())).toBe(2)
    expect(lives(events).slice(-2)).toEqual(['a#1 exited killed', 'a#2 started'])
    expect(supervisorOf(refs).inspect()?.budgetLeft).toBe(2)
  })

  it('[F1] the call that comes with the exit is never delivered to the dead incarnation', async () => {
    const { app, tree, until } = await simulatedWithoutStore(supervisor({}, { a: child(Counter) }))
    const hanging = tree.a.call.wait(1)
    hanging.catch(() => undefined)
    await until(tree.a.whenUp())
    void app.kill('a')
    const next = tree.a.call.add(1)
    expect(await until(outcomes([hanging, next]))).toEqual([expect.anything(), 1])
    expect(app.inspect('a')?.incarnation).toBe(2)
  })

  it.each(['permanent', 'transient', 'temporary'] as const)(
    '[F8] [F9] without restart a %s child ends for good',
    async (restart) => {
      const tree = supervisor({ strategy: 'one_for_all' }, { a: child(Counter, { restart }), b: child(Counter) })
      const { app, tree: refs, until, settle, events } = await simulatedWithoutStore(tree)
      const queued = outcomes([refs.a.call.count(), refs.a.call.count()])
      expect(await until(app.kill('a', { restart: false }))).toBe(true)
      expect([await until(queued), await until(outcomes([refs.a.call.count()]))]).toEqual([['noproc', 'noproc'], ['noproc']])
      await settle()
      expect(lives(events).filter((line) => !line.includes('started'))).toEqual(['a#1 exited killed'])
      expect(eventsOf(events, 'decided')).toEqual([])
      expect(supervisorOf(refs).inspect()?.budgetLeft).toBe(3)
      expect(app.inspect('b')?.incarnation).toBe(1)
    },
  )

  it('[F8] frees the name, ends a member and what was spawned, and is fine where nothing runs', async () => {
    const tree = supervisor({}, { a: child(Counter, { name: 'clerk' }), all: dynamicSupervisor(Counter) })
    const { app, tree: refs, until, settle } = await simulatedWithoutStore(tree)
    const member = await until(refs.all.start('m', undefined))
    const spawned = await until(app.spawn(Counter, 's', undefined))
    expect(await until(Promise.all(['a', member, spawned].map((who) => app.kill(who, { restart: false }))))).toEqual([
      true,
      true,
      true,
    ])
    await settle()
    expect(app.whereis('clerk')).toBeUndefined()
    expect(await until(refs.all.keys())).toEqual([])
    expect(app.inspect(spawned)).toBeUndefined()
    expect(await until(Promise.all(['a', 'nobody'].map((who) => app.kill(who, { restart: false }))))).toEqual([false, false])
    expect(app.running()).toEqual(['', 'all'])
  })

  it('[F8] without restart ends a child that waits for its backoff', async () => {
    const tree = supervisor({}, { a: child(Counter, { backoff: { min: '1m', max: '1m' } }) })
    const { app, tree: refs, until, settle, advance } = await simulatedWithoutStore(tree)
    void app.kill(refs.a)
    await settle()
    expect(await until(app.kill(refs.a, { restart: false }))).toBe(false)
    await advance('1h')
    expect(app.inspect('a')).toMatchObject({ status: 'stopped', incarnation: 1 })
  })

  it('[F8] without restart ends a supervisor with all below it, and its own supervisor goes on', async () => {
    const tree = supervisor({}, { shop: supervisor({}, { a: child(Counter) }), b: child(Counter) })
    const { app, until, settle } = await simulatedWithoutStore(tree)
    await until(app.kill('shop', { restart: false }))
    await settle()
    expect(app.running()).toEqual(['', 'b'])
  })

  it('[F8] of the root ends the tree', async () => {
    const { app, until } = await simulatedWithoutStore(supervisor({}, { a: child(Counter) }))
    void app.kill('', { restart: false })
    expect(await until(app.ended)).toEqual({ type: 'killed' })
  })
})

describe('an end that an actor asks for, or is asked for', () => {
  it('[F9] exits behind what was ahead: 3 calls succeed, the exiting one and the 2 behind it reject', async () => {
    const told: string[] = []
    const tree = supervisor({}, { a: child(termed(told), { restart: 'transient' }) })
    const { app, tree: refs, until, settle } = await simulatedWithoutStore(tree)
    const { add, exit } = refs.a.call
    const calls = [add(), add(), add(), exit(), add(), add()]
    expect(await until(outcomes(calls))).toEqual([1, 2, 3, 'crashed', 'noproc', 'noproc'])
    await expect(calls[3]).rejects.toMatchObject({ reason: normal })
    await settle()
    expect(told).toEqual(['normal'])
    expect(app.inspect('a')).toMatchObject({ status: 'stopped', incarnation: 1 })
  })

  it.each([
    [{ restart: false }, 'stopped', 'noproc'],
    [{}, 'running', 3],
  ] as const)(
    '[F9] stop(%o) of a permanent actor comes behind what is queued, and leaves it %s',
    async (options, status, last) => {
      const { app, tree, until, settle } = await simulatedWithoutStore(supervisor({}, { a: child(Counter) }))
      const before = [tree.a.call.add(1), tree.a.call.add(1)]
      const stopped = tree.a.stop(normal, options)
      const behind = tree.a.call.add(1)
      expect(await until(outcomes([...before, stopped, behind]))).toEqual([1, 2, undefined, last])
      await settle()
      expect(app.inspect('a')?.status).toBe(status)
    },
  )

  it('[F9] stop without restart keeps down also one that crashes before its turn has come', async () => {
    const { app, tree, until, settle } = await simulatedWithoutStore(supervisor({}, { a: child(Counter) }))
    void tree.a.cast.crash('boom')
    await expect(until(tree.a.stop(normal, { restart: false }))).rejects.toMatchObject({ code: 'crashed' })
    await settle()
    expect(app.inspect('a')).toMatchObject({ status: 'stopped', incarnation: 1 })
  })
})
