import type { Wire } from '../../src/distribution/wire.ts'

/** Two ends of one wire in this thread. What passes takes a turn of the event loop. */
export interface WirePair {
  readonly ends: readonly [Wire, Wire]
  /** Every text that was sent, by which end. */
  readonly sent: readonly { readonly from: 0 | 1; readonly text: string }[]
  /** Nothing passes as long as it is cut. */
  isCut: boolean
  /** Both ends are told that nothing more will come. */
  breakDown(): void
  /** Has an end hear a text that the other has not sent. */
  forge(to: 0 | 1, text: string): void
}

export function wirePair(): WirePair {
  const hear: ((text: string) => void)[] = []
  const closed: (() => void)[] = []
  const sent: { from: 0 | 1; text: string }[] = []
  const endOf = (me: 0 | 1): Wire => ({
    send: (text) => {
      sent.push({ from: me, text })
      if (!pair.isCut) setImmediate(() => hear[1 - me]?.(text))
    },
    onText: (listener) => void (hear[me] = listener),
    onClose: (listener) => void (closed[me] = listener),
    close: () => void (hear[me] = () => undefined),
  })
  const pair: WirePair = {
    ends: [endOf(0), endOf(1)],
    sent,
    isCut: false,
    breakDown: () => closed.forEach((tell) => tell()),
    forge: (to, text) => hear[to]?.(text),
  }
  return pair
}
