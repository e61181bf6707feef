import type { Refusal } from '../behaviors/handlers.ts'
import type { ActorId } from '../protocol/actor-id.ts'
import type { DurationOrInfinity } from '../protocol/duration.ts'
import type { CallNames, InputFor, ReplyTo, SpiedMessage, SpiedNamed, SpiedNotice } from './spied-message.ts'

/**
 * Stands in for an actor: it gets the messages in place of the actor's own code, and answers as the test says. The actor itself
 * is started, restarted and stopped as before, with its state as it was.
 */
export interface Probe<Handlers = unknown> {
  readonly id: ActorId
  /** All that has come, oldest first. */
  readonly received: readonly ProbedMessage<SpiedMessage<Handlers>>[]
  readonly notices: readonly SpiedNotice[]
  /**
   * Runs the simulation until a message is there that was not expected before: of any name, or of this name and with an input
   * that has these fields. The others stay. Resolves with the oldest that fits.
   *
   * @throws {NeverHappenedError} if none comes before nothing is scheduled any more.
   */
  expectMessage(): Promise<ProbedMessage<SpiedMessage<Handlers>>>
  expectMessage<Name extends SpiedMessage<Handlers>['name']>(
    name: Name,
    input?: InputPattern<InputFor<Handlers, Name>>,
  ): Promise<ProbedMessage<SpiedNamed<Handlers, Name>>>
  /**
   * Runs the simulation until nothing can happen without time going by; or for so long; or, with `infinity`, until nothing is
   * scheduled any more, no timer either. What has not come by then does not come.
   *
   * @throws {CheckFailedError} if there is a message that was not expected.
   */
  expectNoMessage(time?: DurationOrInfinity): Promise<void>
  /** Answers calls of a name in this order, one each: those that wait for their answer first, then those that come. */
  reply<Name extends CallNames<Handlers>>(name: Name, ...replies: readonly ReplyTo<Handlers, Name>[]): void
  /**
   * Answers every call of a name from now on that has no reply yet. `run` is given what was sent, and which call it is of those
   * that it answers, from 1. It gives the reply, or `refuse(…)`; what it throws ends the incarnation.
   */
  autoReply<Name extends CallNames<Handlers>>(
    name: Name,
    run: (input: InputFor<Handlers, Name>, nth: number) => AutoReply<ReplyTo<Handlers, Name>>,
  ): void
  /**
   * From now on the actor handles its messages itself again. Calls that wait are still answered by {@link reply} and their own
   * methods.
   */
  release(): void
}

/** What {@link Probe.autoReply} answers with. */
export type AutoReply<Reply> = Reply | Refusal | Promise<Reply | Refusal>

/** Some fields of an input; of what is no object, the same value. */
export type InputPattern<Input> = Input extends object ? { readonly [Field in keyof Input]?: InputPattern<Input[Field]> } : Input

/** A message that a probe has got. Only the first answer counts; of what is no call there is none. */
export type ProbedMessage<Message extends SpiedMessage = SpiedMessage> = Message extends SpiedMessage
  ? Message & Answerable<Extract<Message['result'], { readonly status: 'replied' }>['value']>
  : never

/** How a message is answered by hand. */
export interface Answerable<Reply> {
  reply(value: Reply): void
  /** Answers with `refuse(code, …)`. */
  refuse(code: string, options?: { readonly message?: string; readonly details?: unknown }): void
}
