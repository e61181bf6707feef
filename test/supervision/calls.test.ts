import { describe, expect, it } from 'vitest'
import { crash, killed, normal, shutdown } from '../../src/protocol/exit-reason.ts'
import { worker } from './children-specs.ts'
import { fail, play } from './played-supervisor.ts'
import { dynamicOf, supervisorOf } from './supervisor-inputs.ts'

describe('startChild', () => {
  it('starts a child at the end of the order', () => {
    const supervisor = play(supervisorOf('one_for_one', 'a'))
    supervisor.done()
    expect(supervisor.ask({ type: 'startChild', spec: worker('b') }).reply).toEqual({
      status: 'started',
      id: 'b',
      incarnation: 1,
    })
    expect(supervisor.orders.at(-1)).toMatchObject({ cause: 'request', reason: undefined })
    supervisor.stop()
    expect(supervisor.done()).toEqual(['start b#1', 'stop b#1', 'stop a#1', 'exit'])
  })

  it('refuses an id that is used, by a running child or by one that is down; the spec is not replaced', () => {
    const supervisor = play(supervisorOf('one_for_one', 'a b:transient'))
    supervisor.exit('b', normal)
    supervisor.done()
    expect(supervisor.ask({ type: 'startChild', spec: worker('a', { restart: 'temporary' }) }).reply).toEqual({
      status: 'error',
      error: { type: 'already_started', id: 'a', incarnation: 1 },
    })
    expect(supervisor.ask({ type: 'startChild', spec: worker('b') }).reply).toEqual({
      status: 'error',
      error: { type: 'already_present', id: 'b' },
    })
    expect(supervisor.done()).toEqual([])
    expect(supervisor.decider.children.get('a')?.spec.restart).toBe('permanent')
  })

  it('keeps nothing of a child that fails, and does not try again', () => {
    const supervisor = play(supervisorOf('one_for_one', ''), { starts: { a: [fail('no db')] } })
    supervisor.done()
    expect(supervisor.ask({ type: 'startChild', spec: worker('a') }).reply).toEqual({
      status: 'error',
      error: { type: 'start_failed', id: 'a', reason: crash('no db') },
    })
    expect(supervisor.done()).toEqual(['failed a', 'forget a'])
    expect(supervisor.decider.children.size).toBe(0)
    expect(supervisor.decisions.map(({ decided, why }) => [decided, why])).toEqual([
      ['remove', '"a" could not be started as asked: it is not kept'],
    ])
    expect(supervisor.ask({ type: 'startChild', spec: worker('a') }).reply).toMatchObject({ status: 'started' })
  })

  it('keeps a child that says ignore without a process, unless it is temporary or a member', () => {
    const supervisor = play(supervisorOf('one_for_one', ''), { starts: { a: ['ignore'], b: ['ignore'] } })
    expect(supervisor.ask({ type: 'startChild', spec: worker('a') }).reply).toEqual({ status: 'ignored', id: 'a' })
    expect(supervisor.ask({ type: 'startChild', spec: worker('b', { restart: 'temporary' }) }).reply).toEqual({
      status: 'ignored',
      id: 'b',
    })
    expect(supervisor.look().stopped).toEqual(['a'])
    const dynamic = play(dynamicOf(''), { starts: { a: ['ignore'] } })
    expect(dynamic.ask({ type: 'startChild', spec: worker('a') }).reply).toEqual({ status: 'ignored', id: 'a' })
    expect(dynamic.done()).toEqual(['up', 'ignored a', 'forget a'])
    expect(dynamic.decider.children.size).toBe(0)
  })

  it('puts a child that was deleted and is added again at the end', () => {
    const supervisor = play(supervisorOf('one_for_one', 'a b'))
    supervisor.ask({ type: 'terminateChild', id: 'a' })
    supervisor.ask({ type: 'deleteChild', id: 'a' })
    supervisor.ask({ type: 'startChild', spec: worker('a') })
    expect(supervisor.look().running).toEqual(['b', 'a'])
  })
})

describe('terminateChild', () => {
  it('stops a child and keeps its spec, again and again', () => {
    const supervisor = play(supervisorOf('one_for_all', 'a b'))
    supervisor.done()
    expect(supervisor.ask({ type: 'terminateChild', id: 'a' }).reply).toEqual({ status: 'ok' })
    expect(supervisor.ask({ type: 'terminateChild', id: 'a' }).reply).toEqual({ status: 'ok' })
    expect(supervisor.done()).toEqual(['stop a#1'])
    expect(supervisor.look()).toEqual({ running: ['b'], restarting: [], stopped: ['a'] })
  })

  it.each([
    ['temporary', supervisorOf('one_for_one', 'a:temporary')],
    ['permanent, but a member', dynamicOf('a')],
  ])('removes a child that is %s', (_, input) => {
    const supervisor = play(input)
    supervisor.done()
    expect(supervisor.ask({ type: 'terminateChild', id: 'a' }).reply).toEqual({ status: 'ok' })
    expect(supervisor.done()).toEqual(['stop a#1', 'forget a'])
    expect(supervisor.decider.children.size).toBe(0)
  })

  it('says not_found for a child that is not there', () => {
    const supervisor = play(supervisorOf('one_for_one', 'a'))
    expect(supervisor.ask({ type: 'terminateChild', id: 'x' }).reply).toEqual({
      status: 'error',
      error: { type: 'not_found', id: 'x' },
    })
  })

  it('does not hear the end of the child that was in the mailbox before it was stopped', () => {
    const supervisor = play(supervisorOf('one_for_one', 'a'))
    supervisor.done()
    supervisor.burst(() => {
      supervisor.ask({ type: 'terminateChild', id: 'a' })
      supervisor.exit('a')
    })
    expect(supervisor.done()).toEqual(['stop a#1'])
    expect(supervisor.decisions).toEqual([])
  })

  it('stops the new incarnation if the child ended and was restarted first', () => {
    const supervisor = play(supervisorOf('one_for_one', 'a'))
    supervisor.done()
    supervisor.burst(() => {
      supervisor.exit('a')
      supervisor.ask({ type: 'terminateChild', id: 'a' })
    })
    expect(supervisor.done()).toEqual(['start a#2', 'stop a#2'])
  })
})

describe('restartChild', () => {
  it('starts a child that is down, in its old place, and alone', () => {
    const supervisor = play(supervisorOf('one_for_all', 'a b'))
    supervisor.ask({ type: 'terminateChild', id: 'a' })
    supervisor.done()
    expect(supervisor.ask({ type: 'restartChild', id: 'a' }).reply).toEqual({ status: 'started', id: 'a', incarnation: 2 })
    expect(supervisor.done()).toEqual(['start a#2'])
    expect(supervisor.look().running).toEqual(['a', 'b'])
    expect(supervisor.orders.at(-1)).toMatchObject({ cause: 'request', reason: shutdown })
  })

  it('tells a child that was killed by its limit so', () => {
    const supervisor = play(supervisorOf('one_for_all', '', { children: [worker('a', { shutdown: 'kill' })] }))
    supervisor.ask({ type: 'terminateChild', id: 'a' })
    supervisor.ask({ type: 'restartChild', id: 'a' })
    expect(supervisor.orders.at(-1)).toMatchObject({ cause: 'request', reason: killed })
  })

  it('says running, restarting or not_found for any other', () => {
    const supervisor = play(supervisorOf('one_for_one', 'a'))
    expect(supervisor.ask({ type: 'restartChild', id: 'a' }).reply).toEqual({
      status: 'error',
      error: { type: 'running', id: 'a' },
    })
    expect(supervisor.ask({ type: 'restartChild', id: 'x' }).reply).toEqual({
      status: 'error',
      error: { type: 'not_found', id: 'x' },
    })
  })

  it('leaves the child down if its start fails, without a retry', () => {
    const supervisor = play(supervisorOf('one_for_one', 'a'), { starts: { a: ['ok', fail('no db')] } })
    supervisor.ask({ type: 'terminateChild', id: 'a' })
    supervisor.done()
    expect(supervisor.ask({ type: 'restartChild', id: 'a' }).reply).toEqual({
      status: 'error',
      error: { type: 'start_failed', id: 'a', reason: crash('no db') },
    })
    expect(supervisor.done()).toEqual(['failed a'])
    expect(supervisor.look().stopped).toEqual(['a'])
    expect(supervisor.decisions.at(-1)).toMatchObject({
      decided: 'leave',
      why: '"a" could not be started as asked: it stays down',
    })
  })

  it('answers ignored if the child says ignore', () => {
    const supervisor = play(supervisorOf('one_for_one', 'a'), { starts: { a: ['ok', 'ignore'] } })
    supervisor.ask({ type: 'terminateChild', id: 'a' })
    expect(supervisor.ask({ type: 'restartChild', id: 'a' }).reply).toEqual({ status: 'ignored', id: 'a' })
    expect(supervisor.look().stopped).toEqual(['a'])
  })
})

describe('deleteChild', () => {
  it('removes a child that is down, and no other', () => {
    const supervisor = play(supervisorOf('one_for_one', 'a'))
    expect(supervisor.ask({ type: 'deleteChild', id: 'a' }).reply).toEqual({
      status: 'error',
      error: { type: 'running', id: 'a' },
    })
    expect(supervisor.ask({ type: 'deleteChild', id: 'x' }).reply).toEqual({
      status: 'error',
      error: { type: 'not_found', id: 'x' },
    })
    supervisor.ask({ type: 'terminateChild', id: 'a' })
    supervisor.done()
    expect(supervisor.ask({ type: 'deleteChild', id: 'a' }).reply).toEqual({ status: 'ok' })
    expect(supervisor.done()).toEqual(['forget a'])
    expect(supervisor.decider.children.size).toBe(0)
  })
})

describe('whichChildren and countChildren', () => {
  it('list the last child first, and count specs, running ones, supervisors and workers', () => {
    const children = [worker('a'), worker('b', { type: 'supervisor' }), worker('c')]
    const supervisor = play(supervisorOf('one_for_one', '', { children }), { starts: { b: ['ignore'] } })
    expect(supervisor.ask({ type: 'whichChildren' }).reply).toEqual({
      status: 'children',
      children: [
        { id: 'c', type: 'worker', status: 'running', incarnation: 1 },
        { id: 'b', type: 'supervisor', status: 'stopped', incarnation: undefined },
        { id: 'a', type: 'worker', status: 'running', incarnation: 1 },
      ],
    })
    expect(supervisor.ask({ type: 'countChildren' }).reply).toEqual({
      status: 'counts',
      counts: { specs: 3, active: 2, supervisors: 1, workers: 2 },
    })
  })

  it('count one spec for a dynamic supervisor, however many members', () => {
    const supervisor = play(dynamicOf('a b c'))
    expect(supervisor.ask({ type: 'countChildren' }).reply).toEqual({
      status: 'counts',
      counts: { specs: 1, active: 3, supervisors: 0, workers: 3 },
    })
  })
})

describe('getChildSpec', () => {
  it('gives the spec of a child whether it runs or not', () => {
    const supervisor = play(supervisorOf('one_for_one', 'a:transient'))
    const spec = worker('a', { restart: 'transient' })
    expect(supervisor.ask({ type: 'getChildSpec', id: 'a' }).reply).toEqual({ status: 'spec', spec })
    supervisor.exit('a', normal)
    expect(supervisor.ask({ type: 'getChildSpec', id: 'a' }).reply).toEqual({ status: 'spec', spec })
    expect(supervisor.ask({ type: 'getChildSpec', id: 'x' }).reply).toEqual({
      status: 'error',
      error: { type: 'not_found', id: 'x' },
    })
  })
})
