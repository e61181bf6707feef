import { describe, expect, it } from 'vitest'
import { child, supervisor } from 'coppice'
import { assertExited, assertIdle, assertRestarted, simulate, simulatedSystem, type Sim } from 'coppice/testing'
import { simTest } from 'coppice/vitest'
import { Counter } from '../support/scripted.ts'

const tree = supervisor({ intensity: { restarts: 3, within: '5s' } }, { a: child(Counter), b: child(Counter) })
const stored = supervisor({}, { a: child(Counter, { state: 'durable' }) })

const played = (play: (sim: Sim<ReturnType<(typeof tree)['reference']>>) => void) =>
  simulate(tree, { store: false }, async (sim) => {
    void sim.tree.a.cast.crash('boom')
    await sim.settle()
    play(sim)
  })

describe('the matchers of coppice/vitest', () => {
  it('toHaveRestarted counts restarts, and shows the life of the actor', async () => {
    await played((sim) => {
      expect(sim).toHaveRestarted('a')
      expect(sim).toHaveRestarted('a', 1)
      expect(sim).not.toHaveRestarted('b')
      expect(() => expect(sim).toHaveRestarted('a', 2)).toThrow('expected that a has been restarted 2 times')
      const failing = (): void => expect(sim).toHaveRestarted('a', 2)
      expect(caught(failing)).toMatchObject({
        expected: { restarts: 2 },
        actual: { restarts: 1, life: ['#1 started (first)', '#1 exited (crash: boom)', '#2 started (exit)'] },
      })
      expect(() => expect(sim).not.toHaveRestarted('a', 1)).toThrow(
        'expected that it is not so that a has been restarted 1 times',
      )
    })
  })

  it('the death of the process is no restart', async () => {
    await simulate(stored, {}, async (sim) => {
      await sim.killProcess()
      expect(sim).not.toHaveRestarted('a')
      expect(sim).toHaveRestoredFrom('a', 'checkpoint')
    })
  })

  it('toHaveExited takes a type, a text or fields', async () => {
    await played((sim) => {
      expect(sim).toHaveExited('a')
      expect(sim).toHaveExited('a', 'error')
      expect(sim).toHaveExited('a', /boom/)
      expect(sim).toHaveExited('a', { error: { message: 'boom' } })
      expect(sim).not.toHaveExited('a', 'killed')
      expect(sim).not.toHaveExited('a', /bang/)
      expect(sim).not.toHaveExited('b')
    })
  })

  it('toHaveStartedInOrder and toHaveStoppedInOrder', async () => {
    await using sim = await simulatedSystem(tree, { store: false })
    await sim.until(sim.app.stop())
    expect(sim).toHaveStartedInOrder(['a', 'b'])
    expect(sim).not.toHaveStartedInOrder(['b', 'a'])
    expect(sim).toHaveStoppedInOrder(['b', 'a'])
    const failing = (): void => expect(sim).toHaveStoppedInOrder(['a', 'b'])
    expect(caught(failing)).toMatchObject({ expected: ['a', 'b'], actual: ['b', 'a'] })
  })

  it('toBeIdle: nothing is scheduled any more', async () => {
    await played((sim) => {
      expect(sim).toBeIdle()
      void sim.tree.a.cast.increment()
      expect(sim).not.toBeIdle()
      expect(caught(() => expect(sim).toBeIdle())).toMatchObject({ actual: ['a has 1 messages', 'work is in line'] })
    })
  })

  it('toHaveBudget: what is left of the restarts of a supervisor', async () => {
    await played((sim) => {
      expect(sim).toHaveBudget('', 2)
      expect(sim).not.toHaveBudget('', 3)
      expect(caught(() => expect(sim).toHaveBudget('', 1))).toMatchObject({ actual: { left: 2, of: 3, withinMs: 5_000 } })
      expect(() => expect(sim).toHaveBudget('nobody', 1)).toThrow('toHaveBudget: path must be a supervisor of the tree')
    })
  })

  it('toHaveRestoredFrom and toHaveDeadLetter', async () => {
    await played((sim) => {
      expect(sim).toHaveRestoredFrom('a', 'memory')
      expect(sim).not.toHaveRestoredFrom('b', 'memory')
      expect(sim).toHaveDeadLetter('a', { name: 'crash', why: 'crashed' })
      expect(sim).not.toHaveDeadLetter('a', { why: 'noproc' })
      expect(sim).not.toHaveDeadLetter('b')
    })
  })

  it('a simulation in a snapshot is its timeline', async () => {
    await played((sim) => {
      expect(sim).toMatchInlineSnapshot(`
        ms     0       0
        a      crash✖† ↻2
      `)
    })
  })
})

describe('the same as functions', () => {
  it('throw with what was expected and what was found', async () => {
    await played((sim) => {
      assertRestarted(sim, 'a', 1)
      assertIdle(sim)
      expect(() => assertExited(sim, 'b')).toThrow('expected that b has exited: wanted "any exit", found []')
      expect(caught(() => assertRestarted(sim, 'a', 2))).toMatchObject({ code: 'check-failed', expected: { restarts: 2 } })
    })
  })
})

const test = simTest(tree, { store: false })

describe('simTest', () => {
  it('says so if it is used as the test that it makes', () => {
    expect(() => simTest('a broken vase is replaced' as never)).toThrow('simTest: tree must be a supervisor')
  })

  test('gives each test a simulation', async ({ sim }) => {
    await sim.until(sim.tree.a.call.add(1))
    expect(sim.peek('a')).toEqual({ count: 1 })
  })

  test('of its own', ({ sim }) => {
    expect(sim.peek('a')).toEqual({ count: 0 })
  })
})

function caught(run: () => void): unknown {
  try {
    run()
    return undefined
  } catch (error) {
    return error
  }
}
