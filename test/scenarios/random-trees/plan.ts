import fc, { type Arbitrary } from 'fast-check'
import type { AutoShutdown } from '../../../src/supervision/specs/auto-shutdown.ts'
import type { RestartType } from '../../../src/supervision/specs/restart-type.ts'
import type { Strategy } from '../../../src/supervision/specs/strategy.ts'

/** A run as data: a tree, what goes wrong in it, what is done to it, and the seed that decides every order. */
export interface Plan {
  readonly tree: SupervisorPlan
  readonly faults: readonly FaultPlan[]
  readonly deeds: readonly Deed[]
  readonly seed: number
  readonly hasStore: boolean
}

export type NodePlan = WorkerPlan | SupervisorPlan | DynamicPlan

interface ChildPlan {
  readonly restart: RestartType
  readonly shutdown: 'kill' | 'infinity' | '10ms' | '200ms'
  /** Only heeded where it is allowed. */
  readonly significant: boolean
}

export interface WorkerPlan extends ChildPlan {
  readonly kind: 'worker'
  /** Only heeded with a store. */
  readonly state: 'volatile' | 'checkpointed' | 'durable'
}

export interface SupervisorPlan extends ChildPlan {
  readonly kind: 'supervisor'
  readonly strategy: Strategy
  readonly restarts: number
  readonly withinMs: number
  readonly autoShutdown: AutoShutdown
  readonly children: readonly NodePlan[]
}

/** Its members are as the worker. */
export interface DynamicPlan extends ChildPlan {
  readonly kind: 'dynamic'
  readonly restarts: number
  readonly withinMs: number
  readonly members: WorkerPlan
}

/** `on` is the number of a worker, counted through all of them as often as needed. */
export interface FaultPlan {
  readonly on: number
  readonly at: 'init' | 'restart' | 'term' | 'message'
  readonly nth: number
  readonly do: 'crash' | { readonly takes: number }
}

/** One thing that is done to the tree. */
export type Deed =
  | { readonly do: 'crash' | 'crash late' | 'end' | 'cast'; readonly on: number }
  | { readonly do: 'ask' | 'ask slowly' | 'ask and crash'; readonly on: number; readonly timeout: 'infinity' | '50ms' }
  | { readonly do: 'start member' | 'stop member'; readonly on: number; readonly key: 'k' | 'l' }
  | { readonly do: 'step'; readonly steps: number }
  | { readonly do: 'pass'; readonly ms: number }

const restart = fc.constantFrom<RestartType>('permanent', 'permanent', 'transient', 'temporary')
const limits = { restarts: fc.integer({ min: 0, max: 5 }), withinMs: fc.constantFrom(20, 100, 1_000) }
const on = fc.nat(11)

const childPlan = {
  restart,
  shutdown: fc.constantFrom<ChildPlan['shutdown']>('infinity', '200ms', '10ms', 'kill'),
  significant: fc.boolean(),
}

const workerPlan: Arbitrary<WorkerPlan> = fc.record({
  kind: fc.constant('worker'),
  ...childPlan,
  state: fc.constantFrom('volatile', 'checkpointed', 'durable'),
})

const dynamicPlan: Arbitrary<DynamicPlan> = fc.record({
  kind: fc.constant('dynamic'),
  ...childPlan,
  ...limits,
  members: workerPlan,
})

/** A supervisor with so many floors of supervisors below it at most. */
function supervisorPlan(floors: number): Arbitrary<SupervisorPlan> {
  const leaf = { arbitrary: workerPlan, weight: 5 }
  const nodes = fc.oneof(
    leaf,
    { arbitrary: dynamicPlan, weight: 1 },
    ...(floors === 0 ? [] : [{ arbitrary: supervisorPlan(floors - 1), weight: 2 }]),
  )
  return fc.record({
    kind: fc.constant('supervisor'),
    ...childPlan,
    ...limits,
    strategy: fc.constantFrom<Strategy>('one_for_one', 'one_for_all', 'rest_for_one'),
    autoShutdown: fc.constantFrom<AutoShutdown>('never', 'never', 'any_significant', 'all_significant'),
    children: fc.array(nodes, { minLength: 1, maxLength: 4 }),
  })
}

const faultPlan: Arbitrary<FaultPlan> = fc.record({
  on,
  at: fc.constantFrom<FaultPlan['at']>('init', 'restart', 'restart', 'term', 'message'),
  nth: fc.integer({ min: 1, max: 6 }),
  do: fc.oneof(fc.constant('crash' as const), fc.record({ takes: fc.integer({ min: 1, max: 60 }) })),
})

const deed: Arbitrary<Deed> = fc.oneof(
  { arbitrary: fc.record({ do: fc.constantFrom('crash' as const, 'crash', 'crash late', 'end', 'cast'), on }), weight: 6 },
  {
    arbitrary: fc.record({
      do: fc.constantFrom('ask' as const, 'ask slowly', 'ask and crash'),
      on,
      timeout: fc.constantFrom('infinity' as const, 'infinity', '50ms'),
    }),
    weight: 4,
  },
  {
    arbitrary: fc.record({
      do: fc.constantFrom('start member' as const, 'start member', 'stop member'),
      on,
      key: fc.constantFrom('k' as const, 'l'),
    }),
    weight: 3,
  },
  { arbitrary: fc.record({ do: fc.constant('step' as const), steps: fc.integer({ min: 1, max: 6 }) }), weight: 3 },
  { arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 60 }) }), weight: 3 },
)

/** Most roots have a budget that outlasts the storm, so that there is one. */
const rootPlan = fc
  .tuple(supervisorPlan(2), fc.constantFrom(0, 2, 100, 100, 100))
  .map(([root, restarts]): SupervisorPlan => ({ ...root, restarts }))

/** Any plan with a tree of up to three floors. */
export const anyPlan: Arbitrary<Plan> = fc.record({
  tree: rootPlan,
  faults: fc.array(faultPlan, { maxLength: 6 }),
  deeds: fc.array(deed, { minLength: 1, maxLength: 40, size: 'max' }),
  seed: fc.nat(1_000_000),
  hasStore: fc.boolean(),
})
