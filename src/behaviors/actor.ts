import { ConfigurationError, describeValue } from '../protocol/errors.ts'
import type { ActorId } from '../protocol/actor-id.ts'
import type { Behavior, Hooks, Step } from '../runtime/behavior.ts'
import type { Checkpointable } from '../runtime/checkpointable.ts'
import type { Context, Down, Port, Published, TrappedExit } from '../runtime/context.ts'
import { checkRetries } from '../runtime/call-options.ts'
import type { Message } from '../runtime/message.ts'
import { streamFor } from '../runtime/streams/pump.ts'
import { isThenable } from '../runtime/thenable.ts'
import { makeRef, type ActorRef, type HandlerNames } from './actor-ref.ts'
import { handlerKit, NoReply, Refusal, type AnyHandler, type HandlerKit, type StreamHandler } from './handlers.ts'
import { checkpointableViolations } from './checkpointable-rules.ts'
import type { Kind } from './kind.ts'
import { invalidStep, refusedStep } from './refused-step.ts'
import { validate } from './schema.ts'
import { uncallable } from './uncallable.ts'

/** A message that names no handler: a monitored actor has ended, an exit signal was trapped, or something was published. */
export type Info =
  | ({ readonly type: 'down' } & Down)
  | ({ readonly type: 'exit' } & TrappedExit)
  | ({ readonly type: 'published' } & Published)
  | { readonly type: string; readonly input: unknown }

/** What `actor` is given besides a name. */
export interface ActorOptions<Args, State, Handlers> extends Hooks<State, Args> {
  /** The version of the state's shape; 1 if not given. Raise it when the shape changes, and add a step to `migrate`. */
  readonly version?: number
  /** Pure steps from one version of the state to the next: `{ 1: (old) => … }` makes version 2 of version 1. */
  readonly migrate?: Readonly<Record<number, (old: never) => unknown>>
  /** Builds the first state ever from the arguments of the child spec. Plain data, if it is to be stored. */
  readonly initial: (args: Args, ctx: Context) => State | Promise<State>
  /** The messages that it understands. */
  readonly handlers: (kit: HandlerKit<State>) => Handlers
  /** Handles what names no handler; without it such messages are dropped. */
  readonly info?: (turn: InfoTurn<State>) => InfoResult<State>
  /** Keeps the state elsewhere than in the store: in a file, in another database. All four functions have to be there. Not for `durable`. */
  readonly checkpointable?: Checkpointable<NoInfer<State>>
  /** Exit signals become messages for `info` in place of ending the actor. */
  readonly trapExits?: boolean
}

/** What a handler of `info` gets. */
export interface InfoTurn<State> {
  readonly state: Readonly<State>
  readonly message: Info
  readonly ctx: Context
}

// A handler that ends without a return statement is typed as returning void.
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type
export type InfoResult<State> = State | undefined | void

/** A named, versioned kind of actor; give it to `child` or `dynamicSupervisor`. */
export interface ActorDefinition<Args, State, Handlers> extends Kind<Args, State, ActorRef<Handlers>, Handlers> {
  readonly behavior: Behavior<State, Args>
}

/**
 * Defines a kind of actor: a state, and handlers of calls and casts that return the next one.
 *
 * A handler runs on the committed state. What it returns is committed when it succeeds; when it throws, the state before it
 * stays, the incarnation ends with the error as its reason, and its supervisor decides. As OTP's `gen_server`, with the
 * handlers named and typed.
 *
 * @param name unique in the program: a checkpoint names its behavior
 * @throws {ConfigurationError} if the name, the version, a migration or a handler is not what it must be
 * @example
 * ```ts
 * import { actor, child, message, start, supervisor } from 'coppice'
 *
 * const Counter = actor('counter', {
 *   initial: () => ({ count: 0 }),
 *   handlers: ({ call }) => ({
 *     add: call(message<number>(), ({ state, input }) => ({ reply: state.count + input, state: { count: state.count + input } })),
 *   }),
 * })
 * const app = await start(supervisor({}, { counter: child(Counter) }))
 * console.log(await app.tree.counter.call.add(2)) // => 2
 * await app.stop()
 * ```
 */
export function actor<Args, State, Handlers extends Record<string, AnyHandler>>(
  name: string,
  options: ActorOptions<Args, State, Handlers>,
): ActorDefinition<NoInfer<Args>, State, Handlers> {
  checkDefinition(name, options)
  const handlers = options.handlers(handlerKit<State>()) as unknown as Record<string, AnyHandler>
  checkHandlers(name, handlers)
  const names = namesOf(handlers)
  return uncallable({
    name,
    behavior: new ActorBehavior(name, options, handlers) as unknown as Behavior<State, Args>,
    reference: (port: Port, id: ActorId) => makeRef<Handlers>(names, port, id),
    handlers: handlers as unknown as Handlers,
  })
}

class ActorBehavior implements Behavior {
  readonly name: string
  readonly version: number
  readonly hooks: Hooks<unknown, unknown>
  readonly migrate: Readonly<Record<number, (old: unknown) => unknown>>
  readonly trapsExits: boolean
  readonly receives = true
  readonly calls: readonly string[]
  readonly retriesOf: (name: string) => number | undefined
  readonly checkpointable?: Checkpointable
  readonly #handlers: ReadonlyMap<string, AnyHandler>
  readonly #options: ActorOptions<unknown, unknown, unknown>

  constructor(name: string, options: ActorOptions<unknown, unknown, unknown>, handlers: Record<string, AnyHandler>) {
    this.name = name
    this.version = options.version ?? 1
    // Each step is written for the shape that it starts from, which only its author knows.
    this.migrate = (options.migrate ?? {}) as Record<number, (old: unknown) => unknown>
    this.trapsExits = options.trapExits ?? false
    this.#options = options
    this.calls = namesOf(handlers).calls.map((call) => call.name)
    this.#handlers = new Map(Object.entries(handlers))
    this.retriesOf = (handler) => this.#handlers.get(handler)?.retries
    const { init, restart, term, checkpointable } = options
    if (checkpointable !== undefined) this.checkpointable = checkpointable
    this.hooks = { ...(init && { init }), ...(restart && { restart }), ...(term && { term }) }
  }

  initial(args: unknown, ctx: Context): unknown {
    return this.#options.initial(args, ctx)
  }

  check({ kind, name, input }: { readonly kind: string; readonly name: string; readonly input: unknown }): string | undefined {
    const handler = this.#handlers.get(name)
    if (handler === undefined)
      return `behavior "${this.name}" has no handler "${name}"; it has ${listOf([...this.#handlers.keys()])}`
    if (handler.kind !== kind) return `"${name}" is a ${handler.kind} handler; send it by .${handler.kind}.${name}(…)`
    if (handler.schema === undefined) return undefined
    const checked = validate(handler.schema, input)
    return 'problem' in checked ? checked.problem : undefined
  }

  handle(state: unknown, message: Message, ctx: Context): Step<unknown> | PromiseLike<Step<unknown>> {
    if (message.kind === 'info') return this.#inform(state, message, ctx)
    const handler = this.#handlers.get(message.name)
    // A behavior that has been replaced may leave mail behind that its successor does not know.
    if (handler === undefined) return invalidStep(state, `behavior "${this.name}" has no handler "${message.name}"`)
    let { input } = message
    if (handler.schema !== undefined) {
      const checked = validate(handler.schema, input)
      if ('problem' in checked) return invalidStep(state, checked.problem)
      input = checked.value
    }
    if (handler.kind === 'stream') return stepOfStream(handler, { state, input, message, ctx })
    const result = handler.run({ state: state as never, input, ctx })
    const toStep = handler.kind === 'call' ? stepOfCall : stepOfCast
    return isThenable(result) ? result.then((late) => toStep(state, late)) : toStep(state, result)
  }

  #inform(state: unknown, message: Message, ctx: Context): Step<unknown> {
    const { info } = this.#options
    if (info === undefined) return { state }
    const told = isKnown(message.name)
      ? { type: message.name, ...(message.input as Down) }
      : { type: message.name, input: message.input }
    const next: unknown = info({ state: state as never, message: told as Info, ctx })
    return { state: next === undefined ? state : next }
  }
}

/** What is told as it is, and not as the `input` of a message. */
function isKnown(name: string): boolean {
  return name === 'down' || name === 'exit' || name === 'published'
}

function stepOfCall(state: unknown, result: unknown): Step<unknown> {
  if (result instanceof Refusal) return refusedStep(state, result)
  if (result instanceof NoReply) return { state: result.next === undefined ? state : result.next.state }
  const { reply, state: next } = result as { reply: unknown; state?: unknown }
  return { state: next === undefined ? state : next, outcome: { status: 'replied', value: reply } }
}

function stepOfCast(state: unknown, result: unknown): Step<unknown> {
  if (result instanceof Refusal) return refusedStep(state, result)
  return { state: result === undefined ? state : result }
}

function stepOfStream(
  handler: StreamHandler<unknown, unknown>,
  { state, input, message, ctx }: { state: unknown; input: unknown; message: Message; ctx: Context },
): Step<unknown> {
  const after = streamFor(message, ctx, {
    make: (run) => handler.run({ state: state as never, input, ...run }),
    last: (value, link) => {
      if (value instanceof Refusal) link.settle(value.outcome)
      else link.complete()
    },
  })
  if (after === undefined) return invalidStep(state, `"${message.name}" is a stream handler`)
  return { state, outcome: { status: 'replied', value: undefined }, after }
}

function namesOf(handlers: Record<string, AnyHandler>): HandlerNames & { readonly streams: HandlerNames['calls'] } {
  const entries = Object.entries(handlers).map(([name, { kind, schema }]) => ({ name, kind, takesInput: schema !== undefined }))
  const of = (wanted: AnyHandler['kind']) => entries.filter(({ kind }) => kind === wanted)
  return { calls: of('call'), casts: of('cast'), streams: of('stream') }
}

function checkDefinition(name: unknown, options: unknown): asserts options is ActorOptions<unknown, unknown, unknown> {
  if (typeof name !== 'string' || name === '')
    throw new ConfigurationError({ path: 'actor: name', rule: 'must be a text of at least one character', value: name })
  const path = `actor "${name}"`
  if (typeof options !== 'object' || options === null)
    throw new ConfigurationError({ path, rule: 'must be given { initial, handlers }', value: options })
  const given = options as Record<string, unknown>
  for (const field of ['initial', 'handlers'])
    if (typeof given[field] !== 'function')
      throw new ConfigurationError({ path: `${path}: ${field}`, rule: 'must be a function', value: given[field] })
  for (const field of ['init', 'restart', 'term', 'info'])
    if (given[field] !== undefined && typeof given[field] !== 'function')
      throw new ConfigurationError({ path: `${path}: ${field}`, rule: 'must be a function', value: given[field] })
  checkVersion(path, given['version'], given['migrate'])
  for (const violation of checkpointableViolations(path, given['checkpointable'])) throw new ConfigurationError(violation)
}

function checkVersion(path: string, version: unknown, migrate: unknown): void {
  if (version !== undefined && (!Number.isInteger(version) || (version as number) < 1))
    throw new ConfigurationError({ path: `${path}: version`, rule: 'must be an integer >= 1', value: version })
  for (const [from, step] of Object.entries(migrate ?? {})) {
    if (typeof step !== 'function')
      throw new ConfigurationError({ path: `${path}: migrate[${from}]`, rule: 'must be a function', value: step })
    if (!(Number(from) >= 1 && Number(from) < ((version as number | undefined) ?? 1)))
      throw new ConfigurationError({
        path: `${path}: migrate[${from}]`,
        rule: `must start from a version before the present one (${describeValue(version ?? 1)})`,
        value: Number(from),
        remedy: 'Raise `version` together with each step',
      })
  }
}

function checkHandlers(name: string, handlers: Record<string, unknown>): void {
  for (const [key, handler] of Object.entries(handlers)) {
    const path = `actor "${name}": handlers.${key}`
    const given = handler as Partial<AnyHandler> | null
    if (
      typeof given !== 'object' ||
      (given?.kind !== 'call' && given?.kind !== 'cast' && given?.kind !== 'stream') ||
      typeof given.run !== 'function'
    )
      throw new ConfigurationError({
        path,
        rule: 'must be made by call(…), cast(…) or stream(…) of the kit that `handlers` is given',
        value: handler,
      })
    if (given.schema !== undefined && typeof given.schema?.['~standard']?.validate !== 'function')
      throw new ConfigurationError({
        path,
        rule: 'must have a Standard Schema, message<T>() or nothing before its function',
        value: given.schema,
      })
    if (given.retries !== undefined) checkRetries(given.retries, `${path}: retries`)
  }
}

function listOf(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.map((name) => `"${name}"`).join(', ')
}
