import { deepStrictEqual } from 'node:assert'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseJson } from '../../src/serialization/json-text.ts'
import { jsonValue } from '../support/storable-values.ts'

describe('parseJson', () => {
  it('reads every key as it is written, also after others that look like it', () => {
    // In this order `JSON.parse` of V8 13.6 gives the first key twice.
    const keys = ['x\\\\', 'x\\.', 'a\\n', 'a\nX', 'a\\', 'a"']
    const objects = [...keys, ...keys].map((key) => ({ q: 0, [key]: { [key]: [key] } }))
    for (const object of objects) expect(parseJson(JSON.stringify(object))).toStrictEqual(object)
  })

  it('reads what was written', () => {
    fc.assert(
      fc.property(jsonValue, fc.constantFrom(undefined, 2), (value, indent) => {
        deepStrictEqual(parseJson(JSON.stringify(value, null, indent)), value)
      }),
      { numRuns: 500 },
    )
  })

  it('is not misled by its own mark', () => {
    const object = { 'key 0': 'key ', 'a\\b': 'key ~ 0', 'key ~ 0': 1 }
    expect(parseJson(JSON.stringify(object))).toStrictEqual(object)
  })

  it('refuses a reserved key that is hidden behind an escape', () => {
    expect(() => parseJson('{"\\u005f_proto__":{"isAdmin":true}}')).toThrow('it holds the reserved key "__proto__"')
    expect(() => parseJson('{"a\\\\":1,"__proto__":{"isAdmin":true}}')).toThrow('it holds the reserved key "__proto__"')
  })
})
