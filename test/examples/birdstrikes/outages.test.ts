import { describe, expect, it } from 'vitest'
import { Outages } from '../../../examples/birdstrikes/outages.ts'

describe('Outages', () => {
  it('has nothing to say before one has ended', () => {
    const outages = new Outages()
    outages.begin(5)
    expect(outages.summary).toBeUndefined()
  })

  it('measures from each kill to the first new row, also across a kill during recovery', () => {
    const outages = new Outages()
    outages.begin(100)
    outages.begin(150)
    outages.end(300)
    outages.begin(1_000)
    outages.end(1_010)
    outages.end(2_000)
    expect(outages.summary).toEqual({ medianMs: 150, worstMs: 200 })
  })

  it('takes the middle of two for the median of an even number', () => {
    const outages = new Outages()
    outages.begin(0)
    outages.end(10)
    outages.begin(20)
    outages.end(40)
    expect(outages.summary).toEqual({ medianMs: 15, worstMs: 20 })
  })
})
