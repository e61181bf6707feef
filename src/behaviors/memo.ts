import type { ActorId } from '../protocol/actor-id.ts'
import { durationOrInfinityMs, type DurationOrInfinity } from '../protocol/duration.ts'
import { ConfigurationError } from '../protocol/errors.ts'
import type { Port } from '../runtime/context.ts'
import { actor } from './actor.ts'
import { checkKindName } from './kind-checks.ts'
import type { Kind } from './kind.ts'
import { memoHandlers, type MemoState, type Remembered } from './memo-handlers.ts'
import { makeMemoRef, type MemoRef } from './memo-ref.ts'
import { aCount, aFunction, aLimit, checkOptionTable, type OptionTable } from './option-table.ts'
import { uncallable } from './uncallable.ts'

/** A function that remembers; give it to `child`. */
export type MemoDefinition<Input, Value> = Kind<undefined, MemoState<Value>, MemoRef<Input, Value>>

/** What is remembered, and for how long. */
export interface MemoOptions<Input> {
  /** What makes two inputs the same. Needed where the input is no string, number, boolean, bigint, null or undefined. */
  readonly key?: (input: Input) => string
  /** How many results are kept at most, an integer >= 1; 1,000 if not given. The one that was kept first goes first. */
  readonly max?: number
  /** How long a result is given again; `"infinity"` if not given. */
  readonly ttl?: DurationOrInfinity
}

const table: OptionTable = { rules: [aFunction('key'), aCount('max', 1), aLimit('ttl')] }

/**
 * Defines a function that is run once for each input, and remembers what it came to: in the store, where there is one, so that a
 * later process need not run it again.
 *
 * Who asks for what is being worked out waits for that; different inputs are worked out side by side. What the function throws is
 * told to those who wait, and is not remembered. A result is plain data, of which everybody gets a copy.
 *
 * All results are one state, which is written after each new one; a process that is killed before that runs the function again.
 * A `durable` one works out one input after the other, and has written a result before it gives it.
 *
 * @param name unique in the program
 * @param fn may be asynchronous; `signal` is aborted when the incarnation ends
 * @throws {ConfigurationError} if the name, the function or an option is not what it must be
 * @example
 * ```ts
 * import { child, memo, memory, start, supervisor } from 'coppice'
 *
 * let runs = 0
 * const Squares = memo('squares', (n: number) => {
 *   runs += 1
 *   return n * n
 * })
 * const tree = supervisor({}, { squares: child(Squares) })
 * const store = memory()
 * const first = await start(tree, { store })
 * console.log(await first.tree.squares.get(12), await first.tree.squares.get(12)) // => 144 144
 * await first.stop()
 * const second = await start(tree, { store })
 * console.log(await second.tree.squares.get(12), runs) // => 144 1
 * await second.stop()
 * ```
 */
export function memo<Input, Value>(
  name: string,
  fn: (input: Input, context: { readonly signal: AbortSignal }) => Value | Promise<Value>,
  options: MemoOptions<Input> = {},
): MemoDefinition<Input, Value> {
  checkKindName('memo', name)
  const path = `memo "${name}"`
  if (typeof fn !== 'function') throw new ConfigurationError({ path, rule: 'must be given a function', value: fn })
  checkOptionTable(path, options, table)
  const { key = (input: Input) => keyOf(path, input), max = 1_000, ttl = 'infinity' } = options
  const ttlMs = durationOrInfinityMs(ttl, `${path}: ttl`)
  const { behavior } = actor(name, {
    initial: (): MemoState<Value> => ({ results: new Map<string, Remembered<Value>>() }),
    handlers: memoHandlers({ path, fn, max, ttlMs }),
  })
  return uncallable({
    name,
    behavior,
    reference: (port: Port, id: ActorId) => makeMemoRef<Input, Value>({ port, id, path, key }),
  })
}

function keyOf(path: string, input: unknown): string {
  if (input === null || (typeof input !== 'object' && typeof input !== 'function' && typeof input !== 'symbol'))
    return `${typeof input} ${String(input)}`
  const remedy = 'Give memo the option key, which makes a text of an input'
  throw new ConfigurationError({ path: `${path}: key`, rule: 'is needed for an input of this kind', value: input, remedy })
}
