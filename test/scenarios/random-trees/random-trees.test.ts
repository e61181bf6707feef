import { describe, expect, it } from 'vitest'
import { explore, replay } from 'coppice/testing'
import type { SimulationEvent } from '../../../src/app/simulated-system.ts'
import { doubles, whims } from '../../support/history.ts'
import { findings } from './findings.ts'
import { keptPlans } from './kept-plans.ts'
import { forgotten, orphans, overspending } from './laws.ts'
import { disorderedStarts, disorderedStops, wrongGroups } from './order-laws.ts'
import type { Plan, WorkerPlan } from './plan.ts'
import { play } from './play.ts'
import { stormOf, type StormLaws } from './storm.ts'

const worker: WorkerPlan = { kind: 'worker', restart: 'permanent', shutdown: 'infinity', significant: false, state: 'volatile' }

/** A supervisor of three workers whose second one crashes twice; all are restarted each time. */
const small: Plan = {
  tree: {
    kind: 'supervisor',
    restart: 'permanent',
    shutdown: 'infinity',
    significant: false,
    strategy: 'one_for_all',
    restarts: 2,
    withinMs: 1_000,
    autoShutdown: 'never',
    children: [worker, worker, worker],
  },
  faults: [{ on: 2, at: 'init', nth: 1, do: { takes: 5 } }],
  deeds: [
    { do: 'crash', on: 1 },
    { do: 'pass', ms: 10 },
    { do: 'crash', on: 1 },
    { do: 'ask', on: 0, timeout: 'infinity' },
  ],
  seed: 1,
  hasStore: false,
}

describe('random trees in random storms', () => {
  it('keep every law, for 400 plans', { timeout: 60_000 }, async () => {
    const { text, isFound } = await findings({ runs: 400, seed: 20_261_121 })
    expect(isFound, text).toBe(false)
  })

  it('are played as planned, and the same way each time', async () => {
    const first = await play(small)
    expect(first.law).toBeUndefined()
    const decisions = first.events.filter((event) => event.type === 'decided').map(({ decision }) => decision.decided)
    expect(decisions).toEqual(['restart', 'restart'])
    expect(JSON.stringify((await play(small)).events)).toBe(JSON.stringify(first.events))
    const found = await findings({ runs: 1, seed: 1, plan: JSON.stringify(small) })
    expect(found).toMatchObject({ isFound: false, text: 'every law held' })
  })
})

describe('a plan that breaks a law', () => {
  const nobodyCrashes: StormLaws = {
    'nobody crashes': ({ events }) => events.every((event) => event.type !== 'exited' || event.reason.type !== 'error'),
  }

  it('is made small, and told as the kit tells of it, with a test to paste and the commands that show it again', async () => {
    const { text, isFound } = await findings({ runs: 200, seed: 3 }, nobodyCrashes)
    expect(isFound).toBe(true)
    expect(text).toContain('"nobody crashes" does not hold: it is false')
    const [, plan = ''] = /--plan '(.*)'/.exec(text) ?? []
    const [, path = ''] = /--seed 3 --path (\S+) --runs 1/.exec(text) ?? []
    const [, told = '', token = ''] = /^const storm = stormOf\((.*)\)[^]*replay\(storm, '(.*)'\)/m.exec(text) ?? []
    expect((JSON.parse(plan) as Plan).deeds).toHaveLength(1)
    expect(told).toBe(plan)
    const again = replay(stormOf(JSON.parse(told) as Plan, nobodyCrashes), token)
    await expect(again).rejects.toThrow('"nobody crashes" does not hold')
    for (const search of [{ path }, { plan }])
      expect(await findings({ runs: 1, seed: 3, ...search }, nobodyCrashes)).toMatchObject({
        isFound: true,
        text: expect.stringContaining('"nobody crashes" does not hold: it is false'),
      })
  })

  it.each(keptPlans)('has been found once: $found', async ({ plan }) => {
    expect((await explore(stormOf(plan), { seeds: 20 })).runs).toBe(20)
  })
})

describe('a law that is broken is seen:', () => {
  const told = async (): Promise<readonly SimulationEvent[]> => (await play(small)).events
  const isStart = (event: SimulationEvent, id: string, incarnation: number): boolean =>
    event.type === 'started' && event.id === id && event.incarnation === incarnation
  const isEnd = (event: SimulationEvent, id: string, incarnation: number): boolean =>
    event.type === 'exited' && event.id === id && event.incarnation === incarnation
  const swapped = (events: readonly SimulationEvent[], one: number, other: number): SimulationEvent[] =>
    events.with(one, events[other] as SimulationEvent).with(other, events[one] as SimulationEvent)

  it('two live incarnations of one child', async () => {
    const events = await told()
    expect(doubles(events.filter((event) => !isEnd(event, 'b', 1)))).toEqual(['there are two of b'])
  })

  it('a start and a stop out of order', async () => {
    const events = await told()
    const start = (id: string): number => events.findIndex((event) => isStart(event, id, 2))
    const end = (id: string): number => events.findIndex((event) => isEnd(event, id, 1))
    expect([...disorderedStarts(events, small), ...disorderedStops(events, small)]).toEqual([])
    expect(disorderedStarts(swapped(events, start('a'), start('b')), small)).toEqual(['a starts out of its turn'])
    expect(disorderedStops(swapped(events, end('a'), end('c')), small)).toEqual(['c stops out of its turn'])
  })

  it('a restart that takes others along than the strategy says', async () => {
    const other: Plan = { ...small, tree: { ...small.tree, strategy: 'rest_for_one' } }
    expect(wrongGroups(await told(), small)).toEqual([])
    expect(wrongGroups(await told(), other)).toContain('root restarts a,b,c for b, rest_for_one: b,c')
  })

  it('a budget that is overspent, and one that is not used up', async () => {
    const events = await told()
    const budget = (restarts: number): Plan => ({ ...small, tree: { ...small.tree, restarts } })
    expect(overspending(events, small)).toEqual([])
    expect(overspending(events, budget(1))).toEqual(['#1 restarts 2 times in 1000 ms'])
    const gaveUp = (await play(budget(1))).events
    expect(overspending(gaveUp, budget(1))).toEqual([])
    expect(overspending(gaveUp, budget(2))).toEqual(['#1 gives up after 1 of 2 restarts'])
  })

  it('a child that is forgotten, and an orphan', async () => {
    const events = await told()
    const calm = events.slice(0, events.findIndex((event) => isStart(event, 'c', 3)) + 1)
    expect(forgotten(calm, small)).toEqual([])
    expect(
      forgotten(
        calm.filter((event) => !isStart(event, 'c', 3)),
        small,
      ),
    ).toEqual(['c is permanent and forgotten'])
    const rootEnds: SimulationEvent = { type: 'exited', id: '', incarnation: 1, reason: { type: 'killed' }, message: undefined }
    expect(orphans([...calm, rootEnds])).toEqual(['a is an orphan', 'b is an orphan', 'c is an orphan'])
  })

  it('a decision that does not come from the facts', async () => {
    const events = await told()
    expect(whims(events)).toEqual([])
    const without = events.map((event) =>
      event.type === 'supervisor step' && event.fact?.type === 'exited' ? { ...event, commands: [] } : event,
    )
    expect(whims(without)).toEqual(['#1 decides otherwise when it is replayed'])
  })
})
