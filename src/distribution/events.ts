import type { ActorId } from '../protocol/actor-id.ts'
import type { LinkId } from '../runtime/linked/link-store.ts'

/** Why one end of a link does not talk to the other: see {@link LinkEvent}. */
export type LinkRefusal = 'other store' | 'went back' | 'version'

/** What happens to links to other stores. */
export type LinkEvent =
  /** Both ends know each other: what waits in the outbox leaves. */
  | { readonly type: 'link up'; readonly link: string; readonly storeId: string; readonly epoch: number }
  /** The wire has closed. What is sent waits in the outbox. */
  | { readonly type: 'link down'; readonly link: string }
  /**
   * One end refuses the other: it is another store than the one that the link was made with (`other store`), that store goes on
   * from an older copy of itself (`went back`), or it speaks another version of the protocol. Nothing is exchanged until
   * somebody has looked at it; see `mend`.
   */
  | {
      readonly type: 'link refused'
      readonly link: string
      readonly by: 'us' | 'them'
      readonly why: LinkRefusal
      /** Of the other end. */
      readonly storeId: string
    }
  /**
   * Messages of this pair are missing for ever: the sender's store had been told that the receiver's has them, and that has them
   * no more. Told on both sides; the pair waits until somebody has looked at it, the others go on; see `mend`.
   */
  | {
      readonly type: 'link broken'
      readonly link: string
      readonly side: 'sending' | 'receiving'
      readonly from: ActorId
      readonly to: ActorId
      /** The last that the receiver has. */
      readonly has: LinkId
      /** What the oldest message follows that the sender has. */
      readonly needs: LinkId
    }
  /** Somebody has said that the link goes on without what is missing. */
  | { readonly type: 'link mended'; readonly link: string; readonly pairs: number }
  /** The journal of a receiver has no room, or there are too many pairs: the sender keeps the messages, and sends them again. */
  | { readonly type: 'link full'; readonly link: string; readonly messages: number }
  /** `maxOutbox` messages wait, so that turns that send over the link wait for room. Told once, until nobody waits any more. */
  | { readonly type: 'link outbox full'; readonly link: string; readonly waiting: number }
  /** The store has messages that wait for a link which `start` was not given: they go on waiting. See `App.forgetLink`. */
  | { readonly type: 'link missing'; readonly link: string; readonly waiting: number }
  /** What came over the wire is none of ours; `dropped` counts since the start. */
  | { readonly type: 'link input dropped'; readonly link: string; readonly problem: string; readonly dropped: number }
  /** The store did not do what the link needs; it is tried again. */
  | { readonly type: 'link failed'; readonly link: string; readonly error: unknown }
