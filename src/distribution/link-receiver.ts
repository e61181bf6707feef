import type { ActorId } from '../protocol/actor-id.ts'
import type { Envelope } from '../protocol/envelope.ts'
import { compareLinkIds } from '../runtime/linked/link-rule.ts'
import type { LinkedMessage, LinkId, LinkMark, LinkStore } from '../runtime/linked/link-store.ts'
import type { Codec } from '../serialization/codec.ts'
import { arrivedOf, type Receivers } from './arrivals.ts'
import type { LinkEvent } from './events.ts'

/** Where messages go that have come over a link. */
export interface Desk extends Receivers {
  /** It is in the journal of its receiver, with this number. */
  deliver(to: ActorId, seq: number, envelope: Envelope): void
  /** It is a dead letter in the store, with this number there, which is below 0. */
  bury(to: ActorId, seq: number, envelope: Envelope): void
}

export interface ReceiverParts {
  readonly link: string
  readonly store: LinkStore
  readonly codec: Codec
  readonly desk: Desk
  readonly sendAck: (marks: readonly LinkMark[], gaps: readonly LinkMark[], full: readonly LinkMark[]) => void
  /** There are answers in the outbox. */
  readonly answered: () => void
  readonly sendCompared: (page: number, marks: readonly LinkMark[], broken: readonly LinkMark[]) => void
  readonly emit: (event: LinkEvent) => void
  readonly failed: (error: unknown) => void
}

/** Of a pair: where it stands, and what comes next. */
interface BrokenPair extends LinkMark {
  readonly needs: LinkId
}

/** Takes what one life of the other end sends over one link. Acknowledges what is committed, and nothing else. */
export class LinkReceiver {
  readonly #parts: ReceiverParts
  readonly #broken = new Map<string, BrokenPair>()
  #isFull = false
  #isClosed = false
  /** What is missing is not waited for: somebody has said so of this life of the other end. */
  readonly #adopts: boolean

  constructor(parts: ReceiverParts, adopts: boolean) {
    this.#parts = parts
    this.#adopts = adopts
  }

  get broken(): readonly LinkMark[] {
    return [...this.#broken.values()].map(({ from, to, last }) => ({ from, to, last }))
  }

  close(): void {
    this.#isClosed = true
  }

  async take(messages: readonly LinkedMessage[]): Promise<void> {
    const { link, store, codec, desk, emit, failed, sendAck } = this.#parts
    const arrivals = messages.map((message) => arrivedOf(link, message, { codec, receivers: desk }))
    try {
      const receipt = await store.receive(
        link,
        arrivals.map(({ message, dead, answer }) => ({ message, dead, answer })),
      )
      // What is committed is delivered, whatever has become of the other end.
      arrivals.forEach(({ message, envelope }, i) => {
        const seq = receipt.seqs[i] ?? 0
        if (seq > 0) desk.deliver(message.to, seq, envelope)
        if (seq < 0) desk.bury(message.to, seq, envelope)
      })
      this.#forgetHealed(receipt.marks)
      if (this.#isClosed) return
      if (arrivals.some(({ answer }) => answer !== undefined)) this.#parts.answered()
      if (receipt.refused > 0 && !this.#isFull) emit({ type: 'link full', link, messages: receipt.refused })
      this.#isFull = receipt.refused > 0
      const { marks, gaps, full } = receipt
      if (marks.length + gaps.length + full.length > 0) sendAck(marks, gaps, full)
    } catch (error) {
      failed(error)
    }
  }

  /** What was missing was on its way still, and has come. */
  #forgetHealed(marks: readonly LinkMark[]): void {
    if (this.#broken.size === 0) return
    for (const { from, to, last } of marks) {
      const key = keyOf(from, to)
      const broken = this.#broken.get(key)
      if (broken !== undefined && compareLinkIds(broken.needs, last) <= 0) this.#broken.delete(key)
    }
  }

  /** The other end has nothing of these pairs up to the marks any more. */
  async compare(page: number, marks: readonly LinkMark[]): Promise<void> {
    const { link, store, emit, failed, sendCompared } = this.#parts
    try {
      const here = await store.marks(link, marks)
      if (this.#isClosed) return
      const broken: LinkMark[] = []
      const fine: LinkMark[] = []
      here.forEach((mark, i) => {
        const needs = marks[i]?.last ?? mark.last
        if (compareLinkIds(needs, mark.last) <= 0) {
          fine.push(mark)
          return
        }
        broken.push(mark)
        const { from, to, last } = mark
        const key = keyOf(from, to)
        if (!this.#broken.has(key)) emit({ type: 'link broken', link, side: 'receiving', from, to, has: last, needs })
        this.#broken.set(key, { from, to, last, needs })
      })
      sendCompared(page, fine, broken)
      if (broken.length > 0 && this.#adopts) await this.mend()
    } catch (error) {
      failed(error)
    }
  }

  /** Goes on without what is missing; gives how many pairs were broken. */
  async mend(): Promise<number> {
    const { link, store, emit, sendAck } = this.#parts
    const mended = [...this.#broken.values()].map(({ from, to, needs }) => ({ from, to, last: needs }))
    if (mended.length === 0) return 0
    await store.mend(link, mended)
    this.#broken.clear()
    emit({ type: 'link mended', link, pairs: mended.length })
    if (!this.#isClosed) sendAck(mended, [], [])
    return mended.length
  }
}

function keyOf(from: ActorId, to: ActorId): string {
  return JSON.stringify([from, to])
}
