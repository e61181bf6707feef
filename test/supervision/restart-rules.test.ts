import { describe, expect, it } from 'vitest'
import {
  crash,
  killed,
  noconnection,
  normal,
  noproc,
  shutdown,
  shutdownBecause,
  type ExitReason,
} from '../../src/protocol/exit-reason.ts'
import type { RestartType } from '../../src/supervision/specs/restart-type.ts'
import { strategies, type Strategy } from '../../src/supervision/specs/strategy.ts'
import { play } from './played-supervisor.ts'
import { dynamicOf, supervisorOf } from './supervisor-inputs.ts'

const orderly: readonly [string, ExitReason][] = [
  ['normal', normal],
  ['shutdown', shutdown],
  ['shutdown with a cause', shutdownBecause('done')],
]
const abnormal: readonly [string, ExitReason][] = [
  ['a crash', crash('boom')],
  ['killed', killed],
  ['noproc', noproc],
  ['noconnection', noconnection],
]

/** What happens when `b` of `a b c d:temporary` ends: whom its restart takes along. */
const groups: Record<Strategy, string[]> = {
  one_for_one: ['start b#2'],
  one_for_all: ['stop d#1', 'stop c#1', 'stop a#1', 'forget d', 'start a#2', 'start b#2', 'start c#2'],
  rest_for_one: ['stop d#1', 'stop c#1', 'forget d', 'start b#2', 'start c#2'],
}

const table = strategies.flatMap((strategy) => {
  const row = (restart: RestartType, [name, reason]: [string, ExitReason], then: 'restarted' | 'left' | 'removed') => ({
    strategy,
    restart,
    name,
    reason,
    then,
  })
  return [
    ...[...orderly, ...abnormal].map((reason) => row('permanent', reason, 'restarted')),
    ...orderly.map((reason) => row('transient', reason, 'left')),
    ...abnormal.map((reason) => row('transient', reason, 'restarted')),
    ...[...orderly, ...abnormal].map((reason) => row('temporary', reason, 'removed')),
  ]
})

describe('a child that ends by itself', () => {
  it.each(table)('[S3] $strategy: a $restart child that ends with $name is $then', ({ strategy, restart, reason, then }) => {
    const supervisor = play(supervisorOf(strategy, `a b:${restart} c d:temporary`))
    supervisor.done()
    supervisor.exit('b', reason)
    const after = { restarted: groups[strategy], left: [], removed: ['forget b'] }[then]
    expect(supervisor.done()).toEqual(after)
    expect(supervisor.decisions.map(({ child, incarnation, reason, decided }) => [child, incarnation, reason, decided])).toEqual([
      ['b', 1, reason, { restarted: 'restart', left: 'leave', removed: 'remove' }[then]],
    ])
    expect(supervisor.look().stopped).toEqual(then === 'left' ? ['b'] : [])
    expect(supervisor.decider.budgetLeft(0)).toBe(then === 'restarted' ? 2 : 3)
  })

  it.each([
    ['permanent', normal, ['start a#2']],
    ['permanent', crash('boom'), ['start a#2']],
    ['transient', normal, ['forget a']],
    ['transient', crash('boom'), ['start a#2']],
    ['temporary', normal, ['forget a']],
    ['temporary', crash('boom'), ['forget a']],
  ])('a %s member that ends with %j is restarted alone, or removed', (restart, reason, after) => {
    const supervisor = play(dynamicOf(`a:${restart} b`))
    supervisor.done()
    supervisor.exit('a', reason)
    expect(supervisor.done()).toEqual(after)
  })

  it('is said to be restarted alone if nobody goes along', () => {
    const supervisor = play(supervisorOf('rest_for_one', 'a b'))
    supervisor.exit('b')
    supervisor.exit('a')
    expect(supervisor.decisions.map(({ why }) => why)).toEqual([
      '"b" is permanent and crashed: it is started again (2 of 3 restarts left in 5 s)',
      '"a" is permanent and crashed: it and all later children are restarted (1 of 3 restarts left in 5 s)',
    ])
  })

  it('tells the new incarnation why the one before ended, and siblings that they went along', () => {
    const supervisor = play(supervisorOf('one_for_all', 'a b'))
    supervisor.exit('b', crash('boom'))
    expect(supervisor.orders.slice(2).map(({ spec, cause, reason }) => [spec.id, cause, reason])).toEqual([
      ['a', 'sibling', shutdown],
      ['b', 'exit', crash('boom')],
    ])
  })

  it('is not heard when it was stopped before, or is an earlier incarnation', () => {
    const supervisor = play(supervisorOf('one_for_all', 'a b'))
    supervisor.burst(() => {
      supervisor.exit('a')
      supervisor.exit('b')
    })
    expect(supervisor.done().slice(3)).toEqual(['stop b#1', 'start a#2', 'start b#2'])
    expect(supervisor.decider.budgetLeft(0)).toBe(2)
    expect(supervisor.decisions).toHaveLength(1)
  })

  it('is not heard twice', () => {
    const supervisor = play(supervisorOf('one_for_one', 'a:transient'))
    supervisor.burst(() => {
      supervisor.exit('a', normal)
      supervisor.exit('a')
    })
    expect(supervisor.done()).toEqual(['start a#1', 'up'])
  })

  it.each<[Strategy, number, string, string[]]>([
    ['one_for_one', 2, 'b c', ['start b#2', 'start c#2']],
    ['one_for_all', 1, 'b c', ['stop c#1', 'stop a#1', 'start a#2', 'start b#2', 'start c#2']],
    ['rest_for_one', 1, 'b c', ['stop c#1', 'start b#2', 'start c#2']],
    ['rest_for_one', 2, 'c b', ['start c#2', 'stop c#2', 'start b#2', 'start c#3']],
  ])('%s: two that end in the same instant are %i restart(s) if the order is %s', (strategy, restarts, order, after) => {
    const supervisor = play(supervisorOf(strategy, 'a b c'))
    supervisor.done()
    supervisor.burst(() => order.split(' ').forEach((id) => supervisor.exit(id)))
    expect(supervisor.done()).toEqual(after)
    expect(supervisor.decider.budgetLeft(0)).toBe(3 - restarts)
  })

  it('starts children again that had finished, were stopped by hand or had said ignore, if the group is theirs', () => {
    for (const strategy of ['one_for_all', 'rest_for_one'] as const) {
      const supervisor = play(supervisorOf(strategy, 'a b:transient c d'), { starts: { d: ['ignore'] } })
      supervisor.exit('b', normal)
      supervisor.ask({ type: 'terminateChild', id: 'c' })
      supervisor.done()
      supervisor.exit('a')
      expect(supervisor.done()).toEqual(['start a#2', 'start b#2', 'start c#2', 'start d#1'])
    }
  })

  it('leaves temporary children alone that were started before, under rest_for_one', () => {
    const supervisor = play(supervisorOf('rest_for_one', 'a:temporary b c'))
    supervisor.done()
    supervisor.exit('b')
    expect(supervisor.done()).toEqual(['stop c#1', 'start b#2', 'start c#2'])
    expect(supervisor.look().running).toEqual(['a', 'b', 'c'])
  })
})
