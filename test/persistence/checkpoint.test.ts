import { describe, expect, it } from 'vitest'
import { afterAdding } from '../../src/persistence/checkpoint.ts'

describe('afterAdding', () => {
  it('keeps everything while there is none to fall back to', () => {
    const added = { number: 1, applied: 9 }
    expect(afterAdding(added, [])).toEqual({ kept: [added], dropBelow: 0, dropMessagesTo: 0 })
  })

  it('keeps the two newest that can be read, and the messages after the older', () => {
    const [c3, c2, c1] = [
      { number: 3, applied: 30 },
      { number: 2, applied: 20 },
      { number: 1, applied: 10 },
    ]
    expect(afterAdding(c3, [c2, c1])).toEqual({ kept: [c3, c2], dropBelow: 2, dropMessagesTo: 20 })
  })

  it('keeps the messages that the newer needs if that is further back', () => {
    const [c3, c2] = [
      { number: 3, applied: 5 },
      { number: 2, applied: 20 },
    ]
    expect(afterAdding(c3, [c2]).dropMessagesTo).toBe(5)
  })
})
