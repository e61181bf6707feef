import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkKey, childId, isBelow, keyOf, parentOf, rootId } from '../../src/protocol/actor-id.ts'
import { durationMs, durationOrInfinityMs } from '../../src/protocol/duration.ts'
import { ConfigurationError, describeValue } from '../../src/protocol/errors.ts'
import {
  crash,
  describeReason,
  isAbnormal,
  killed,
  noconnection,
  noproc,
  normal,
  shutdown,
  shutdownBecause,
} from '../../src/protocol/exit-reason.ts'

const key = fc.oneof(fc.string({ minLength: 1, maxLength: 20 }), fc.constantFrom('a/b', '%2F', '%', '//', 'ü', '%25'))

describe('the id of an actor', () => {
  it('gives back key and parent, for any keys', () => {
    fc.assert(
      fc.property(fc.array(key, { minLength: 1, maxLength: 5 }), (keys) => {
        const ids = keys.reduce<string[]>((path, one) => [...path, childId(path.at(-1) ?? rootId, one)], [])
        for (const [depth, id] of ids.entries()) {
          expect(keyOf(id)).toBe(keys[depth])
          expect(parentOf(id)).toBe(depth === 0 ? rootId : ids[depth - 1])
          expect(isBelow(rootId, id)).toBe(true)
          expect(isBelow(id, `${id}/x`)).toBe(true)
          expect(isBelow(id, `${id}x`)).toBe(false)
        }
      }),
    )
  })

  it('is another for other keys, whatever is in them', () => {
    fc.assert(
      fc.property(fc.array(key, { minLength: 1, maxLength: 3 }), fc.array(key, { minLength: 1, maxLength: 3 }), (one, two) => {
        const [a, b] = [one.reduce(childId, rootId), two.reduce(childId, rootId)]
        expect(a === b).toBe(JSON.stringify(one) === JSON.stringify(two))
      }),
    )
  })

  it('has no empty key, and none that is endless', () => {
    expect(() => checkKey('', 'carts: key')).toThrow('carts: key must be a string of 1 to 512 characters; got ""')
    expect(() => checkKey('x'.repeat(513), 'carts: key')).toThrow(ConfigurationError)
  })
})

describe('a duration', () => {
  it.each([
    [0, 0],
    [1.5, 1.5],
    ['100ms', 100],
    ['5s', 5_000],
    ['1.5s', 1_500],
    ['2m', 120_000],
    ['1h', 3_600_000],
    ['1d', 86_400_000],
  ] as const)('%o is %i ms', (value, ms) => expect(durationMs(value, 'x')).toBe(ms))

  it.each([-1, Number.NaN, Infinity, '5', '5 s', 's', '-5s', '1e3s', 'infinity', null, {}])('cannot be %o', (value) => {
    expect(() => durationMs(value as never, 'a: shutdown')).toThrow('a: shutdown must be milliseconds >= 0 or a text such as')
  })

  it('may be infinite only where that makes sense', () => expect(durationOrInfinityMs('infinity', 'x')).toBe(Infinity))
})

describe('an exit reason', () => {
  it('is abnormal unless it is normal or shutdown', () => {
    expect([normal, shutdown, shutdownBecause('x')].map(isAbnormal)).toEqual([false, false, false])
    expect([killed, noproc, noconnection, crash('x')].map(isAbnormal)).toEqual([true, true, true, true])
  })

  it('is told in a few words', () => {
    expect(
      [normal, killed, crash(new Error('no such table')), crash({ a: 1 }), shutdownBecause('why')].map(describeReason),
    ).toEqual(['normal', 'killed', 'crash: no such table', 'crash: {"a":1}', 'shutdown: why'])
  })
})

describe('describeValue', () => {
  it('never runs code of the value', () => {
    const trap = {
      toJSON: () => {
        throw new Error('ran')
      },
      toString: () => {
        throw new Error('ran')
      },
    }
    expect([trap, [1, 2], null, undefined, 'x', 1n, () => 1].map(describeValue)).toEqual([
      'an object',
      'an array of 2',
      'null',
      'nothing',
      '"x"',
      '1n (bigint)',
      'a function',
    ])
  })
})
