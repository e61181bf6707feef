import { describe, expect, it } from 'vitest'
import { crash, killed, normal } from '../../src/protocol/exit-reason.ts'
import { judge, type ChildExit } from '../../src/supervision/specs/decide.ts'
import { strategies } from '../../src/supervision/specs/strategy.ts'
import { worker } from './children-specs.ts'
import { play } from './played-supervisor.ts'
import { dynamicOf, supervisorOf } from './supervisor-inputs.ts'

const exit: ChildExit = {
  id: 'a',
  incarnation: 1,
  reason: crash('boom'),
  error: 'boom',
  message: undefined,
  restarts: 0,
  last: () => undefined,
}

describe('judge', () => {
  it('gives what decide says, and nothing if it says nothing', () => {
    expect(judge(() => 'stop', exit)).toEqual({ wish: 'stop' })
    expect(judge(() => undefined, exit)).toEqual({})
    expect(judge(({ error }) => (error === 'boom' ? 'setAside' : 'stop'), exit)).toEqual({ wish: 'setAside' })
  })

  it('escalates where decide throws, or says what it cannot', () => {
    const error = new Error('no idea')
    expect(
      judge(() => {
        throw error
      }, exit),
    ).toEqual({ wish: 'escalate', problem: crash(error) })
    expect(judge((() => Promise.resolve('stop')) as never, exit)).toMatchObject({
      wish: 'escalate',
      problem: {
        error: { message: 'decide of "a" must return "restart", "stop", "escalate" or "setAside", or nothing; got an object' },
      },
    })
  })
})

describe('what decide says of an exit', () => {
  it('restart: starts the child again whatever its restart type, and counts', () => {
    for (const restart of ['permanent', 'transient', 'temporary'] as const) {
      const played = play(supervisorOf('one_for_all', '', { children: [worker('a', { restart }), worker('b')] }))
      played.done()
      played.exit('a', normal, 'restart')
      expect(played.done()).toEqual(['stop b#1', 'start a#2', 'start b#2'])
      expect(played.decider.budgetLeft(0)).toBe(2)
    }
  })

  it('stop: leaves the child down, and its siblings alone', () => {
    for (const strategy of strategies) {
      const played = play(supervisorOf(strategy, 'a b'))
      played.done()
      played.exit('a', killed, 'stop')
      expect(played.done()).toEqual([])
      expect(played.look()).toEqual({ running: ['b'], restarting: [], stopped: ['a'] })
      expect(played.decisions.at(-1)).toMatchObject({
        decided: 'leave',
        why: '"a" is permanent and was killed, and "decide" says "stop": it stays down',
      })
    }
    const dynamic = play(dynamicOf('a b'))
    dynamic.done()
    dynamic.exit('a', killed, 'stop')
    expect(dynamic.done()).toEqual(['forget a'])
  })

  it('stop: ends the supervisor of a significant child', () => {
    const played = play(supervisorOf('one_for_one', 'a:transient! b', { autoShutdown: 'any_significant' }))
    played.done()
    played.exit('a', crash('boom'), 'stop')
    expect(played.done()).toEqual(['stop b#1', 'exit'])
  })

  it('escalate: ends the supervisor at once, with a cause that names child and reason', () => {
    const played = play(supervisorOf('one_for_one', 'a b c'))
    played.done()
    played.exit('b', crash('boom'), 'escalate')
    expect(played.done()).toEqual(['stop c#1', 'stop a#1', 'exit'])
    expect(played.ended).toEqual({ type: 'shutdown', cause: { type: 'escalated', id: 'b', reason: crash('boom') } })
    expect(played.decisions.at(-1)).toMatchObject({
      decided: 'escalate',
      why: '"b" is permanent and crashed, and "decide" says "escalate": the supervisor ends, and the one above decides',
    })
  })

  it('escalate: says that decide failed, if it did', () => {
    const played = play(supervisorOf('one_for_one', 'a'))
    played.exit('a', crash('boom'), 'escalate', crash('no idea'))
    expect(played.ended).toEqual({
      type: 'shutdown',
      cause: { type: 'escalated', id: 'a', reason: crash('boom'), problem: crash('no idea') },
    })
    expect(played.decisions.at(-1)?.why).toContain('and "decide" failed (crash: no idea): the supervisor ends')
  })

  it('setAside: restarts the child, and has its message set aside first', () => {
    const played = play(supervisorOf('one_for_one', '', { children: [worker('a', { restart: 'temporary' })] }))
    played.done()
    played.exit('a', crash('boom'), 'setAside')
    expect(played.done()).toEqual(['set aside a', 'start a#2'])
  })

  it('does not go beyond the intensity of the supervisor, nor beyond the life of the child', () => {
    const spent = play(supervisorOf('one_for_one', 'a', { intensity: { restarts: 0, withinMs: 1 } }))
    spent.done()
    spent.exit('a', crash('boom'), 'restart')
    expect(spent.done()).toEqual(['exit'])
    const old = play(supervisorOf('one_for_one', '', { children: [worker('a', { maxRestarts: 0 })] }))
    old.exit('a', crash('boom'), 'restart')
    expect(old.look().stopped).toEqual(['a'])
    expect(old.decisions.at(-1)?.why).toBe(
      '"a" is permanent and crashed, and "decide" says "restart", and it may not be restarted: it stays down',
    )
  })
})
