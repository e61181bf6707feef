import { describe, expect, it } from 'vitest'
import { child, memory, supervisor, type CheckpointContext } from 'coppice'
import { simulatedSystem, type Fault, type SimulationEvent } from 'coppice/testing'
import { Counter } from '../support/scripted.ts'

type Told = Extract<SimulationEvent, { type: 'checkpointed' }>

/** Those that were taken while the actor ran: by the policy, or because it was asked for. */
const taken = (events: readonly SimulationEvent[]): readonly Told[] =>
  events.filter((event): event is Told => event.type === 'checkpointed' && event.cause !== 'start')

const refusedCommits = (...nths: readonly number[]): readonly Fault[] =>
  nths.map((nth) => ({ at: 'store', operation: 'commit', actor: 'a', nth, do: 'refuse' }))

describe('checkpoints by time', () => {
  const tree = supervisor({}, { a: child(Counter, { checkpoint: { every: { time: '5s' } } }) })

  it('are taken so long after the first turn that is not kept, and what came until then is in them', async () => {
    await using sim = await simulatedSystem(tree)
    await sim.advance('1m')
    expect(taken(sim.events)).toEqual([])
    await sim.until(sim.tree.a.call.add(1))
    await sim.advance('4s')
    await sim.until(sim.tree.a.call.add(2))
    await sim.advance('999ms')
    expect(taken(sim.events)).toEqual([])
    await sim.advance('1ms')
    expect(taken(sim.events)).toMatchObject([{ id: 'a', cause: 'policy' }])
    await sim.restart()
    expect(await sim.until(sim.tree.a.call.count())).toBe(3)
  })

  it('set no timer while everything is kept', async () => {
    await using sim = await simulatedSystem(tree)
    const idle = sim.clock.pending
    await sim.until(sim.tree.a.call.add(1, { timeout: 'infinity' }))
    await sim.settle()
    expect(sim.clock.pending).toBe(idle + 1)
    await sim.advance('5s')
    expect(sim.clock.pending).toBe(idle)
    await sim.advance('1h')
    expect(taken(sim.events)).toHaveLength(1)
  })

  it('are tried again after as long, when one could not be written', async () => {
    await using sim = await simulatedSystem(tree, { faults: refusedCommits(2) })
    await sim.until(sim.tree.a.call.add(1))
    await sim.advance('5s')
    expect(sim.events.filter(({ type }) => type === 'checkpoint failed')).toHaveLength(1)
    await sim.advance('5s')
    expect(taken(sim.events)).toHaveLength(1)
    await sim.restart()
    expect(await sim.until(sim.tree.a.call.count())).toBe(1)
  })

  it('count the time anew after one that was taken for another reason', async () => {
    const both = supervisor({}, { a: child(Counter, { checkpoint: { every: { turns: 2, time: '5s' } } }) })
    await using sim = await simulatedSystem(both)
    await sim.until(sim.tree.a.call.add(1))
    await sim.advance('4s')
    await sim.until(sim.tree.a.call.add(1))
    await sim.settle()
    expect(taken(sim.events)).toHaveLength(1)
    await sim.advance('1m')
    expect(taken(sim.events)).toHaveLength(1)
  })

  it('are taken while a turn takes longer, of the state before it', async () => {
    await using sim = await simulatedSystem(tree)
    await sim.until(sim.tree.a.call.add(1))
    void sim.tree.a.call.wait(1, { timeout: 'infinity' }).catch(() => undefined)
    await sim.advance('5s')
    expect(taken(sim.events)).toHaveLength(1)
  })
})

describe('checkpoints by size', () => {
  it('are taken after messages of so many bytes', async () => {
    const tree = supervisor({}, { a: child(Counter, { checkpoint: { every: { bytes: 100 } } }) })
    await using sim = await simulatedSystem(tree)
    for (let n = 0; n < 12; n += 1) await sim.until(sim.tree.a.call.add(1))
    await sim.settle()
    expect(taken(sim.events)).toHaveLength(0)
    await sim.until(sim.tree.a.call.add(1))
    await sim.settle()
    expect(taken(sim.events)).toMatchObject([{ cause: 'policy' }])
  })
})

describe('checkpoints by a predicate', () => {
  /** A tree with one counter whose checkpoints are due when `should` says so. */
  const treeWith = (should: (context: CheckpointContext<{ count: number }>) => boolean) =>
    supervisor({}, { a: child(Counter, { checkpoint: { should } }) })

  for (const [name, store] of [
    ['memory', memory],
    ['sqlite', () => undefined],
  ] as const)
    it(`[R2] are due when it says so, asked after every message (${name})`, async () => {
      const asked: number[] = []
      const tree = treeWith(({ state }) => {
        asked.push(state.count)
        return state.count === 2
      })
      const given = store()
      await using sim = await simulatedSystem(tree, given && { store: given })
      for (let n = 0; n < 3; n += 1) await sim.until(sim.tree.a.call.add(1))
      await sim.settle()
      expect(asked).toEqual([1, 2, 3])
      expect(taken(sim.events)).toHaveLength(1)
      await sim.restart()
      expect(await sim.until(sim.tree.a.call.count())).toBe(2)
    })

  it('[R2] one that throws harms no reply: it is told of, and there is no checkpoint for that message', async () => {
    let calls = 0
    const tree = treeWith(() => {
      calls += 1
      if (calls === 2) throw new Error('who knows')
      return true
    })
    await using sim = await simulatedSystem(tree)
    const replies: number[] = []
    for (let n = 0; n < 3; n += 1) {
      replies.push(await sim.until(sim.tree.a.call.add(1)))
      await sim.settle()
    }
    expect(replies).toEqual([1, 2, 3])
    expect(sim.events.filter(({ type }) => type === 'checkpoint policy failed')).toMatchObject([
      { id: 'a', incarnation: 1, error: { message: 'who knows' } },
    ])
    expect(taken(sim.events)).toHaveLength(2)
    expect(sim.events.filter(({ type }) => type === 'exited')).toEqual([])
  })

  it('[R2] one that answers later is refused: a promise is no answer', async () => {
    const tree = treeWith((async () => false) as unknown as () => boolean)
    await using sim = await simulatedSystem(tree)
    expect(await sim.until(sim.tree.a.call.add(1))).toBe(1)
    await sim.settle()
    const [failed] = sim.events.filter(({ type }) => type === 'checkpoint policy failed')
    expect(failed).toMatchObject({ error: { message: expect.stringContaining('it is a promise') as string } })
    expect(taken(sim.events)).toEqual([])
  })

  it('[R3] is told how many messages and how much time have passed since the last checkpoint', async () => {
    const told: { messages: number; elapsedMs: number }[] = []
    const tree = treeWith(({ messages, elapsedMs }) => {
      told.push({ messages, elapsedMs })
      return messages >= 3
    })
    // The wall clock is of no account.
    await using sim = await simulatedSystem(tree, { faults: [{ at: 'clock', after: '1500ms', jump: '-1h' }] })
    for (let n = 0; n < 5; n += 1) {
      await sim.advance('1s')
      await sim.until(sim.tree.a.call.add(1))
      await sim.settle()
    }
    expect(told.map(({ messages }) => messages)).toEqual([1, 2, 3, 1, 2])
    expect(told.map(({ elapsedMs }) => elapsedMs)).toEqual([1_000, 2_000, 3_000, 1_000, 2_000])
  })

  it('[R3] counts on after a checkpoint that failed, and the next message asks for one again', async () => {
    const told: number[] = []
    const tree = treeWith(({ messages }) => {
      told.push(messages)
      return messages >= 3
    })
    await using sim = await simulatedSystem(tree, { faults: refusedCommits(2) })
    for (let n = 0; n < 5; n += 1) {
      await sim.until(sim.tree.a.call.add(1))
      await sim.settle()
    }
    expect(told).toEqual([1, 2, 3, 4, 1])
    expect(taken(sim.events)).toHaveLength(1)
    await sim.restart()
    expect(await sim.until(sim.tree.a.call.count())).toBe(4)
  })
})
