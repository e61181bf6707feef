import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { actor, child, memory, message, supervisor, type CheckpointInfo, type CheckpointOption } from 'coppice'
import { simulatedSystem, type SimulationOptions } from 'coppice/testing'
import { Counter } from '../support/scripted.ts'

const stores: readonly (readonly [string, () => NonNullable<SimulationOptions['store']>])[] = [
  ['memory', memory],
  ['sqlite', () => new DatabaseSync(':memory:')],
]

describe.each(stores)('as many checkpoints as are to be kept (%s)', (_, store) => {
  it.each([2, 5])('[R11] are there, however many were taken: %i', async (keep) => {
    let seen: readonly CheckpointInfo[] = []
    const restart = ({ checkpoints }: { checkpoints: readonly CheckpointInfo[] }): void => void (seen = checkpoints)
    const tree = supervisor({}, { a: child(Counter, { checkpoint: { keep }, hooks: { restart } }) })
    await using sim = await simulatedSystem(tree, { store: store() })
    for (let n = 0; n < 12; n += 1) await sim.until(sim.tree.a.checkpoint())
    await sim.restart()
    expect(seen.map(({ number }) => number)).toEqual(Array.from({ length: keep }, (_unused, i) => 13 - i))
  })

  it('[R11] of a durable actor are each enough to go on from, with the messages behind it', async () => {
    const given = store()
    const tree = supervisor({}, { a: child(Counter, { state: 'durable', checkpoint: { keep: 4 } }) })
    await using sim = await simulatedSystem(tree, { store: given })
    for (let n = 1; n <= 9; n += 1) await sim.until(sim.tree.a.call.add(1))
    if (given instanceof DatabaseSync)
      given.exec(`UPDATE checkpoint SET state = '' WHERE number > (SELECT max(number) FROM checkpoint WHERE actor = 'a') - 3`)
    await sim.restart()
    expect(await sim.until(sim.tree.a.call.count())).toBe(9)
  })
})

describe('a damaged newest checkpoint', () => {
  const damaged = async (checkpoint: CheckpointOption, state: 'checkpointed' | 'durable') => {
    const database = new DatabaseSync(':memory:')
    const tree = supervisor({}, { a: child(Counter, { state, checkpoint }) })
    const sim = await simulatedSystem(tree, { store: database })
    for (let n = 1; n <= 3; n += 1) {
      await sim.until(sim.tree.a.call.add(1))
      await sim.until(sim.tree.a.checkpoint())
    }
    database.exec(`UPDATE checkpoint SET state = '' WHERE actor = 'a' AND number = (SELECT max(number) FROM checkpoint)`)
    return sim
  }

  it.each([
    ['checkpointed', 2],
    ['durable', 3],
  ] as const)('is passed over for the one before, if nothing else is said: %s', async (state, count) => {
    await using sim = await damaged({}, state)
    await sim.restart()
    expect(await sim.until(sim.tree.a.call.count())).toBe(count)
  })

  it.each(['checkpointed', 'durable'] as const)(
    'fails the start with onLoadFailure "fail", and nothing is changed: %s',
    async (state) => {
      const sim = await damaged({ onLoadFailure: 'fail' }, state)
      const error = await sim.restart().catch((thrown: unknown) => thrown)
      expect(String(error)).toMatch(/checkpoint \d cannot be read .*, and onLoadFailure is "fail"/)
      expect(sim.events.findLast(({ type }) => type === 'start failed')).toMatchObject({
        reason: { type: 'shutdown' },
      })
    },
  )

  it('does not matter with onLoadFailure "fail" where the state is in memory', async () => {
    await using sim = await damaged({ onLoadFailure: 'fail' }, 'checkpointed')
    void sim.tree.a.cast.crash('boom')
    expect(await sim.until(sim.tree.a.call.count())).toBe(3)
  })
})

describe('a state that is too large', () => {
  const Notes = actor('notes', {
    initial: () => ({ text: '' }),
    handlers: ({ call }) => ({
      write: call(message<string>(), ({ input }) => ({ reply: input.length, state: { text: input } })),
      read: call(({ state }) => ({ reply: state.text })),
    }),
  })

  it.each(stores)('[W1] is not written: the actor lives on, and the checkpoint before stays (%s)', async (_, store) => {
    const tree = supervisor({}, { a: child(Notes, { checkpoint: { maxBytes: 100 } }) })
    await using sim = await simulatedSystem(tree, { store: store() })
    await sim.until(sim.tree.a.call.write('short'))
    await sim.until(sim.tree.a.checkpoint())
    await sim.until(sim.tree.a.call.write('ä'.repeat(45)))
    const error = await sim.until(sim.tree.a.checkpoint().catch((thrown: unknown) => thrown))
    expect(error).toMatchObject({ problem: 'failed', cause: { code: 'checkpoint-too-large', bytes: 110, maxBytes: 100 } })
    expect(sim.events.findLast(({ type }) => type === 'checkpoint failed')).toMatchObject({
      error: {
        message:
          'a state of "notes" has 110 bytes, and 100 are allowed; nothing was written. ' +
          'Keep less in the state, or raise checkpoint.maxBytes of the child',
      },
    })
    expect(await sim.until(sim.tree.a.call.read())).toHaveLength(45)
    await sim.restart()
    expect(await sim.until(sim.tree.a.call.read())).toBe('short')
  })

  it('[W1] crashes the durable turn that leads there, of which nothing is written', async () => {
    const tree = supervisor({}, { a: child(Notes, { state: 'durable', maxAttempts: 1, checkpoint: { maxBytes: 100 } }) })
    await using sim = await simulatedSystem(tree)
    await sim.until(sim.tree.a.call.write('short'))
    const error = await sim.until(sim.tree.a.call.write('x'.repeat(200)).catch((thrown: unknown) => thrown))
    expect(error).toMatchObject({ code: 'crashed' })
    expect(sim.events.find(({ type }) => type === 'exited')).toMatchObject({
      reason: { error: { code: 'checkpoint-too-large' } },
    })
    expect(await sim.until(sim.tree.a.call.read())).toBe('short')
  })

  it('is one by one byte more', async () => {
    const tree = supervisor({}, { a: child(Notes, { checkpoint: { maxBytes: 100 } }) })
    await using sim = await simulatedSystem(tree)
    await sim.until(sim.tree.a.call.write('x'.repeat(80)))
    await sim.until(sim.tree.a.checkpoint())
    await sim.until(sim.tree.a.call.write('x'.repeat(81)))
    expect(await sim.until(sim.tree.a.checkpoint().catch(({ code }: { code: string }) => code))).toBe('checkpoint')
  })
})
