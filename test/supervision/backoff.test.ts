import { describe, expect, it } from 'vitest'
import { crash } from '../../src/protocol/exit-reason.ts'
import { delayAfter, readBackoff, type Backoff } from '../../src/supervision/specs/backoff.ts'
import { worker } from './children-specs.ts'
import { fail, play } from './played-supervisor.ts'
import { dynamicOf, supervisorOf } from './supervisor-inputs.ts'

const backoff: Backoff = { minMs: 100, maxMs: 1_000, factor: 2, jitter: 'none', resetAfterMs: 2_000 }
const generous = { intensity: { restarts: 100, withinMs: 60_000 } }
const slow = (id: string, restart: 'permanent' | 'transient' = 'permanent') => worker(id, { backoff, restart })

describe('the delay of a backoff', () => {
  it('grows by its factor up to its maximum', () => {
    expect([1, 2, 3, 4, 5, 50, 5_000].map((failures) => delayAfter(failures, backoff).toMs)).toEqual([
      100, 200, 400, 800, 1_000, 1_000, 1_000,
    ])
  })

  it('is spread by chance as asked', () => {
    expect(delayAfter(2, { ...backoff, jitter: 'none' })).toEqual({ fromMs: 200, toMs: 200 })
    expect(delayAfter(2, { ...backoff, jitter: 'equal' })).toEqual({ fromMs: 100, toMs: 200 })
    expect(delayAfter(2, { ...backoff, jitter: 'full' })).toEqual({ fromMs: 0, toMs: 200 })
  })

  it('has full jitter, doubles, and is forgotten after twice its maximum, if nothing is said', () => {
    expect(readBackoff({ min: '100ms', max: '5s' })).toEqual({
      minMs: 100,
      maxMs: 5_000,
      factor: 2,
      jitter: 'full',
      resetAfterMs: 10_000,
    })
  })
})

describe('a child with a backoff', () => {
  it('is started again when its delay is over, and counts when that is decided', () => {
    const played = play(supervisorOf('one_for_one', '', { children: [slow('a'), worker('b')] }))
    played.done()
    played.exit('a')
    expect(played.done()).toEqual(['delay a 100-100'])
    expect(played.look()).toEqual({ running: ['b'], restarting: ['a'], stopped: [] })
    expect(played.decider.budgetLeft(0)).toBe(2)
    played.pass(99)
    expect(played.done()).toEqual([])
    played.pass(1)
    expect(played.done()).toEqual(['start a#2'])
    expect(played.decisions.at(-1)?.why).toBe(
      '"a" is permanent and crashed: it is started again after 100 ms (2 of 3 restarts left in 5 s)',
    )
  })

  it('waits longer with every failure in a row, and less again after it has been well for long enough', () => {
    const played = play(
      supervisorOf('one_for_one', '', { ...generous, children: [worker('a', { backoff: { ...backoff, resetAfterMs: 4_000 } })] }),
    )
    played.done()
    const delays: string[] = []
    for (const uptimeMs of [0, 0, 1_999, 0, 4_000, 0]) {
      played.pass(uptimeMs)
      played.exit('a')
      delays.push(...played.done().filter((line) => line.startsWith('delay')))
      played.pass(1_000)
      played.done()
    }
    expect(delays).toEqual([
      'delay a 100-100',
      'delay a 200-200',
      'delay a 400-400',
      'delay a 800-800',
      'delay a 100-100',
      'delay a 200-200',
    ])
  })

  it('waits before a failed start is tried again, too, and each attempt counts', () => {
    const played = play(supervisorOf('one_for_one', '', { children: [slow('a')] }), {
      starts: { a: ['ok', fail('1'), fail('2')] },
    })
    played.done()
    played.exit('a')
    played.pass(100)
    expect(played.done()).toEqual(['delay a 100-100', 'failed a', 'retry a', 'delay a 200-200'])
    expect(played.decisions.at(-1)?.why).toBe(
      '"a" could not be started again: it is tried once more after 200 ms (1 of 3 restarts left in 5 s)',
    )
    played.pass(200)
    played.pass(400)
    expect(played.done()).toEqual(['failed a', 'retry a', 'delay a 400-400', 'start a#2'])
    expect(played.decider.budgetLeft(0)).toBe(0)
  })

  it('[S4] ends its supervisor at the first restart beyond the intensity, without a delay', () => {
    const played = play(supervisorOf('one_for_one', '', { intensity: { restarts: 1, withinMs: 5_000 }, children: [slow('a')] }))
    played.exit('a')
    played.pass(100)
    played.done()
    played.exit('a')
    expect(played.done()).toEqual(['exit'])
  })

  it('[S1] has its group stopped at once in reverse order, which waits with it and is started in order', () => {
    const one_for_all = play(supervisorOf('one_for_all', '', { children: [worker('a'), slow('b'), worker('c')] }))
    one_for_all.done()
    one_for_all.exit('b')
    expect(one_for_all.done()).toEqual(['delay b 100-100', 'stop c#1', 'stop a#1'])
    expect(one_for_all.look()).toEqual({ running: [], restarting: ['a', 'b', 'c'], stopped: [] })
    one_for_all.pass(100)
    expect(one_for_all.done()).toEqual(['start a#2', 'start b#2', 'start c#2'])
    expect(one_for_all.decider.budgetLeft(0)).toBe(2)

    const rest_for_one = play(supervisorOf('rest_for_one', '', { children: [worker('a'), slow('b'), worker('c')] }))
    rest_for_one.done()
    rest_for_one.exit('b')
    rest_for_one.pass(100)
    expect(rest_for_one.done()).toEqual(['delay b 100-100', 'stop c#1', 'start b#2', 'start c#2'])
  })

  it('is joined by those that fail while its group waits: all are started in order when the last delay is over', () => {
    const played = play(supervisorOf('rest_for_one', '', { children: [worker('a'), worker('b'), slow('c'), worker('d')] }))
    played.done()
    played.exit('c')
    played.pass(50)
    played.exit('a')
    expect(played.done()).toEqual(['delay c 100-100', 'stop d#1', 'stop b#1'])
    expect(played.decisions.at(-1)?.why).toContain('it and all later children are restarted with the group that waits')
    expect(played.decider.budgetLeft(50)).toBe(1)
    played.pass(50)
    expect(played.done()).toEqual(['start a#2', 'start b#2', 'start c#2', 'start d#2'])
  })

  it('makes its group wait for the longest of several delays', () => {
    const longer = worker('a', { backoff: { ...backoff, minMs: 300 } })
    const played = play(supervisorOf('rest_for_one', '', { children: [longer, slow('b')] }))
    played.done()
    played.exit('b')
    played.exit('a')
    played.pass(299)
    expect(played.done()).toEqual(['delay b 100-100', 'delay a 300-300'])
    played.pass(1)
    expect(played.done()).toEqual(['start a#2', 'start b#2'])
  })

  it('brings back a child of its group that was down before, and leaves out one that is terminated while it waits', () => {
    const played = play(supervisorOf('one_for_all', '', { children: [slow('a'), worker('b'), worker('c')] }))
    played.ask({ type: 'terminateChild', id: 'b' })
    played.done()
    played.exit('a')
    expect(played.ask({ type: 'terminateChild', id: 'c' }).reply).toEqual({ status: 'ok' })
    played.pass(100)
    expect(played.done()).toEqual(['delay a 100-100', 'stop c#1', 'start a#2', 'start b#2'])
    expect(played.look().stopped).toEqual(['c'])
  })

  it('waits alone under a dynamic supervisor', () => {
    const played = play(dynamicOf('', { children: [slow('a'), slow('b')] }))
    played.done()
    played.exit('a')
    played.pass(50)
    played.exit('b')
    played.pass(50)
    played.pass(50)
    expect(played.done()).toEqual(['delay a 100-100', 'delay b 100-100', 'start a#2', 'start b#2'])
  })
})

describe('a call for a child that waits for its backoff', () => {
  const waiting = (starts?: Parameters<typeof play>[1]) => {
    const played = play(supervisorOf('one_for_all', '', { children: [worker('a'), slow('b')] }), starts)
    played.exit('b')
    played.done()
    return played
  }

  it('is answered while it waits', () => {
    const { ask } = waiting()
    expect(ask({ type: 'countChildren' }).reply).toMatchObject({ counts: { specs: 2, active: 0 } })
    expect(ask({ type: 'startChild', spec: worker('b') }).reply).toMatchObject({ error: { type: 'already_present', id: 'b' } })
  })

  it('terminates it: the delay means nothing any more, and the rest of its group is started', () => {
    const played = waiting()
    expect(played.ask({ type: 'terminateChild', id: 'b' }).reply).toEqual({ status: 'ok' })
    played.pass(1_000)
    expect(played.done()).toEqual(['start a#2'])
    expect(played.look()).toEqual({ running: ['a'], restarting: [], stopped: ['b'] })
  })

  it('deletes it', () => {
    const played = waiting()
    expect(played.ask({ type: 'deleteChild', id: 'b' }).reply).toEqual({ status: 'ok' })
    played.pass(1_000)
    expect(played.done()).toEqual(['forget b', 'start a#2'])
  })

  it('hurries it, with its group', () => {
    const played = waiting()
    const { reply } = played.ask({ type: 'restartChild', id: 'b' })
    expect(reply).toEqual({ id: 'b', status: 'started', incarnation: 2 })
    played.pass(1_000)
    expect(played.done()).toEqual(['start a#2', 'start b#2'])
  })

  it('says so when hurrying it fails: its backoff goes on', () => {
    const played = waiting({ starts: { b: ['ok', fail('early')] } })
    const { reply } = played.ask({ type: 'restartChild', id: 'b' })
    expect(reply).toEqual({
      status: 'error',
      error: { type: 'start_failed', id: 'b', reason: crash('early'), isTriedAgain: true },
    })
    expect(played.done()).toEqual(['start a#2', 'failed b', 'retry b', 'delay b 200-200', 'stop a#2'])
    played.pass(200)
    expect(played.done()).toEqual(['start a#3', 'start b#2'])
  })

  it('does not hurry one of its group, nor one without a backoff whose retry is in line, as in OTP', () => {
    const { ask } = waiting()
    expect(ask({ type: 'restartChild', id: 'a' }).reply).toMatchObject({ error: { type: 'restarting' } })
    const plain = play(supervisorOf('one_for_one', 'a'), { starts: { a: ['ok', fail('no')] } })
    plain.burst(() => {
      plain.exit('a')
      expect(plain.ask({ type: 'restartChild', id: 'a' }).reply).toBeUndefined()
    })
    expect(plain.decisions.at(-1)?.decided).toBe('retry')
  })

  it('stops the supervisor: nobody is started any more', () => {
    const played = waiting()
    played.stop()
    played.pass(1_000)
    expect(played.done()).toEqual(['exit'])
  })
})
