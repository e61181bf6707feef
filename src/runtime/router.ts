import type { ActorId } from '../protocol/actor-id.ts'
import type { MessageHeaders } from '../protocol/envelope.ts'
import type { ExitReason } from '../protocol/exit-reason.ts'
import type { CallOptions, CastOptions, StopOptions } from './context.ts'
import type { DeadLetterCause } from './events.ts'
import type { CallOrigin, Message } from './message.ts'
import type { SentMessage } from './middleware.ts'
import type { Member } from './persistence.ts'
import type { CheckpointOptions, CheckpointTaken } from './checkpoint-request.ts'
import type { PartsOptions, PartStream } from './streams/part-stream.ts'

/** Who sends what. */
export interface Request {
  readonly name: string
  readonly input: unknown
  readonly sender: ActorId | undefined
  /** The turn in which it is made. */
  readonly origin?: CallOrigin | undefined
  /** The incarnation that asks: when it has ended, nobody waits for the answer. */
  readonly life?: SendingLife
  /** What goes with it; nothing as long as it has not passed the middleware. */
  readonly headers?: MessageHeaders | undefined
}

/** Who asks for parts. */
export interface StreamRequest extends Request {
  /** Aborted when nobody wants them any more. */
  readonly ending?: AbortSignal
}

/** An incarnation, as those who answer it need it. */
export interface SendingLife {
  readonly isActive: boolean
}

/** The ways between actors. */
export interface Router {
  /** Is shown every message before it leaves, and before any middleware; for test tools. */
  readonly onSent: ((message: SentMessage) => void) | undefined
  call(to: ActorId, request: Request, options?: CallOptions): Promise<unknown>
  /** As {@link call}, for somebody who waits already. */
  forward(to: ActorId, request: Request, message: Pick<Message, 'caller' | 'call'>): void
  cast(to: ActorId, request: Request, options?: CastOptions): Promise<void>
  /** Asks for parts when the first of them is asked for. */
  stream(to: ActorId, request: StreamRequest, options?: PartsOptions): PartStream<unknown>
  /** Asks for an end in the order of the queue, and waits for it. */
  stop(to: ActorId, reason?: ExitReason, options?: StopOptions): Promise<void>
  /** Asks for a checkpoint in the order of the queue, and waits until it is durable. */
  checkpoint(to: ActorId, options?: CheckpointOptions): Promise<CheckpointTaken>
  /** What is wrong with a message, as far as can be known before it is sent. */
  problemWith(to: ActorId, message: { readonly kind: string; readonly name: string; readonly input: unknown }): string | undefined
  /** Puts a message into a mailbox, or drops it where there is none. */
  deliver(to: ActorId, message: Message): void
  /** As {@link deliver}, for a message that has just gone into the journal: an actor that is not there yet finds it when it starts. */
  deliverJournaled(to: ActorId, message: Message): void
  /** A message that will not be handled: who waits for it is told. */
  drop(id: ActorId, message: Message, why: DeadLetterCause): void
  /** True if messages to this actor go through a journal, whether it has been started or not. */
  isJournaled(id: ActorId): boolean
  /** Has the dynamic supervisor start a member; `isSaved` if it is in the store already. Mail for it waits until then. */
  startMember(member: Member, options: { readonly isSaved: boolean }): void
  /** True if the actor is there, running or not. */
  isMember(id: ActorId): boolean
}
