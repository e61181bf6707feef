import { describe, expect, it } from 'vitest'
import { actor, child, IgnoreError, supervisor } from '../../src/index.ts'
import { Counter } from '../support/scripted.ts'
import { eventsOf, lives, simulatedWithoutStore } from '../support/simulated-app.ts'

const Ignoring = actor('ignoring', {
  initial: (): { n: number } => {
    throw new IgnoreError()
  },
  handlers: ({ call }) => ({ n: call(({ state }) => ({ reply: state.n })) }),
})

describe('a child whose start is ignored', () => {
  it('is not there, does not keep the tree from starting, and keeps nobody waiting', async () => {
    const { tree, clock, until, events } = await simulatedWithoutStore(supervisor({}, { a: child(Ignoring), b: child(Counter) }))
    expect(eventsOf(events, 'start ignored')).toMatchObject([{ id: 'a' }])
    expect(eventsOf(events, 'start failed')).toEqual([])
    expect(lives(events)).toEqual(['b#1 started', 'root#1 started'])
    await expect(until(tree.a.call.n())).rejects.toMatchObject({ code: 'noproc' })
    expect(clock.now()).toBe(0)
  })
})
