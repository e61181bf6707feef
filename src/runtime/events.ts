import type { ActorId } from '../protocol/actor-id.ts'
import type { ExitReason } from '../protocol/exit-reason.ts'
import type { StartCause, StateSource } from './behavior.ts'
import type { MessageInfo } from './message.ts'
import type { CheckpointCause, LostState } from './persistence.ts'

/**
 * Why a message was never applied: nobody had that id (`noproc`), handling it failed (`crashed`), its actor ended for good
 * (`stopped`), the store did not take it (`not accepted`), its caller had given up (`expired`), the mailbox was full
 * (`overloaded`), its actor's incarnation ended and its mailbox keeps nothing over restarts (`ended`), middleware of its
 * sender did not let it leave (`rejected`), or it could not be read from the journal when its actor began anew (`unreadable`).
 */
export type DeadLetterCause =
  'noproc' | 'crashed' | 'stopped' | 'expired' | 'not accepted' | 'overloaded' | 'ended' | 'rejected' | 'unreadable'

/** What happens to actors, told in the order in which it happens, while it happens: a listener must be quick and must not throw. */
export type ActorEvent =
  | {
      readonly type: 'started'
      readonly id: ActorId
      readonly incarnation: number
      readonly behavior: string
      readonly source: StateSource
      readonly cause: StartCause
    }
  | { readonly type: 'start ignored'; readonly id: ActorId }
  | { readonly type: 'start failed'; readonly id: ActorId; readonly reason: ExitReason }
  | {
      readonly type: 'recovering'
      readonly id: ActorId
      readonly incarnation: number
      readonly frontier: number
      readonly replayed: number
      readonly backlog: number
    }
  | {
      readonly type: 'exited'
      readonly id: ActorId
      readonly incarnation: number
      readonly reason: ExitReason
      readonly message: MessageInfo | undefined
    }
  /** A message is in the journal of an actor: it will be applied, or become a dead letter. */
  | { readonly type: 'accepted'; readonly id: ActorId; readonly seq: number; readonly kind: string; readonly name: string }
  | {
      readonly type: 'committed'
      readonly id: ActorId
      readonly incarnation: number
      readonly frontier: number
      readonly turns: number
    }
  | { readonly type: 'refused'; readonly id: ActorId; readonly message: MessageInfo; readonly refusal: string }
  | {
      readonly type: 'checkpointed'
      readonly id: ActorId
      readonly incarnation: number
      readonly number: number
      readonly cause: CheckpointCause
    }
  /** A state of more than 64 KiB is written with every turn of a durable actor; told once of each incarnation. */
  | {
      readonly type: 'large state'
      readonly id: ActorId
      readonly incarnation: number
      /** Of its text, roughly; without its keyed maps, of which only what has changed is written. */
      readonly bytes: number
      /** What can be done about it. */
      readonly advice: string
    }
  | { readonly type: 'checkpoint failed'; readonly id: ActorId; readonly error: unknown }
  /** What decides whether a checkpoint is due has thrown; the turn counts, and no checkpoint was taken for it. */
  | { readonly type: 'checkpoint policy failed'; readonly id: ActorId; readonly incarnation: number; readonly error: unknown }
  | { readonly type: 'checkpoint damaged'; readonly id: ActorId; readonly number: number; readonly problem: string }
  /** Whoever keeps a state elsewhere was told that it can go, and threw: it is told again. */
  | {
      readonly type: 'checkpoint expiry failed'
      readonly id: ActorId
      readonly incarnation: number
      readonly number: number
      readonly error: unknown
    }
  | {
      readonly type: 'state lost'
      readonly id: ActorId
      readonly incarnation: number
      /** What was there and could not be read, where the child allows its loss; it is set aside in the store. */
      readonly lost?: LostState & { readonly why: string }
    }
  /** A state that could not be loaded, migrated or rebuilt, where the child allows its loss: the checkpoint before is tried. */
  | {
      readonly type: 'state passed over'
      readonly id: ActorId
      readonly incarnation: number
      /** The number of its checkpoint; nothing if there was none that can be read. */
      readonly checkpoint: number | undefined
      readonly error: unknown
    }
  | { readonly type: 'dead letter'; readonly id: ActorId; readonly message: MessageInfo; readonly why: DeadLetterCause }
  /** Something is done outside by `ctx.effect`; what came of it is known, or not. What is given once more is not told again. */
  | {
      readonly type: 'effect'
      readonly id: ActorId
      readonly incarnation: number
      readonly effect: string
      readonly key: string
      readonly status: 'begun' | 'done' | 'failed' | 'unknown'
    }
  | {
      readonly type: 'group dropped'
      readonly id: ActorId
      readonly incarnation: number
      readonly turns: number
      readonly error: unknown
    }
  /** A machine, or other logic of xstate, has emitted an event. */
  | { readonly type: 'emitted'; readonly id: ActorId; readonly incarnation: number; readonly event: { readonly type: string } }
  /** An action `log` of a machine. */
  | {
      readonly type: 'logged'
      readonly id: ActorId
      readonly incarnation: number
      readonly label: string | undefined
      readonly value: unknown
    }
  /** A machine has reached its final state, or other logic of xstate is done; it ends as `normal`. */
  | { readonly type: 'finished'; readonly id: ActorId; readonly incarnation: number; readonly output: unknown }
  | { readonly type: 'late'; readonly id: ActorId; readonly incarnation: number; readonly what: string }
  | { readonly type: 'stray'; readonly id: ActorId; readonly incarnation: number; readonly error: unknown }
  | { readonly type: 'term failed'; readonly id: ActorId; readonly incarnation: number; readonly error: unknown }

/** Takes the events of a system. A room above may send events with other types through the same sink. */
export interface EventSink<Event extends { readonly type: string } = ActorEvent> {
  emit(event: Event): void
  /** Nobody listens: what costs much to make need not be made. */
  readonly isMute?: boolean
}
