import { describe, expect, it } from 'vitest'
import { killed } from '../../src/protocol/exit-reason.ts'
import { worker } from './children-specs.ts'
import { fail, play } from './played-supervisor.ts'
import { dynamicOf, supervisorOf } from './supervisor-inputs.ts'

const once = (id: string, other: Parameters<typeof worker>[1] = {}) => worker(id, { maxRestarts: 1, ...other })

describe('a child that may be restarted so often in its life', () => {
  it('[H15] stays down after that, and the decision says why', () => {
    const played = play(supervisorOf('one_for_all', '', { children: [once('a'), worker('b')] }))
    played.done()
    played.exit('a', killed)
    played.exit('a', killed)
    expect(played.done()).toEqual(['stop b#1', 'start a#2', 'start b#2'])
    expect(played.look()).toEqual({ running: ['b'], restarting: [], stopped: ['a'] })
    expect(played.decisions.at(-1)).toMatchObject({
      decided: 'leave',
      why: '"a" is permanent and was killed, and the one restart of its life is used up: it stays down',
    })
  })

  it('[F2] is not restarted at all with 0, and as often as its supervisor allows with Infinity', () => {
    const never = play(supervisorOf('one_for_one', '', { children: [worker('a', { maxRestarts: 0 })] }))
    never.exit('a')
    expect(never.look().stopped).toEqual(['a'])
    expect(never.decisions.at(-1)?.why).toBe('"a" is permanent and crashed, and it may not be restarted: it stays down')
    const always = play(supervisorOf('one_for_one', '', { children: [worker('a', { maxRestarts: Infinity })] }))
    for (let exits = 0; exits < 3; exits += 1) always.exit('a')
    expect(always.look().running).toEqual(['a'])
  })

  it('has a life that is longer than the window of its supervisor', () => {
    const played = play(
      supervisorOf('one_for_one', '', {
        intensity: { restarts: 1, withinMs: 1_000 },
        children: [worker('a', { maxRestarts: 2 })],
      }),
    )
    for (let exits = 0; exits < 3; exits += 1) {
      played.exit('a')
      played.pass(2_000)
    }
    expect(played.ended).toBeUndefined()
    expect(played.look().stopped).toEqual(['a'])
  })

  it('does not spend it when it only goes along with a sibling, nor when somebody asks for it', () => {
    const played = play(supervisorOf('one_for_all', '', { children: [once('a'), worker('b')] }))
    played.exit('b')
    played.ask({ type: 'terminateChild', id: 'a' })
    played.ask({ type: 'restartChild', id: 'a' })
    played.exit('a')
    expect(played.look().running).toEqual(['a', 'b'])
  })

  it('leaves the table of a dynamic supervisor', () => {
    const played = play(dynamicOf('', { children: [once('a')] }))
    played.done()
    played.exit('a')
    played.exit('a')
    expect(played.done()).toEqual(['start a#2', 'forget a'])
  })

  it('spends it on failed starts too; those behind it are started without it', () => {
    const played = play(supervisorOf('rest_for_one', '', { children: [once('a'), worker('b')] }), {
      starts: { a: ['ok', fail('no')] },
    })
    played.done()
    played.exit('a')
    expect(played.done()).toEqual(['stop b#1', 'failed a', 'retry a', 'start b#2'])
    expect(played.look()).toEqual({ running: ['b'], restarting: [], stopped: ['a'] })
    expect(played.decisions.at(-1)?.why).toBe(
      '"a" could not be started again, and the one restart of its life is used up: it stays down',
    )
  })

  it('ends its supervisor when it is significant', () => {
    const children = [worker('b'), once('a', { restart: 'transient', significant: true })]
    const exited = play(supervisorOf('one_for_one', '', { autoShutdown: 'any_significant', children }))
    exited.exit('a')
    exited.done()
    exited.exit('a')
    expect(exited.done()).toEqual(['stop b#1', 'exit'])
    const failed = play(supervisorOf('one_for_one', '', { autoShutdown: 'all_significant', children }), {
      starts: { a: ['ok', fail('no')] },
    })
    failed.done()
    failed.exit('a')
    expect(failed.done()).toEqual(['failed a', 'retry a', 'stop b#1', 'exit'])
  })

  it('is told how often it was restarted under earlier incarnations of its supervisor', () => {
    const played = play(supervisorOf('one_for_one', '', { children: [once('a'), worker('b')], restarts: [['a', 1]] }))
    played.exit('a')
    expect(played.look()).toEqual({ running: ['b'], restarting: [], stopped: ['a'] })
  })
})
