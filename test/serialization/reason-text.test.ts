import { describe, expect, it } from 'vitest'
import {
  crash,
  killed,
  noconnection,
  normal,
  shutdown,
  shutdownBecause,
  type ExitReason,
} from '../../src/protocol/exit-reason.ts'
import { decodeReason, encodeReason } from '../../src/serialization/reason-text.ts'
import { superjsonCodec } from '../../src/serialization/superjson-codec.ts'

const codec = superjsonCodec()
const kept = (reason: ExitReason): ExitReason | undefined => decodeReason(codec, encodeReason(codec, reason))

describe('the text of an exit reason', () => {
  it.each<ExitReason>([
    normal,
    shutdown,
    killed,
    noconnection,
    shutdownBecause({ after: 5n }),
    crash('a term'),
    crash(undefined),
    crash(new Error('no')),
  ])('brings back %o', (reason) => {
    expect(kept(reason)).toEqual(reason)
  })

  it('keeps the messages of an error with fields that cannot be stored, and of its causes', () => {
    const error = Object.assign(new TypeError('outer', { cause: Object.assign(new Error('inner'), { f: () => 1 }) }), {
      socket: Symbol('s'),
    })
    const back = kept(crash(error)) as { readonly error: Error }
    expect([back.error.name, back.error.message, back.error.stack]).toEqual(['TypeError', 'outer', error.stack])
    expect((back.error.cause as Error).message).toBe('inner')
    expect(Object.keys(back.error)).toEqual([])
  })

  it('keeps an error that is its own cause', () => {
    const error = new Error('round')
    error.cause = error
    expect((kept(crash(error)) as { readonly error: Error }).error.message).toBe('round')
  })

  it('keeps a description of a term that cannot be stored', () => {
    expect(kept(crash({ why: 'odd', f: () => 1 }))).toEqual(crash('crash: {"why":"odd"}'))
    expect(kept(shutdownBecause(() => 1))).toMatchObject({ type: 'shutdown', cause: expect.any(String) as unknown })
  })

  it('keeps that there was a reason where even looking at it throws', () => {
    const hostile = new Proxy(new Error('x'), {
      get: () => {
        throw new Error('no')
      },
      getPrototypeOf: () => {
        throw new Error('no')
      },
      ownKeys: () => {
        throw new Error('no')
      },
    })
    expect(kept(crash(hostile))).toEqual(crash('a reason that cannot be stored'))
  })

  it.each(['', '{"json":1}', '{"json":{"type":"gone"}}', '{"json":{"__proto__":1}}'])('%s is none', (text) => {
    expect(decodeReason(codec, text)).toBe(undefined)
  })
})
