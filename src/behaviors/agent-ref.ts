import type { ActorId } from '../protocol/actor-id.ts'
import { ConfigurationError, NotStorableError } from '../protocol/errors.ts'
import type { CallOptions, Port } from '../runtime/context.ts'
import { InvalidMessageError } from '../runtime/errors.ts'
import { refWith, type CommonRef } from './common-ref.ts'
import { copyOf } from './copy.ts'

/**
 * The address of an agent. Each method waits for the agent, and rejects with a `CallError` as `ActorRef.call` does: `crashed`
 * where the function throws. Functions run within the agent, one after the other; they may be asynchronous, and the others wait
 * then.
 */
export interface AgentRef<Value> extends CommonRef {
  /** A copy of the value. */
  get(): Promise<Value>
  /** A copy of what `read` makes of the value; the agent keeps it as it is. */
  get<Result>(read: (value: Readonly<Value>) => Result | Promise<Result>, options?: CallOptions): Promise<Result>
  /** Puts what `change` makes of the value in its place. It must not change the value itself. */
  update(change: (value: Readonly<Value>) => Value | Promise<Value>, options?: CallOptions): Promise<void>
  /** As {@link update}, and gives a reply: `change` returns both, the reply first. */
  getAndUpdate<Reply>(
    change: (value: Readonly<Value>) => readonly [reply: Reply, next: Value] | Promise<readonly [reply: Reply, next: Value]>,
    options?: CallOptions,
  ): Promise<Reply>
  /** Puts a copy of another value in its place. */
  set(value: Value, options?: CallOptions): Promise<void>
}

/** Makes the reference of an agent. */
export function makeAgentRef(name: string, port: Port, id: ActorId): AgentRef<unknown> {
  const path = `agent "${name}"`
  const callWith = async (method: string, fn: unknown, options: CallOptions | undefined): Promise<unknown> => {
    if (typeof fn !== 'function')
      throw new ConfigurationError({ path: `${path}: ${method}`, rule: 'must be given a function', value: fn })
    try {
      return await port.call(id, method, fn, options)
    } catch (error) {
      throw isUnstored(error) ? new InvalidMessageError(id, method, functionsAreVolatile, error) : error
    }
  }
  const make = (other: Port): AgentRef<unknown> => makeAgentRef(name, other, id)
  return refWith({ port, id, word: 'agent', make }, {
    get: (...given: readonly unknown[]) =>
      (given.length === 0
        ? port.call(id, 'get', undefined)
        : callWith('get', given[0], given[1] as CallOptions)) as Promise<never>,
    update: async (change, options) => void (await callWith('update', change, options)),
    getAndUpdate: (change, options) => callWith('getAndUpdate', change, options) as Promise<never>,
    set: async (value, options) => {
      if (value === undefined)
        throw new ConfigurationError({ path: `${path}: set`, rule: 'must be given a value; null stands for none', value })
      await port.call(id, 'set', copyOf(value, `${path}: set`), options)
    },
  } satisfies Omit<AgentRef<unknown>, keyof CommonRef>)
}

const functionsAreVolatile =
  'functions travel in memory only, and the messages of a durable agent are in its journal; ' +
  'read it with get() and write it with set(value)'

/** What the journal says of a function. */
function isUnstored(error: unknown): boolean {
  return error instanceof InvalidMessageError && error.cause instanceof NotStorableError
}
