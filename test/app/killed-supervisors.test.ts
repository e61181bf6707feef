import { describe, expect, it } from 'vitest'
import { actor, child, dynamicSupervisor, supervisor } from 'coppice'
import { simulatedSystem } from 'coppice/testing'
import { Counter } from '../support/scripted.ts'

describe('a supervisor that is killed', () => {
  it('leaves no caller waiting that waits for somebody below it', async () => {
    const inner = supervisor({}, { d: child(Counter) })
    const outer = child(supervisor({}, { inner }), { shutdown: 'kill' })
    const tree = supervisor({ intensity: { restarts: 0, within: '1s' } }, { a: child(Counter), outer })
    for (let seed = 1; seed <= 20; seed += 1) {
      await using sim = await simulatedSystem(tree, { seed, store: false })
      void sim.tree.a.cast.crash('boom')
      const asked = sim.tree.outer.inner.d.call.add(1, { timeout: 'infinity' }).catch((error: unknown) => error)
      expect(await sim.until(asked)).toSatisfy((answer) => answer === 1 || (answer as { code: string }).code === 'noproc')
    }
  })

  it('decides nothing any more: a member that its successor runs is not given up', async () => {
    const Slow = actor('slow', { initial: () => ({}), init: () => undefined, handlers: () => ({}) })
    const members = child(dynamicSupervisor(Slow, { state: 'durable' }), { shutdown: 'kill' })
    const tree = supervisor({ strategy: 'one_for_all' }, { a: child(Counter), members })
    const faults = [{ at: 'init', actor: 'members/k', nth: 1, do: { takes: '1s' } }] as const
    await using sim = await simulatedSystem(tree, { faults })
    const started = sim.tree.members.start('k').catch((error: unknown) => error)
    await sim.advance('500ms')
    await sim.tree.a.cast.crash('boom')
    await sim.advance('2s')
    expect(await started).toMatchObject({ code: 'crashed' })
    expect(await sim.until(sim.tree.members.keys())).toEqual(['k'])
    await sim.restart()
    expect(await sim.until(sim.tree.members.keys())).toEqual(['k'])
  })
})
