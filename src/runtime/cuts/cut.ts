import type { ActorId } from '../../protocol/actor-id.ts'
import type { Envelope } from '../../protocol/envelope.ts'
import type { StateMode } from '../actor-spec.ts'

/** A message that was waiting at the moment of a cut. */
export interface CutMessage extends Envelope {
  /** Names it within the process in which the cut was taken. */
  readonly number: number
  /** Its number in the journal; 0 if it was in none. */
  readonly seq: number
  /** The request that it is, whose answer goes to its sender as a message; nothing for others, and for those in a journal. */
  readonly asks?: Omit<CutRequest, 'to'>
}

/** A timer that was set, and sends a message. */
export interface CutTimer {
  readonly id: string
  /** How long it had still to go, in milliseconds. */
  readonly leftMs: number
  /** Set for one that comes again and again. */
  readonly everyMs?: number
  readonly envelope: Envelope
}

/** A request whose answer had not come, by `ctx.request`. */
export interface CutRequest {
  readonly request: string
  /** The handler that gets the answer. */
  readonly then: string
  readonly to: ActorId
}

/** One actor at the moment of a cut. */
export interface CutMember {
  readonly id: ActorId
  readonly incarnation: number
  readonly behavior: string
  /** The version of the behavior's state. */
  readonly version: number
  /** How its state was kept. */
  readonly mode: StateMode
  readonly state: unknown
  readonly frontier: number
  /** What was waiting for it, the first one first: what it had put aside, its mailbox, and what waited for room there. */
  readonly mail: readonly CutMessage[]
  readonly timers: readonly CutTimer[]
  /** Those that are in no journal. */
  readonly requests: readonly CutRequest[]
}

/** The members of a dynamic supervisor at the moment of a cut, in the order in which they came. */
export interface CutGroup {
  readonly supervisor: ActorId
  readonly members: readonly { readonly key: string; readonly args: unknown }[]
}

/**
 * A group of actors at one moment, with the mail between them: nobody was handling anything, so that each message has either been
 * handled, and is in the state of its receiver, or is in the mail. Plain data, if the states and the messages are.
 */
export interface Cut {
  /** Below whom the group is. */
  readonly supervisor: ActorId
  /** Names the process in which it was taken, to which the numbers of the messages belong. */
  readonly source: string
  /** The store on which it was taken, to which the numbers in journals belong; nothing without one. */
  readonly storeId: string | undefined
  /** Wall clock, milliseconds since 1970. */
  readonly takenAtMs: number
  readonly members: readonly CutMember[]
  /** Of all dynamic supervisors in the group. */
  readonly groups: readonly CutGroup[]
}

/** Why there is no cut, or no way back to one. */
export type CutProblem =
  /** Some had not finished what they were handling in time. */
  | 'busy'
  /** Some are down, and what they were handling is lost. */
  | 'down'
  /** The cut is of another group, or is none. */
  | 'foreign'
  /** The state of some cannot be read by this program. */
  | 'unreadable'
  /** Some of the cut are not there any more. */
  | 'missing'
  /** The store has not taken it: nobody has gone back. */
  | 'store'

/** There is none. */
export interface NoCut {
  readonly status: 'failed'
  readonly problem: CutProblem
  readonly actors: readonly ActorId[]
  /** What the store has failed with. */
  readonly cause?: unknown
}

/** What came of the attempt to take one. */
export type CutResult = { readonly status: 'taken'; readonly cut: Cut } | NoCut

/** How a cut is to be taken. */
export interface CutOrder {
  /** How long they may take to come to rest. */
  readonly withinMs: number
  /** Nothing is in the mail of the cut: what was there is handled first. */
  readonly drains: boolean
}
