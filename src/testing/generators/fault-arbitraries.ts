import { constant, constantFrom, integer, oneof, record, type Arbitrary } from 'fast-check'
import { childId, rootId, type ActorId } from '../../protocol/actor-id.ts'
import { ConfigurationError } from '../../protocol/errors.ts'
import type { Fault, HookFault, MessageFault, Misdeed, StoreFault } from '../../simulation/fault-plan.ts'
import { isTreeNode, type TreeNode } from '../../supervision/trees/tree.ts'
import { slots } from './slots.ts'

/** What generated faults are made of. */
export interface FaultChoices {
  /** At most so many; 5 if not given. */
  readonly faults?: number
  /** Which time at most; 5 if not given. */
  readonly nth?: number
  /** Where actors may fail; everywhere but in the first start if not given. */
  readonly at?: readonly ('message' | 'initial' | 'init' | 'restart' | 'term')[]
  /** Whether they may hang, until they are killed; `false` if not given. */
  readonly hangs?: boolean
  /** Whether the store may refuse to take a message or a commit: for trees with a store. `false` if not given. */
  readonly store?: boolean
  /** Keys of members of dynamic supervisors that may fail; none if not given. */
  readonly members?: readonly string[]
}

/**
 * Plans of what goes wrong in a tree, for `simulate` and for scenarios: the actors of the tree crash and are slow at different
 * points, no two faults at the same point. Shrinks towards none. A fault may not come about: say `allowUnusedFaults` to
 * `simulate`.
 *
 * @param where a tree, or the ids of actors.
 * @throws {ConfigurationError} if there is no actor.
 * @example
 * ```ts
 * import fc from 'fast-check'
 * import { actor, child, supervisor } from 'coppice'
 * import { faults } from 'coppice/fast-check'
 * import { simulate } from 'coppice/testing'
 *
 * const Counter = actor('counter', {
 *   initial: () => ({ n: 0 }),
 *   handlers: ({ cast }) => ({ add: cast(({ state }) => ({ n: state.n + 1 })) }),
 * })
 * const tree = supervisor({ intensity: { restarts: 9, within: '1m' } }, { a: child(Counter, { state: 'durable' }) })
 * const countsAll = fc.asyncProperty(faults(tree, { at: ['message', 'restart'], nth: 2, faults: 3 }), async (plan) => {
 *   await simulate(tree, { faults: plan, allowUnusedFaults: true }, async (sim) => {
 *     for (let n = 0; n < 5; n += 1) void sim.tree.a.cast.add()
 *     await sim.advance('1m')
 *     if (sim.peek<{ n: number }>('a')?.n !== 5) throw new Error('one is lost')
 *   })
 * })
 * await fc.assert(countsAll, { numRuns: 10 })
 * ```
 */
export function faults(where: TreeNode | readonly ActorId[], choices: FaultChoices = {}): Arbitrary<readonly Fault[]> {
  const ids = isTreeNode(where) ? actorsIn(where, choices.members ?? []) : where
  if (!isList(ids) || ids.length === 0)
    throw new ConfigurationError({ path: 'faults: where', rule: 'must be a tree or ids with an actor in it', value: where })
  return faultsOf(constantFrom<ActorId>(...ids), choices)
}

function isList<T>(value: readonly T[]): value is readonly T[] {
  return Array.isArray(value)
}

/** A fault of an actor that stands for an id. */
export type FaultOn<Actor> = (Omit<MessageFault, 'actor'> | Omit<HookFault, 'actor'> | Omit<StoreFault, 'actor'>) & {
  readonly actor: Actor
}

/** Plans of what goes wrong with actors that are generated too. */
export function faultsOf<Actor extends ActorId | number>(
  actor: Arbitrary<Actor>,
  { faults: most = 5, nth: last = 5, at = ['message', 'restart', 'init', 'term'], hangs = false, store = false }: FaultChoices,
): Arbitrary<FaultOn<Actor>[]> {
  const nth = integer({ min: 1, max: last })
  const misdeed: Arbitrary<Misdeed> = oneof(
    { withCrossShrink: true },
    constant<Misdeed>('crash'),
    record({ takes: integer({ min: 1, max: 60 }) }),
    ...(hangs ? [constant<Misdeed>('hang')] : []),
  )
  const ofActor: Arbitrary<FaultOn<Actor>> = record({ at: constantFrom(...at), actor, nth, do: misdeed }).map(
    ({ at: place, ...fault }) => {
      // The tree would not come up.
      const isStart = place === 'initial' || place === 'init'
      return { ...fault, at: place, nth: fault.nth + (isStart ? 1 : 0) } as FaultOn<Actor>
    },
  )
  const operation = constantFrom('accept' as const, 'commit' as const)
  const ofStore: Arbitrary<FaultOn<Actor>> = record({ operation, actor, nth }).map(({ nth: count, ...fault }) => {
    // With its first commit an actor starts.
    return { at: 'store', ...fault, nth: count + (fault.operation === 'commit' ? 1 : 0), do: 'refuse' }
  })
  const one = oneof({ withCrossShrink: true }, ofActor, ...(store ? [ofStore] : []))
  return slots(one, most).map(withoutTwins)
}

/** Of two at the same point, the first. */
export function withoutTwins<Actor>(all: readonly FaultOn<Actor>[]): FaultOn<Actor>[] {
  const placeOf = ({ at, actor, nth }: FaultOn<Actor>): string => `${at} ${nth} ${String(actor)}`
  const places = all.map(placeOf)
  return all.filter((_, index) => places.indexOf(places[index] ?? '') === index)
}

/** The ids of the actors that are declared in a tree, and of those members. */
function actorsIn(node: TreeNode, members: readonly string[], id: ActorId = rootId): readonly ActorId[] {
  if (node.kind === 'child') return [id]
  if (node.kind === 'dynamic') return members.map((key) => childId(id, key))
  return Object.entries(node.children).flatMap(([key, inner]) => actorsIn(inner, members, childId(id, key)))
}
