import type { ActorId } from '../protocol/actor-id.ts'
import type { ExitReason } from '../protocol/exit-reason.ts'
import type { StartCause, StateSource } from './behavior.ts'
import type { MessageInfo } from './message.ts'
import type { CheckpointCause } from './persistence.ts'

/**
 * Why a message was never applied: nobody had that id (`noproc`), handling it failed (`crashed`), its actor ended for good
 * (`stopped`), the store did not take it (`not accepted`), its caller had given up (`expired`), the mailbox was full
 * (`overloaded`), its actor's incarnation ended and its mailbox keeps nothing over restarts (`ended`), or middleware of its
 * sender did not let it leave (`rejected`).
 */
export type DeadLetterCause = 'noproc' | 'crashed' | 'stopped' | 'expired' | 'not accepted' | 'overloaded' | 'ended' | 'rejected'

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
  | { readonly type: 'checkpoint failed'; readonly id: ActorId; readonly error: unknown }
  /** What decides whether a checkpoint is due has thrown; the turn counts, and no checkpoint was taken for it. */
  | { readonly type: 'checkpoint policy failed'; readonly id: ActorId; readonly incarnation: number; readonly error: unknown }
  | { readonly type: 'checkpoint damaged'; readonly id: ActorId; readonly number: number; readonly problem: string }
  | { readonly type: 'state lost'; readonly id: ActorId; readonly incarnation: number }
  | { readonly type: 'dead letter'; readonly id: ActorId; readonly message: MessageInfo; readonly why: DeadLetterCause }
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
