import { describe, expect, it } from 'vitest'
import { child, dynamicSupervisor, supervisor } from 'coppice'
import { seededRandom } from '../../src/runtime/random.ts'
import { Counter } from '../support/scripted.ts'
import { eventsOf, simulatedWithoutStore } from '../support/simulated-app.ts'
import { doubles } from '../support/history.ts'

const seconds = 10
/** As many as the busiest second may need. */
const enough = { intensity: { restarts: 30, within: '1s' } } as const

describe('ten seconds of random crashes below the limit, with load', () => {
  it.each([1, 2, 3])('leave every server answering, each call settled, and none of them there twice (seed %i)', async (seed) => {
    const random = seededRandom(seed)
    const group = (strategy: 'one_for_one' | 'one_for_all' | 'rest_for_one') =>
      supervisor({ strategy, ...enough }, { a: child(Counter), b: child(Counter), c: child(Counter) })
    const tree = supervisor(enough, {
      one: group('one_for_one'),
      all: group('one_for_all'),
      rest: group('rest_for_one'),
      members: dynamicSupervisor(Counter, enough),
    })
    const { tree: refs, events, advance, until } = await simulatedWithoutStore(tree, { seed })
    const members = ['k', 'l', 'm'].map((key) => refs.members.start(key, undefined))
    const servers = [
      ...[refs.one, refs.all, refs.rest].flatMap(({ a, b, c }) => [a, b, c]),
      ...(await until(Promise.all(members))),
    ]
    const calls: Promise<unknown>[] = []
    for (let step = 0; step < seconds * 20; step += 1) {
      for (const server of servers) calls.push(server.call.add(1).catch((error: unknown) => (error as { code: string }).code))
      if (random.integer(3) === 0) void servers[random.integer(servers.length)]?.cast.crash('at random')
      await advance(50)
    }
    const outcomes = await until(Promise.all(calls))
    expect(outcomes).toHaveLength(seconds * 20 * servers.length)
    expect(outcomes.filter((outcome) => typeof outcome !== 'number')).toEqual([])
    expect(await until(Promise.all(servers.map((server) => server.call.count())))).toEqual(servers.map(() => seconds * 20))
    expect(doubles(events)).toEqual([])
    expect(eventsOf(events, 'decided').every(({ decision }) => decision.decided === 'restart')).toBe(true)
    expect(eventsOf(events, 'decided').length).toBeGreaterThan(30)
  })
})
