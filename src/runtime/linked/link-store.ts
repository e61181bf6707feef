import type { ActorId } from '../../protocol/actor-id.ts'

/**
 * The identity of a message between two stores, within its pair of actors: the epoch of the sender's store in which the message
 * was made, which it keeps for ever, and how manieth it was of its pair in that epoch, from 1. A later one is always greater.
 */
export interface LinkId {
  readonly epoch: number
  readonly n: number
}

/** Who sends to whom: each by its identity in its own store; a sender outside every actor is the empty text. */
export interface LinkPair {
  readonly from: ActorId
  readonly to: ActorId
}

/** Up to where the messages of a pair have come. */
export interface LinkMark extends LinkPair {
  readonly last: LinkId
}

/** A message between two stores, with its input as text. */
export interface LinkedMessage extends LinkPair {
  readonly id: LinkId
  /** The one before, as far as the sender's store knows: whoever has not got that lacks something. */
  readonly prev: LinkId
  readonly kind: 'call' | 'cast'
  readonly name: string
  readonly input: string
  readonly key: string | null
}

/** A message that waits until the other store has it. */
export interface OutboxMessage extends LinkedMessage {
  /** Counts up within the store. */
  readonly position: number
}

/** A message from another store. */
export interface LinkArrival {
  readonly message: LinkedMessage
  /** Nobody here can handle it, for this reason: it becomes a dead letter. */
  readonly dead: string | undefined
  /** What its sender is told of that, where it has asked. */
  readonly answer: Pick<LinkedMessage, 'name' | 'input' | 'key'> | undefined
}

/** Who is at the other end of a link. */
export interface LinkPeer {
  readonly storeId: string
  readonly epoch: number
  /** Made by chance in each process: tells two lives with the same epoch apart, of which one has begun with an old copy. */
  readonly opening: string
}

/** What a store says of somebody who wants to be at the other end. */
export type Meeting =
  | { readonly status: 'met' }
  /** The link has always been one to another store. */
  | { readonly status: 'other store'; readonly known: string }
  /** It goes on from an older copy of itself: the ids of its messages may be those of others. */
  | { readonly status: 'went back'; readonly known: number }

/** What became of messages from another store. */
export interface LinkReceipt {
  /** For each message the number that it got in the journal of its actor; 0 if it is no new one there, below 0 if a dead letter. */
  readonly seqs: readonly number[]
  /** How many have been here before. */
  readonly duplicates: number
  /** Of every pair that was among them and had room. */
  readonly marks: readonly LinkMark[]
  /** Those of which something is missing before what came. */
  readonly gaps: readonly LinkMark[]
  /** Those for which there is no room now. */
  readonly full: readonly LinkMark[]
  /** Messages for which there was no room. */
  readonly refused: number
}

/** What a store does for the links to others. Every method resolves after what it has changed is committed. */
export interface LinkStore {
  /** How much may wait in the outbox of a link; messages beyond it are refused, or become dead letters. */
  bound(link: string, maxOutbox: number, maxPairs: number): void
  meet(link: string, peer: LinkPeer): Promise<Meeting>
  /** Accepts what is new into the journals of its receivers, in one transaction with how far each pair has come. */
  receive(link: string, arrivals: readonly LinkArrival[]): Promise<LinkReceipt>
  /** What waits in the outbox behind a position, in the order in which it was sent. */
  outbox(link: string, after: number, most: number): Promise<readonly OutboxMessage[]>
  /** How many messages wait. */
  waiting(link: string): Promise<number>
  /** The other store has everything up to these: it need not wait any more. Resolves with how many went. */
  acknowledged(link: string, marks: readonly LinkMark[]): Promise<number>
  /**
   * What each pair has sent, by the oldest message that waits: what that follows; or, where none waits, the newest that was sent.
   * In the order of the pairs, behind the one given.
   */
  sent(link: string, after: LinkPair, most: number): Promise<readonly LinkMark[]>
  /** How far pairs have come here. */
  marks(link: string, pairs: readonly LinkPair[]): Promise<readonly LinkMark[]>
  /**
   * Goes on without what is missing: from now on the pairs have come as far as given. With `peer` all pairs begin anew with that
   * store, whoever was known before.
   */
  mend(link: string, marks: readonly LinkMark[], peer?: LinkPeer): Promise<void>
  /** How many messages wait in each outbox that has some. */
  outboxes(): Promise<readonly { readonly link: string; readonly waiting: number }[]>
  /** Forgets all that there is of a link; resolves with how many messages were in its outbox. */
  forget(link: string): Promise<number>
}
