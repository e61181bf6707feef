import { describe, expect, it } from 'vitest'
import { memo } from '../../src/behaviors/memo.ts'
import { memory } from '../../src/persistence/memory-store.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'
import { simulated, simulatedWithoutStore } from '../support/simulated-app.ts'

/** A function that notes what it was run for, and what it waits for. */
const counted = () => {
  const runs: string[] = []
  const gates = new Map<string, () => void>()
  return {
    runs,
    open: (input: string) => gates.get(input)?.(),
    atOnce: (input: string) => `${input} ${runs.push(input)}`,
    gated: async (input: string) => {
      const number = runs.push(input)
      await new Promise<void>((resolve) => gates.set(input, resolve))
      return `${input} ${number}`
    },
  }
}

describe('a memo', () => {
  it.each(['checkpointed', 'durable'] as const)(
    '[C14] runs its function once for each input, also in the next process (%s)',
    async (state) => {
      const store = memory()
      const { runs, atOnce } = counted()
      const tree = supervisor({}, { m: child(memo('m', atOnce), { state }) })
      const first = await simulated(tree, { store })
      expect(await first.until(first.tree.m.get('a'))).toBe('a 1')
      expect(await first.until(first.tree.m.get('b'))).toBe('b 2')
      expect(await first.until(first.tree.m.get('a'))).toBe('a 1')
      await first.settle()
      // The process before has not been stopped: it was killed.
      const next = await simulated(tree, { store })
      expect(await next.until(next.tree.m.get('a'))).toBe('a 1')
      expect(runs).toEqual(['a', 'b'])
    },
  )

  it('remembers over a crash of its own where there is no store', async () => {
    const { runs, atOnce } = counted()
    const { app, tree, until } = await simulatedWithoutStore(supervisor({}, { m: child(memo('m', atOnce)) }))
    await until(tree.m.get('a'))
    await until(app.kill('m'))
    expect(await until(tree.m.get('a'))).toBe('a 1')
    expect(runs).toEqual(['a'])
  })

  it('lets those wait who ask for what is being worked out, and works out others meanwhile', async () => {
    const { runs, open, gated } = counted()
    const { tree, until, settle } = await simulatedWithoutStore(supervisor({}, { m: child(memo('m', gated)) }))
    const asked = [tree.m.get('a'), tree.m.get('b'), tree.m.get('a')]
    await settle()
    expect(runs).toEqual(['a', 'b'])
    open('b')
    expect(await until(asked[1] ?? Promise.reject(new Error()))).toBe('b 2')
    open('a')
    expect(await until(Promise.all(asked))).toEqual(['a 1', 'b 2', 'a 1'])
  })

  it('does not remember what failed, and tells why', async () => {
    let runs = 0
    const fail = memo('m', (input: string): string => {
      runs += 1
      if (runs < 3) throw new RangeError(`${input} ${runs}`)
      return input
    })
    const { tree, until } = await simulatedWithoutStore(supervisor({}, { m: child(fail) }))
    await expect(until(tree.m.get('a'))).rejects.toThrow(new RangeError('a 1'))
    await expect(until(tree.m.get('a'))).rejects.toThrow(new RangeError('a 2'))
    expect(await until(tree.m.get('a'))).toBe('a')
  })

  it('forgets after its time, when it is told to, and what is too much', async () => {
    const { runs, atOnce } = counted()
    const m = memo('m', atOnce, { max: 2, ttl: '1m' })
    const { tree, until, advance } = await simulatedWithoutStore(supervisor({}, { m: child(m) }))
    await until(tree.m.get('a'))
    await advance('59s')
    await until(tree.m.get('a'))
    expect(runs).toEqual(['a'])
    await advance('1s')
    await until(tree.m.get('a'))
    expect(runs).toEqual(['a', 'a'])
    expect(await until(tree.m.forget('a'))).toBe(true)
    expect(await until(tree.m.forget('a'))).toBe(false)
    for (const input of ['a', 'b', 'c']) await until(tree.m.get(input))
    expect(await until(tree.m.size())).toBe(2)
    await until(tree.m.get('b'))
    await until(tree.m.get('a'))
    expect(runs.slice(2)).toEqual(['a', 'b', 'c', 'a'])
    expect(await until(tree.m.clear())).toBe(2)
  })

  it('takes inputs of every kind by a key, and refuses them without one', async () => {
    const by = memo('m', ({ x, y }: { x: number; y: number }) => x * y, { key: ({ x, y }) => `${x},${y}` })
    const without = memo('n', ({ x }: { x: number }) => x)
    const { tree, until } = await simulatedWithoutStore(supervisor({}, { by: child(by), without: child(without) }))
    expect(await until(tree.by.get({ x: 3, y: 4 }))).toBe(12)
    await expect(until(tree.without.get({ x: 1 }))).rejects.toThrow(/memo "n": key is needed for an input of this kind/)
  })

  it('tells numbers from the texts that they are written as', async () => {
    const m = memo('m', (input: number | string | null) => `${typeof input} ${String(input)}`)
    const { tree, until } = await simulatedWithoutStore(supervisor({}, { m: child(m) }))
    for (const input of [1, '1', null, 'null']) expect(await until(tree.m.get(input))).toBe(`${typeof input} ${String(input)}`)
  })

  it('is refused where it is not made as it must be', () => {
    expect(() => memo('', () => 1)).toThrow('memo: name must be a text of at least one character')
    expect(() => memo('m', 1 as never)).toThrow('memo "m" must be given a function')
    expect(() => memo('m', () => 1, { mx: 1 } as never)).toThrow(
      'memo "m": mx is not an option; got 1 (number). Did you mean "max"?',
    )
    expect(() => memo('m', () => 1, { max: 0 })).toThrow('memo "m": max must be an integer >= 1; got 0 (number)')
  })
})
