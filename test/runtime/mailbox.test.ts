import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Mailbox } from '../../src/runtime/mailbox.ts'
import { Message } from '../../src/runtime/message.ts'

const numbered = (n: number): Message =>
  new Message({ kind: 'cast', name: 'm', input: n, sender: undefined, key: undefined }, undefined, 0)
const inputs = (messages: readonly Message[]): unknown[] => messages.map(({ input }) => input)

describe('a mailbox', () => {
  it('behaves as a list, for every order of pushing, putting back and taking', () => {
    const step = fc.constantFrom('push', 'push', 'push', 'putBack', 'shift', 'shift', 'takeAll')
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const mailbox = new Mailbox()
        let model: number[] = []
        for (const [n, what] of steps.entries()) {
          if (what === 'push') {
            mailbox.push(numbered(n))
            model.push(n)
          } else if (what === 'putBack') {
            mailbox.putBack(numbered(n))
            model.unshift(n)
          } else if (what === 'shift') expect(mailbox.shift()?.input).toBe(model.shift())
          else {
            expect(inputs(mailbox.takeAll())).toEqual(model)
            model = []
          }
          expect(mailbox.size).toBe(model.length)
        }
        expect(inputs(mailbox.takeAll())).toEqual(model)
      }),
    )
  })

  it('finds a message by its number in the journal, wherever those stand that have none', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(3), fc.nat(3)), { maxLength: 60 }), (gaps) => {
        const mailbox = new Mailbox()
        const model = new Map<number, Message>()
        let seq = 0
        for (const [step, others] of gaps) {
          const message = numbered(seq)
          message.seq = seq += step + 1
          model.set(seq, message)
          mailbox.push(message)
          for (let left = others; left > 0; left -= 1) mailbox.push(numbered(0))
        }
        for (let wanted = 1; wanted <= seq + 2; wanted += 1) expect(mailbox.find(wanted)).toBe(model.get(wanted))
      }),
    )
  })

  it('takes the first message out for which something holds, and keeps the order of the others', () => {
    const mailbox = new Mailbox()
    for (const n of [1, 2, 3, 4, 5]) mailbox.push(numbered(n))
    mailbox.shift()
    expect(mailbox.takeFirst(({ input }) => input === 4)?.input).toBe(4)
    expect(mailbox.takeFirst(({ input }) => input === 9)).toBeUndefined()
    expect(inputs(mailbox.takeAll())).toEqual([2, 3, 5])
  })
})
