import { describe, expect, it } from 'vitest'
import { createAttribution, type Attribution, type Blamed } from '../../src/runtime/attribution.ts'

const life = (id: string, attribution: Attribution): Blamed => ({
  id,
  number: 1,
  isActive: true,
  cell: { world: { attribution } },
  scope: 0,
  end: () => undefined,
})

describe('attribution', () => {
  it('knows on behalf of whom code runs, however often it has run and wherever it is called from', async () => {
    const attribution = createAttribution()
    const [x, y] = [life('x', attribution), life('y', attribution)]
    const who = (): string => attribution.current()?.id ?? 'nobody'
    // The first runs of a life have a context that is not kept.
    for (let round = 1; round <= 4; round += 1) {
      const seen: string[] = []
      const later = attribution.run(x, () => {
        seen.push(who())
        attribution.run(y, () => seen.push(who()))
        seen.push(who())
        attribution.outside(() => seen.push(who()))
        return Promise.resolve().then(who)
      })
      seen.push(who())
      attribution.outside(() => seen.push(who()))
      expect([round, ...seen]).toEqual([round, 'x', 'y', 'x', 'nobody', 'nobody', 'nobody'])
      expect(await later).toBe('x')
    }
  })

  it('leaves no context behind when code throws', () => {
    const attribution = createAttribution()
    const x = life('x', attribution)
    const boom = (): never => {
      throw new Error('boom')
    }
    for (let round = 1; round <= 4; round += 1) expect(() => attribution.run(x, boom)).toThrow('boom')
    expect(attribution.current()).toBeUndefined()
  })

  it('of one system knows nothing of the lives of another', () => {
    const [one, other] = [createAttribution(), createAttribution()]
    one.run(life('x', one), () => {
      expect(other.current()).toBeUndefined()
      other.run(life('y', other), () => expect(one.current()).toBeUndefined())
    })
    expect.assertions(2)
  })
})
