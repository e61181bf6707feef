import { describe, expect, it } from 'vitest'
import { actor, child, supervisor, supervisorOf } from '../../src/index.ts'
import { Counter } from '../support/scripted.ts'
import { eventsOf, simulated } from '../support/simulated-app.ts'

const Poker = actor('poker', {
  initial: () => ({ poked: 0 }),
  handlers: ({ cast }) => ({
    poke: cast(({ state, ctx }) => {
      void ctx.cast('a', 'increment', undefined)
      return { poked: state.poked + 1 }
    }),
  }),
})
const tree = supervisor({}, { a: child(Counter, { state: 'durable' }), b: child(Poker, { state: 'durable' }) })

describe('a message that is accepted for a durable actor which is being let go', () => {
  it('is in no mailbox of this process: its caller is told where it is, and the next start handles it', async () => {
    const { tree: actors, app, until, settle, events } = await simulated(tree)
    await until(actors.a.call.add(1))
    const calls = [actors.a.call.add(10), actors.a.call.add(100)].map((call) => call.catch((error: Error) => error.message))
    void actors.a.cast.increment()
    const gone = app.kill(actors.a, { restart: false })
    await until(gone)
    await settle()
    expect(eventsOf(events, 'accepted')).toHaveLength(4)
    expect(app.inspect('a')).toMatchObject({ status: 'stopped', queued: 0 })
    for (const answer of await until(Promise.all(calls))) expect(answer).toMatch(/journal/)
    expect(eventsOf(events, 'dead letter')).toEqual([])
    await until(supervisorOf(app.tree).restartChild('a'))
    expect(await until(actors.a.call.count())).toBe(112)
  })

  it('is handled by the incarnation that begins meanwhile, at whatever moment that is', async () => {
    for (let seed = 0; seed < 40; seed++) {
      const { tree: actors, app, until, settle, events } = await simulated(tree, { seed })
      await until(app.kill(actors.a, { restart: false }))
      for (let turn = 0; turn < 5; turn++) void actors.b.cast.poke()
      await until(supervisorOf(app.tree).restartChild('a'))
      await settle()
      expect([seed, await until(actors.a.call.count())]).toEqual([
        seed,
        eventsOf(events, 'accepted').filter(({ name }) => name === 'increment').length,
      ])
      expect(eventsOf(events, 'exited').filter(({ reason }) => reason.type === 'error')).toEqual([])
      expect(app.inspect('a')?.queued).toBe(0)
    }
  })
})
