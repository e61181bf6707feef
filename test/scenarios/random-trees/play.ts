import { TreeStartError } from '../../../src/app/errors.ts'
import type { SimulationEvent } from '../../../src/app/simulated-system.ts'
import { runScenario } from '../../../src/testing/run-scenario.ts'
import { bySeed, Steering } from '../../../src/testing/steering.ts'
import { historyLaws } from './laws.ts'
import type { Plan } from './plan.ts'
import { stormOf, type StormLaws } from './storm.ts'

/** What is wrong with a run; nothing if all laws hold. */
export interface Played {
  /** The first law that does not hold. */
  readonly law: string | undefined
  readonly problem: string
  readonly events: readonly SimulationEvent[]
}

/** Plays a plan once: its storm, until all is calm, and then two stops at once. */
export async function play(plan: Plan, more?: StormLaws): Promise<Played> {
  const storm = stormOf(plan, more)
  const { seed, deeds: items, hasStore } = plan
  const { faults = [] } = storm
  const store = hasStore ? 'memory' : false
  const { failure, events } = await runScenario({
    scenario: storm,
    laws: {},
    steering: new Steering(bySeed(seed)),
    seed,
    items,
    faults,
    told: undefined,
    deaths: [],
    store,
  })
  if (failure === undefined) return { law: undefined, problem: '', events }
  if (!(failure.error instanceof TreeStartError)) return { law: failure.law, problem: failure.detail, events }
  // A tree may fail to start: then it was right until there.
  for (const [law, problems] of Object.entries(historyLaws)) {
    const [problem] = problems(events, plan)
    if (problem !== undefined) return { law, problem, events }
  }
  return { law: undefined, problem: '', events }
}
