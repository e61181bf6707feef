import { describe, expect, it } from 'vitest'
import { agent } from '../../src/behaviors/agent.ts'
import { memory } from '../../src/persistence/memory-store.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'
import { eventsOf, simulated, simulatedWithoutStore } from '../support/simulated-app.ts'

const wrong = (value: unknown) => value as never

interface Page {
  readonly visits: number
  readonly by: readonly string[]
}
const Visits = agent('visits', (args: { by: string[] } | undefined): Page => ({ visits: 0, by: args?.by ?? [] }))
const visits = (state: 'volatile' | 'checkpointed' | 'durable') => supervisor({}, { visits: child(Visits, { state }) })
const add = (name: string) => (page: Page) => ({ visits: page.visits + 1, by: [...page.by, name] })

describe('an agent', () => {
  it('[A9] keeps one value, which functions read and change', async () => {
    const { tree, until } = await simulatedWithoutStore(supervisor({}, { visits: child(Visits, { args: { by: ['Ada'] } }) }))
    await until(tree.visits.update(add('Bob')))
    expect(await until(tree.visits.get())).toEqual({ visits: 1, by: ['Ada', 'Bob'] })
    expect(await until(tree.visits.get((page) => page.by.length))).toBe(2)
    expect(await until(tree.visits.getAndUpdate((page) => [page.visits, { visits: 7, by: [] }]))).toBe(1)
    expect(await until(tree.visits.get())).toEqual({ visits: 7, by: [] })
    await until(tree.visits.set({ visits: 0, by: ['Eve'] }))
    expect(await until(tree.visits.get(async ({ by }) => by[0]))).toBe('Eve')
    await until(tree.visits.update(async (page) => ({ ...page, visits: 3 })))
    expect(await until(tree.visits.get(({ visits }) => visits))).toBe(3)
  })

  it('[A9] gives copies out and takes copies in, so that no caller can change its value', async () => {
    const first = { deep: { names: ['a'] } }
    const Names = agent('names', first)
    // In production states are not frozen.
    const { tree, until } = await simulatedWithoutStore(supervisor({}, { a: child(Names), b: child(Names) }), {
      freezeStates: false,
    })
    first.deep.names.push('outside')
    const got = await until(tree.a.get())
    got.deep.names.push('got')
    const read = await until(tree.a.get(({ deep }) => deep))
    read.names.push('read')
    const given = { deep: { names: ['x'] } }
    await until(tree.b.set(given))
    given.deep.names.push('given')
    const kept = { deep: { names: ['k'] } }
    expect(await until(tree.b.getAndUpdate((value) => [value, kept]))).toEqual({ deep: { names: ['x'] } })
    kept.deep.names.push('kept')
    expect(await until(tree.a.get())).toEqual({ deep: { names: ['a'] } })
    expect(await until(tree.b.get())).toEqual({ deep: { names: ['k'] } })
    expect(Object.isFrozen(first)).toBe(false)
  })

  it.each(['volatile', 'checkpointed'] as const)(
    'crashes with a function that throws, and goes on with its value (%s)',
    async (state) => {
      const { tree, until, events } = await simulated(visits(state))
      await until(tree.visits.update(add('Ada')))
      const throwing = () => {
        throw new Error('no')
      }
      await expect(until(tree.visits.update(throwing))).rejects.toMatchObject({ code: 'crashed', cause: { message: 'no' } })
      await expect(until(tree.visits.get(throwing))).rejects.toMatchObject({ code: 'crashed' })
      await expect(until(tree.visits.getAndUpdate(throwing))).rejects.toMatchObject({ code: 'crashed' })
      expect(await until(tree.visits.get())).toEqual({ visits: 1, by: ['Ada'] })
      expect(eventsOf(events, 'exited')).toHaveLength(3)
    },
  )

  it('[C14] comes back with what was checkpointed on demand', async () => {
    const store = memory()
    const first = await simulated(visits('checkpointed'), { store })
    await first.until(first.tree.visits.update(add('Ada')))
    await first.until(first.tree.visits.checkpoint())
    await first.settle()
    await first.until(first.tree.visits.update(add('Bob')))
    const second = await simulated(visits('checkpointed'), { store })
    expect(await second.until(second.tree.visits.get())).toEqual({ visits: 1, by: ['Ada'] })
  })

  it('durable, is read and written by values, and refuses functions', async () => {
    const store = memory()
    const first = await simulated(visits('durable'), { store })
    await first.until(first.tree.visits.set({ visits: 5, by: [] }))
    for (const refused of [
      () => first.tree.visits.update(add('Ada')),
      () => first.tree.visits.get(({ by }) => by),
      () => first.tree.visits.getAndUpdate((page) => [1, page]),
    ])
      await expect(first.until<unknown>(refused())).rejects.toMatchObject({
        code: 'invalid',
        message: expect.stringContaining('functions travel in memory only'),
      })
    const second = await simulated(visits('durable'), { store })
    expect(await second.until(second.tree.visits.get())).toEqual({ visits: 5, by: [] })
  })

  it.each<[string, (ref: ReturnType<typeof Visits.reference>) => Promise<unknown>, string]>([
    [
      'an update that is no function',
      (ref) => ref.update(wrong(7)),
      'agent "visits": update must be given a function; got 7 (number)',
    ],
    ['a reader that is no function', (ref) => ref.get(wrong('by')), 'agent "visits": get must be given a function; got "by"'],
    ['no value', (ref) => ref.set(wrong(undefined)), 'agent "visits": set must be given a value; null stands for none'],
    ['a value that cannot be copied', (ref) => ref.set(wrong({ visits: () => 1 })), 'agent "visits": set must be plain data'],
  ])('is not reached by %s', async (_, doIt, text) => {
    const { tree, until, events } = await simulatedWithoutStore(visits('volatile'))
    await expect(until(doIt(tree.visits))).rejects.toMatchObject({
      code: 'configuration',
      message: expect.stringContaining(text),
    })
    expect(eventsOf(events, 'exited')).toEqual([])
  })

  it('crashes with a function that gives no next value', async () => {
    const { tree, until } = await simulatedWithoutStore(visits('volatile'))
    const crashed = (path: string) => ({ code: 'crashed', cause: { code: 'configuration', path: `agent "visits": ${path}` } })
    await expect(until(tree.visits.update(wrong(() => undefined)))).rejects.toMatchObject(crashed('update'))
    await expect(until(tree.visits.getAndUpdate(wrong(() => 7)))).rejects.toMatchObject(crashed('getAndUpdate'))
    expect(await until(tree.visits.get())).toEqual({ visits: 0, by: [] })
  })

  it('is refused without a name, without a value and with one that cannot be copied', () => {
    expect(() => agent('', 1)).toThrow('agent: name must be a text')
    expect(() => agent('a', undefined)).toThrow('agent "a": initial must be a value, or a function that makes one')
    expect(() => agent('a', { no: () => 1 })).toThrow('agent "a": initial must be plain data, which can be copied')
  })
})
