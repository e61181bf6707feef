import { describe, expect, it } from 'vitest'
import { crash, normal } from '../../src/protocol/exit-reason.ts'
import { worker } from './children-specs.ts'
import { fail, play } from './played-supervisor.ts'
import { dynamicOf, supervisorOf } from './supervisor-inputs.ts'

describe('a restart that fails', () => {
  it('is tried again until it works, and every attempt counts', () => {
    const supervisor = play(supervisorOf('one_for_one', 'a'), { starts: { a: ['ok', fail('x'), fail('y'), 'ok'] } })
    supervisor.exit('a')
    expect(supervisor.done()).toEqual(['start a#1', 'up', 'failed a', 'retry a', 'failed a', 'retry a', 'start a#2'])
    expect(supervisor.decider.budgetLeft(0)).toBe(0)
    expect(supervisor.decisions.map(({ decided, budgetLeft }) => [decided, budgetLeft])).toEqual([
      ['restart', 2],
      ['retry', 2],
      ['retry', 1],
    ])
  })

  it('ends the supervisor when the limit is hit, with the reason of the last attempt', () => {
    const supervisor = play(supervisorOf('one_for_one', 'a b'), { starts: { a: ['ok', fail('x'), fail('y'), fail('z')] } })
    supervisor.exit('a')
    expect(supervisor.done().slice(3)).toEqual([
      'failed a',
      'retry a',
      'failed a',
      'retry a',
      'failed a',
      'retry a',
      'stop b#1',
      'exit',
    ])
    expect(supervisor.ended).toEqual({
      type: 'shutdown',
      cause: {
        type: 'reached_max_restart_intensity',
        id: 'a',
        reason: crash('z'),
        before: { reason: crash('boom') },
        restarts: 3,
        withinMs: 5_000,
        agesMs: [0, 0, 0],
      },
    })
    expect(supervisor.decisions.map(({ decided }) => decided)).toEqual(['restart', 'retry', 'retry', 'retry', 'give up'])
  })

  it('is tried again whatever its reason, also for a transient child', () => {
    const supervisor = play(supervisorOf('one_for_one', 'a:transient'), { starts: { a: ['ok', { fail: normal }] } })
    supervisor.exit('a')
    expect(supervisor.done()).toEqual(['start a#1', 'up', 'failed a', 'retry a', 'start a#2'])
  })

  it('is tried again after what is in the mailbox already', () => {
    const supervisor = play(supervisorOf('one_for_one', 'a b'), { starts: { a: ['ok', fail('x')] } })
    supervisor.done()
    supervisor.burst(() => {
      supervisor.exit('a')
      supervisor.exit('b')
    })
    expect(supervisor.done()).toEqual(['failed a', 'retry a', 'start b#2', 'start a#2'])
  })

  it('shows the child as restarting until then: no call but terminateChild touches it', () => {
    const supervisor = play(supervisorOf('one_for_one', 'a b'), { starts: { a: ['ok', fail('x')] } })
    const answers: ReturnType<typeof supervisor.ask>[] = []
    const spec = worker('a')
    supervisor.burst(() => {
      supervisor.exit('a')
      answers.push(
        supervisor.ask({ type: 'restartChild', id: 'a' }),
        supervisor.ask({ type: 'deleteChild', id: 'a' }),
        supervisor.ask({ type: 'startChild', spec }),
        supervisor.ask({ type: 'getChildSpec', id: 'a' }),
        supervisor.ask({ type: 'whichChildren' }),
        supervisor.ask({ type: 'countChildren' }),
      )
    })
    expect(answers.map(({ reply }) => reply)).toEqual([
      { status: 'error', error: { type: 'restarting', id: 'a' } },
      { status: 'error', error: { type: 'restarting', id: 'a' } },
      { status: 'error', error: { type: 'already_present', id: 'a' } },
      { status: 'spec', spec },
      {
        status: 'children',
        children: [
          { id: 'b', type: 'worker', status: 'running', incarnation: 1 },
          { id: 'a', type: 'worker', status: 'restarting', incarnation: undefined },
        ],
      },
      { status: 'counts', counts: { specs: 2, active: 1, supervisors: 0, workers: 2 } },
    ])
    expect(supervisor.look().running).toEqual(['a', 'b'])
  })

  it('is cancelled by terminateChild', () => {
    const supervisor = play(supervisorOf('one_for_one', 'a'), { starts: { a: ['ok', fail('x')] } })
    let asked: ReturnType<typeof supervisor.ask> | undefined
    supervisor.burst(() => {
      supervisor.exit('a')
      asked = supervisor.ask({ type: 'terminateChild', id: 'a' })
    })
    expect(asked?.reply).toEqual({ status: 'ok' })
    expect(supervisor.done()).toEqual(['start a#1', 'up', 'failed a', 'retry a'])
    expect(supervisor.look().stopped).toEqual(['a'])
    expect(supervisor.decider.budgetLeft(0)).toBe(2)
  })

  it('is cancelled for a member by its removal', () => {
    const supervisor = play(dynamicOf('a'), { starts: { a: ['ok', fail('x')] } })
    supervisor.burst(() => {
      supervisor.exit('a')
      supervisor.ask({ type: 'terminateChild', id: 'a' })
    })
    expect(supervisor.done()).toEqual(['start a#1', 'up', 'failed a', 'retry a', 'forget a'])
    expect(supervisor.decider.children.size).toBe(0)
  })

  it('is cancelled by a stop of the supervisor that comes before', () => {
    const supervisor = play(supervisorOf('one_for_one', 'a b'), { starts: { a: ['ok', fail('x')] } })
    supervisor.burst(() => {
      supervisor.exit('a')
      supervisor.stop()
    })
    expect(supervisor.done().slice(3)).toEqual(['failed a', 'retry a', 'stop b#1', 'exit'])
  })

  it('one_for_all: keeps those started before it up until the retry, which starts over from the first child', () => {
    const supervisor = play(supervisorOf('one_for_all', 'a b c'), { starts: { b: ['ok', fail('x')] } })
    supervisor.done()
    let between: unknown
    supervisor.burst(() => {
      supervisor.exit('c')
      between = supervisor.ask({ type: 'whichChildren' })
    })
    expect(supervisor.done()).toEqual([
      'stop b#1',
      'stop a#1',
      'start a#2',
      'failed b',
      'retry b',
      'stop a#2',
      'start a#3',
      'start b#2',
      'start c#2',
    ])
    expect(between).toMatchObject({
      reply: { children: [{ status: 'stopped' }, { status: 'restarting' }, { status: 'running' }] },
    })
    expect(supervisor.decider.budgetLeft(0)).toBe(1)
  })

  it('tells the child that ended by itself so, also when it is started only by the retry of a sibling', () => {
    const supervisor = play(supervisorOf('one_for_all', 'a b'), { starts: { a: ['ok', fail('x')] } })
    supervisor.exit('b', crash('boom'))
    expect(supervisor.orders.map(({ spec, cause }) => `${spec.id} ${cause}`)).toEqual([
      'a first',
      'b first',
      'a sibling',
      'b exit',
      'a sibling',
      'b exit',
    ])
  })

  it('rest_for_one: starts over from the child that failed, not from the one that ended', () => {
    const supervisor = play(supervisorOf('rest_for_one', 'a b c d'), { starts: { c: ['ok', fail('x')] } })
    supervisor.done()
    supervisor.exit('b')
    expect(supervisor.done()).toEqual(['stop d#1', 'stop c#1', 'start b#2', 'failed c', 'retry c', 'start c#2', 'start d#2'])
  })

  it('is a success if the child says ignore: it stays without a process', () => {
    const supervisor = play(supervisorOf('one_for_one', 'a'), { starts: { a: ['ok', 'ignore'] } })
    supervisor.exit('a')
    expect(supervisor.done()).toEqual(['start a#1', 'up', 'ignored a'])
    expect(supervisor.look().stopped).toEqual(['a'])
    expect(supervisor.ask({ type: 'restartChild', id: 'a' }).reply).toEqual({ status: 'started', id: 'a', incarnation: 2 })
  })

  it('removes a member that says ignore', () => {
    const supervisor = play(dynamicOf('a'), { starts: { a: ['ok', 'ignore'] } })
    supervisor.exit('a')
    expect(supervisor.done()).toEqual(['start a#1', 'up', 'ignored a', 'forget a'])
    expect(supervisor.decider.children.size).toBe(0)
  })
})
