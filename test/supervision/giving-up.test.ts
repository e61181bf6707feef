import { describe, expect, it } from 'vitest'
import { crash, normal, shutdown, shutdownBecause } from '../../src/protocol/exit-reason.ts'
import { worker } from './children-specs.ts'
import { fail, play } from './played-supervisor.ts'
import { dynamicOf, supervisorOf } from './supervisor-inputs.ts'

describe('the intensity', () => {
  it('refuses the restart after the last one allowed: that child stays down, the others stop in reverse order', () => {
    const supervisor = play(supervisorOf('one_for_one', 'a b c', { intensity: { restarts: 1, withinMs: 5_000 } }))
    supervisor.exit('b', crash('first'))
    supervisor.done()
    supervisor.exit('b', crash('second'))
    expect(supervisor.done()).toEqual(['stop c#1', 'stop a#1', 'exit'])
    expect(supervisor.ended).toEqual(
      shutdownBecause({
        type: 'reached_max_restart_intensity',
        id: 'b',
        reason: crash('second'),
        restarts: 1,
        withinMs: 5_000,
        agesMs: [0],
      }),
    )
    expect(supervisor.decisions.at(-1)).toMatchObject({ child: 'b', incarnation: 2, decided: 'give up', budgetLeft: 0 })
  })

  it('of 0 ends the supervisor at the first crash', () => {
    const supervisor = play(supervisorOf('one_for_all', 'a', { intensity: { restarts: 0, withinMs: 5_000 } }))
    supervisor.done()
    supervisor.exit('a')
    expect(supervisor.done()).toEqual(['exit'])
  })

  it('is shared by all children', () => {
    const supervisor = play(supervisorOf('one_for_one', 'a b c d'))
    for (const id of ['a', 'b', 'c']) supervisor.exit(id)
    expect(supervisor.ended).toBeUndefined()
    supervisor.exit('d')
    expect(supervisor.ended).toMatchObject({ cause: { id: 'd' } })
  })

  it('slides with the time', () => {
    const supervisor = play(supervisorOf('one_for_one', 'a', { intensity: { restarts: 1, withinMs: 5_000 } }))
    for (let restart = 0; restart < 5; restart += 1) {
      supervisor.exit('a')
      supervisor.pass(5_001)
    }
    supervisor.exit('a')
    expect(supervisor.ended).toBeUndefined()
    supervisor.pass(5_000)
    supervisor.exit('a')
    expect(supervisor.ended).toBeDefined()
  })

  it('counts a group of any size as one restart', () => {
    const supervisor = play(supervisorOf('one_for_all', 'a b c d e'))
    supervisor.exit('c')
    expect(supervisor.decider.budgetLeft(0)).toBe(2)
  })

  it('counts normal exits of permanent children, and no exits of temporary ones', () => {
    const supervisor = play(supervisorOf('one_for_one', 'a b:temporary c:transient'))
    supervisor.exit('a', normal)
    supervisor.exit('b')
    supervisor.exit('c', normal)
    expect(supervisor.decider.budgetLeft(0)).toBe(2)
  })

  it('does not count what is done by calls, failed or not', () => {
    const supervisor = play(supervisorOf('one_for_one', 'a'), { starts: { a: ['ok', fail('x'), 'ok'], b: [fail('y')] } })
    supervisor.ask({ type: 'terminateChild', id: 'a' })
    supervisor.ask({ type: 'restartChild', id: 'a' })
    supervisor.ask({ type: 'restartChild', id: 'a' })
    supervisor.ask({ type: 'startChild', spec: worker('b') })
    expect(supervisor.decider.budgetLeft(0)).toBe(3)
  })

  it('stops the members of a dynamic supervisor all at once when it is exceeded', () => {
    const supervisor = play(dynamicOf('a b c', { intensity: { restarts: 0, withinMs: 5_000 } }))
    supervisor.done()
    supervisor.exit('b')
    expect(supervisor.done()).toEqual(['stop c#1 together', 'stop a#1 together', 'exit'])
  })
})

describe('a supervisor that is asked to stop', () => {
  it.each([shutdown, normal, crash('update'), shutdownBecause('update')])(
    'stops its children in reverse order and exits with %j',
    (reason) => {
      const supervisor = play(supervisorOf('one_for_one', 'a b c'))
      supervisor.ask({ type: 'terminateChild', id: 'b' })
      supervisor.done()
      supervisor.stop(reason)
      expect(supervisor.done()).toEqual(['stop c#1', 'stop a#1', 'exit'])
      expect(supervisor.ended).toEqual(reason)
      expect(supervisor.look()).toEqual({ running: [], restarting: [], stopped: ['a', 'b', 'c'] })
    },
  )

  it('exits at once if nobody runs', () => {
    const supervisor = play(supervisorOf('one_for_one', ''))
    supervisor.stop()
    expect(supervisor.done()).toEqual(['up', 'exit'])
  })

  it('handles what came before, and nothing that came after', () => {
    const supervisor = play(supervisorOf('one_for_one', 'a b'))
    supervisor.done()
    supervisor.burst(() => {
      supervisor.exit('a')
      supervisor.stop()
      supervisor.exit('b')
    })
    expect(supervisor.done()).toEqual(['start a#2', 'stop b#1', 'stop a#2', 'exit'])
  })

  it('stops the members of a dynamic supervisor all at once', () => {
    const supervisor = play(dynamicOf('a b'))
    supervisor.done()
    supervisor.stop()
    expect(supervisor.done()).toEqual(['stop b#1 together', 'stop a#1 together', 'exit'])
  })
})
