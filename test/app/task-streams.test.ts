import { describe, expect, it } from 'vitest'
import { actor } from '../../src/behaviors/actor.ts'
import type { TaskKit } from '../../src/behaviors/task-run.ts'
import type { StreamOptions, TaskResult } from '../../src/supervision/trees/task-stream.ts'
import { taskSupervisor } from '../../src/supervision/trees/task-supervisor.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'
import { eventsOf, simulatedWithoutStore } from '../support/simulated-app.ts'

const Tasks = taskSupervisor({ shutdown: '1s' })

/** A stream over `items` of work that takes as many milliseconds as the item says, and what was seen of it. */
async function streaming(items: Iterable<number> | AsyncIterable<number>, options: StreamOptions) {
  const app = await simulatedWithoutStore(supervisor({}, { tasks: Tasks }))
  const seen = { now: 0, most: 0, begun: [] as number[], aborted: [] as number[] }
  const work = async (item: number, { sleep, signal }: TaskKit): Promise<string> => {
    seen.begun.push(item)
    seen.now += 1
    seen.most = Math.max(seen.most, seen.now)
    signal.addEventListener('abort', () => seen.aborted.push(item))
    try {
      await sleep(item)
    } finally {
      seen.now -= 1
    }
    if (item === 13) throw new Error('unlucky')
    return `${item} ms`
  }
  return { ...app, seen, stream: app.tree.tasks.stream(items, work, options) }
}

const all = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => {
  const taken: Item[] = []
  for await (const item of items) taken.push(item)
  return taken
}

const short = (results: readonly TaskResult<string>[]) =>
  results.map((result) => (result.status === 'ok' ? result.value : result.reason.type))

describe('a stream of tasks', () => {
  it('gives a result for each item in the order of the items, and works on no more than it may at once', async () => {
    const { stream, until, seen, clock, events } = await streaming([30, 10, 20, 10, 10], { maxConcurrency: 2 })
    expect(short(await until(all(stream)))).toEqual(['30 ms', '10 ms', '20 ms', '10 ms', '10 ms'])
    expect(seen.most).toBe(2)
    expect(clock.now()).toBeLessThan(80)
    expect(eventsOf(events, 'started')).toHaveLength(2 + 5)
  })

  it('gives them in the order of their ends if that is wanted', async () => {
    const { stream, until, seen } = await streaming([30, 10, 15, 1], { maxConcurrency: 2, ordered: false })
    expect(short(await until(all(stream)))).toEqual(['10 ms', '15 ms', '1 ms', '30 ms'])
    expect(seen.most).toBe(2)
  })

  it('tells of a failure as of a result, and goes on', async () => {
    const { stream, until } = await streaming([1, 13, 2], { maxConcurrency: 1 })
    const results = await until(all(stream))
    expect(short(results)).toEqual(['1 ms', 'error', '2 ms'])
    expect(results[1]).toMatchObject({ status: 'failed', reason: { error: { message: 'unlucky' } } })
  })

  it.each([
    ['fail', ['1 ms', 'error', '2 ms']],
    ['skip', ['1 ms', '2 ms']],
    [undefined, ['1 ms', 'error', '2 ms']],
  ] as const)('[A10] aborts what is not done in time; with onTimeout %s it gives %j', async (onTimeout, told) => {
    const options = { maxConcurrency: 3, timeout: 50, ...(onTimeout && { onTimeout }) }
    const { stream, until, clock, seen } = await streaming([1, 99, 2], options)
    expect(short(await until(all(stream)))).toEqual(told)
    expect(clock.now()).toBe(50)
    expect(seen.aborted).toContain(99)
  })

  it('skips no item whose failure is another one', async () => {
    const { stream, until } = await streaming([1, 13], { maxConcurrency: 2, timeout: 50, onTimeout: 'skip' })
    expect(short(await until(all(stream)))).toEqual(['1 ms', 'error'])
  })

  it('begins nothing before it is asked, and takes no more items than it has room for', async () => {
    const { stream, until, settle, advance, seen } = await streaming([1, 2, 3, 4, 5, 6], { maxConcurrency: 2 })
    await settle()
    expect(seen.begun).toEqual([])
    expect(await until(stream.next())).toEqual({ done: false, value: { status: 'ok', value: '1 ms' } })
    await advance(1_000)
    expect(seen.begun).toEqual([1, 2])
    expect(await until(stream.next())).toMatchObject({ value: { value: '2 ms' } })
    await advance(1_000)
    expect(seen.begun).toEqual([1, 2, 3])
  })

  it('cancels what runs when its loop is left, and waits until it has ended', async () => {
    const closed: string[] = []
    function* endless() {
      try {
        for (let item = 1; ; item += 100) yield item
      } finally {
        closed.push('items')
      }
    }
    const { stream, until, seen, tree, settle } = await streaming(endless(), { maxConcurrency: 3 })
    const leave = async (): Promise<void> => {
      for await (const result of stream) {
        expect(result.status).toBe('ok')
        break
      }
    }
    await until(leave())
    expect(seen.now).toBe(0)
    expect(seen.aborted).toEqual(expect.arrayContaining([101, 201]))
    expect(closed).toEqual(['items'])
    await settle()
    expect(await until(tree.tasks.count())).toBe(0)
  })

  it('takes items that come in their own time', async () => {
    const tick: { wake?: () => void } = {}
    async function* slow() {
      for (const item of [5, 1, 2]) {
        await new Promise<void>((resolve) => (tick.wake = resolve))
        yield item
      }
    }
    const { stream, until, clock, settle } = await streaming(slow(), { maxConcurrency: 2 })
    const taken = all(stream)
    for (let nth = 0; nth < 3; nth += 1) {
      clock.setTimer(10, () => tick.wake?.())
      await settle()
      await until(new Promise<void>((resolve) => void clock.setTimer(10, resolve)))
    }
    expect(short(await until(taken))).toEqual(['5 ms', '1 ms', '2 ms'])
  })

  it('gives a result that is there although the next item is not', async () => {
    async function* stuck() {
      yield 1
      await new Promise(() => undefined)
    }
    const { stream, until } = await streaming(stuck(), { maxConcurrency: 4 })
    expect(await until(stream.next())).toMatchObject({ value: { value: '1 ms' } })
  })

  it('ends with the error of its items, and cancels what runs', async () => {
    function* broken() {
      yield 1_000
      throw new Error('no more')
    }
    const { stream, until, seen } = await streaming(broken(), { maxConcurrency: 4 })
    await expect(until(all(stream))).rejects.toThrow('no more')
    expect(seen.now).toBe(0)
  })

  it('ends with the reason of its signal, and cancels what runs', async () => {
    const abort = new AbortController()
    const { stream, until, settle, seen } = await streaming([1_000, 1_000], { maxConcurrency: 2, signal: abort.signal })
    const taken = all(stream)
    taken.catch(() => undefined)
    await settle()
    abort.abort(new Error('enough'))
    await expect(until(taken)).rejects.toThrow('enough')
    expect(seen.now).toBe(0)
    expect(seen.aborted).toEqual([1_000, 1_000])
  })

  it('ends with the actor that asks for it', async () => {
    const aborted: number[] = []
    const Consumer = actor('consumer', {
      initial: () => ({}),
      handlers: ({ cast }) => ({
        begin: cast(async ({ ctx }) => {
          const work = async (item: number, { signal, sleep }: TaskKit) => {
            signal.addEventListener('abort', () => aborted.push(item))
            await sleep('1h')
          }
          await all(ctx.ref(Tasks, 'tasks').stream([1, 2, 3], work, { maxConcurrency: 2 }))
        }),
      }),
    })
    const { tree, app, settle, until } = await simulatedWithoutStore(
      supervisor({}, { tasks: Tasks, outer: supervisor({}, { consumer: child(Consumer) }) }),
    )
    void tree.outer.consumer.cast.begin()
    await settle()
    expect(await until(tree.tasks.count())).toBe(2)
    const Killer = actor('killer', { initial: (_, ctx) => ctx.kill('outer/consumer'), handlers: () => ({}) })
    await until(app.spawn(Killer, 'killer', undefined))
    await settle()
    expect(aborted).toEqual([1, 2])
    expect(await until(tree.tasks.count())).toBe(0)
  })
})
