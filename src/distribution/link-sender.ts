import type { ClockTimer, Clock } from '../runtime/clock.ts'
import { compareLinkIds, ruleOfGap } from '../runtime/linked/link-rule.ts'
import type { LinkId, LinkMark, LinkPair, LinkStore, OutboxMessage } from '../runtime/linked/link-store.ts'
import type { LinkEvent } from './events.ts'

/** How many messages are on their way at most, and how much text goes in one frame if it is more than one message. */
const window = 256
const frameLength = 256 * 1024

/** How long an acknowledgement may take, doubled each time that nothing has come of it. */
const shortestWaitMs = 500
const longestWaitMs = 10_000

/** How many pairs are asked about in one frame. */
const pairsAtOnce = 500

export interface SenderParts {
  readonly link: string
  readonly store: LinkStore
  readonly clock: Clock
  readonly sendData: (messages: readonly OutboxMessage[]) => void
  readonly sendOldest: (page: number, marks: readonly LinkMark[]) => void
  readonly emit: (event: LinkEvent) => void
  readonly failed: (error: unknown) => void
  /** Some have left the outbox. */
  readonly freed: () => void
}

/** A pair whose messages are held back, because what comes before them is missing at the other end, it seems. */
interface Held extends LinkPair {
  /** What the oldest message follows that is here. */
  readonly prev: LinkId
  isBroken: boolean
}

/**
 * Sends what is in the outbox of one link, in its order, to one life of the other end. Begins with the oldest, goes on as
 * acknowledgements come, and begins with the oldest again where they do not come, or something was lost.
 */
export class LinkSender {
  readonly #parts: SenderParts
  /** The position up to which everything was sent in this pass. */
  #cursor = 0
  #onTheWay = 0
  #isReading = false
  #hasMore = true
  #isClosed = false
  #timer: ClockTimer | undefined
  #waitMs = shortestWaitMs
  /** Something was acknowledged since the last pass began. */
  #hasProgress = true
  /** Pairs behind whose mark something is missing, to be looked at in the next pass; and in this one, until they come by. */
  #asked = new Map<string, LinkId>()
  #checking = new Map<string, LinkId>()
  readonly #held = new Map<string, Held>()
  /** Pairs for which the other end has had no room. */
  readonly #resting = new Set<string>()
  /** The pairs that are being compared with the other end, in pages; nothing when all have been. */
  #page: { readonly number: number; readonly marks: readonly LinkMark[]; readonly after: LinkPair | undefined } | undefined

  constructor(parts: SenderParts) {
    this.#parts = parts
  }

  get broken(): readonly LinkMark[] {
    return [...this.#held.values()].filter(({ isBroken }) => isBroken).map(({ from, to, prev }) => ({ from, to, last: prev }))
  }

  /**
   * The other end is there. Compares with it how far every pair has come, so that what it has lost is known at once, and not when
   * there is something new to send.
   */
  begin(): void {
    this.wake()
    void this.#compare(1, { from: '', to: '' })
  }

  /** There is something new. */
  wake(): void {
    this.#hasMore = true
    void this.#pump()
  }

  close(): void {
    this.#isClosed = true
    this.#timer?.cancel()
  }

  /** As {@link acknowledge}; for the pairs of `full` there is no room: they rest for a while, and the others go on. */
  takeAck(marks: readonly LinkMark[], gaps: readonly LinkMark[], full: readonly LinkMark[]): void {
    const resting = this.#resting.size
    for (const { from, to } of full) this.#resting.add(keyOf(from, to))
    if (this.#resting.size > resting) {
      this.#rewind()
      this.#arm()
    }
    void this.acknowledge(marks, gaps)
  }

  /** The other end has everything of these pairs up to the marks; behind those of `gaps` something was lost. */
  async acknowledge(marks: readonly LinkMark[], gaps: readonly LinkMark[]): Promise<void> {
    for (const { from, to, last } of marks) {
      const held = this.#held.get(keyOf(from, to))
      if (held === undefined || compareLinkIds(held.prev, last) > 0) continue
      this.#held.delete(keyOf(from, to))
      this.#hasProgress = true
      this.#rewind()
    }
    for (const { from, to, last } of gaps) this.#asked.set(keyOf(from, to), last)
    let count = 0
    try {
      count = await this.#parts.store.acknowledged(this.#parts.link, [...marks, ...gaps])
    } catch (error) {
      this.#parts.failed(error)
    }
    if (count > 0) this.#parts.freed()
    if (this.#isClosed) return
    this.#onTheWay = Math.max(0, this.#onTheWay - count)
    if (count > 0) {
      this.#hasProgress = true
      this.#waitMs = shortestWaitMs
      this.#arm()
    }
    // Not twice without any progress between: where everything comes late, each answer would ask for everything again.
    if (gaps.length > 0 && this.#hasProgress) this.#rewind()
    void this.#pump()
  }

  /** What the other end says of pairs it was asked about: these are well, those have lost something for ever. */
  takeComparison(page: number, marks: readonly LinkMark[], broken: readonly LinkMark[]): void {
    const compared = this.#page?.number === page ? this.#page : undefined
    for (const { from, to, last } of broken) {
      const key = keyOf(from, to)
      const asked = compared?.marks.find((mark) => mark.from === from && mark.to === to)
      const held = this.#held.get(key) ?? (asked && { from, to, prev: asked.last, isBroken: false })
      if (held === undefined || held.isBroken || compareLinkIds(held.prev, last) <= 0) continue
      this.#held.set(key, held)
      held.isBroken = true
      const { link, emit } = this.#parts
      emit({ type: 'link broken', link, side: 'sending', from, to, has: last, needs: held.prev })
    }
    if (compared !== undefined) void this.#compare(page + 1, compared.marks.at(-1))
    if (marks.length > 0) void this.acknowledge(marks, [])
  }

  async #compare(number: number, after: LinkPair | undefined): Promise<void> {
    const { link, store, failed, sendOldest } = this.#parts
    this.#page = undefined
    try {
      const marks = after === undefined ? [] : await store.sent(link, after, pairsAtOnce)
      if (marks.length === 0 || this.#isClosed) return
      this.#page = { number, marks, after }
      sendOldest(number, marks)
    } catch (error) {
      this.#page = { number, marks: [], after }
      failed(error)
    }
    this.#arm()
  }

  async #pump(): Promise<void> {
    const { link, store } = this.#parts
    while (!this.#isClosed && !this.#isReading && this.#hasMore && this.#onTheWay < window) {
      this.#isReading = true
      this.#hasMore = false
      const most = window - this.#onTheWay
      const { cursor } = { cursor: this.#cursor }
      let rows: readonly OutboxMessage[] = []
      try {
        rows = await store.outbox(link, cursor, most)
      } catch (error) {
        this.#parts.failed(error)
        this.#hasMore = true
        this.#isReading = false
        this.#arm(true)
        return
      }
      this.#isReading = false
      // Another pass has begun meanwhile.
      if (this.#cursor !== cursor || this.#isClosed) {
        this.#hasMore = true
        continue
      }
      this.#cursor = rows.at(-1)?.position ?? cursor
      if (rows.length === most) this.#hasMore = true
      this.#send(rows)
    }
  }

  #send(rows: readonly OutboxMessage[]): void {
    const oldest: LinkMark[] = []
    let frame: OutboxMessage[] = []
    let length = 0
    for (const row of rows) {
      const key = keyOf(row.from, row.to)
      if (this.#isHeld(key, row, oldest)) continue
      if (frame.length > 0 && length + row.input.length > frameLength) {
        this.#parts.sendData(frame)
        frame = []
        length = 0
      }
      frame.push(row)
      length += row.input.length
      this.#onTheWay += 1
    }
    if (frame.length > 0) this.#parts.sendData(frame)
    if (oldest.length > 0) this.#parts.sendOldest(0, oldest)
    if (rows.length > 0) this.#arm()
  }

  #isHeld(key: string, row: OutboxMessage, oldest: LinkMark[]): boolean {
    if (this.#held.has(key) || this.#resting.has(key)) return true
    const last = this.#checking.get(key)
    if (last === undefined) return false
    this.#checking.delete(key)
    // The first of its pair in this pass is the oldest that is here.
    if (ruleOfGap(last, row) === 'resend') return false
    const { from, to, prev } = row
    this.#held.set(key, { from, to, prev, isBroken: false })
    oldest.push({ from, to, last: prev })
    return true
  }

  /** Begins with the oldest again. */
  #rewind(): void {
    this.#cursor = 0
    this.#onTheWay = 0
    this.#hasMore = true
    this.#hasProgress = false
    this.#checking = new Map([...this.#checking, ...this.#asked])
    this.#asked = new Map()
  }

  /** Looks again after a while, as long as something is waited for. */
  #arm(hasFailed = false): void {
    // Whoever rests is tried again, however much goes on between others.
    if (this.#timer !== undefined && this.#resting.size + this.#held.size > 0) return
    this.#timer?.cancel()
    this.#timer = undefined
    const isWaiting = this.#onTheWay > 0 || this.#held.size > 0 || this.#resting.size > 0 || this.#page !== undefined
    if (this.#isClosed || !(isWaiting || hasFailed)) return
    this.#timer = this.#parts.clock.setTimer(this.#waitMs, () => this.#again(), { keepsAlive: false })
  }

  #again(): void {
    this.#timer = undefined
    this.#waitMs = Math.min(this.#waitMs * 2, longestWaitMs)
    const held = [...this.#held.values()].slice(0, pairsAtOnce)
    if (held.length > 0)
      this.#parts.sendOldest(
        0,
        held.map(({ from, to, prev }) => ({ from, to, last: prev })),
      )
    if (this.#page !== undefined && this.#page.marks.length > 0) this.#parts.sendOldest(this.#page.number, this.#page.marks)
    else if (this.#page !== undefined) void this.#compare(this.#page.number, this.#page.after)
    this.#resting.clear()
    this.#rewind()
    this.#arm()
    void this.#pump()
  }
}

function keyOf(from: string, to: string): string {
  return `${from.length} ${from}\n${to}`
}
