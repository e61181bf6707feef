import type { ActorId } from '../protocol/actor-id.ts'
import { idBehindLink, isLinked, linkedId, linkOf } from '../protocol/linked-id.ts'
import { StoreError } from '../runtime/errors.ts'
import type { Accepted } from '../runtime/persistence.ts'
import type {
  LinkArrival,
  LinkedMessage,
  LinkMark,
  LinkPair,
  LinkPeer,
  LinkReceipt,
  Meeting,
} from '../runtime/linked/link-store.ts'
import { compareLinkIds, nextLinkId, noLinkId, ruleOfArrival } from '../runtime/linked/link-rule.ts'
import type { SendText } from './commit-text.ts'
import type { LinkAnswers, LinkOrder } from './link-operation.ts'
import type { LinkRecords, OutboxRow } from './link-records.ts'
import type { EnvelopeText } from './records.ts'

/** What may wait in the outbox of a link, and from how many pairs it takes messages, if nothing else is said. */
export const defaultMaxOutbox = 100_000
export const defaultMaxPairs = 100_000

const none: readonly string[] = Object.freeze([])

/** What the links of a store work on. */
export interface LinkJournalParts {
  readonly records: LinkRecords
  /** The epoch of this opening: new messages are marked with it. */
  readonly epoch: number
  readonly location: string
  readonly wallMs: () => number
  /** Puts a message into the journal of an actor, and gives its number; 0 if there was one with its key. */
  readonly deliver: (to: ActorId, text: EnvelopeText) => number
  /** Reads every row that a delivery will read: one that is damaged has to be found before anything is changed. */
  readonly checkReceiver: (to: ActorId, text: EnvelopeText) => void
  /** Throws if the journal of an actor has no room for a message. */
  readonly checkRoom: (to: ActorId, text: EnvelopeText) => void
  readonly bounds: Map<string, LinkBounds>
}

/** What a link may hold. */
export interface LinkBounds {
  readonly maxOutbox: number
  readonly maxPairs: number
}

/** What links to other stores mean, as changes of the records; called within the transaction of a group. */
export class LinkJournal {
  readonly #parts: LinkJournalParts
  /** How many messages wait in each outbox, as far as somebody has looked. */
  readonly #waiting = new Map<string, number>()
  /** From how many pairs each link has taken messages, as far as somebody has looked. */
  readonly #pairs = new Map<string, number>()

  constructor(parts: LinkJournalParts) {
    this.#parts = parts
  }

  do(link: string, order: LinkOrder): LinkAnswers[LinkOrder['ask']] {
    const { records } = this.#parts
    switch (order.ask) {
      case 'bound':
        this.#parts.bounds.set(link, { maxOutbox: order.maxOutbox, maxPairs: order.maxPairs })
        return undefined
      case 'meet':
        return this.#meet(link, order.peer)
      case 'receive':
        return this.#receive(link, order.arrivals)
      case 'outbox':
        return records.outbox(link, order.after, order.most)
      case 'waiting':
        return this.#countWaiting(link)
      case 'acknowledged':
        return this.#acknowledged(link, order.marks)
      case 'sent':
        return this.#sent(link, order.after, order.most)
      case 'marks':
        return order.pairs.map((pair) => this.#markOf(link, pair))
      case 'mend':
        return this.#mend(link, order.marks, order.peer)
      case 'outboxes':
        return records.outboxes()
      case 'forget':
        this.forget()
        return records.dropLink(link)
    }
  }

  /** @throws {StoreError} `limit`, if the outbox has no room. */
  accept(to: ActorId, text: EnvelopeText): Accepted {
    const link = linkOf(to)
    if (!this.#hasRoom(link)) {
      const remedy = 'Wait until the other store has taken some, or raise maxOutbox of the link'
      const what = `takes no more messages for the link ${JSON.stringify(link)}, of which ${this.#countWaiting(link)} wait`
      throw new StoreError({ problem: 'limit', location: this.#parts.location, message: `${what}. ${remedy}; nothing was sent` })
    }
    this.#post(to, text)
    return { status: 'accepted', seq: 0 }
  }

  /** The links without room for what turns send. One that has room takes all of it, however much that is. */
  fullFor(turns: readonly { readonly sends: readonly SendText[] }[]): readonly string[] {
    let full: Set<string> | undefined
    for (const { sends } of turns)
      for (const { to } of sends) if (isLinked(to) && !this.#hasRoom(linkOf(to))) (full ??= new Set()).add(linkOf(to))
    return full === undefined ? none : [...full]
  }

  /** What a committed turn sends, or what somebody is told who has asked: it goes into the outbox, however much is there. */
  send(to: ActorId, text: EnvelopeText): number {
    this.#post(to, text)
    return 0
  }

  /** Reads what {@link send} will read. */
  check(to: ActorId, text: EnvelopeText): void {
    this.#parts.records.linkOut(linkOf(to), text.sender ?? '', idBehindLink(to))
  }

  /** The group failed: everything is read again. */
  forget(): void {
    this.#waiting.clear()
    this.#pairs.clear()
  }

  #hasRoom(link: string): boolean {
    return this.#countWaiting(link) < this.#boundsOf(link).maxOutbox
  }

  #post(to: ActorId, text: EnvelopeText): void {
    const { records, epoch } = this.#parts
    const link = linkOf(to)
    const pair = { link, from: text.sender ?? '', to: idBehindLink(to) }
    const prev = idOf(records.linkOut(link, pair.from, pair.to))
    const id = nextLinkId(prev, epoch)
    const kind = text.kind === 'call' ? 'call' : 'cast'
    const waiting = this.#countWaiting(link)
    records.addOutbox({ ...pair, id, prev, kind, name: text.name, input: text.input, key: text.key })
    records.putLinkOut({ ...pair, ...id })
    this.#waiting.set(link, waiting + 1)
  }

  #meet(link: string, peer: LinkPeer): Meeting {
    const { records } = this.#parts
    const known = records.link(link)
    if (known !== undefined) {
      if (known.storeId !== peer.storeId) return { status: 'other store', known: known.storeId }
      const wentBack = peer.epoch < known.epoch || (peer.epoch === known.epoch && peer.opening !== known.opening)
      if (wentBack) return { status: 'went back', known: known.epoch }
      if (peer.epoch === known.epoch) return { status: 'met' }
    }
    records.putLink({ link, ...peer })
    return { status: 'met' }
  }

  #receive(link: string, arrivals: readonly LinkArrival[]): LinkReceipt {
    for (const { message } of arrivals) {
      this.#parts.records.linkIn(link, message.from, message.to)
      this.#parts.checkReceiver(message.to, textOf(link, message))
    }
    const touched = new Map<string, LinkPair>()
    const gaps = new Map<string, LinkPair>()
    const full = new Map<string, LinkPair>()
    const seqs: number[] = []
    let [duplicates, refused] = [0, 0]
    for (const arrival of arrivals) {
      const { from, to } = arrival.message
      const pair = { from, to }
      const key = JSON.stringify(pair)
      const came = this.#arrive(link, arrival)
      seqs.push(came.seq)
      if (came.as === 'duplicate') duplicates += 1
      if (came.as === 'refused') {
        refused += 1
        full.set(key, pair)
      }
      // What comes behind a message that had no room is missing nothing but that.
      else if (came.as === 'gap') {
        if (!full.has(key)) gaps.set(key, pair)
      } else touched.set(key, pair)
    }
    const marksOf = (pairs: Map<string, LinkPair>): LinkMark[] => [...pairs.values()].map((pair) => this.#markOf(link, pair))
    return { seqs, duplicates, refused, marks: marksOf(touched), gaps: marksOf(gaps), full: marksOf(full) }
  }

  #arrive(
    link: string,
    { message, dead, answer }: LinkArrival,
  ): { as: 'accepted' | 'duplicate' | 'gap' | 'refused'; seq: number } {
    const { records, deliver, wallMs } = this.#parts
    const { from, to, id } = message
    const known = records.linkIn(link, from, to)
    const rule = ruleOfArrival(idOf(known), message)
    if (rule !== 'accept') return { as: rule, seq: 0 }
    const pairs = this.#pairs.get(link) ?? records.countLinkIn(link)
    if (known === undefined && pairs >= this.#boundsOf(link).maxPairs) return { as: 'refused', seq: 0 }
    const text = textOf(link, message)
    if (dead === undefined && !this.#hasRoomFor(to, text)) return { as: 'refused', seq: 0 }
    records.putLinkIn({ link, from, to, ...id })
    this.#pairs.set(link, known === undefined ? pairs + 1 : pairs)
    if (dead === undefined) return { as: 'accepted', seq: deliver(to, text) }
    const seq = records.addStrayLetter({ ...text, actor: to, why: dead, atMs: wallMs() })
    if (answer !== undefined && from !== '') this.send(linkedId(link, from), { kind: 'cast', ...answer, sender: to })
    return { as: 'accepted', seq }
  }

  #hasRoomFor(to: ActorId, text: EnvelopeText): boolean {
    try {
      this.#parts.checkRoom(to, text)
      return true
    } catch (error) {
      if (error instanceof StoreError && error.problem === 'limit') return false
      throw error
    }
  }

  #acknowledged(link: string, marks: readonly LinkMark[]): number {
    const waiting = this.#countWaiting(link)
    let count = 0
    for (const { from, to, last } of marks) count += this.#parts.records.dropOutbox({ link, from, to, ...last })
    this.#waiting.set(link, waiting - count)
    return count
  }

  #sent(link: string, after: LinkPair, most: number): LinkMark[] {
    const { records } = this.#parts
    return records.linkOuts(link, after.from, after.to, most).map((row) => {
      const { from, to } = row
      return { from, to, last: records.oldestOutbox(link, from, to)?.prev ?? idOf(row) }
    })
  }

  #mend(link: string, marks: readonly LinkMark[], peer: LinkPeer | undefined): undefined {
    const { records } = this.#parts
    this.#pairs.delete(link)
    if (peer !== undefined) {
      records.dropLinkIn(link)
      records.putLink({ link, ...peer })
    }
    for (const { from, to, last } of marks) {
      // What was missing may have come after all, by a way that took long.
      const known = idOf(records.linkIn(link, from, to))
      if (compareLinkIds(known, last) < 0) records.putLinkIn({ link, from, to, ...last })
    }
    return undefined
  }

  #markOf(link: string, { from, to }: LinkPair): LinkMark {
    return { from, to, last: idOf(this.#parts.records.linkIn(link, from, to)) }
  }

  #countWaiting(link: string): number {
    const known = this.#waiting.get(link) ?? this.#parts.records.countOutbox(link)
    this.#waiting.set(link, known)
    return known
  }

  #boundsOf(link: string): LinkBounds {
    return this.#parts.bounds.get(link) ?? { maxOutbox: defaultMaxOutbox, maxPairs: defaultMaxPairs }
  }
}

/** As it stands in the journal of its receiver: the sender is one behind the link, and answers go there. */
function textOf(link: string, { from, kind, name, input, key }: LinkedMessage): EnvelopeText {
  return { kind, name, input, key, sender: from === '' ? null : linkedId(link, from) }
}

function idOf(row: { readonly epoch: number; readonly n: number } | undefined): OutboxRow['id'] {
  return row === undefined ? noLinkId : { epoch: row.epoch, n: row.n }
}
