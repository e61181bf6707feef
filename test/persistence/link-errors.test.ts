import { describe, expect, it } from 'vitest'
import { errorFromText, errorToText } from '../../src/persistence/link-errors.ts'
import { linkCodec } from '../../src/persistence/link-replies.ts'
import { InternalError, NotStorableError } from '../../src/protocol/errors.ts'
import { FencedError, StoreError } from '../../src/runtime/errors.ts'

const codec = linkCodec()

describe('an error that crosses between threads', () => {
  it.each([
    new StoreError({ problem: 'full', location: 'x.db', message: 'has no room', cause: new TypeError('disk') }),
    new FencedError('incarnation 1 of a can commit no more'),
    new InternalError('turn 2 was to be committed'),
    new NotStorableError({ path: 'state.s', found: 'a symbol', remedy: 'Store a string.' }),
  ])('is of the same class and says the same: %s', (error) => {
    const text = JSON.parse(JSON.stringify(errorToText(codec, error))) as ReturnType<typeof errorToText>
    const back = errorFromText(codec, text)
    expect(back.constructor).toBe(error.constructor)
    expect([{ ...back }, back.message, back.cause]).toEqual([{ ...error }, error.message, error.cause])
  })

  it('that is none of ours is itself', () => {
    const back = errorFromText(codec, errorToText(codec, new RangeError('out of it')))
    expect([back.constructor, back.message]).toEqual([RangeError, 'out of it'])
  })
})
