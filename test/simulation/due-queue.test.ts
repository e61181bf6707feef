import fc from 'fast-check'
import { expect, it } from 'vitest'
import { DueQueue } from '../../src/simulation/due-queue.ts'

it('gives out what is due earliest, and of two at the same time the one that came first', () => {
  // A number is something due then; nothing takes one out.
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat(20))), (actions) => {
      const queue = new DueQueue<{ readonly dueMs: number; readonly order: number }>()
      const model: { dueMs: number; order: number }[] = []
      actions.forEach((dueMs, order) => {
        if (dueMs === null) {
          expect(queue.peek()).toEqual(model[0])
          expect(queue.shift()).toEqual(model.shift())
        } else {
          queue.push({ dueMs, order })
          model.push({ dueMs, order })
          model.sort((a, b) => a.dueMs - b.dueMs || a.order - b.order)
        }
        expect(queue.length).toBe(model.length)
      })
    }),
  )
})
