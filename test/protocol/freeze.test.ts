import { describe, expect, it } from 'vitest'
import { deepFreeze } from '../../src/protocol/freeze.ts'

describe('deepFreeze', () => {
  it('makes plain objects and arrays unchangeable all the way down', () => {
    const state = deepFreeze({ list: [{ n: 1 }], map: new Map([['a', 1]]) })
    expect(() => state.list.push({ n: 2 })).toThrow(TypeError)
    expect(() => {
      ;(state.list[0] as { n: number }).n = 2
    }).toThrow(TypeError)
  })

  it('leaves what cannot be frozen, and what is no plain data', () => {
    class Thing {
      n = 1
    }
    const state = deepFreeze({ map: new Map<string, number>(), thing: new Thing(), date: new Date(0) })
    state.map.set('a', 1)
    state.thing.n = 2
    expect([state.map.size, state.thing.n]).toEqual([1, 2])
  })
})
