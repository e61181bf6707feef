import type { ActorId } from '../protocol/actor-id.ts'
import type { LinkPair } from '../runtime/linked/link-store.ts'
import { compareLinkIds } from '../runtime/linked/link-rule.ts'
import type { LinkRecords, LinkRow, OutboxRow, PairRow, StrayLetter } from './link-records.ts'

/** The tables of links as maps. */
export class MemoryLinkRecords implements LinkRecords {
  readonly #links = new Map<string, LinkRow>()
  readonly #out = new Map<string, Map<string, PairRow>>()
  readonly #in = new Map<string, Map<string, PairRow>>()
  readonly #outbox = new Map<string, Map<number, OutboxRow>>()
  readonly #bury: (letter: StrayLetter) => number
  #lastPosition = 0

  constructor(bury: (letter: StrayLetter) => number) {
    this.#bury = bury
  }

  link(link: string): LinkRow | undefined {
    return this.#links.get(link)
  }

  putLink(row: LinkRow): void {
    this.#links.set(row.link, row)
  }

  linkOut(link: string, from: ActorId, to: ActorId): PairRow | undefined {
    return this.#out.get(link)?.get(pairKey(from, to))
  }

  linkOuts(link: string, from: ActorId, to: ActorId, most: number): PairRow[] {
    const behind = [...(this.#out.get(link)?.values() ?? [])].filter((row) => isBehind(row, { from, to }))
    return behind.sort((a, b) => (isBehind(a, b) ? 1 : -1)).slice(0, most)
  }

  putLinkOut(row: PairRow): void {
    const rows = this.#out.get(row.link) ?? new Map<string, PairRow>()
    this.#out.set(row.link, rows.set(pairKey(row.from, row.to), row))
  }

  linkIn(link: string, from: ActorId, to: ActorId): PairRow | undefined {
    return this.#in.get(link)?.get(pairKey(from, to))
  }

  putLinkIn(row: PairRow): void {
    const rows = this.#in.get(row.link) ?? new Map<string, PairRow>()
    this.#in.set(row.link, rows.set(pairKey(row.from, row.to), row))
  }

  countLinkIn(link: string): number {
    return this.#in.get(link)?.size ?? 0
  }

  dropLinkIn(link: string): void {
    this.#in.delete(link)
  }

  addOutbox(row: Omit<OutboxRow, 'position'>): void {
    const rows = this.#outbox.get(row.link) ?? new Map<number, OutboxRow>()
    const position = ++this.#lastPosition
    this.#outbox.set(row.link, rows.set(position, { ...row, position }))
  }

  outbox(link: string, after: number, most: number): OutboxRow[] {
    const found: OutboxRow[] = []
    for (const row of this.#outbox.get(link)?.values() ?? []) {
      if (found.length === most) break
      if (row.position > after) found.push(row)
    }
    return found
  }

  oldestOutbox(link: string, from: ActorId, to: ActorId): OutboxRow | undefined {
    for (const row of this.#outbox.get(link)?.values() ?? []) if (row.from === from && row.to === to) return row
    return undefined
  }

  countOutbox(link: string): number {
    return this.#outbox.get(link)?.size ?? 0
  }

  dropOutbox(last: PairRow): number {
    const rows = this.#outbox.get(last.link)
    let count = 0
    for (const row of rows?.values() ?? []) {
      if (row.from !== last.from || row.to !== last.to || compareLinkIds(row.id, last) > 0) continue
      rows?.delete(row.position)
      count += 1
    }
    return count
  }

  addStrayLetter(letter: StrayLetter): number {
    return this.#bury(letter)
  }

  outboxes(): { readonly link: string; readonly waiting: number }[] {
    const all = [...this.#outbox].map(([link, rows]) => ({ link, waiting: rows.size }))
    return all.filter(({ waiting }) => waiting > 0).sort((a, b) => (a.link < b.link ? -1 : 1))
  }

  dropLink(link: string): number {
    const waiting = this.countOutbox(link)
    for (const table of [this.#links, this.#out, this.#in, this.#outbox]) table.delete(link)
    return waiting
  }
}

function isBehind(a: LinkPair, b: LinkPair): boolean {
  return a.from === b.from ? a.to > b.to : a.from > b.from
}

/** No identity of an actor holds a line break that is not part of a key; two of them are told apart by their lengths. */
function pairKey(from: ActorId, to: ActorId): string {
  return `${from.length} ${from}\n${to}`
}
