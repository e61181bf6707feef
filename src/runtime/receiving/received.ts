import type { ActorId } from '../../protocol/actor-id.ts'
import type { DurationOrInfinity } from '../../protocol/duration.ts'
import type { MessageHeaders } from '../../protocol/envelope.ts'
import type { ExitReason } from '../../protocol/exit-reason.ts'
import type { Message } from '../message.ts'

/** A message that a handler has waited for, and taken out of its turn. */
export interface Received<Name extends string = string, Input = unknown> {
  /** `info` for what names no handler: its name is the topic, such as `down`. */
  readonly kind: 'call' | 'cast' | 'info'
  readonly name: Name
  readonly input: Input
  readonly sender: ActorId | undefined
  readonly headers: MessageHeaders
  /** Answers a call; only the first answer counts. Nothing happens where nobody waits. */
  reply(value: unknown): void
}

/** How long to wait for a message. */
export interface ReceiveOptions {
  /**
   * 5 s if not given, `"infinity"` waits for ever; never longer than the caller of the call that is being handled. After it the
   * promise rejects with a `ReceiveTimeoutError`.
   */
  readonly timeout?: DurationOrInfinity
}

/** A Standard Schema, as far as a message is held against it. */
export interface Fitting {
  readonly '~standard': { readonly validate: (value: unknown) => unknown }
}

/** What may come, by the names of the messages. */
export type WantedMessages = Readonly<Record<string, Fitting>>

/** One of several messages, told apart by `name`. */
export type ReceivedOf<Wanted> = { [Name in keyof Wanted & string]: Received<Name, FittingOutput<Wanted[Name]>> }[keyof Wanted &
  string]

/** What a message is that fits a schema. */
export type FittingOutput<Schema> = Schema extends {
  readonly '~standard': { readonly validate: (value: unknown) => infer Result }
}
  ? Awaited<Result> extends infer One
    ? One extends { readonly value: infer Value; readonly issues?: undefined }
      ? Value
      : never
    : never
  : never

/** What is waited for: names with schemas, which give the types; names alone; or what a function accepts. */
export type Wanting = WantedMessages | string | readonly string[] | ((message: Received) => boolean)

/** How a wish is read: what a message with this name and input is taken as, if it fits. */
export type Match = (message: Received) => { readonly input: unknown } | undefined

/** What a turn that has asked for other messages waits for, and has taken. */
export interface MessageTaker {
  /** Takes the first message that matches, of those that are queued, else of those that come. */
  receive(match: Match, timeoutMs: number): Promise<Received>
  /** True if a message that has just come is taken; it does not go into the mailbox then. */
  offer(message: Message): boolean
  /** Nobody is to wait any longer: the actor is to end, or has ended. */
  end(reason: ExitReason): void
  /** The turn is done: what it has taken is handled, and calls without an answer may get one later. */
  turnDone(): void
  /** The turn is lost: what it has taken is tried again where that was asked for, before all others, or is lost with it. */
  turnLost(reason: ExitReason): void
}

/** Makes a match of a wish; nothing if it is none. */
export function matchOf(wanting: unknown): Match | undefined {
  if (typeof wanting === 'function') {
    const accepts = wanting as (message: Received) => unknown
    return (message) => (accepts(message) === true ? message : undefined)
  }
  if (typeof wanting === 'string') return (message) => (message.name === wanting ? message : undefined)
  if (isTexts(wanting)) return (message) => (wanting.includes(message.name) ? message : undefined)
  if (!areSchemas(wanting)) return undefined
  return ({ name, input }) => (Object.hasOwn(wanting, name) ? fitted(wanting[name], input) : undefined)
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

function areSchemas(value: unknown): value is WantedMessages {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.values(value).every((item: Partial<Fitting> | undefined) => typeof item?.['~standard']?.validate === 'function')
}

/** A schema that answers later takes nothing: a mailbox cannot wait for it. */
function fitted(schema: Fitting | undefined, input: unknown): { readonly input: unknown } | undefined {
  const result = schema?.['~standard'].validate(input)
  if (typeof result !== 'object' || result === null) return undefined
  if (result instanceof Promise) {
    result.catch(() => undefined)
    return undefined
  }
  const { issues, value } = result as { readonly issues?: unknown; readonly value?: unknown }
  return issues === undefined ? { input: value } : undefined
}
