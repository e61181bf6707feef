import { actor, type ActorDefinition } from '../../../src/behaviors/actor.ts'
import type { ActorRef } from '../../../src/behaviors/actor-ref.ts'
import { childId, rootId, type ActorId } from '../../../src/protocol/actor-id.ts'
import type { Fault } from '../../../src/simulation/fault-plan.ts'
import type { ChildOptions } from '../../../src/supervision/specs/child-options.ts'
import type { MembersRef } from '../../../src/supervision/trees/members-ref.ts'
import { child, dynamicSupervisor, supervisor, type SupervisorNode, type TreeNode } from '../../../src/supervision/trees/tree.ts'
import type { DynamicPlan, FaultPlan, NodePlan, Plan, SupervisorPlan, WorkerPlan } from './plan.ts'

/** A worker that counts, and ends in every way when it is told to. */
export function workerOn(sleep: (ms: number) => Promise<void>) {
  return actor('worker', {
    initial: () => ({ n: 0 }),
    handlers: ({ call, cast }) => ({
      add: call(({ state }) => ({ reply: state.n + 1, state: { n: state.n + 1 } })),
      addSlowly: call(async ({ state }) => {
        await sleep(15)
        return { reply: state.n + 1, state: { n: state.n + 1 } }
      }),
      addAndCrash: call(({ state }): { reply: number } => {
        throw new Error(`asked to crash at ${state.n}`)
      }),
      count: cast(({ state }) => ({ n: state.n + 1 })),
      crash: cast(() => {
        throw new Error('crash')
      }),
      crashLate: cast(async () => {
        await sleep(7)
        throw new Error('late crash')
      }),
      end: cast(({ ctx }) => ctx.stop()),
    }),
  })
}

export type Worker = ReturnType<typeof workerOn>
type WorkerRef = Worker extends ActorDefinition<infer _A, infer _S, infer Handlers> ? ActorRef<Handlers> : never

/** The tree of a plan as a value. The keys of children are a, b, c… in their order. */
export function treeOf(plan: Plan, worker: Worker): SupervisorNode<unknown> {
  return supervisorOf(plan.tree, { worker, hasStore: plan.hasStore })
}

/** Every supervisor of a plan with its id, from the root down. */
export function supervisorsOf(node: SupervisorPlan, id: ActorId = rootId): [ActorId, SupervisorPlan | DynamicPlan][] {
  const below = node.children.flatMap((inner, index): [ActorId, SupervisorPlan | DynamicPlan][] => {
    const innerId = childId(id, keyAt(index))
    if (inner.kind === 'supervisor') return supervisorsOf(inner, innerId)
    return inner.kind === 'dynamic' ? [[innerId, inner]] : []
  })
  return [[id, node], ...below]
}

export function keyAt(index: number): string {
  return String.fromCharCode('a'.charCodeAt(0) + index)
}

/** The ids of all workers of a plan, with two members of each dynamic supervisor. */
export function workerIds(node: SupervisorPlan, id: ActorId = rootId): ActorId[] {
  return node.children.flatMap((inner, index) => {
    const innerId = childId(id, keyAt(index))
    if (inner.kind === 'supervisor') return workerIds(inner, innerId)
    return inner.kind === 'dynamic' ? [childId(innerId, 'k'), childId(innerId, 'l')] : [innerId]
  })
}

export interface Refs {
  readonly workers: WorkerRef[]
  readonly members: MembersRef<undefined, WorkerRef>[]
}

/** A reference to every worker, and to the members of every dynamic supervisor. */
export function refsIn(directory: unknown, node: SupervisorPlan): Refs {
  const workers: Refs['workers'] = []
  const members: Refs['members'] = []
  const refs = directory as Readonly<Record<string, unknown>>
  for (const [index, inner] of node.children.entries()) {
    const ref = refs[keyAt(index)]
    // What stands in the directory under a key is what the plan has there.
    if (inner.kind === 'worker') workers.push(ref as WorkerRef)
    else if (inner.kind === 'dynamic') {
      const dynamic = ref as MembersRef<undefined, WorkerRef>
      members.push(dynamic)
      workers.push(dynamic.get('k'), dynamic.get('l'))
    } else {
      const below = refsIn(ref, inner)
      workers.push(...below.workers)
      members.push(...below.members)
    }
  }
  return { workers, members }
}

/** The faults of a plan; of two at the same place the first. */
export function faultsOf({ faults, tree }: Plan): Fault[] {
  const ids = workerIds(tree)
  const placeOf = (fault: FaultPlan): string => `${fault.at} #${fault.nth} of ${idOf(fault, ids)}`
  const isNew = (fault: FaultPlan, index: number): boolean => faults.map(placeOf).indexOf(placeOf(fault)) === index
  return ids.length === 0 ? [] : faults.filter(isNew).map((fault) => ({ ...misdeedOf(fault), actor: idOf(fault, ids) }))
}

function idOf({ on }: FaultPlan, ids: readonly ActorId[]): ActorId {
  return ids[on % ids.length] ?? rootId
}

function misdeedOf({ at, nth, do: misdeed }: FaultPlan) {
  return { at, nth, do: misdeed === 'crash' ? misdeed : { takes: misdeed.takes } } as const
}

interface Soil {
  readonly worker: Worker
  readonly hasStore: boolean
}

function supervisorOf(plan: SupervisorPlan, soil: Soil): SupervisorNode<unknown> {
  const { strategy, restarts, withinMs, autoShutdown, children } = plan
  const nodes = children.map((inner, index) => [keyAt(index), nodeOf(inner, autoShutdown !== 'never', soil)] as const)
  return supervisor({ strategy, intensity: { restarts, within: withinMs }, autoShutdown }, Object.fromEntries(nodes))
}

function nodeOf(plan: NodePlan, mayBeSignificant: boolean, soil: Soil): TreeNode {
  const options = childOptions(plan, mayBeSignificant)
  switch (plan.kind) {
    case 'worker':
      return child(soil.worker, { ...options, ...stateOption(plan, soil) })
    case 'supervisor':
      return child(supervisorOf(plan, soil), options)
    case 'dynamic': {
      const { restarts, withinMs, members } = plan
      const { restart, shutdown } = members
      const intensity = { restarts, within: withinMs }
      return child(dynamicSupervisor(soil.worker, { intensity, restart, shutdown, ...stateOption(members, soil) }), options)
    }
  }
}

function childOptions({ restart, shutdown, significant }: NodePlan, mayBeSignificant: boolean): ChildOptions {
  return { restart, shutdown, significant: significant && mayBeSignificant && restart !== 'permanent' }
}

function stateOption({ state }: WorkerPlan, { hasStore }: Soil): Pick<ChildOptions, 'state'> {
  return hasStore ? { state } : {}
}
