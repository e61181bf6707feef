import { childId, type ActorId } from '../../protocol/actor-id.ts'
import type { Kind } from '../../behaviors/kind.ts'
import type { Port } from '../../runtime/context.ts'
import type { ChildOptions } from '../specs/child-options.ts'
import { asOptions, isIntegerFrom } from '../specs/option-checks.ts'
import type { PartitionKey } from './partition-hash.ts'
import { partitionNames, partitionViolations } from '../specs/partition-rules.ts'
import { makePartitionsRef, type PartitionsRef } from './partitions-ref.ts'
import type { DynamicOptions, SupervisorOptions } from '../specs/supervisor-options.ts'
import { dynamicNames } from '../specs/supervisor-rules.ts'
import { child, type DynamicNode, type SupervisorNode, type TreeNode } from './tree.ts'

/** How many partitions there are, how keys find them, and how each is supervised. */
export interface PartitionSupervisorOptions<Key = PartitionKey, State = unknown, Args = unknown, Handlers = unknown>
  extends DynamicOptions, Omit<ChildOptions<State, Args, Handlers>, 'args' | 'name' | 'namespace'> {
  /** An integer >= 1. With another number, keys belong to other partitions. */
  readonly partitions: number
  /** Makes a text or a number of a key; without it keys are texts or numbers. The same key must always give the same. */
  readonly keyBy?: (key: Key) => PartitionKey
}

/** What each partition is started with; left out where `initial` takes nothing. */
export type PartitionArguments<Args> = undefined extends Args
  ? { readonly args?: Args | ((index: number) => Args) }
  : {
      /** The same for all, or made from the number of the partition, beginning with 0. */
      readonly args: Args | ((index: number) => Args)
    }

/**
 * Declares a supervisor of `partitions` copies of one child, numbered from 0, and spreads keys over them: the same key always
 * belongs to the same partition, also in the next process. Where one actor is a bottleneck, several share its work, and what
 * belongs to one key is still handled one after another.
 *
 * Each partition is restarted alone, within the intensity that they share. A partition keeps its state as every child does, under
 * its number: with another number of `partitions`, keys find other partitions than those that know of them.
 *
 * Follows Elixir's `PartitionSupervisor`; the number has to be given, and a number is spread like its text, not by its remainder.
 *
 * @throws {ConfigurationError} from `start`, if an option breaks a rule.
 * @example
 * ```ts
 * import { actor, message, partitionSupervisor, start, supervisor } from 'coppice'
 *
 * const Counter = actor('counter', {
 *   initial: () => ({}) as Record<string, number>,
 *   handlers: ({ call }) => ({
 *     add: call(message<string>(), ({ state, input }) => {
 *       const count = (state[input] ?? 0) + 1
 *       return { reply: count, state: { ...state, [input]: count } }
 *     }),
 *   }),
 * })
 * const app = await start(supervisor({}, { counters: partitionSupervisor(Counter, { partitions: 4 }) }))
 * await app.tree.counters.for('ada').call.add('ada')
 * console.log(await app.tree.counters.for('ada').call.add('ada')) // => 2
 * console.log(app.tree.counters.for('ada').id) // => counters/2
 * await app.stop()
 * ```
 */
export function partitionSupervisor<Args, State, Ref, Handlers, Key = PartitionKey>(
  definition: Kind<Args, State, Ref, Handlers>,
  options: PartitionSupervisorOptions<Key, State, Args, NoInfer<Handlers>> & PartitionArguments<Args>,
): SupervisorNode<PartitionsRef<Ref, Key>>
export function partitionSupervisor<Ref, Key = PartitionKey>(
  node: SupervisorNode<Ref> | DynamicNode<Ref>,
  options: PartitionSupervisorOptions<Key>,
): SupervisorNode<PartitionsRef<Ref, Key>>
export function partitionSupervisor(
  what: Copied,
  given: PartitionSupervisorOptions<never>,
): SupervisorNode<PartitionsRef<unknown, never>> {
  // What was given may be anything: it is checked with the tree.
  const all = asOptions(given)
  const { partitions, keyBy } = all
  const ofSupervisor: readonly string[] = dynamicNames
  const ofChildren = Object.entries(all).filter(([name]) => ![...partitionNames, ...ofSupervisor, 'args'].includes(name))
  const options = Object.fromEntries(Object.entries(all).filter(([name]) => ofSupervisor.includes(name))) as SupervisorOptions
  const copy = (index: number): TreeNode => copyOf(what, { ...Object.fromEntries(ofChildren), ...argsOf(all['args'], index) })
  const size = isIntegerFrom(1, partitions) ? Number(partitions) : 0
  const children = Object.fromEntries(Array.from({ length: size }, (_, index) => [String(index), copy(index)]))
  const type = 'behavior' in what && !('kind' in what) ? 'worker' : 'supervisor'
  return {
    kind: 'supervisor',
    options,
    childOptions: {},
    children,
    isPartitioned: true,
    violations: (at) => partitionViolations({ at, options: given, type }),
    reference: (port: Port, id: ActorId) =>
      makePartitionsRef({
        id,
        port,
        refs: Object.freeze(Object.entries(children).map(([key, node]) => node.reference(port, childId(id, key)))),
        keyBy: keyBy as ((key: never) => PartitionKey) | undefined,
      }),
  }
}

function copyOf(what: Copied, options: ChildOptions): TreeNode {
  return 'kind' in what ? child(what, options) : child(what, options as ChildOptions & { readonly args: unknown })
}

type Copied = Kind<unknown, unknown, unknown> | SupervisorNode<unknown> | DynamicNode<unknown>

function argsOf(args: unknown, index: number): { readonly args?: unknown } {
  if (args === undefined) return {}
  return { args: typeof args === 'function' ? (args as (index: number) => unknown)(index) : args }
}
