import { ConfigurationError } from '../protocol/errors.ts'
import { nearest } from '../protocol/nearest.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Links } from '../runtime/linked/links.ts'
import type { LinkMark } from '../runtime/linked/link-store.ts'
import type { Persistence } from '../runtime/persistence.ts'
import type { Random } from '../runtime/random.ts'
import { superjsonCodec } from '../serialization/superjson-codec.ts'
import type { LinkEvent } from './events.ts'
import { LinkEnd } from './link-end.ts'
import type { LinkSettings } from './link-options.ts'
import type { Desk } from './link-receiver.ts'
import { OutboxRoom } from './outbox-room.ts'
import type { Wire } from './wire.ts'

/** What a link is at one moment. */
export interface LinkInfo {
  readonly name: string
  /** `greeting`: the other end has not answered yet. `refused`: see the event `link refused`. */
  readonly status: 'down' | 'greeting' | 'up' | 'refused'
  /** The store at the other end, once it has been met. */
  readonly storeId: string | undefined
  /** How many messages wait until the other store has them. */
  readonly waiting: number
  /** Pairs that cannot go on by themselves, those that send and those that receive here; see the event `link broken`. */
  readonly broken: { readonly sending: readonly LinkMark[]; readonly receiving: readonly LinkMark[] }
  /** How often something came over the wire that is none of ours. */
  readonly dropped: number
}

export interface LinkTableParts {
  readonly store: Persistence
  readonly clock: Clock
  readonly random: Random
  readonly emit: (event: LinkEvent) => void
}

/** All links of one system. */
export class LinkTable implements Links {
  readonly #store: Persistence
  readonly #settings: ReadonlyMap<string, LinkSettings>
  readonly #parts: LinkTableParts
  readonly #ends = new Map<string, LinkEnd>()
  readonly #room: OutboxRoom

  constructor(parts: LinkTableParts, settings: ReadonlyMap<string, LinkSettings>) {
    this.#parts = parts
    this.#store = parts.store
    this.#settings = settings
    const { store, emit } = parts
    for (const [link, { maxOutbox, maxPairs }] of settings) store.links.bound(link, maxOutbox, maxPairs)
    this.#room = new OutboxRoom({ store: store.links, emit, mostOf: (link) => settings.get(link)?.maxOutbox ?? Infinity })
  }

  /** From now on messages come and go. */
  open(desk: Desk): void {
    const { store, clock, random, emit } = this.#parts
    const codec = superjsonCodec()
    const opening = Array.from({ length: 4 }, () => random.next().toString(36).slice(2, 8)).join('')
    for (const [link, { wire }] of this.#settings) {
      const freed = (): void => this.#room.freed(link)
      const end = new LinkEnd({ link, store, clock, codec, opening, desk, emit, freed })
      this.#ends.set(link, end)
      if (wire !== undefined) end.connect(wire)
    }
  }

  has(link: string): boolean {
    return this.#settings.has(link)
  }

  check(link: string): void {
    if (this.#settings.has(link)) return
    const names = [...this.#settings.keys()]
    const near = nearest(link, names)
    const remedy = near === undefined ? `The links are ${names.join(', ')}` : `Did you mean ${JSON.stringify(near)}?`
    throw new ConfigurationError({
      path: 'linked: link',
      rule: 'must be the name of a link that start was given',
      value: link,
      remedy,
    })
  }

  posted(link: string): void {
    this.#ends.get(link)?.wake()
  }

  whenRoom(links: readonly string[]): Promise<unknown> {
    return Promise.all(links.map((link) => this.#room.wait(link)))
  }

  connect(link: string, wire: Wire): void {
    this.#ends.get(link)?.connect(wire)
  }

  mend(link: string): Promise<number> {
    return this.#ends.get(link)?.mend() ?? Promise.resolve(0)
  }

  async infoOf(name: string): Promise<LinkInfo> {
    const end = this.#ends.get(name)
    const broken = { sending: end?.brokenThere ?? [], receiving: end?.brokenHere ?? [] }
    const info = { name, status: end?.status ?? 'down', storeId: end?.peer?.storeId, broken, dropped: end?.dropped ?? 0 }
    return { ...info, waiting: await this.#store.links.waiting(name) }
  }

  close(): void {
    for (const end of this.#ends.values()) end.close()
  }
}
