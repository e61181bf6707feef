import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FrameError, frameText, readFrame } from '../../src/distribution/frames.ts'

const who = { storeId: 'store', epoch: 3, opening: 'x' }
const of = { epoch: 2, opening: 'y' }
const mark = { from: '', to: 'a/b', last: { epoch: 1, n: 2 } }
const message = {
  from: 'shop/till',
  to: 'invoices',
  id: { epoch: 1, n: 2 },
  prev: { epoch: 1, n: 1 },
  kind: 'cast',
  name: 'make',
  input: '{"json":"ü \\u2028"}',
  key: null,
} as const

const frames = [
  { type: 'hello', met: undefined, asks: true, isTold: false },
  { type: 'hello', met: of, asks: false, isTold: true },
  { type: 'refused', of, why: 'went back' },
  { type: 'data', messages: [message, { ...message, kind: 'call', key: 'k' }] },
  { type: 'ack', of, marks: [mark], gaps: [] },
  { type: 'oldest', of, page: 1, marks: [mark] },
  { type: 'compared', of, page: 1, marks: [], broken: [mark] },
] as const

describe('frames', () => {
  it.each(frames)('come back as they were: $type', (frame) => {
    expect(readFrame(frameText(who, frame))).toEqual({ who, ...frame })
  })

  it('are read, or refused as none: nothing else comes of a text', () => {
    const texts = fc.oneof(
      fc.string(),
      fc.json(),
      fc.array(fc.jsonValue()).map((rest) => JSON.stringify([1, 'data', 's', 1, 'o', ...rest])),
    )
    fc.assert(
      fc.property(texts, (text) => {
        try {
          readFrame(text)
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError)
        }
      }),
    )
  })

  it('are refused with any one value in them exchanged for one of another type', () => {
    const wrong = fc.constantFrom(null, -1, 1.5, 'x'.repeat(5_000), '\ud800', 'a\u0000', {}, [[]], '//a/b')
    const place = fc.record({ frame: fc.constantFrom(...frames), at: fc.integer({ min: 1, max: 5 }), value: wrong })
    fc.assert(
      fc.property(place, ({ frame, at, value }) => {
        const list = JSON.parse(frameText(who, frame)) as unknown[]
        if (at >= list.length || JSON.stringify(list[at]) === JSON.stringify(value)) return
        // Any short text will do for the id of a store; nobody met is null.
        if ((at === 2 || at === 4) && value === '//a/b') return
        if (at === 5 && frame.type === 'hello' && value === null) return
        list[at] = value
        expect(() => readFrame(JSON.stringify(list))).toThrow(FrameError)
      }),
    )
  })
})
