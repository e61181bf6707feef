import { describe, expect, it } from 'vitest'
import { childSettings, childViolations } from '../../src/supervision/specs/spec-rules.ts'

const cart = { parent: 'shop', id: 'carts', start: {}, type: 'worker', options: undefined, autoShutdown: 'never' } as const

describe('the mailbox of a child', () => {
  it('has no bound of its own, and rejects what does not fit if it has one', () => {
    expect(childSettings(cart).mailbox).toBeUndefined()
    expect(childSettings({ ...cart, options: { mailbox: { max: 10 } } }).mailbox).toEqual({
      max: 10,
      full: 'reject',
      onRestart: 'queue',
      stash: 1_000,
    })
  })

  it.each<[object, string]>([
    [{ mailbox: 100 }, 'mailbox must be { max, full }; got 100 (number). Write mailbox: { max: 1000, full: "reject" }'],
    [{ mailbox: { mx: 100 } }, 'mailbox.mx is not an option; got 100 (number). Did you mean "max"?'],
    [{ mailbox: { capacity: 32 } }, 'mailbox.capacity is not an option; got 32 (number). Did you mean "max"?'],
    [{ mailbox: { max: 9, onFull: 'wait' } }, 'mailbox.onFull is not an option; got "wait". Did you mean "full"?'],
    [{ mailbox: { max: 0 } }, 'mailbox.max must be an integer >= 1; got 0 (number)'],
    [{ mailbox: { max: Infinity } }, 'mailbox.max must be an integer >= 1; got Infinity (number)'],
    [
      { mailbox: { max: 9, full: 'drop-oldest' } },
      'mailbox.full must be "wait", "reject", "dropOldest" or "dropNewest"; got "drop-oldest". Did you mean "dropOldest"?',
    ],
    [{ mailbox: { full: 'wait' } }, 'mailbox.full is only for a mailbox with a bound; got "wait". Set mailbox.max too'],
    [{ mailbox: { onRestart: 'keep' } }, 'mailbox.onRestart must be "queue" or "drop"; got "keep"'],
    [{ mailbox: { stash: 1.5 } }, 'mailbox.stash must be an integer >= 1; got 1.5 (number)'],
    [
      { state: 'durable', mailbox: { max: 9, full: 'dropOldest' } },
      'mailbox.full must not be "dropOldest" for state: "durable", whose journal keeps what it has accepted; ' +
        'got "dropOldest". ' +
        'Set it to "wait", "reject" or "dropNewest"',
    ],
    [
      { state: 'durable', mailbox: { onRestart: 'drop' } },
      'mailbox.onRestart must not be "drop" for state: "durable", whose journal keeps what it has accepted; ' +
        'got "drop". ' +
        'Set state to "checkpointed" or "volatile"',
    ],
    [
      { state: 'durable', mailbox: { stash: 5 } },
      'mailbox.stash is not for state: "durable", which applies its messages in the order of the journal; ' +
        'got 5 (number). ' +
        'Set state to "checkpointed" or "volatile"',
    ],
  ])('is refused: %j', (options, text) => {
    expect(() => childSettings({ ...cart, options })).toThrow(`shop/carts: ${text}`)
  })

  it('is not for supervisors, which wait for nobody', () => {
    const [violation] = childViolations({ ...cart, type: 'supervisor', options: { mailbox: { max: 9 } } })
    expect(violation).toMatchObject({ path: 'shop/carts: mailbox', rule: 'is only for workers; this child is a supervisor' })
  })
})
