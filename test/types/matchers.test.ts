import { describe, expect, it } from 'vitest'
import type { Sim } from 'coppice/testing'
import 'coppice/vitest'

const asked = (sim: Sim<unknown>): void => {
  expect(sim).toHaveRestarted('a', 1)
  expect(sim).not.toHaveExited('a')
  // @ts-expect-error a budget is a number
  expect(sim).toHaveBudget('', 'one')
  // @ts-expect-error the path of an actor is a text
  expect(sim).toHaveRestarted(1)
}

describe('the types of the matchers', () => {
  it('are known to expect', () => {
    expect(() => {
      asked({} as Sim<unknown>)
    }).toThrow()
  })
})
