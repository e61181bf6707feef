import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareLinkIds, nextLinkId, noLinkId, ruleOfArrival, ruleOfGap } from '../../src/runtime/linked/link-rule.ts'
import type { LinkId } from '../../src/runtime/linked/link-store.ts'

const id = (epoch: number, n: number): LinkId => ({ epoch, n })

describe('the rule of a link', () => {
  it.each([
    ['the first', noLinkId, id(1, 1), noLinkId, 'accept'],
    ['the next', id(1, 1), id(1, 2), id(1, 1), 'accept'],
    ['the same', id(1, 2), id(1, 2), id(1, 1), 'duplicate'],
    ['an older one', id(1, 5), id(1, 2), id(1, 1), 'duplicate'],
    ['one too far', id(1, 1), id(1, 3), id(1, 2), 'gap'],
    ['one of the next epoch', id(1, 7), id(2, 1), id(1, 7), 'accept'],
    ['one of the next epoch behind what was not seen', id(1, 6), id(2, 1), id(1, 7), 'gap'],
    ['one of a sender that knows less than was seen', id(1, 7), id(2, 1), id(1, 3), 'accept'],
    ['one of an epoch before', id(2, 1), id(1, 9), id(1, 8), 'duplicate'],
  ] as const)('takes %s for what it is', (_, last, given, prev, rule) => {
    expect(ruleOfArrival(last, { id: given, prev })).toBe(rule)
  })

  it('sends again what there is, and says when there is not enough', () => {
    expect(ruleOfGap(id(1, 3), { prev: id(1, 3) })).toBe('resend')
    expect(ruleOfGap(id(1, 3), { prev: id(1, 2) })).toBe('resend')
    expect(ruleOfGap(id(1, 3), { prev: id(1, 4) })).toBe('lost')
  })

  it('gives numbers that only grow, whatever the epochs', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3), { minLength: 1 }), (steps) => {
        let last = noLinkId
        let epoch = 1
        for (const step of steps) {
          epoch += step
          const next = nextLinkId(last, epoch)
          expect(compareLinkIds(next, last)).toBeGreaterThan(0)
          last = next
        }
      }),
    )
  })

  it('applies each once and in order, however often and in whatever order they come', () => {
    const arrivals = fc.array(fc.nat(9), { maxLength: 80 })
    fc.assert(
      fc.property(fc.array(fc.nat(1), { minLength: 10, maxLength: 10 }), arrivals, (steps, order) => {
        const sent: { id: LinkId; prev: LinkId }[] = []
        let epoch = 1
        for (const step of steps) {
          epoch += step
          const prev = sent.at(-1)?.id ?? noLinkId
          sent.push({ id: nextLinkId(prev, epoch), prev })
        }
        const applied: LinkId[] = []
        // Chance first; then the sender goes through what is left, as it does until all is acknowledged.
        for (const index of [...order, ...sent.keys()]) {
          const message = sent[index]
          if (message === undefined) continue
          if (ruleOfArrival(applied.at(-1) ?? noLinkId, message) === 'accept') applied.push(message.id)
        }
        expect(applied).toEqual(sent.map((message) => message.id))
      }),
    )
  })
})
