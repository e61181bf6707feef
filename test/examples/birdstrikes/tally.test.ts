import { describe, expect, it } from 'vitest'
import { tally, type Place, type Tally } from '../../../examples/birdstrikes/tally.ts'

describe('tally', () => {
  it.each<[string, readonly Place[], Tally]>([
    ['everything once', [{ wanted: [1, 2, 3], found: [3, 1, 2] }], { appliedOnce: 3, lost: 0, twice: 0 }],
    ['a row that is nowhere', [{ wanted: [1, 2, 3], found: [1, 3] }], { appliedOnce: 2, lost: 1, twice: 0 }],
    ['a row that is there again', [{ wanted: [1, 2, 3], found: [1, 2, 2, 2, 3] }], { appliedOnce: 2, lost: 0, twice: 1 }],
    [
      'a row that has one effect of two',
      [
        { wanted: [1, 2, 3], found: [1, 2, 3] },
        { wanted: [2], found: [] },
      ],
      { appliedOnce: 2, lost: 1, twice: 0 },
    ],
    [
      'a row with one effect missing and one twice: it is lost, and counted once',
      [
        { wanted: [1, 2, 3], found: [1, 1, 2, 3] },
        { wanted: [1], found: [] },
      ],
      { appliedOnce: 2, lost: 1, twice: 0 },
    ],
    [
      'a row in the wrong place',
      [
        { wanted: [1, 2], found: [1] },
        { wanted: [3], found: [3, 2] },
      ],
      { appliedOnce: 2, lost: 1, twice: 0 },
    ],
  ])('counts %s', (_, places, expected) => {
    expect(tally(3, places)).toEqual(expected)
  })
})
