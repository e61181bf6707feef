import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RingQueue } from '../../src/runtime/ring-queue.ts'

describe('RingQueue', () => {
  it('behaves as an array does, however it grows, wraps around and shrinks', () => {
    // Each number is a run of pushes, or of shifts if it is negative.
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -60, max: 60 })), (runs) => {
        const queue = new RingQueue<number>(4)
        const model: number[] = []
        let next = 0
        for (const run of runs) {
          for (let count = 0; count < Math.abs(run); count += 1) {
            if (run > 0) {
              queue.push(next)
              model.push(next)
              next += 1
            } else expect(queue.shift()).toBe(model.shift())
            expect(queue.length).toBe(model.length)
          }
        }
      }),
    )
  })
})
