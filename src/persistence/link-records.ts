import type { ActorId } from '../protocol/actor-id.ts'
import type { MessageKind } from '../protocol/envelope.ts'
import type { LinkId, OutboxMessage } from '../runtime/linked/link-store.ts'

/** Who is at the other end of a link. */
export interface LinkRow {
  readonly link: string
  readonly storeId: string
  /** The newest epoch of that store that was met, and what tells its life in it from another. */
  readonly epoch: number
  readonly opening: string
}

/** How far a pair of actors has come: what was sent last by one of ours, or accepted last for one of ours. */
export interface PairRow extends LinkId {
  readonly link: string
  readonly from: ActorId
  readonly to: ActorId
}

/** A message that waits until the other store has it. */
export interface OutboxRow extends OutboxMessage {
  readonly link: string
}

/** What became of a message for which there was no journal: who should have had it, and what it was. */
export interface StrayLetter {
  readonly actor: ActorId
  readonly kind: MessageKind
  readonly name: string
  readonly input: string
  readonly sender: ActorId | null
  readonly key: string | null
  readonly why: string
  readonly atMs: number
}

/** The tables of the links to other stores; see `Records` for what holds of every method. */
export interface LinkRecords {
  link(link: string): LinkRow | undefined
  putLink(row: LinkRow): void

  linkOut(link: string, from: ActorId, to: ActorId): PairRow | undefined
  /** Those behind a pair, in the order of the pairs. */
  linkOuts(link: string, from: ActorId, to: ActorId, most: number): PairRow[]
  putLinkOut(row: PairRow): void

  linkIn(link: string, from: ActorId, to: ActorId): PairRow | undefined
  putLinkIn(row: PairRow): void
  countLinkIn(link: string): number
  /** Forgets how far every pair of a link has come. */
  dropLinkIn(link: string): void

  /** Gives the message the next position. */
  addOutbox(row: Omit<OutboxRow, 'position'>): void
  /** Those behind a position, in order. */
  outbox(link: string, after: number, most: number): OutboxRow[]
  oldestOutbox(link: string, from: ActorId, to: ActorId): OutboxRow | undefined
  countOutbox(link: string): number
  /** Removes what a pair has sent up to and including `last`; gives how many there were. */
  dropOutbox(row: PairRow): number

  /** Adds a dead letter of a message that was in no journal; gives what stands in the place of its number there: one below 0. */
  addStrayLetter(letter: StrayLetter): number

  /** The links that have something in their outboxes, in the order of their names. */
  outboxes(): { readonly link: string; readonly waiting: number }[]
  /** Forgets everything of a link; gives how many messages were in its outbox. */
  dropLink(link: string): number
}
