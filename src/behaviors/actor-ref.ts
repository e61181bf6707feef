import { displayId, type ActorId } from '../protocol/actor-id.ts'
import type { ExitReason } from '../protocol/exit-reason.ts'
import type { CallOptions, CastOptions, Port, StopOptions, WhenUpOptions } from '../runtime/context.ts'
import type { CallHandler, CastHandler } from './handlers.ts'

/** A typed address of an actor. It stays valid over restarts, of the actor and of the process. */
export interface ActorRef<Handlers> {
  readonly id: ActorId
  /**
   * Sends a request and waits for the reply.
   *
   * Rejects with a `CallError`: `noproc`, `timeout` (5 s if nothing else is said), `crashed`, `unavailable`, `aborted`, `invalid`,
   * or `refused` with what the handler declared. It never waits for ever unless asked to.
   */
  readonly call: CallMethods<Handlers>
  /**
   * Sends a message without an answer. The promise settles when the message has been taken: at once, or, for a durable actor,
   * when it is in the journal; it need not be awaited.
   */
  readonly cast: CastMethods<Handlers>
  /** Asks it to end behind what is queued, and waits until it has; see {@link Port.stopActor}. */
  stop(reason?: ExitReason, options?: StopOptions): Promise<void>
  /**
   * Resolves with the number of its incarnation when the actor is up, at once if it is: the next call finds it. Rejects with
   * `noproc` when it is gone for good: nobody starts it again unless asked to.
   */
  whenUp(options?: WhenUpOptions): Promise<number>
  toString(): string
  toJSON(): { readonly actor: ActorId }
}

/** The calls of an actor, by handler. */
export type CallMethods<Handlers> = {
  readonly [Name in keyof Handlers as Handlers[Name] extends CallHandler<infer _I, infer _R> ? Name : never]: Handlers[Name] extends CallHandler<
    infer Input,
    infer Reply
  >
    ? (...args: [...InputArgument<Input>, options?: CallOptions]) => Promise<Reply>
    : never
}

/** The casts of an actor, by handler. */
export type CastMethods<Handlers> = {
  readonly [Name in keyof Handlers as Handlers[Name] extends CastHandler<infer _I> ? Name : never]: Handlers[Name] extends CastHandler<infer Input>
    ? (...args: [...InputArgument<Input>, options?: CastOptions]) => Promise<void>
    : never
}

/** A handler without a schema takes no input. */
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- void is what stands for no input
export type InputArgument<Input> = [Input] extends [void] ? [] : [input: Input]

/** The handlers of a definition as a reference needs them. */
export interface HandlerNames {
  readonly calls: readonly { readonly name: string; readonly takesInput: boolean }[]
  readonly casts: readonly { readonly name: string; readonly takesInput: boolean }[]
}

type Send = (name: string, input: unknown, options: object | undefined) => Promise<unknown>

/** Makes a reference; its methods are made when they are first asked for. */
export function makeRef<Handlers>(names: HandlerNames, port: Port, id: ActorId): ActorRef<Handlers> {
  const lazy = { call: undefined as object | undefined, cast: undefined as object | undefined }
  const ref = {
    id,
    get call() {
      return (lazy.call ??= methods(names.calls, (name, input, options) => port.call(id, name, input, options)))
    },
    get cast() {
      return (lazy.cast ??= methods(names.casts, (name, input, options) => port.cast(id, name, input, options)))
    },
    stop: (reason?: ExitReason, options?: StopOptions) => port.stopActor(id, reason, options),
    whenUp: (options?: WhenUpOptions) => port.whenUp(id, options),
    toString: () => `actor ${displayId(id)}`,
    toJSON: () => ({ actor: id }),
  }
  // The methods have the names of the handlers, which the type knows.
  return ref as unknown as ActorRef<Handlers>
}

function methods(handlers: HandlerNames['calls'], send: Send): object {
  const made: Record<string, unknown> = {}
  for (const { name, takesInput } of handlers)
    made[name] = takesInput
      ? (input: unknown, options?: object) => send(name, input, options)
      : (options?: object) => send(name, undefined, options)
  return made
}
