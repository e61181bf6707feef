import { describe, expect, it } from 'vitest'
import { crash, normal } from '../../src/protocol/exit-reason.ts'
import type { Backoff } from '../../src/supervision/specs/backoff.ts'
import { gateViolations } from '../../src/supervision/specs/gate-rules.ts'
import { worker } from './children-specs.ts'
import { fail, play } from './played-supervisor.ts'
import { supervisorOf } from './supervisor-inputs.ts'

const backoff: Backoff = { minMs: 100, maxMs: 1_000, factor: 2, jitter: 'none', resetAfterMs: 2_000 }
const web = (other: Parameters<typeof worker>[1] = {}) => worker('web', { gate: 'db', ...other })

describe('a child with a gate', () => {
  it('is not restarted while its gate is not well, and no budget is spent', () => {
    const played = play(supervisorOf('one_for_one', '', { children: [worker('db'), web()] }))
    played.report('db', false)
    played.done()
    played.exit('web')
    expect(played.done()).toEqual([])
    expect(played.look()).toEqual({ running: ['db'], restarting: ['web'], stopped: [] })
    expect(played.decider.budgetLeft(0)).toBe(3)
    expect(played.decisions.at(-1)).toMatchObject({
      decided: 'wait',
      why: '"web" is permanent and crashed, and its gate "db" is closed: it waits for it, and no restart is counted',
    })
    played.report('db', true)
    expect(played.done()).toEqual(['retry web', 'start web#2'])
    expect(played.decider.budgetLeft(0)).toBe(3)
    expect(played.decisions.at(-1)?.why).toBe(
      'the gate "db" of "web" is open: it is started again, which is not counted (3 of 3 restarts left in 5 s)',
    )
  })

  it('waits while its gate is down, and is restarted when that one is back', () => {
    const played = play(supervisorOf('one_for_one', '', { children: [worker('db', { backoff }), web({ backoff })] }))
    played.done()
    played.exit('db')
    played.exit('web')
    expect(played.decider.budgetLeft(0)).toBe(2)
    played.pass(100)
    expect(played.done()).toEqual(['delay db 100-100', 'start db#2', 'retry web', 'start web#2'])
  })

  it('opens with a new incarnation of its gate', () => {
    const played = play(supervisorOf('one_for_one', '', { children: [worker('db'), web()] }))
    played.report('db', false)
    played.exit('web')
    played.done()
    played.exit('db')
    expect(played.done()).toEqual(['start db#2', 'retry web', 'start web#2'])
  })

  it('is treated as usual while its gate is open, and ends as its restart type says while it is closed', () => {
    const played = play(supervisorOf('one_for_one', '', { children: [worker('db'), web({ restart: 'transient' })] }))
    played.exit('web')
    expect(played.decider.budgetLeft(0)).toBe(2)
    played.report('db', false)
    played.exit('web', normal)
    expect(played.look().stopped).toEqual(['web'])
  })

  it('spends nothing of its own life either', () => {
    const played = play(supervisorOf('one_for_one', '', { children: [worker('db'), web({ maxRestarts: 0 })] }))
    played.report('db', false)
    played.exit('web')
    played.report('db', true)
    expect(played.look().running).toEqual(['db', 'web'])
    played.exit('web')
    expect(played.look().stopped).toEqual(['web'])
  })

  it('is started first without regard to its gate, and when a call asks for it', () => {
    const played = play(supervisorOf('one_for_one', '', { children: [web(), worker('db')] }))
    expect(played.done()).toEqual(['start web#1', 'start db#1', 'up'])
    played.ask({ type: 'terminateChild', id: 'db' })
    played.ask({ type: 'terminateChild', id: 'web' })
    expect(played.ask({ type: 'restartChild', id: 'web' }).reply).toMatchObject({ status: 'started' })
  })

  it('cannot be hurried while it waits for it, but terminated', () => {
    const played = play(supervisorOf('one_for_one', '', { children: [worker('db'), web()] }))
    played.report('db', false)
    played.exit('web')
    expect(played.ask({ type: 'restartChild', id: 'web' }).reply).toMatchObject({ error: { type: 'restarting' } })
    expect(played.ask({ type: 'terminateChild', id: 'web' }).reply).toEqual({ status: 'ok' })
    played.report('db', true)
    expect(played.look().stopped).toEqual(['web'])
  })

  it('is let through when its gate is deleted', () => {
    const played = play(supervisorOf('one_for_one', '', { children: [worker('db'), web()] }))
    played.ask({ type: 'terminateChild', id: 'db' })
    played.exit('web')
    expect(played.look().restarting).toEqual(['web'])
    played.ask({ type: 'deleteChild', id: 'db' })
    expect(played.look().running).toEqual(['web'])
  })

  it('waits with a start that failed, too', () => {
    const played = play(supervisorOf('one_for_one', '', { children: [worker('db'), web()] }), {
      starts: { web: ['ok', fail('no')] },
    })
    played.done()
    played.burst(() => {
      played.exit('web')
      played.report('db', false)
    })
    expect(played.done()).toEqual(['failed web', 'retry web'])
    expect(played.decisions.at(-1)?.why).toBe(
      '"web" could not be started again, and its gate "db" is closed: it waits for it, and no restart is counted',
    )
    played.report('db', true)
    expect(played.done()).toEqual(['retry web', 'start web#2'])
  })

  it('waits on through the delay of its backoff', () => {
    const played = play(supervisorOf('one_for_one', '', { children: [worker('db'), web({ backoff })] }))
    played.exit('web')
    played.report('db', false)
    played.pass(100)
    expect(played.look().restarting).toEqual(['web'])
    played.report('db', true)
    expect(played.look().running).toEqual(['db', 'web'])
    expect(played.decider.budgetLeft(100)).toBe(2)
  })

  it('stops nobody while it waits, and takes its group along when its gate opens', () => {
    const played = play(supervisorOf('rest_for_one', '', { children: [worker('db'), web(), worker('log')] }))
    played.report('db', false)
    played.done()
    played.exit('web')
    expect(played.done()).toEqual([])
    played.report('db', true)
    expect(played.done()).toEqual(['retry web', 'stop log#1', 'start web#2', 'start log#2'])
  })

  it('is started with a group that brings back its gate as well', () => {
    const played = play(supervisorOf('one_for_all', '', { children: [worker('db'), web(), worker('log')] }))
    played.report('db', false)
    played.exit('web')
    played.done()
    played.exit('log')
    expect(played.done()).toEqual(['stop db#1', 'start db#2', 'start web#2', 'start log#2'])
  })

  it('is stopped with a group that does not, and waits for its gate then', () => {
    const played = play(supervisorOf('rest_for_one', '', { children: [worker('db'), worker('log'), web()] }))
    played.report('db', false)
    played.done()
    played.exit('log')
    expect(played.done()).toEqual(['stop web#1', 'start log#2'])
    played.report('db', true)
    expect(played.done()).toEqual(['retry web', 'start web#2'])
  })

  it('ignores what an earlier incarnation of its gate has said', () => {
    const { decider } = play(supervisorOf('one_for_one', '', { children: [worker('db'), web()] }))
    decider.decide({ type: 'health', id: 'db', incarnation: 0, isHealthy: false, nowMs: 0 })
    decider.decide({ type: 'health', id: 'nobody', incarnation: 1, isHealthy: false, nowMs: 0 })
    expect(
      decider.decide({ type: 'exited', id: 'web', incarnation: 1, reason: crash('boom'), nowMs: 0 }).map(({ type }) => type),
    ).toEqual(['decided', 'start'])
  })
})

describe('the rules for gates', () => {
  const broken = (gates: Record<string, string | undefined>) =>
    gateViolations('shop', new Map(Object.entries(gates))).map(({ path, rule, remedy }) => `${path} ${rule}. ${remedy}`)

  it('lets a gate be any sibling, before or after', () => {
    expect(broken({ a: 'b', b: 'c', c: undefined, d: 'a' })).toEqual([])
  })

  it('refuses what is no sibling', () => {
    expect(broken({ a: 'x', b: undefined })).toEqual(['shop/a: gate must be the key of a sibling. Its siblings are "b"'])
    expect(broken({ a: 'a' })).toEqual(['shop/a: gate must not be the child itself. It has no siblings'])
  })

  it('refuses gates that wait for each other', () => {
    expect(broken({ a: 'b', b: 'c', c: 'b' })).toEqual([
      'shop/b: gate must not lead back to the child: none of them would ever be restarted. It is a circle: b → c → b',
      'shop/c: gate must not lead back to the child: none of them would ever be restarted. It is a circle: c → b → c',
    ])
  })
})
