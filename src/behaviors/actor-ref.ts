import { displayId, type ActorId } from '../protocol/actor-id.ts'
import type { ExitReason } from '../protocol/exit-reason.ts'
import { refMark, type RefData } from '../protocol/ref-data.ts'
import type { CheckpointOptions, CheckpointTaken } from '../runtime/checkpoint-request.ts'
import { crossing } from '../runtime/own-copy.ts'
import type { CallOptions, CastOptions, Port, StopOptions, WhenUpOptions } from '../runtime/context.ts'
import type { CommonRef } from './common-ref.ts'
import { leaveScope } from './leave-scope.ts'
import type { PartsOptions, PartStream } from '../runtime/streams/part-stream.ts'
import type { CallHandler, CastHandler, StreamHandler } from './handlers.ts'

/** A typed address of an actor. It stays valid over restarts, of the actor and of the process. */
export interface ActorRef<Handlers> extends CommonRef {
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
  /**
   * Sends a request and gives its answer in parts, for `for await`. Nothing is sent before the first part is asked for; leaving
   * the loop ends the handler too. It rejects with a `CallError` as `call` does, with `crashed` also when the actor ends.
   */
  readonly stream: StreamMethods<Handlers>
}

/** The handlers of what may have calls and casts of the same names. */
export interface SeparateHandlers<Calls, Casts> {
  readonly '~calls': Calls
  readonly '~casts': Casts
}

/** The calls of an actor, by handler. */
export type CallMethods<Handlers> = CallMethodsOf<CallsIn<Handlers>>

/** The casts of an actor, by handler. */
export type CastMethods<Handlers> = CastMethodsOf<CastsIn<Handlers>>

/** The streams of an actor, by handler. */
export type StreamMethods<Handlers> = {
  readonly [
    Name in keyof Handlers as Handlers[Name] extends StreamHandler<infer _I, infer _P> ? Name : never
  ]: Handlers[Name] extends StreamHandler<infer Input, infer Part>
    ? (...args: [...InputArgument<Input>, options?: PartsOptions]) => PartStream<Part>
    : never
}

/** The handlers of which some answer. */
export type CallsIn<Handlers> = Handlers extends SeparateHandlers<infer Calls, unknown> ? Calls : Handlers

/** The handlers of which some do not answer. */
export type CastsIn<Handlers> = Handlers extends SeparateHandlers<unknown, infer Casts> ? Casts : Handlers

/** The methods of those handlers that answer. */
export type CallMethodsOf<Handlers> = {
  readonly [
    Name in keyof Handlers as Handlers[Name] extends CallHandler<infer _I, infer _R> ? Name : never
  ]: Handlers[Name] extends CallHandler<infer Input, infer Reply>
    ? (...args: [...InputArgument<Input>, options?: CallOptions]) => Promise<Reply>
    : never
}

/** The methods of those handlers that do not answer. */
export type CastMethodsOf<Handlers> = {
  readonly [
    Name in keyof Handlers as Handlers[Name] extends CastHandler<infer _I> ? Name : never
  ]: Handlers[Name] extends CastHandler<infer Input>
    ? (...args: [...InputArgument<Input>, options?: CastOptions]) => Promise<void>
    : never
}

/** A handler without a schema takes no input; what may be `undefined` may be left out. */
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- void is what stands for no input
export type InputArgument<Input> = [Input] extends [void] ? [] : undefined extends Input ? [input?: Input] : [input: Input]

/** The handlers of a definition as a reference needs them. */
export interface HandlerNames {
  readonly calls: readonly { readonly name: string; readonly takesInput: boolean }[]
  /** `any`: of every name, each with an input that may be left out. */
  readonly casts: readonly { readonly name: string; readonly takesInput: boolean }[] | 'any'
  readonly streams?: readonly { readonly name: string; readonly takesInput: boolean }[]
}

type Send = (name: string, input: unknown, options: object | undefined) => unknown

/** Makes a reference; its methods are made when they are first asked for. */
export function makeRef<Handlers>(names: HandlerNames, port: Port, id: ActorId): ActorRef<Handlers> {
  // The methods have the names of the handlers, which the type knows.
  return new LiveRef(names, port, id) as unknown as ActorRef<Handlers>
}

class LiveRef {
  readonly id: ActorId
  readonly #names: HandlerNames
  readonly #port: Port
  #call: object | undefined
  #cast: object | undefined
  #stream: object | undefined

  constructor(names: HandlerNames, port: Port, id: ActorId) {
    this.id = id
    this.#names = names
    this.#port = port
  }

  get call(): object {
    return (this.#call ??= methods(this.#names.calls, (name, input, options) => this.#port.call(this.id, name, input, options)))
  }

  get cast(): object {
    return (this.#cast ??= methods(this.#names.casts, (name, input, options) => this.#port.cast(this.id, name, input, options)))
  }

  get stream(): object {
    const send: Send = (name, input, options) => this.#port.stream(this.id, name, input, options)
    return (this.#stream ??= methods(this.#names.streams ?? [], send))
  }

  stop(reason?: ExitReason, options?: StopOptions): Promise<void> {
    return this.#port.stopActor(this.id, reason, options)
  }

  whenUp(options?: WhenUpOptions): Promise<number> {
    return this.#port.whenUp(this.id, options)
  }

  checkpoint(options?: CheckpointOptions): Promise<CheckpointTaken> {
    return this.#port.checkpointActor(this.id, options)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return leaveScope(this.#port, this.id)
  }

  toString(): string {
    return `actor ${displayId(this.id)}`
  }

  toJSON(): RefData {
    return { actor: this.id, system: this.#port.systemId?.() ?? '' }
  }

  [refMark](): RefData {
    return this.toJSON()
  }

  /** Whoever is given it sends on behalf of nobody, also when the actor that it was made for has ended. */
  [crossing](): object {
    return this.#port.unowned === undefined ? this : new LiveRef(this.#names, this.#port.unowned, this.id)
  }
}

function methods(handlers: HandlerNames['casts'], send: Send): object {
  if (handlers === 'any') return methodsOfAnyName(send)
  const made: Record<string, unknown> = {}
  for (const { name, takesInput } of handlers)
    made[name] = takesInput
      ? (input: unknown, options?: object) => send(name, input, options)
      : (options?: object) => send(name, undefined, options)
  return made
}

function methodsOfAnyName(send: Send): object {
  const made = new Map<string, unknown>()
  const get = (_: object, name: string | symbol): unknown => {
    // What has a `then` would be taken for a promise.
    if (typeof name === 'symbol' || name === 'then') return undefined
    const known = made.get(name)
    if (known !== undefined) return known
    const method = (input?: unknown, options?: object): unknown => send(name, input, options)
    made.set(name, method)
    return method
  }
  return new Proxy({}, { get })
}
