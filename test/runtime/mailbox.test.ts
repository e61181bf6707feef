import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Mailbox } from '../../src/runtime/mailbox.ts'
import { Message, systemMessage } from '../../src/runtime/message.ts'

const numbered = (n: number): Message => new Message({ kind: 'cast', name: 'm', input: n, sender: undefined, key: undefined }, undefined, 0)
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

  it('finds the first message for which something holds, and leaves it there', () => {
    const mailbox = new Mailbox()
    for (const n of [1, 2, 3, 4]) mailbox.push(numbered(n))
    expect(mailbox.find(({ input }) => (input as number) % 2 === 0)?.input).toBe(2)
    expect(mailbox.find(() => false)).toBeUndefined()
    expect(mailbox.size).toBe(4)
  })

  it('removes the notice of one monitor only, wherever it stands', () => {
    const mailbox = new Mailbox()
    mailbox.push(numbered(1))
    for (const monitor of [7, 8]) mailbox.push(systemMessage('down', { monitor }, 1))
    mailbox.push(numbered(2))
    mailbox.removeDown(7)
    expect(inputs(mailbox.takeAll())).toEqual([1, { monitor: 8 }, 2])
  })
})
