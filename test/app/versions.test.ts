import { describe, expect, it } from 'vitest'
import { actor } from '../../src/behaviors/actor.ts'
import { message } from '../../src/behaviors/schema.ts'
import { memory } from '../../src/persistence/memory-store.ts'
import { child, supervisor } from '../../src/supervision/trees/tree.ts'
import { simulated } from '../support/simulated-app.ts'

const basket = (version: number, migrate: Record<number, (old: never) => unknown>) =>
  actor('basket', {
    version,
    migrate,
    initial: () => ({ lines: [] as string[], total: 0 }),
    handlers: ({ call }) => ({
      put: call(message<string>(), ({ state, input }) => ({ reply: true, state: { ...state, lines: [...state.lines, input] } })),
      state: call(({ state }) => ({ reply: state })),
    }),
  })

const tree = (definition: ReturnType<typeof basket>) => supervisor({}, { a: child(definition, { state: 'durable' }) })

describe('a stored state of an earlier version', () => {
  it('is brought up step by step', async () => {
    const store = memory()
    const one = await simulated(tree(basket(1, {})), { store })
    await one.until(one.tree.a.call.put('x'))
    await one.until(one.app.stop())
    const three = await simulated(
      tree(
        basket(3, {
          1: (old: { lines: string[] }) => ({ lines: [...old.lines, 'from 1'], total: 1 }),
          2: (old: { lines: string[]; total: number }) => ({ lines: [...old.lines, 'from 2'], total: old.total + 1 }),
        }),
      ),
      { store },
    )
    expect(await three.until(three.tree.a.call.state())).toEqual({ lines: ['x', 'from 1', 'from 2'], total: 2 })
  })

  it('is refused if a step is missing or the code is older, and left as it is', async () => {
    const store = memory()
    const two = await simulated(tree(basket(2, { 1: (old) => old })), { store })
    await two.until(two.tree.a.call.put('x'))
    await two.until(two.app.stop())
    await expect(simulated(tree(basket(1, {})), { store })).rejects.toThrow(
      'the stored state of "basket" has version 2, this code knows 1',
    )
    await expect(simulated(tree(basket(4, { 2: (old) => old })), { store })).rejects.toThrow(
      'the stored state of "basket" has version 3, and there is no step to 4; add migrate: { 3: (old) => … }',
    )
    const again = await simulated(tree(basket(2, { 1: (old) => old })), { store })
    expect(await again.until(again.tree.a.call.state())).toMatchObject({ lines: ['x'] })
  })
})
