import { describe, expect, it } from 'vitest'
import { actor } from '../../src/behaviors/actor.ts'
import { message } from '../../src/behaviors/schema.ts'
import { queue } from '../../src/behaviors/queue.ts'
import { memory } from '../../src/persistence/memory-store.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'
import { eventsOf, lives, simulated, simulatedWithoutStore } from '../support/simulated-app.ts'
import { simulatedSystem } from '../../src/app/simulated-system.ts'

const wrong = (value: unknown) => value as never

const Jobs = queue<string>('jobs', { max: 2 })
const jobs = (state: 'volatile' | 'checkpointed' | 'durable' = 'volatile') => supervisor({}, { jobs: child(Jobs, { state }) })
const modes = ['volatile', 'checkpointed', 'durable'] as const
const now = { timeout: 0 }

describe('a queue', () => {
  it.each(modes)('gives items in the order in which they were put (%s)', async (state) => {
    const { tree, until } = await simulated(jobs(state))
    expect(await until(tree.jobs.isEmpty())).toBe(true)
    await until(tree.jobs.put('a'))
    await until(tree.jobs.put('b'))
    expect(await until(tree.jobs.isFull())).toBe(true)
    expect(await until(tree.jobs.get())).toBe('a')
    expect(await until(tree.jobs.get())).toBe('b')
    expect(await until(tree.jobs.size())).toBe(0)
  })

  it.each(modes)('[F16] puts a batch as a whole or not at all (%s)', async (state) => {
    const { tree, until } = await simulated(jobs(state))
    await until(tree.jobs.put('x'))
    await expect(until(tree.jobs.putBatch(['a', 'b']))).rejects.toMatchObject({
      code: 'queue-full',
      message: 'queue jobs: there is no room; nothing was put into it',
    })
    expect(await until(tree.jobs.size())).toBe(1)
    await until(tree.jobs.putBatch(['a']))
    expect(await until(tree.jobs.size())).toBe(2)
  })

  it.each(modes)('[F16] gives a batch as a whole or not at all (%s)', async (state) => {
    const { tree, until } = await simulated(jobs(state))
    await until(tree.jobs.put('a'))
    await expect(until(tree.jobs.getBatch(2))).rejects.toMatchObject({ code: 'queue-empty' })
    expect(await until(tree.jobs.size())).toBe(1)
    await until(tree.jobs.put('b'))
    expect(await until(tree.jobs.getBatch(2))).toEqual(['a', 'b'])
  })

  it.each(modes)('[F16] does not wait with a time-out of 0, and as long as another one says (%s)', async (state) => {
    const { tree, until, clock } = await simulated(jobs(state))
    await expect(until(tree.jobs.get(now))).rejects.toMatchObject({ code: 'queue-empty' })
    await until(tree.jobs.putBatch(['a', 'b']))
    await expect(until(tree.jobs.put('c', now))).rejects.toMatchObject({ code: 'queue-full' })
    expect(clock.now()).toBe(0)
    await expect(until(tree.jobs.put('c', { timeout: 70 }))).rejects.toMatchObject({
      code: 'queue-full',
      message: 'queue jobs: there is no room, also after 70 ms; nothing was put into it',
    })
    expect(clock.now()).toBe(70)
    await until(tree.jobs.getBatch(2))
    await expect(until(tree.jobs.get({ timeout: 30 }))).rejects.toMatchObject({ code: 'queue-empty' })
    expect(clock.now()).toBe(100)
    expect(await until(tree.jobs.size())).toBe(0)
  })

  it.each(modes)('[F16] lets who waits have what comes, and put what there is room for (%s)', async (state) => {
    const { tree, until, advance } = await simulated(jobs(state))
    const got = tree.jobs.get()
    await advance(100)
    await until(tree.jobs.put('a'))
    expect(await until(got)).toBe('a')
    await until(tree.jobs.putBatch(['b', 'c']))
    const put = tree.jobs.put('d')
    await advance(100)
    expect(await until(tree.jobs.get())).toBe('b')
    await until(put)
    expect(await until(tree.jobs.getBatch(2))).toEqual(['c', 'd'])
  })

  it.each(modes)('[F16] keeps an item for the next one when who waited has gone (%s)', async (state) => {
    const { tree, until, advance, settle } = await simulated(jobs(state))
    const abort = new AbortController()
    const late = tree.jobs.get({ timeout: 50 }).catch((error: { code: string }) => error.code)
    const aborted = tree.jobs.get({ timeout: 'infinity', signal: abort.signal }).catch((error: { code: string }) => error.code)
    await advance(100)
    abort.abort(new Error('enough'))
    await settle()
    const next = tree.jobs.get()
    await until(tree.jobs.put('a'))
    expect([await late, await aborted]).toEqual(['queue-empty', 'aborted'])
    expect(await until(next)).toBe('a')
  })

  it('puts nothing for one who has gone', async () => {
    const { tree, until, settle } = await simulatedWithoutStore(jobs())
    const abort = new AbortController()
    await until(tree.jobs.putBatch(['a', 'b']))
    const aborted = tree.jobs.put('c', { signal: abort.signal }).catch((error: { code: string }) => error.code)
    await settle()
    abort.abort()
    expect(await aborted).toBe('aborted')
    expect(await until(tree.jobs.getBatch(2))).toEqual(['a', 'b'])
    expect(await until(tree.jobs.size())).toBe(0)
  })

  it('[F16] gives nothing to an actor that has ended while it waited, nor to its remains', async () => {
    const got: string[] = []
    const Consumer = actor('consumer', {
      initial: () => ({}),
      handlers: ({ cast }) => ({
        take: cast(async ({ ctx }) => {
          got.push(await ctx.ref(Jobs, 'jobs').get({ timeout: 'infinity' }))
        }),
      }),
    })
    const tree = supervisor({}, { jobs: child(Jobs), consumer: child(Consumer, { restart: 'temporary' }), killer: child(Killer) })
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      got.length = 0
      const sim = await simulatedWithoutStore(tree, { seed })
      void sim.tree.consumer.cast.take()
      await sim.settle()
      void sim.tree.killer.cast.kill('consumer')
      // In some orders the put is handled before the kill.
      if (seed < 3) await sim.settle()
      await sim.until(sim.tree.jobs.put('a'))
      await sim.settle()
      const left = await sim.until(sim.tree.jobs.get(now).catch(() => undefined))
      expect([...got, left].filter((item) => item !== undefined)).toEqual(['a'])
      if (seed < 3) expect(left).toBe('a')
    }
  })

  it('an item whose taking came too late is given back to a durable queue', async () => {
    const sim = await simulatedSystem(jobs('durable'), {
      faults: [{ at: 'message', actor: 'jobs', nth: 2, do: { takes: '7s' } }],
    })
    await sim.until(sim.tree.jobs.put('a'))
    await expect(sim.until(sim.tree.jobs.get({ timeout: 0 }))).rejects.toMatchObject({ code: 'timeout' })
    await sim.advance('10s')
    expect(await sim.until(sim.tree.jobs.get(now))).toBe('a')
    await sim[Symbol.asyncDispose]()
  })

  it('[F16] is gone through by several, and ends when it is closed and empty', async () => {
    const Work = queue<number>('work', { max: 3 })
    const { tree, until, settle, app } = await simulatedWithoutStore(supervisor({}, { work: child(Work) }))
    const seen: number[] = []
    const consume = async () => {
      for await (const item of tree.work.items()) seen.push(item)
      return 'over'
    }
    const consumers = Promise.all([consume(), consume()])
    const produce = async () => {
      for (const n of [1, 2, 3, 4, 5, 6, 7, 8]) await tree.work.put(n)
      return tree.work.close()
    }
    await until(produce())
    expect(await until(consumers)).toEqual(['over', 'over'])
    await settle()
    expect([...seen].sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(app.inspect(tree.work)?.status).toBe('stopped')
    await expect(until(tree.work.put(9))).rejects.toMatchObject({ code: 'queue-closed' })
  })

  it.each(modes)('[F16] closed, lets nothing in, is drained, and ends (%s)', async (state) => {
    const { tree, until, settle, events } = await simulated(jobs(state))
    await until(tree.jobs.putBatch(['a', 'b']))
    expect(await until(tree.jobs.close())).toBe(2)
    await expect(until(tree.jobs.put('c'))).rejects.toMatchObject({ code: 'queue-closed' })
    await expect(until(tree.jobs.putBatch(['c']))).rejects.toMatchObject({ code: 'queue-closed' })
    expect(await until(tree.jobs.get())).toBe('a')
    expect(await until(tree.jobs.get())).toBe('b')
    await settle()
    expect(lives(events).slice(2)).toEqual(['jobs#1 exited normal'])
    await expect(until(tree.jobs.get())).rejects.toMatchObject({ code: 'queue-closed' })
  })

  it('closed, tells those who wait', async () => {
    const { tree, until, settle } = await simulatedWithoutStore(jobs())
    const getting = tree.jobs.get().catch((error: { code: string }) => error.code)
    await settle()
    await until(tree.jobs.close())
    expect(await getting).toBe('queue-closed')
    const other = await simulatedWithoutStore(jobs())
    await other.until(other.tree.jobs.putBatch(['a', 'b']))
    const putting = other.tree.jobs.put('c').catch((error: { code: string }) => error.code)
    await other.settle()
    await other.until(other.tree.jobs.close())
    expect(await putting).toBe('queue-closed')
  })

  it.each(modes)('[F16] closed, ends after its grace although something is left (%s)', async (state) => {
    const { tree, until, advance, events } = await simulated(jobs(state))
    await until(tree.jobs.put('a'))
    expect(await until(tree.jobs.close({ grace: '1s' }))).toBe(1)
    await advance(999)
    expect(eventsOf(events, 'exited')).toEqual([])
    await advance(1)
    expect(eventsOf(events, 'exited').map(({ id, reason }) => [id, reason.type])).toEqual([['jobs', 'normal']])
  })

  it('durable, has its grace in the next process too', async () => {
    const store = memory()
    const first = await simulated(jobs('durable'), { store })
    await first.until(first.tree.jobs.put('a'))
    await first.until(first.tree.jobs.close({ grace: '1s' }))
    const second = await simulated(jobs('durable'), { store, clock: first.clock })
    await second.advance(999)
    expect(eventsOf(second.events, 'exited')).toEqual([])
    await second.advance(1)
    expect(lives(second.events).at(-1)).toBe('jobs#2 exited normal')
  })

  it('closed without grace, ends at once; a new process begins an open one', async () => {
    const store = memory()
    const first = await simulated(jobs('durable'), { store })
    await first.until(first.tree.jobs.put('a'))
    expect(await first.until(first.tree.jobs.close({ grace: 0 }))).toBe(1)
    await first.settle()
    expect(lives(first.events).at(-1)).toBe('jobs#1 exited normal')
    const second = await simulated(jobs('durable'), { store })
    expect(await second.until(second.tree.jobs.isEmpty())).toBe(true)
    await second.until(second.tree.jobs.put('b'))
  })

  it.each(modes)('keeps its items over a crash, and tells those who wait (%s)', async (state) => {
    const { tree, until, settle } = await simulated(supervisor({}, { jobs: child(Jobs, { state }), killer: child(Killer) }))
    await until(tree.jobs.putBatch(['a', 'b']))
    const putting = tree.jobs.put('c', { timeout: '1s' }).then(
      () => 'put',
      (error: { code: string }) => error.code,
    )
    await settle()
    await until(tree.killer.cast.kill('jobs'))
    await settle()
    expect(await until(tree.jobs.getBatch(2))).toEqual(['a', 'b'])
    // A durable queue knows nobody who waits: the reference asks again, and the item goes in.
    expect(await until(putting)).toBe(state === 'durable' ? 'put' : 'crashed')
  })

  it('durable, has its items in the next process, also of one that was killed', async () => {
    const store = memory()
    const first = await simulated(jobs('durable'), { store })
    await first.until(first.tree.jobs.putBatch(['a', 'b']))
    expect(await first.until(first.tree.jobs.get())).toBe('a')
    const second = await simulated(jobs('durable'), { store })
    expect(await second.until(second.tree.jobs.get())).toBe('b')
    await second.until(second.tree.jobs.put('c', { id: 'c1' }))
    await second.until(second.tree.jobs.put('c', { id: 'c1' }))
    expect(await second.until(second.tree.jobs.size())).toBe(1)
  })

  it.each<[string, (ref: ReturnType<typeof Jobs.reference>) => Promise<unknown>, string]>([
    ['a negative time-out of get', (ref) => ref.get({ timeout: -1 }), 'queue jobs: get: timeout must be milliseconds >= 0'],
    ['a negative time-out of put', (ref) => ref.put('a', { timeout: -1 }), 'queue jobs: put: timeout must be milliseconds >= 0'],
    ['a negative grace', (ref) => ref.close({ grace: -1 }), 'queue jobs: close: grace must be milliseconds >= 0'],
    ['no array', (ref) => ref.putBatch(wrong('ab')), 'queue jobs: putBatch must be given an array of items; got "ab"'],
    [
      'a batch of nothing',
      (ref) => ref.getBatch(0),
      'queue jobs: getBatch must be given an integer from 1 to 2, which is its max',
    ],
    ['a batch that never can be', (ref) => ref.getBatch(3), 'queue jobs: getBatch must be given an integer from 1 to 2'],
  ])('[F16] is not reached by %s', async (_, doIt, text) => {
    const { tree, until } = await simulatedWithoutStore(jobs())
    await expect(until(doIt(tree.jobs))).rejects.toMatchObject({ code: 'configuration', message: expect.stringContaining(text) })
    await until(tree.jobs.put('still open'))
  })

  it.each<[unknown, string]>([
    [{ max: 0 }, 'queue "q": max must be an integer >= 1; got 0'],
    [{ max: 1.5 }, 'queue "q": max must be an integer >= 1'],
    [{}, 'queue "q": max must be an integer >= 1'],
    [{ max: 1, size: 2 }, 'queue "q": size is not an option'],
    [undefined, 'queue "q" must be given { max }'],
  ])('is not made with %j', (options, text) => {
    expect(() => queue('q', wrong(options))).toThrow(text)
  })

  it.each([1, 2, 3, 4, 5])('neither loses nor doubles an item, whoever comes and goes (seed %i)', async (seed) => {
    const Work = queue<number>('work', { max: 4 })
    const { tree, until, advance } = await simulatedWithoutStore(supervisor({}, { work: child(Work) }), { seed })
    const got: number[] = []
    const put: number[] = []
    const running: Promise<unknown>[] = []
    for (let n = 0; n < 200; n += 1) {
      const timeout = [0, 1, 3, 9][n % 4] ?? 0
      const signal = n % 7 === 0 ? AbortSignal.abort() : undefined
      const options = { timeout, ...(signal && { signal }) }
      const putting = n % 3 === 0 || n % 5 === 0
      running.push(
        (putting
          ? tree.work.put(n, options).then(() => put.push(n))
          : tree.work.get(options).then((item) => got.push(item))
        ).catch(() => undefined),
      )
      if (n % 10 === 9) await advance(2)
    }
    await until(Promise.all(running))
    for (let left = await until(tree.work.size()); left > 0; left -= 1) got.push(await until(tree.work.get()))
    expect([...got].sort((a, b) => a - b)).toEqual([...put].sort((a, b) => a - b))
  })
})

const Killer = actor('killer', {
  initial: () => ({}),
  handlers: ({ cast }) => ({
    kill: cast(message<string>(), ({ input, ctx }) => {
      ctx.kill(input)
    }),
  }),
})
