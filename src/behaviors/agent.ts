import type { ActorId } from '../protocol/actor-id.ts'
import { ConfigurationError } from '../protocol/errors.ts'
import type { Port } from '../runtime/context.ts'
import { isThenable } from '../runtime/thenable.ts'
import { actor } from './actor.ts'
import { makeAgentRef, type AgentRef } from './agent-ref.ts'
import { copyOf } from './copy.ts'
import { checkKindName } from './kind-checks.ts'
import type { Kind } from './kind.ts'
import { message } from './schema.ts'
import { uncallable } from './uncallable.ts'

/** One value that many read and change; give it to `child`. */
export interface AgentDefinition<Args, Value> extends Kind<Args, Value, AgentRef<Value>> {
  /** Only for the type. */
  readonly value?: Value
}

type Reader = (value: unknown) => unknown
type ReadAndChange = (value: unknown) => readonly [unknown, unknown] | PromiseLike<readonly [unknown, unknown]>

/**
 * Defines an agent: an actor that keeps one value, which functions read and change, one after the other. Follows Elixir's
 * `Agent`.
 *
 * What goes in and what comes out are copies (by `structuredClone`): nobody but the agent holds its value. The value is therefore
 * plain data, with dates, maps, sets and binary data, but no functions and no instances of classes.
 *
 * A function that throws crashes the agent, whose value stays what it was; the caller's promise rejects with `crashed`. Functions
 * travel in memory only: an agent with `state: 'durable'`, whose messages are in a journal, refuses them with `invalid`; it is
 * read by `get()` and written by `set(value)`. With `'checkpointed'` everything works, and `ref.checkpoint()` keeps the
 * value on demand.
 *
 * @param name unique in the program
 * @param initial the first value ever, or a function that makes it of the arguments of the child
 * @throws {ConfigurationError} if the name or the value is not what it must be
 * @example
 * ```ts
 * import { agent, child, start, supervisor } from 'coppice'
 *
 * const Hits = agent('hits', { total: 0, pages: [] as string[] })
 * const app = await start(supervisor({}, { hits: child(Hits) }))
 * await app.tree.hits.update(({ total, pages }) => ({ total: total + 1, pages: [...pages, '/'] }))
 * console.log(await app.tree.hits.get(({ total }) => total)) // => 1
 * await app.stop()
 * ```
 */
export function agent<Value, Args = undefined>(
  name: string,
  initial: (args: Args) => Value | Promise<Value>,
): AgentDefinition<NoInfer<Args>, Value>
export function agent<Value>(name: string, initial: Value): AgentDefinition<undefined, Value>
export function agent(name: string, initial: unknown): AgentDefinition<never, never> {
  checkKindName('agent', name)
  const path = `agent "${name}"`
  if (initial === undefined)
    throw new ConfigurationError({
      path: `${path}: initial`,
      rule: 'must be a value, or a function that makes one',
      value: initial,
    })
  const first = typeof initial === 'function' ? (initial as Reader) : givenOnce(path, initial)
  const { behavior } = actor(name, {
    initial: (args: unknown) => {
      const value = first(args)
      return isThenable(value) ? Promise.resolve(value).then(begun) : begun(value)
    },
    handlers: ({ call }) => ({
      get: call(message<Reader | undefined>(), ({ state, input: read }) => {
        const reply = read === undefined ? state : read(state)
        return isThenable(reply) ? Promise.resolve(reply).then(answer) : answer(reply)
      }),
      update: call(message<Reader>(), ({ state, input: change }) => {
        const next = change(state)
        return isThenable(next) ? Promise.resolve(next).then(settled) : settled(next)
      }),
      getAndUpdate: call(message<ReadAndChange>(), ({ state, input: change }) => {
        const both = change(state)
        return isThenable(both) ? Promise.resolve(both).then(answered) : answered(both)
      }),
      set: call(message<unknown>(), ({ input }) => ({ reply: undefined, state: input })),
    }),
  })
  const begun = (value: unknown) => copyOf(value, `${path}: initial`)
  const answer = (reply: unknown) => ({ reply: copyOf(reply, `${path}: get`) })
  const settled = (next: unknown) => ({ reply: undefined, state: valueOf(next, `${path}: update`) })
  const answered = (both: readonly [unknown, unknown]) => ({
    reply: copyOf(pairOf(both, path)[0], `${path}: getAndUpdate`),
    state: valueOf(both[1], `${path}: getAndUpdate`),
  })
  return uncallable({
    name,
    // The value has the type of the definition, which everybody goes through.
    behavior: behavior as AgentDefinition<never, never>['behavior'],
    reference: (port: Port, id: ActorId) => makeAgentRef(name, port, id) as AgentRef<never>,
  })
}

/** A value that is given at the definition is looked at there; each agent begins with a copy of its own. */
function givenOnce(path: string, initial: unknown): () => unknown {
  const kept = copyOf(initial, `${path}: initial`)
  return () => kept
}

/** The copy that is kept: the function may hold on to what it has returned. */
function valueOf(next: unknown, path: string): unknown {
  if (next === undefined)
    throw new ConfigurationError({ path, rule: 'must return the next value', value: next, remedy: 'The value was not changed' })
  return copyOf(next, path)
}

function pairOf(both: unknown, path: string): readonly [unknown, unknown] {
  if (Array.isArray(both) && both.length === 2) return both as unknown as readonly [unknown, unknown]
  throw new ConfigurationError({
    path: `${path}: getAndUpdate`,
    rule: 'must return [reply, next value]',
    value: both,
    remedy: 'The value was not changed',
  })
}
