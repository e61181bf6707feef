import type { ActorId } from '../protocol/actor-id.ts'
import type { CallOptions, CastOptions, Port } from '../runtime/context.ts'
import type { Become } from './become.ts'
import { refWith, type CommonRef } from './common-ref.ts'
import type { NoReply, Refusal } from './handlers.ts'

/**
 * A typed address of an actor that is a function bound to acquaintances. It stays valid over restarts and over what it becomes.
 */
export interface BehaviorRef<Fn> extends CommonRef {
  /** Sends a message and waits for the result of the function; see `ActorRef.call` for how it rejects. */
  call(message: MessageTo<Fn>, options?: CallOptions): Promise<ReplyOf<Fn>>
  /** Sends a message; the result of the function is nobody's. See `ActorRef.cast`. */
  cast(message: MessageTo<Fn>, options?: CastOptions): Promise<void>
}

/** What an actor that begins with this function can be sent: what everything that it may become understands as well. */
export type MessageTo<Fn> = (Reachable<Fn> extends infer One ? MessageTaker<One> : never) extends (message: infer Message) => void
  ? Message
  : never

/** What a call of an actor that begins with this function may give, whatever it has become. */
export type ReplyOf<Fn> = Reachable<Fn> extends infer One ? (One extends unknown ? ReplyIn<ResultOf<One>> : never) : never

/** The function, and those of all behaviors that it may come to. */
export type Reachable<Fn, Seen = never> = Fn extends Seen ? never : Fn | Reachable<NextOf<ResultOf<Fn>>, Seen | Fn>

type ResultOf<Fn> = Fn extends (...args: never) => infer Result ? Awaited<Result> : never
type NextOf<Result> = Result extends Become<infer Next> ? Next : never
type ReplyIn<Result> =
  Result extends Become<infer _Next, infer Reply>
    ? Reply
    : Result extends Refusal | NoReply
      ? never
      : // eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- a function may end without a return statement
        Result extends void
        ? undefined
        : Result
type MessageTaker<Fn> = Fn extends (acquaintances: never, message: infer Message, ...rest: never) => void
  ? (message: Message) => void
  : never

/** The one name under which messages go to a function. */
export const messageName = 'message'

/** Makes the reference of an actor that is a function. */
export function makeBehaviorRef<Fn>(port: Port, id: ActorId): BehaviorRef<Fn> {
  const make = (other: Port): BehaviorRef<Fn> => makeBehaviorRef<Fn>(other, id)
  return refWith({ port, id, word: 'actor', make }, {
    call: (message, options) => port.call(id, messageName, message, options) as Promise<ReplyOf<Fn>>,
    cast: (message, options) => port.cast(id, messageName, message, options),
  } satisfies Omit<BehaviorRef<Fn>, keyof CommonRef>)
}
