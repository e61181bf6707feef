import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { partitionOf } from '../../src/supervision/trees/partition-hash.ts'

const of = (key: unknown, size: number): number => partitionOf(key, size, 'pool: key')

const anyKey = fc.oneof(fc.string({ unit: 'binary' }), fc.double({ noNaN: true, noDefaultInfinity: true }))

describe('the partition of a key', () => {
  it('is the same in every version: states are kept by it', () => {
    const keys = ['', 'a', 'ada', 'user-7', 'Ünï çödé', '🌳', 'x'.repeat(1_000), 0, 7, -3, 1.5]
    expect(keys.map((key) => of(key, 1_000))).toEqual(golden)
  })

  it('is that of its text, for a number', () => {
    expect(of(42, 1_000)).toBe(of('42', 1_000))
    expect(of(-0, 1_000)).toBe(of('0', 1_000))
  })

  it('is one of those that there are, whatever the key', () => {
    fc.assert(
      fc.property(anyKey, fc.integer({ min: 1, max: 5_000 }), (key, size) => {
        const index = of(key, size)
        expect(Number.isInteger(index) && index >= 0 && index < size).toBe(true)
      }),
    )
  })

  it.each([2, 3, 4, 7, 8, 16, 64])('spreads keys that resemble each other over %i partitions', (size) => {
    const counts = Array.from({ length: size }, () => 0)
    const keys = 1_000 * size
    for (let nth = 0; nth < keys; nth += 1) {
      const index = of(`user-${nth}`, size)
      counts[index] = (counts[index] ?? 0) + 1
    }
    expect(Math.min(...counts)).toBeGreaterThan(800)
    expect(Math.max(...counts)).toBeLessThan(1_200)
  })

  it.each([[undefined], [null], [Number.NaN], [Infinity], [{}], [true], [7n]])('is not to be had of %s', (key) => {
    expect(() => of(key, 4)).toThrow('pool: key must be a text or a finite number')
  })
})

/** Worked out from the description, by other code. */
const golden = [923, 55, 346, 978, 839, 361, 107, 415, 114, 760, 690]
