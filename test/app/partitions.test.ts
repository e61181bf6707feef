import { describe, expect, it } from 'vitest'
import { actor } from '../../src/behaviors/actor.ts'
import { message } from '../../src/behaviors/schema.ts'
import { start } from '../../src/app/start.ts'
import { memory } from '../../src/persistence/memory-store.ts'
import { partitionSupervisor } from '../../src/supervision/trees/partition-supervisor.ts'
import { child, dynamicSupervisor, supervisor } from '../../src/supervision/trees/tree.ts'
import { Counter } from '../support/scripted.ts'
import { lives, simulated, simulatedWithoutStore } from '../support/simulated-app.ts'

const Named = actor('named', {
  initial: (args: { name: string }) => ({ name: args.name }),
  handlers: ({ call }) => ({ name: call(({ state }) => ({ reply: state.name })) }),
})

const wrong = (value: unknown) => value as never

describe('a partition supervisor', () => {
  it('starts its partitions in the order of their numbers, and stops them in reverse', async () => {
    const pool = partitionSupervisor(Counter, { partitions: 11 })
    const { app, until, events } = await simulatedWithoutStore(supervisor({}, { pool }))
    await until(app.stop())
    const order = Array.from({ length: 11 }, (_, index) => `pool/${index}#1`)
    expect(lives(events)).toEqual([
      ...order.map((id) => `${id} started`),
      'pool#1 started',
      'root#1 started',
      ...order.toReversed().map((id) => `${id} exited shutdown`),
      'pool#1 exited shutdown',
      'root#1 exited shutdown',
    ])
  })

  it('gives the same key to the same partition, always', async () => {
    const { tree, until } = await simulatedWithoutStore(supervisor({}, { pool: partitionSupervisor(Counter, { partitions: 4 }) }))
    await until(tree.pool.for('ada').call.add(1))
    await until(tree.pool.for('ada').call.add(1))
    expect(await until(tree.pool.for('ada').call.count())).toBe(2)
    expect(tree.pool.for(7).id).toBe(tree.pool.for('7').id)
    const counts = await until(Promise.all(tree.pool.all().map((ref) => ref.call.count())))
    expect(counts.toSorted()).toEqual([0, 0, 0, 2])
  })

  it('says how many there are, and gives each by its number', async () => {
    const { tree } = await simulatedWithoutStore(supervisor({}, { pool: partitionSupervisor(Counter, { partitions: 3 }) }))
    expect(tree.pool.size).toBe(3)
    expect(tree.pool.all().map(({ id }) => id)).toEqual(['pool/0', 'pool/1', 'pool/2'])
    expect(tree.pool.at(2).id).toBe('pool/2')
    for (const index of [-1, 3, 1.5])
      expect(() => tree.pool.at(index)).toThrow('pool: number of a partition must be an integer from 0 to 2')
    const text = 'pool: key of a partition must be a text or a finite number; got nothing'
    expect(() => tree.pool.for(wrong(undefined))).toThrow(text)
  })

  it('makes a key of what it is given with keyBy', async () => {
    const keyBy = (user: { readonly id: number }) => user.id
    const { tree } = await simulatedWithoutStore(supervisor({}, { pool: partitionSupervisor(Counter, { partitions: 8, keyBy }) }))
    const plain = await simulatedWithoutStore(supervisor({}, { pool: partitionSupervisor(Counter, { partitions: 8 }) }))
    expect(tree.pool.for({ id: 12 }).id).toBe(plain.tree.pool.for(12).id)
  })

  it('starts each with the same arguments, or with its own', async () => {
    const { tree, until } = await simulatedWithoutStore(
      supervisor(
        {},
        {
          same: partitionSupervisor(Named, { partitions: 2, args: { name: 'n' } }),
          own: partitionSupervisor(Named, { partitions: 2, args: (index) => ({ name: `n${index}` }) }),
        },
      ),
    )
    const names = (refs: typeof tree.own) => until(Promise.all(refs.all().map((ref) => ref.call.name())))
    expect(await names(tree.same)).toEqual(['n', 'n'])
    expect(await names(tree.own)).toEqual(['n0', 'n1'])
  })

  it('restarts a partition alone, and gives up by the intensity that all share', async () => {
    const pool = partitionSupervisor(Counter, { partitions: 2, restart: 'transient', intensity: { restarts: 1, within: '5s' } })
    const { tree, settle, events } = await simulatedWithoutStore(supervisor({}, { pool }))
    void tree.pool.at(0).cast.crash('one')
    await settle()
    expect(lives(events).slice(4)).toEqual(['pool/0#1 exited error', 'pool/0#2 started'])
    void tree.pool.at(1).cast.crash('two')
    await settle()
    expect(lives(events).slice(6)).toEqual([
      'pool/1#1 exited error',
      'pool/0#2 exited shutdown',
      'pool#1 exited shutdown',
      'pool/0#3 started',
      'pool/1#2 started',
      'pool#2 started',
    ])
  })

  it('answers for a partition that is down by its fallback', async () => {
    const fallback = { add: ({ input }: { readonly input: number }) => -input }
    const pool = partitionSupervisor(Counter, { partitions: 2, restart: 'transient', fallback })
    const { tree, until, settle } = await simulatedWithoutStore(supervisor({}, { pool }))
    void tree.pool.at(0).cast.stop()
    await settle()
    expect(await until(tree.pool.at(0).call.add(3))).toBe(-3)
    expect(await until(tree.pool.at(1).call.add(3))).toBe(3)
  })

  it('keeps the state of its partitions as of any other child', async () => {
    const store = memory()
    const tree = () => supervisor({}, { pool: partitionSupervisor(Counter, { partitions: 4, state: 'durable' }) })
    const monday = await simulated(tree(), { store })
    await monday.until(monday.tree.pool.for('ada').call.add(5))
    await monday.until(monday.app.stop())
    const tuesday = await simulated(tree(), { store })
    expect(await tuesday.until(tuesday.tree.pool.for('ada').call.count())).toBe(5)
  })

  it('spreads whole supervisors, too', async () => {
    const pool = partitionSupervisor(dynamicSupervisor(Named, { restart: 'temporary' }), { partitions: 2, shutdown: '3s' })
    const { tree, until, app } = await simulatedWithoutStore(
      supervisor({}, { pool, pairs: partitionSupervisor(supervisor({}, { left: child(Counter) }), { partitions: 2 }) }),
    )
    const ada = await until(tree.pool.for('ada').start('ada', { name: 'Ada' }))
    expect(ada.id).toBe(`${tree.pool.for('ada').id}/ada`)
    expect(await until(ada.call.name())).toBe('Ada')
    expect(await until(tree.pairs.at(1).left.call.add(2))).toBe(2)
    expect(app.running()).toContain('pairs/1/left')
  })

  it('is reached from inside an actor by the node that declares it', async () => {
    const Pool = partitionSupervisor(Counter, { partitions: 4 })
    const Asker = actor('asker', {
      initial: () => ({}),
      handlers: ({ call }) => ({
        ask: call(message<string>(), async ({ input, ctx }) => ({ reply: await ctx.ref(Pool, 'pool').for(input).call.add(3) })),
      }),
    })
    const { tree, until } = await simulatedWithoutStore(supervisor({}, { pool: Pool, asker: child(Asker) }))
    expect(await until(tree.asker.call.ask('ada'))).toBe(3)
    expect(await until(tree.pool.for('ada').call.count())).toBe(3)
  })
})

describe('a partition supervisor that breaks a rule', () => {
  it.each<[string, () => unknown, string]>([
    ['without a number', () => partitionSupervisor(Counter, wrong({})), 'pool: partitions must be an integer >= 1; got nothing'],
    [
      'without options',
      () => partitionSupervisor(Counter, wrong(undefined)),
      'pool: options must be an object; got nothing. Write { partitions: 4 }',
    ],
    [
      'with none',
      () => partitionSupervisor(Counter, { partitions: 0 }),
      'pool: partitions must be an integer >= 1; got 0 (number)',
    ],
    [
      'with half a one',
      () => partitionSupervisor(Counter, { partitions: 1.5 }),
      'pool: partitions must be an integer >= 1; got 1.5 (number)',
    ],
    [
      'with a text',
      () => partitionSupervisor(Counter, wrong({ partitions: '4' })),
      'pool: partitions must be an integer >= 1; got "4"',
    ],
    [
      'misspelt',
      () => partitionSupervisor(Counter, wrong({ partition: 4 })),
      'pool: partition is not an option; got 4 (number). Did you mean "partitions"?',
    ],
    [
      'with a name',
      () => partitionSupervisor(Counter, wrong({ partitions: 4, name: 'n' })),
      'pool: name is not an option; got "n". A partition is known by its number',
    ],
    [
      'with a strategy',
      () => partitionSupervisor(Counter, wrong({ partitions: 4, strategy: 'one_for_all' })),
      'pool: strategy is not an option; got "one_for_all". A partition supervisor has none: each partition is restarted alone',
    ],
    [
      'whose keyBy is no function',
      () => partitionSupervisor(Counter, wrong({ partitions: 4, keyBy: 'id' })),
      'pool: keyBy must be a function that makes a text or a number of a key; got "id"',
    ],
    [
      'whose partitions break one',
      () => partitionSupervisor(Counter, { partitions: 2, restart: wrong('always') }),
      'pool: restart must be "permanent", "transient" or "temporary"; got "always"',
    ],
    [
      'whose intensity breaks one',
      () => partitionSupervisor(Counter, { partitions: 2, intensity: { restarts: -1, within: '5s' } }),
      'pool: intensity.restarts must be an integer >= 0; got -1 (number)',
    ],
    [
      'with a state for supervisors',
      () => partitionSupervisor(dynamicSupervisor(Counter), { partitions: 2, state: 'volatile' }),
      'pool: state is only for workers; this child is a supervisor; got "volatile"',
    ],
    [
      'with a state and no store',
      () => partitionSupervisor(Counter, { partitions: 2, state: 'durable' }),
      'pool/0: state must be "volatile" in a tree that is started without a store; got "durable"',
    ],
  ])('%s is refused before anything is started', async (_, pool, text) => {
    await expect(start(supervisor({}, { pool: pool() as never }))).rejects.toThrow(text)
  })
})
