import { describe, expect, it } from 'vitest'
import { actor } from '../../src/behaviors/actor.ts'
import { crash, isAbnormal, killed, shutdown, shutdownBecause } from '../../src/protocol/exit-reason.ts'
import { describeCause } from '../../src/supervision/telling/describe-cause.ts'
import { describeDecision } from '../../src/supervision/telling/describe-decision.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'
import { Counter } from '../support/scripted.ts'
import { lives, simulatedWithoutStore } from '../support/simulated-app.ts'

const once = { intensity: { restarts: 1, within: '5s' } } as const
const never = { intensity: { restarts: 0, within: '5s' } } as const

describe('the reason of a supervisor that gave up', () => {
  it('[S5] holds the original cause, which the log of the outer one keeps, and the outer one restarts it', async () => {
    const tree = supervisor({}, { inner: supervisor(once, { a: child(Counter), b: child(Counter) }) })
    const { app, tree: actors, events, advance, until } = await simulatedWithoutStore(tree)
    void actors.inner.b.cast.crash('first')
    await advance(1_200)
    void actors.inner.a.cast.crash('second')
    await advance(0)
    const [record] = app.decisions()
    const message = { kind: 'cast', name: 'crash', sender: undefined, seq: 0, attempt: 1 }
    const straw = { id: 'a', reason: crash(new Error('second')), message }
    const cause = { type: 'reached_max_restart_intensity', ...straw, restarts: 1, withinMs: 5_000, agesMs: [1_200] }
    const back = [{ id: 'inner', incarnation: 2 }]
    expect(record).toMatchObject({ id: 'inner', decided: 'restart', reason: shutdownBecause(cause), back })
    const again = ['inner#1 exited shutdown', 'inner/a#2 started', 'inner/b#3 started', 'inner#2 started']
    expect(lives(events).slice(-4)).toEqual(again)
    expect(await until(actors.inner.a.call.add(1))).toBe(1)
    expect(record !== undefined && isAbnormal(record.reason)).toBe(false)
    expect(record && describeDecision(record)).toContain(
      [
        'the root: inner#1 ended',
        '  because: it gave up on "a" (1 restart in 5 s, used 1.2 s before), which ended while it handled ' +
          'cast "crash" from outside:',
        '    crash: second',
        '  decided: restart',
      ].join('\n'),
    )
  })

  it('reaches from the root to the child that it began with', async () => {
    const tree = supervisor(never, { outer: supervisor(never, { inner: supervisor(once, { a: child(Counter) }) }) })
    const { app, tree: actors, until } = await simulatedWithoutStore(tree)
    void actors.outer.inner.a.cast.crash('first')
    void actors.outer.inner.a.cast.crash('second')
    expect(describeCause(await until(app.ended))).toBe(
      [
        'it gave up on "outer" (no restart is allowed), which ended:',
        '  it gave up on "inner" (no restart is allowed), which ended:',
        '    it gave up on "a" (1 restart in 5 s, used just now), which ended while it handled cast "crash" from outside:',
        '      crash: second',
      ].join('\n'),
    )
  })

  it('tells of a restart that failed what had made it necessary', async () => {
    const Broken = actor('broken', {
      initial: () => ({}),
      restart: () => {
        throw new Error('no database')
      },
      handlers: ({ cast }) => ({
        crash: cast(() => {
          throw new Error('boom')
        }),
      }),
    })
    const { app, tree, until } = await simulatedWithoutStore(supervisor(once, { a: child(Broken) }))
    void tree.a.cast.crash()
    expect(describeCause(await until(app.ended))).toBe(
      [
        'it gave up on "a" (1 restart in 5 s, used just now), which could not be started again:',
        '  crash: no database',
        '  and had ended while it handled cast "crash" from outside:',
        '    crash: boom',
      ].join('\n'),
    )
  })

  it('tells of a supervisor that could not be started', async () => {
    let starts = 0
    const Once = actor('once', {
      initial: () => ({}),
      init: () => {
        starts += 1
        if (starts > 1) throw new Error('no port')
      },
      handlers: () => ({}),
    })
    const tree = supervisor(once, { inner: supervisor(never, { a: child(Once), b: child(Counter) }) })
    const { app, tree: actors, until } = await simulatedWithoutStore(tree)
    void actors.inner.b.cast.crash('boom')
    expect(describeCause(await until(app.ended))).toBe(
      [
        'it gave up on "inner" (1 restart in 5 s, used just now), which could not be started again:',
        '  it did not start, because "a" could not be started:',
        '    crash: no port',
        '  and had ended:',
        '    it gave up on "b" (no restart is allowed), which ended while it handled cast "crash" from outside:',
        '      crash: boom',
      ].join('\n'),
    )
  })
})

describe('describeCause', () => {
  it.each([
    [killed, 'killed'],
    [shutdown, 'shutdown'],
    [shutdownBecause('update'), 'shutdown: update'],
    [shutdownBecause({ type: 'failed_to_start_child', id: 7 }), 'shutdown: {"type":"failed_to_start_child","id":7}'],
    [crash(new Error('boom')), 'crash: boom'],
  ])('gives one line for a reason without a chain: %j', (reason, text) => {
    expect(describeCause(reason)).toBe(text)
  })
})
