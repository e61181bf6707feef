import { describe, expect, it } from 'vitest'
import { crash, normal, shutdownBecause } from '../../src/protocol/exit-reason.ts'
import { fail, play } from './played-supervisor.ts'
import { dynamicOf, supervisorOf } from './supervisor-inputs.ts'

describe('the initial start', () => {
  it('starts the children in order, and is up when all are', () => {
    const supervisor = play(supervisorOf('one_for_one', 'a b c'))
    expect(supervisor.done()).toEqual(['start a#1', 'start b#1', 'start c#1', 'up'])
    expect(supervisor.orders.map(({ cause, reason }) => [cause, reason])).toEqual([
      ['first', undefined],
      ['first', undefined],
      ['first', undefined],
    ])
    expect(supervisor.decider.state).toBe('running')
  })

  it('is up at once without children', () => {
    const supervisor = play(supervisorOf('one_for_all', ''))
    expect(supervisor.done()).toEqual(['up'])
    expect(supervisor.decider.state).toBe('running')
  })

  it('stops those started, the last one first, when one fails, and says which one and why', () => {
    const supervisor = play(supervisorOf('one_for_one', 'a b c d'), { starts: { c: [fail('no db')] } })
    expect(supervisor.done()).toEqual(['start a#1', 'start b#1', 'failed c', 'stop b#1', 'stop a#1', 'exit'])
    expect(supervisor.ended).toEqual(shutdownBecause({ type: 'failed_to_start_child', id: 'c', reason: crash('no db') }))
    expect(supervisor.decider.state).toBe('done')
  })

  it('ends at once when the first child fails', () => {
    const supervisor = play(supervisorOf('one_for_one', 'a b'), { starts: { a: [fail('no db')] } })
    expect(supervisor.done()).toEqual(['failed a', 'exit'])
  })

  it.each(['permanent', 'transient', 'temporary'])('retries nothing, also for a %s child and a normal reason', (restart) => {
    const supervisor = play(supervisorOf('one_for_one', `a:${restart}`), { starts: { a: [{ fail: normal }] } })
    expect(supervisor.done()).toEqual(['failed a', 'exit'])
    expect(supervisor.decisions.map(({ decided }) => decided)).toEqual(['give up'])
  })

  it('keeps a child that says ignore, without a process', () => {
    const supervisor = play(supervisorOf('one_for_one', 'a b:transient c'), { starts: { a: ['ignore'], b: ['ignore'] } })
    expect(supervisor.done()).toEqual(['ignored a', 'ignored b', 'start c#1', 'up'])
    expect(supervisor.look()).toEqual({ running: ['c'], restarting: [], stopped: ['a', 'b'] })
  })

  it('drops a temporary child that says ignore', () => {
    const supervisor = play(supervisorOf('one_for_one', 'a:temporary b'), { starts: { a: ['ignore'] } })
    expect(supervisor.done()).toEqual(['ignored a', 'start b#1', 'forget a', 'up'])
    expect(supervisor.look()).toEqual({ running: ['b'], restarting: [], stopped: [] })
  })

  it('starts the members that a dynamic supervisor has from before, and stops them together if one fails', () => {
    expect(play(dynamicOf('a b')).done()).toEqual(['start a#1', 'start b#1', 'up'])
    expect(play(dynamicOf('a b c'), { starts: { c: [fail('no db')] } }).done()).toEqual([
      'start a#1',
      'start b#1',
      'failed c',
      'stop b#1 together',
      'stop a#1 together',
      'exit',
    ])
  })
})
