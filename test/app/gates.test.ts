import { describe, expect, it } from 'vitest'
import { actor } from '../../src/behaviors/actor.ts'
import { message } from '../../src/behaviors/schema.ts'
import { start } from '../../src/app/start.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'
import { Counter } from '../support/scripted.ts'
import { simulated } from '../support/simulated-app.ts'

const Db = actor('db', {
  initial: () => ({}),
  handlers: ({ cast }) => ({
    report: cast(message<boolean>(), ({ input, ctx }) => ctx.reportHealth(input)),
    reportAndCrash: cast(({ ctx }) => {
      ctx.reportHealth(false)
      throw new Error('boom')
    }),
  }),
})

describe('a gate', () => {
  it.each(['volatile', 'durable'] as const)(
    'keeps what depends on it down while it is not well, without a restart counted (%s)',
    async (state) => {
      const { tree, until, settle, app } = await simulated(
        supervisor(
          { intensity: { restarts: 0, within: '1m' } },
          { db: child(Db, { state }), web: child(Counter, { gate: 'db' }) },
        ),
      )
      for (let round = 0; round < 3; round += 1) {
        void tree.db.cast.report(false)
        await settle()
        void tree.web.cast.crash('no database')
        await settle()
        expect(app.inspect('web')?.status).toBe('restarting')
        const queued = tree.web.call.add(1)
        void tree.db.cast.report(true)
        expect(await until(queued)).toBe(round + 1)
      }
      expect(app.inspect('web')).toMatchObject({ status: 'running', incarnation: 4 })
    },
  )

  it('opens with a new incarnation, and a durable turn that is dropped has said nothing', async () => {
    const { tree, settle, app } = await simulated(
      supervisor({}, { db: child(Db, { state: 'durable', maxAttempts: 1 }), web: child(Counter, { gate: 'db' }) }),
    )
    void tree.db.cast.reportAndCrash()
    await settle()
    void tree.web.cast.crash('boom')
    await settle()
    expect(app.inspect('web')).toMatchObject({ status: 'running', incarnation: 2 })
  })

  it('is told with path, rule and remedy where it cannot work, before anything is started', async () => {
    const tree = (gate: string) => supervisor({}, { shop: supervisor({}, { db: child(Db), web: child(Counter, { gate }) }) })
    await expect(start(tree('dp'))).rejects.toThrow(
      'shop/web: gate must be the key of a sibling; got "dp". Its siblings are "db"',
    )
    await expect(start(tree('web'))).rejects.toThrow(
      'shop/web: gate must not be the child itself; got "web". Its siblings are "db"',
    )
  })
})
