import type { ActorId } from '../protocol/actor-id.ts'
import type { Duration, DurationOrInfinity } from '../protocol/duration.ts'
import type { ExitReason } from '../protocol/exit-reason.ts'
import type { MessageId } from '../protocol/message-id.ts'
import type { Random } from './random.ts'

/** How long a caller waits, and what else belongs to a request. */
export interface CallOptions {
  /** How long to wait for the reply; 5 s if not given, `"infinity"` waits for ever. */
  readonly timeout?: DurationOrInfinity
  /** Gives up the wait when aborted; the message may still be handled. */
  readonly signal?: AbortSignal
  /**
   * An id of the caller's own. A journaled actor applies messages with the same id once, and answers each with the same reply,
   * also in a later process. Without a journal it has no effect.
   */
  readonly id?: string
}

/** What belongs to a message without an answer. */
export interface CastOptions {
  /** As {@link CallOptions.id}. */
  readonly id?: string
}

/** A way to send messages: from outside every actor, or on behalf of one. */
export interface Port {
  /** Sends a request and waits for the answer. */
  call(to: ActorId, name: string, input: unknown, options?: CallOptions): Promise<unknown>
  /**
   * Sends a message. For a journaled actor the promise resolves when the message is in the journal, else at once; it need not
   * be awaited.
   */
  cast(to: ActorId, name: string, input: unknown, options?: CastOptions): Promise<void>
}

/** Something that makes typed references to actors, such as what `actor()` gives. */
export interface Referable<Ref> {
  reference(port: Port, id: ActorId): Ref
}

/** Something that makes typed references to the members of a dynamic supervisor. */
export interface MemberReferable<Args, Ref> extends Referable<Ref> {
  /** Only for the type: what a member is started with. */
  readonly memberArgs?: Args
}

/** A timer that an actor has set. */
export interface TimerRef {
  readonly id: string
}

/** What code inside an actor may do. It belongs to one incarnation: when that has ended, whatever is tried through it is dropped. */
export interface Context extends Port {
  readonly id: ActorId
  readonly incarnation: number
  /** Aborted with the exit reason when the incarnation ends. */
  readonly signal: AbortSignal
  /** Identifies the message being handled; the same in every attempt. */
  readonly messageId: MessageId
  /** How often handling this message has been begun, this time included: 1 is the first. */
  readonly attempt: number
  /** Wall clock, milliseconds since 1970. */
  now(): number
  readonly random: Random
  /**
   * A typed reference to the actor at `path` (from the root of the tree) whose messages are sent on behalf of this one. Inside a
   * durable turn they leave after the commit, and `call` is refused: it cannot be undone.
   */
  ref<Ref>(definition: Referable<Ref>, path: string): Ref
  /**
   * Starts the member `key` of the dynamic supervisor at `path` unless it is there, and refers to it. Inside a durable turn the
   * member is part of the commit: it is started after it, also in the next process.
   */
  member<Args, Ref>(definition: MemberReferable<Args, Ref>, path: string, key: string, args: Args): Ref
  /** Sends a message to this actor itself; inside a durable turn with the commit. */
  sendSelf(name: string, input?: unknown): void
  /** Sends a message to this actor after a delay. The timer ends with the incarnation; that of a durable actor is kept in the store. */
  sendAfter(delay: Duration, name: string, input?: unknown): TimerRef
  cancelTimer(timer: TimerRef): void
  /** Tells this actor once, by a message of topic `down`, when the incarnation that runs now ends; at once if none runs. */
  monitor(id: ActorId): MonitorRef
  demonitor(monitor: MonitorRef, options?: { readonly flush: boolean }): void
  /** Ties the lives of two actors together: an abnormal end of one ends the other, unless it traps exits. */
  link(id: ActorId): void
  unlink(id: ActorId): void
  /** Sends an exit signal; the reason `normal` is ignored unless the receiver traps exits. */
  exit(id: ActorId, reason: ExitReason): void
  /** Claims a name for this actor, kept over restarts; false if another has it. */
  register(name: string): boolean
  /** Who has a name; nothing if nobody has. */
  whereis(name: string): NameOwner | undefined
  /** Ends this incarnation once the turn is done, as `normal` or with a reason. */
  stop(reason?: ExitReason): void
  /** Takes a checkpoint as soon as this turn is committed. An actor without a store has none to take: nothing happens. */
  checkpoint(): void
}

/** Who has a name: an actor that runs, or one that is down and will come back under it. */
export interface NameOwner {
  readonly id: ActorId
  readonly status: 'running' | 'restarting'
}

/** Identifies one monitor. */
export interface MonitorRef {
  readonly monitor: number
  readonly target: ActorId
}

/** The input of a message of topic `down`. */
export interface Down {
  readonly monitor: number
  readonly id: ActorId
  readonly reason: ExitReason
}

/** The input of a message of topic `exit`: an exit signal that was trapped. */
export interface TrappedExit {
  readonly from: ActorId
  readonly reason: ExitReason
}

/** The input of a message of topic `exited`: what a supervisor learns of its child. */
export interface ChildExited {
  readonly id: ActorId
  readonly incarnation: number
  readonly reason: ExitReason
}
