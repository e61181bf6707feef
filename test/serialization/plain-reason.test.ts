import { describe, expect, it } from 'vitest'
import { crash, killed, normal, shutdown, shutdownBecause, type ExitReason } from '../../src/protocol/exit-reason.ts'
import { plainReason } from '../../src/serialization/plain-reason.ts'
import { superjsonCodec } from '../../src/serialization/superjson-codec.ts'

const codec = superjsonCodec()

/** As it comes back from a store. */
const kept = (reason: ExitReason): unknown => codec.decode(codec.encode(plainReason(reason), 'reason'))

class Socket {
  readonly fd = 5
}

describe('plainReason', () => {
  it.each<ExitReason>([
    normal,
    shutdown,
    killed,
    crash(undefined),
    crash('a term'),
    crash({ why: 'odd', at: new Date(5), list: [1, 2n, null], no: undefined }),
    shutdownBecause({ after: 5 }),
  ])('leaves plain data as it is: %o', (reason) => {
    expect(kept(reason)).toEqual(reason)
  })

  it('keeps of an error its class, message, stack, simple fields and causes', () => {
    const inner = Object.assign(new RangeError('inner'), { code: 'E5' })
    const error = Object.assign(new TypeError('outer', { cause: inner }), { status: 503, socket: new Socket(), run: () => 1 })
    const back = kept(crash(error)) as { readonly error: Error }
    expect(back.error).toEqual(Object.assign(new TypeError('outer', { cause: inner }), { status: 503 }))
    expect([back.error.stack, Object.keys(back.error)]).toEqual([error.stack, ['status']])
  })

  it('keeps errors that are deep in the causes of supervisors, and those of an AggregateError', () => {
    const lowest = crash(new Error('no paper', { cause: new Error('mill closed') }))
    const gaveUp = { type: 'reached_max_restart_intensity', id: 'till', reason: lowest, restarts: 0, withinMs: 5, agesMs: [1] }
    const reason = shutdownBecause({ type: 'failed_to_start_child', id: 'shop', reason: shutdownBecause(gaveUp) })
    expect(kept(reason)).toEqual(reason)
    expect(kept(crash(new AggregateError([new Error('a')], 'all')))).toEqual(crash(new AggregateError([new Error('a')], 'all')))
  })

  it('describes what is neither data nor an error', () => {
    const odd = {
      socket: new Socket(),
      run: () => 1,
      mark: Symbol('m'),
      map: new Map([[1, 2]]),
      nothing: Object.create(null) as object,
    }
    expect(kept(crash(odd))).toEqual(
      crash({ socket: '[Socket]', run: '[function]', mark: 'Symbol(m)', map: '[Map]', nothing: {} }),
    )
  })

  it('is of bounded size, whatever it is given', () => {
    const round: { self?: unknown; text: string } = { text: 'x'.repeat(10_000) }
    round.self = [round, round, round]
    const looped = new Error('round')
    looped.cause = looped
    const wide = Array.from({ length: 100_000 }, (_, i) => ({ [`key${i}`]: 'y'.repeat(100) }))
    for (const term of [round, looped, wide, new Error('z'.repeat(100_000))])
      expect(codec.encode(plainReason(crash(term)), 'reason').length).toBeLessThan(100_000)
    expect(kept(crash('x'.repeat(5_000)))).toEqual(crash(`${'x'.repeat(4_000)}…`))
  })

  it('leaves out names through which data could reach a prototype', () => {
    const term = JSON.parse('{ "__proto__": { "isAdmin": true }, "constructor": 1, "kept": 2 }') as object
    expect(kept(crash(term))).toEqual(crash({ kept: 2 }))
  })

  it('says that there was a reason where even looking at it throws', () => {
    const refuse = (): never => {
      throw new Error('no')
    }
    const hostile = new Proxy(new Error('x'), { get: refuse, getPrototypeOf: refuse, ownKeys: refuse })
    expect(kept(crash(hostile))).toMatchObject({ type: 'error' })
    expect(kept(crash(Object.defineProperty({}, 'x', { get: refuse, enumerable: true })))).toMatchObject({ type: 'error' })
  })
})
