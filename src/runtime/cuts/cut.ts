import type { ActorId } from '../../protocol/actor-id.ts'
import type { Envelope } from '../../protocol/envelope.ts'

/** A message that was waiting at the moment of a cut. */
export interface CutMessage extends Envelope {
  /** Names it within the process in which the cut was taken. */
  readonly number: number
}

/** One actor at the moment of a cut. */
export interface CutMember {
  readonly id: ActorId
  readonly incarnation: number
  readonly behavior: string
  /** The version of the behavior's state. */
  readonly version: number
  readonly state: unknown
  readonly frontier: number
  /** What was waiting for it, the first one first: what it had put aside, its mailbox, and what waited for room there. */
  readonly mail: readonly CutMessage[]
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
  /** Wall clock, milliseconds since 1970. */
  readonly takenAtMs: number
  readonly members: readonly CutMember[]
}

/** Why there is no cut, or no way back to one. */
export type CutProblem =
  /** Some had not finished what they were handling in time. */
  | 'busy'
  /** Some are down, and what they were handling is lost. */
  | 'down'
  /** Some keep a journal, which cannot go back. */
  | 'durable'
  /** Some were spawned: nobody would start them again. */
  | 'spawned'
  /** The cut is of another group, or is none. */
  | 'foreign'
  /** The state of some cannot be read by this program. */
  | 'unreadable'
  /** Some of the cut are not there any more. */
  | 'missing'

/** What came of the attempt to take one. */
export type CutResult =
  | { readonly status: 'taken'; readonly cut: Cut }
  | { readonly status: 'failed'; readonly problem: CutProblem; readonly actors: readonly ActorId[] }
