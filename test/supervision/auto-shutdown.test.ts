import { describe, expect, it } from 'vitest'
import { crash, normal, shutdown } from '../../src/protocol/exit-reason.ts'
import { fail, play } from './played-supervisor.ts'
import { dynamicOf, supervisorOf } from './supervisor-inputs.ts'

describe('automatic shutdown', () => {
  const any = { autoShutdown: 'any_significant' } as const
  const all = { autoShutdown: 'all_significant' } as const

  it.each([
    ['transient', normal],
    ['temporary', normal],
    ['temporary', crash('boom')],
  ])('any_significant: comes when a significant %s child ends with %j', (restart, reason) => {
    const supervisor = play(supervisorOf('one_for_one', `a b:${restart}! c`, any))
    supervisor.done()
    supervisor.exit('b', reason)
    expect(supervisor.done()).toEqual([...(restart === 'temporary' ? ['forget b'] : []), 'stop c#1', 'stop a#1', 'exit'])
    expect(supervisor.ended).toEqual(shutdown)
    expect(supervisor.decisions.map(({ decided }) => decided)).toEqual(['shut down'])
  })

  it('does not come for a child that is restarted, is insignificant, or is stopped by hand', () => {
    const supervisor = play(supervisorOf('one_for_all', 'a b:transient! c:transient d:temporary!', any))
    supervisor.exit('b')
    supervisor.exit('c', normal)
    supervisor.ask({ type: 'terminateChild', id: 'b' })
    expect(supervisor.ended).toBeUndefined()
  })

  it('does not come at all unless it is asked for', () => {
    const supervisor = play(supervisorOf('one_for_one', 'a:transient!'))
    supervisor.exit('a', normal)
    expect(supervisor.ended).toBeUndefined()
  })

  it('all_significant: waits for the last one', () => {
    const supervisor = play(supervisorOf('one_for_one', 'a:transient! b:temporary! c', all))
    supervisor.exit('a', normal)
    expect(supervisor.ended).toBeUndefined()
    supervisor.exit('b')
    expect(supervisor.ended).toEqual(shutdown)
  })

  it('all_significant: does not wait for those that were stopped by hand or said ignore', () => {
    const supervisor = play(supervisorOf('one_for_one', 'a:transient! b:transient! c:transient!', all), {
      starts: { a: ['ignore'] },
    })
    supervisor.ask({ type: 'terminateChild', id: 'b' })
    expect(supervisor.ended).toBeUndefined()
    supervisor.exit('c', normal)
    expect(supervisor.ended).toEqual(shutdown)
  })

  it('all_significant: waits for one that is restarting', () => {
    const supervisor = play(supervisorOf('one_for_one', 'a:transient! b:temporary!', all), { starts: { a: ['ok', fail('x')] } })
    supervisor.burst(() => {
      supervisor.exit('a')
      supervisor.exit('b')
    })
    expect(supervisor.ended).toBeUndefined()
    supervisor.exit('a', normal)
    expect(supervisor.ended).toEqual(shutdown)
  })

  it('all_significant: comes neither when the last one is stopped by hand nor with a later insignificant end', () => {
    const supervisor = play(supervisorOf('one_for_one', 'a:transient! b:transient', all))
    supervisor.ask({ type: 'terminateChild', id: 'a' })
    supervisor.exit('b', normal)
    expect(supervisor.ended).toBeUndefined()
  })

  it('works for members too', () => {
    const supervisor = play(dynamicOf('a:transient! b:transient!', all))
    supervisor.exit('a', normal)
    expect(supervisor.ended).toBeUndefined()
    supervisor.exit('b', normal)
    expect(supervisor.ended).toEqual(shutdown)
  })
})
