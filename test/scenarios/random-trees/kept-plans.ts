import type { Plan, SupervisorPlan, WorkerPlan } from './plan.ts'

const rest = { restart: 'permanent', shutdown: 'infinity', significant: false } as const
const worker: WorkerPlan = { kind: 'worker', ...rest, state: 'volatile' }

function supervisor(children: SupervisorPlan['children'], other: Partial<SupervisorPlan> = {}): SupervisorPlan {
  const kind = 'supervisor' as const
  return { kind, ...rest, strategy: 'one_for_one', restarts: 0, withinMs: 20, autoShutdown: 'never', children, ...other }
}

/** Plans that have broken a law once. */
export const keptPlans: readonly { readonly found: string; readonly plan: Plan }[] = [
  {
    found: 'a call to one below a killed supervisor never settled',
    plan: {
      tree: supervisor([worker, supervisor([supervisor([worker])], { shutdown: 'kill' })]),
      faults: [],
      deeds: [
        { do: 'ask', on: 1, timeout: 'infinity' },
        { do: 'crash', on: 0 },
      ],
      seed: 3826,
      hasStore: false,
    },
  },
  {
    found: 'nor one to an actor that an orphaned supervisor had started again',
    plan: {
      tree: supervisor(
        [supervisor([supervisor([worker], { restarts: 1 }), worker], { restart: 'temporary', shutdown: 'kill' }), worker],
        { strategy: 'one_for_all', restarts: 2 },
      ),
      faults: [],
      deeds: [
        { do: 'crash', on: 10 },
        { do: 'crash', on: 0 },
        { do: 'crash', on: 5 },
        { do: 'pass', ms: 0 },
        { do: 'ask', on: 0, timeout: 'infinity' },
        { do: 'crash', on: 0 },
      ],
      seed: 0,
      hasStore: false,
    },
  },
  {
    found: 'a killed supervisor gave a member up when the store was closed',
    plan: {
      tree: supervisor([
        worker,
        { kind: 'dynamic', ...rest, shutdown: 'kill', restarts: 0, withinMs: 20, members: { ...worker, state: 'checkpointed' } },
        supervisor([{ kind: 'dynamic', ...rest, restarts: 0, withinMs: 20, members: worker }]),
      ]),
      faults: [],
      deeds: [
        { do: 'start member', on: 0, key: 'k' },
        { do: 'crash', on: 0 },
      ],
      seed: 0,
      hasStore: true,
    },
  },
]
