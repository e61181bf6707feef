import { expect, it } from 'vitest'
import { createSystemRandom } from '../../src/runtime/system-random.ts'

it('gives numbers from 0 up to, but not including, what is asked for', () => {
  const random = createSystemRandom()
  const numbers = Array.from({ length: 1_000 }, () => random.integer(3))
  expect([...new Set(numbers)].sort()).toEqual([0, 1, 2])
  expect(numbers.every(() => random.next() < 1)).toBe(true)
})
