import { describe, expect, it } from 'vitest'
import { replay } from '../../src/supervision/machine/replay.ts'
import { child, dynamicSupervisor, supervisor } from '../../src/supervision/trees/tree.ts'
import { Counter } from '../support/scripted.ts'
import { eventsOf, simulated } from '../support/simulated-app.ts'

describe('the facts that a supervisor recorded', () => {
  it.each(['one_for_one', 'rest_for_one', 'one_for_all'] as const)(
    'give the commands of the live run when they are replayed (%s)',
    async (strategy) => {
      const tree = supervisor(
        { strategy, intensity: { restarts: 4, within: '5s' } },
        {
          a: child(Counter),
          inner: supervisor(
            { intensity: { restarts: 1, within: '5s' } },
            {
              b: child(Counter, { state: 'durable' }),
              c: child(Counter, { restart: 'transient' }),
            },
          ),
          members: dynamicSupervisor(Counter, { restart: 'transient', state: 'checkpointed' }),
          d: child(Counter, { restart: 'temporary' }),
        },
      )
      const { tree: actors, app, until, settle, advance, events } = await simulated(tree)
      const member = await until(actors.members.start('x'))
      await until(actors.members.ensure('x'))
      void actors.a.cast.crash('boom')
      void actors.inner.c.cast.stop()
      void member.cast.crash('member')
      await settle()
      void actors.inner.b.cast.crash('poison')
      void actors.inner.c.call.callAndCrash('c').catch(() => undefined)
      void actors.d.cast.crash('temporary')
      await settle()
      await advance(6_000)
      void actors.inner.c.cast.crash('once')
      await settle()
      await until(app.stop())

      const began = eventsOf(events, 'supervisor began')
      expect(began.length).toBeGreaterThan(3)
      let steps = 0
      for (const { id, incarnation, input } of began) {
        const recorded = eventsOf(events, 'supervisor step').filter((step) => step.id === id && step.incarnation === incarnation)
        const facts = recorded.map(({ fact }) => fact).filter((fact) => fact !== undefined)
        expect(replay(input, facts)).toEqual(recorded.map(({ fact, commands }) => ({ fact, commands })))
        steps += recorded.length
      }
      expect(steps).toBeGreaterThan(20)
    },
  )
})
