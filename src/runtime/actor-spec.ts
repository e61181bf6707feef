import type { ActorId } from '../protocol/actor-id.ts'
import type { Behavior, Hooks } from './behavior.ts'
import type { CheckpointSettings } from './checkpoint-settings.ts'
import type { Fallbacks } from './fallback.ts'
import type { MailboxSettings } from './mailbox-gate.ts'

/** How much of an actor's state outlives an incarnation: see the three kinds of memory in the guides. */
export type StateMode = 'volatile' | 'checkpointed' | 'durable'

/** Everything needed to start an actor, checked and with every default filled in. */
export interface ActorSpec {
  readonly id: ActorId
  readonly behavior: Behavior
  readonly args: unknown
  readonly mode: StateMode
  /** Put over the hooks of the behavior, one by one. */
  readonly hooks: Hooks<unknown, unknown> | undefined
  /** How long `term` may take, in milliseconds. */
  readonly termLimitMs: number
  /** After how many crashed attempts a journaled message goes to the dead letters. */
  readonly maxAttempts: number
  /** Where its state cannot be read, an older one or the first takes its place; refused if not given. */
  readonly allowStateLoss?: boolean | undefined
  /** When it takes checkpoints, and how they are kept; the defaults if not given. */
  readonly checkpoints?: CheckpointSettings | undefined
  /** What answers calls while it is down. */
  readonly fallback?: Fallbacks | undefined
  /** How often a lost call is handled again, where nothing else is said; 0 if not given. */
  readonly retries?: number | undefined
  /** What becomes of a call while it is down, where nothing else is said; `queue` if not given. */
  readonly whenDown?: 'queue' | 'reject' | undefined
  /** How much its mailbox holds; any number if not given. */
  readonly mailbox?: MailboxSettings | undefined
  /** A name to claim at every start. */
  readonly name: string | undefined
  /** It is a member of a dynamic supervisor. */
  readonly isMember?: boolean
  /** It is a dynamic supervisor. */
  readonly hasMembers?: boolean
  /** It is one whose members the store keeps. */
  readonly keepsMembers?: boolean
}
