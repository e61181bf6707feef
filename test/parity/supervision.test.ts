import { describe, expect, it } from 'vitest'
import { child, supervisor, supervisorOf, type Strategy } from 'coppice'
import { simulatedSystem, type SimulationEvent } from 'coppice/testing'
import { Counter } from '../support/scripted.ts'

const workers = { w1: child(Counter), w2: child(Counter), w3: child(Counter), w4: child(Counter), w5: child(Counter) }

/** Everybody who was started, in order. */
const startedIn = (events: readonly SimulationEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'started' ? [event.id] : []))

describe('strategies', () => {
  it.each<[Strategy, string[]]>([
    ['one_for_one', ['w3']],
    ['one_for_all', ['w1', 'w2', 'w3', 'w4', 'w5']],
    ['rest_for_one', ['w3', 'w4', 'w5']],
  ])('[S1] %s: when the third of five children crashes, those start again that it takes along', async (strategy, expected) => {
    await using sim = await simulatedSystem(supervisor({ strategy }, workers), { store: false })
    const before = sim.events.length
    void sim.tree.w3.cast.crash('boom')
    await sim.settle()
    expect(startedIn(sim.events.slice(before))).toEqual(expected)
    expect(['w1', 'w2', 'w3', 'w4', 'w5'].filter((id) => sim.app.inspect(id)?.incarnation === 2)).toEqual(expected)
  })

  it('[S2] those that a restart takes along stop in reverse order, each awaited, and then all start in order', async () => {
    const tree = supervisor({ strategy: 'rest_for_one' }, workers)
    const faults = [{ at: 'term', actor: 'w5', nth: 1, do: { takes: '3s' } }] as const
    await using sim = await simulatedSystem(tree, { faults, store: false })
    const before = sim.events.length
    void sim.tree.w3.cast.crash('boom')
    const told = (): string[] =>
      sim.events
        .slice(before)
        .flatMap((event) => (event.type === 'started' || event.type === 'exited' ? [`${event.id} ${event.type}`] : []))
    await sim.advance('2999ms')
    expect(told()).toEqual(['w3 exited'])
    await sim.advance('1ms')
    expect(told()).toEqual(['w3 exited', 'w5 exited', 'w4 exited', 'w3 started', 'w4 started', 'w5 started'])
  })
})

describe('a budget of 3 restarts in 5 s', () => {
  const crashFourTimes = async (pauseMs: number) => {
    const sim = await simulatedSystem(supervisor({}, { a: child(Counter), b: child(Counter) }), { store: false })
    for (let crash = 1; crash <= 4; crash += 1) {
      if (crash > 1) await sim.advance(pauseMs)
      expect(sim.app.running()).toEqual(['', 'a', 'b'])
      void sim.tree.a.cast.crash(`crash ${crash}`)
      await sim.settle()
    }
    return sim.app.running()
  }

  it('[S4] outlasts three crashes and gives up at the fourth, unless they are spread over more time', async () => {
    expect(await crashFourTimes(100)).toEqual([])
    expect(await crashFourTimes(2_000)).toEqual(['', 'a', 'b'])
  })
})

describe('a name of a supervised child', () => {
  it('[S9] leads to whichever incarnation its supervisor has made, and is free while it keeps none', async () => {
    const tree = supervisor(
      {},
      { office: supervisor({ strategy: 'one_for_all' }, { a: child(Counter, { name: 'boss' }), b: child(Counter) }) },
    )
    await using sim = await simulatedSystem(tree, { store: false })
    const { app, until } = sim
    const office = supervisorOf(sim.tree.office)
    const boss = () => app.whereis('boss')
    expect(boss()).toEqual({ id: 'office/a', status: 'running' })
    void sim.tree.office.b.cast.crash('boom')
    await sim.settle()
    expect(boss()).toEqual({ id: 'office/a', status: 'running' })
    expect(app.inspect(boss()?.id ?? '')).toMatchObject({ incarnation: 2, status: 'running' })
    await until(office.terminateChild('a'))
    expect(boss()).toBeUndefined()
    await until(office.restartChild('a'))
    expect(boss()).toEqual({ id: 'office/a', status: 'running' })
    await until(office.stop())
    await sim.settle()
    expect(boss()).toEqual({ id: 'office/a', status: 'running' })
    expect(app.inspect('office')).toMatchObject({ incarnation: 2 })
  })
})

describe('a mailbox', () => {
  it('[S13] survives a crash: what was queued is handled by the next incarnation, what failed is not tried again', async () => {
    await using sim = await simulatedSystem(supervisor({}, { a: child(Counter) }), { store: false })
    const first = sim.tree.a.call.callAndCrash('boom').catch((error: unknown) => error)
    const second = sim.tree.a.call.add(2)
    const third = sim.tree.a.call.add(3)
    expect([await sim.until(second), await sim.until(third)]).toEqual([2, 5])
    expect(await first).toMatchObject({ code: 'crashed' })
    expect(sim.events.filter(({ type }) => type === 'exited')).toHaveLength(1)
    expect(sim.app.inspect('a')).toMatchObject({ incarnation: 2, queued: 0 })
  })
})

describe('the scope of a restart', () => {
  const roles = (strategy: Strategy, budget: number) => {
    const intensity = { restarts: budget, within: '5s' } as const
    const role = () => supervisor({ strategy, intensity }, { r1: child(Counter), r2: child(Counter) })
    return supervisor({ strategy: 'one_for_all' }, { reader: role(), writer: role() })
  }

  it.each<[string, ReturnType<typeof roles>, string[]]>([
    ['the replica', roles('one_for_one', 3), ['reader/r1']],
    ['the role', roles('one_for_all', 3), ['reader/r1', 'reader/r2']],
    ['the application', roles('one_for_one', 0), ['reader/r1', 'reader/r2', 'writer/r1', 'writer/r2']],
  ])('[X13] is %s, by strategy and budget alone', async (_, tree, expected) => {
    await using sim = await simulatedSystem(tree, { store: false })
    void sim.tree.reader.r1.cast.crash('boom')
    await sim.settle()
    const workers = ['reader/r1', 'reader/r2', 'writer/r1', 'writer/r2']
    expect(workers.filter((id) => sim.app.inspect(id)?.incarnation === 2)).toEqual(expected)
    expect(sim.app.running()).toEqual(expect.arrayContaining(workers))
  })
})
