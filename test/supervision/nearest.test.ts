import { describe, expect, it } from 'vitest'
import { nearest } from '../../src/supervision/specs/nearest.ts'

describe('nearest', () => {
  it.each([
    ['one-for-one', 'one_for_one'],
    ['OneForAll', 'one_for_all'],
    ['rest_for_on', 'rest_for_one'],
    ['restforone', 'rest_for_one'],
  ])('%s is meant as %s', (given, meant) => {
    expect(nearest(given, ['one_for_one', 'one_for_all', 'rest_for_one'])).toBe(meant)
  })

  it.each(['', '--', 'x', 'supervisor', 'a'.repeat(10_000)])('has no guess for %j', (given) => {
    expect(nearest(given, ['one_for_one', 'one_for_all', 'rest_for_one'])).toBeUndefined()
  })
})
