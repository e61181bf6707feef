import { describe, expect, it } from 'vitest'
import { crash, killed, noconnection, normal, noproc, shutdown } from '../../src/protocol/exit-reason.ts'
import { explain } from '../../src/supervision/machine/explain.ts'
import type { Occasion } from '../../src/supervision/machine/occasion.ts'
import { worker } from './children-specs.ts'

const crashed: Occasion = {
  verdict: 'restart',
  spec: worker('cart-7'),
  incarnation: 4,
  reason: crash('boom'),
  strategy: 'one_for_one',
  budgetLeft: 2,
  limit: { restarts: 3, withinMs: 5_000 },
}
const finished = { spec: worker('cart-7', { restart: 'transient' }), reason: normal }

describe('explain', () => {
  it('says what was decided, about whom, why, and what is left', () => {
    expect(explain(crashed)).toEqual({
      child: 'cart-7',
      incarnation: 4,
      reason: crash('boom'),
      decided: 'restart',
      why: '"cart-7" is permanent and crashed: it is started again (2 of 3 restarts left in 5 s)',
      budgetLeft: 2,
      limit: { restarts: 3, withinMs: 5_000 },
    })
  })

  it.each<[Partial<Occasion>, string]>([
    [{ strategy: 'one_for_all' }, '"cart-7" is permanent and crashed: all children are restarted (2 of 3 restarts left in 5 s)'],
    [
      { strategy: 'rest_for_one' },
      '"cart-7" is permanent and crashed: it and all later children are restarted (2 of 3 restarts left in 5 s)',
    ],
    [{ reason: normal }, '"cart-7" is permanent and ended normally: it is started again (2 of 3 restarts left in 5 s)'],
    [{ reason: shutdown }, '"cart-7" is permanent and was shut down: it is started again (2 of 3 restarts left in 5 s)'],
    [{ reason: killed }, '"cart-7" is permanent and was killed: it is started again (2 of 3 restarts left in 5 s)'],
    [{ reason: noproc }, '"cart-7" is permanent and found a process missing: it is started again (2 of 3 restarts left in 5 s)'],
    [
      { reason: noconnection },
      '"cart-7" is permanent and was lost with its process: it is started again (2 of 3 restarts left in 5 s)',
    ],
    [
      { limit: { restarts: 3, withinMs: 500 } },
      '"cart-7" is permanent and crashed: it is started again (2 of 3 restarts left in 500 ms)',
    ],
    [
      { limit: { restarts: 3, withinMs: 1_500 } },
      '"cart-7" is permanent and crashed: it is started again (2 of 3 restarts left in 1.5 s)',
    ],
    [
      { limit: { restarts: 3, withinMs: 120_000 } },
      '"cart-7" is permanent and crashed: it is started again (2 of 3 restarts left in 2 min)',
    ],
    [
      { limit: { restarts: 3, withinMs: 3_600_000 } },
      '"cart-7" is permanent and crashed: it is started again (2 of 3 restarts left in 1 h)',
    ],
    [{ verdict: 'leave', ...finished }, '"cart-7" is transient and ended normally: it stays down'],
    [{ verdict: 'remove', spec: worker('cart-7', { restart: 'temporary' }) }, '"cart-7" is temporary and crashed: it is removed'],
    [
      { verdict: 'shut down', ...finished },
      '"cart-7" is transient and ended normally, and it is significant: the supervisor shuts down',
    ],
    [{ verdict: 'give up' }, '"cart-7" is permanent and crashed, and the 3 restarts in 5 s are used up: the supervisor gives up'],
    [
      { verdict: 'give up', limit: { restarts: 1, withinMs: 5_000 } },
      '"cart-7" is permanent and crashed, and the one restart in 5 s is used up: the supervisor gives up',
    ],
    [
      { verdict: 'give up', limit: { restarts: 0, withinMs: 5_000 } },
      '"cart-7" is permanent and crashed, and no restart is allowed: the supervisor gives up',
    ],
    [{ verdict: 'retry' }, '"cart-7" could not be started again: it is tried once more (2 of 3 restarts left in 5 s)'],
    [
      { verdict: 'give up retrying' },
      '"cart-7" could not be started again, and the 3 restarts in 5 s are used up: the supervisor gives up',
    ],
    [{ verdict: 'not started' }, '"cart-7" could not be started: the supervisor does not start'],
    [{ verdict: 'not added' }, '"cart-7" could not be started as asked: it is not kept'],
    [{ verdict: 'still down' }, '"cart-7" could not be started as asked: it stays down'],
  ])('%j', (other, why) => {
    expect(explain({ ...crashed, ...other }).why).toBe(why)
  })

  it('tells what was being handled', () => {
    const message = { kind: 'call', name: 'add', sender: 'shop', seq: 0, attempt: 1 }
    expect(explain({ ...crashed, message })).toMatchObject({ message })
  })

  it('leaves no budget after a give-up', () => {
    expect(explain({ ...crashed, verdict: 'give up' })).toMatchObject({ decided: 'give up', budgetLeft: 0 })
    expect(explain({ ...crashed, verdict: 'give up retrying' })).toMatchObject({ decided: 'give up', budgetLeft: 0 })
  })
})
