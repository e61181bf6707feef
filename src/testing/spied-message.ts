import type { InputArgument } from '../behaviors/actor-ref.ts'
import type { CallHandler, CastHandler, StreamHandler } from '../behaviors/handlers.ts'
import type { ActorId } from '../protocol/actor-id.ts'

/** What has become of a message so far. */
export type SpiedResult<Reply = unknown> =
  /** It is being handled, or its answer is to come. */
  | { readonly status: 'open' }
  /** Of what is not answered. */
  | { readonly status: 'handled' }
  | { readonly status: 'replied'; readonly value: Reply }
  | { readonly status: 'refused'; readonly refusal: string; readonly message: string; readonly details: unknown }
  /** Handling it has failed. */
  | { readonly status: 'thrown'; readonly error: unknown }

/** A message that an actor has begun to handle. */
export interface SpiedMessageOf<Kind extends string, Name extends string, Input, Reply> {
  readonly kind: Kind
  readonly name: Name
  /** As it was sent. */
  readonly input: Input
  /** Nothing for one from outside. */
  readonly sender: ActorId | undefined
  readonly incarnation: number
  /** 1 is the first; one that is tried again is here again. */
  readonly attempt: number
  readonly result: SpiedResult<Reply>
}

/** One of the messages that fit a protocol, told apart by `name`; any message where the protocol is not known. */
export type SpiedMessage<Handlers = unknown> = unknown extends Handlers
  ? SpiedMessageOf<'call' | 'cast' | 'stream', string, unknown, unknown>
  : { [Name in keyof Handlers & string]: MessageFor<Name, Handlers[Name]> }[keyof Handlers & string]

/** What the runtime has told an actor: `down`, `exit`, `published`, or something under a topic of its own. */
export interface SpiedNotice {
  readonly name: string
  readonly input: unknown
  readonly incarnation: number
}

/** What an actor has sent. */
export interface SpiedSend {
  readonly kind: 'call' | 'cast' | 'stream'
  readonly to: ActorId
  readonly name: string
  readonly input: unknown
}

/** The names that calls of a protocol have. */
export type CallNames<Handlers> = unknown extends Handlers
  ? string
  : { [Name in keyof Handlers & string]: Handlers[Name] extends CallHandler<infer _I, infer _R> ? Name : never }[keyof Handlers &
      string]

/** What a call of a protocol is answered with. */
export type ReplyTo<Handlers, Name> = Name extends keyof Handlers
  ? Handlers[Name] extends CallHandler<infer _Input, infer Reply>
    ? Reply
    : never
  : unknown

/** What a message of a protocol carries. */
export type InputFor<Handlers, Name> = Name extends keyof Handlers
  ? Handlers[Name] extends CallHandler<infer Input, infer _Reply>
    ? Given<Input>
    : Handlers[Name] extends CastHandler<infer Input>
      ? Given<Input>
      : Handlers[Name] extends StreamHandler<infer Input, infer _Part>
        ? Given<Input>
        : never
  : unknown

/** The messages of a protocol with this name. */
export type SpiedNamed<Handlers, Name> = unknown extends Handlers
  ? SpiedMessage
  : Extract<SpiedMessage<Handlers>, { readonly name: Name }>

type MessageFor<Name extends string, Handler> =
  Handler extends CallHandler<infer Input, infer Reply>
    ? SpiedMessageOf<'call', Name, Given<Input>, Reply>
    : Handler extends CastHandler<infer Input>
      ? SpiedMessageOf<'cast', Name, Given<Input>, never>
      : Handler extends StreamHandler<infer Input, infer _Part>
        ? SpiedMessageOf<'stream', Name, Given<Input>, never>
        : never

/** A handler without a schema takes no input. */
type Given<Input> = InputArgument<Input> extends [] ? undefined : Input
