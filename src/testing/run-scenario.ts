import { ConfigurationError } from '../protocol/errors.ts'
import type { SimulationEvent, SimulationOptions } from '../app/simulated-system.ts'
import { memory } from '../persistence/memory-store.ts'
import { ProcessDiedError, RealWorldError } from '../simulation/errors.ts'
import type { Fault } from '../simulation/fault-plan.ts'
import { LawBrokenError, StaleTokenError } from './errors.ts'
import { KitSim, type KitSimParts, type ToldFault } from './kit-sim.ts'
import { breachOf, type Verdict } from './laws.ts'
import type { DeathCount, DeathPoint } from './process-death.ts'
import type { Invariants, Scenario } from './scenario.ts'
import type { Decision, Steering } from './steering.ts'
import type { SimStep } from './steps.ts'

/** One way to play a scenario. */
export interface RunPlan<Tree, Item> extends Pick<
  KitSimParts,
  'settlesEachStep' | 'steersStart' | 'watch' | 'countsCheckpoints'
> {
  readonly scenario: Scenario<Tree, Item>
  /** What must hold besides what the scenario says. */
  readonly laws: Invariants<Tree>
  readonly steering: Steering
  /** Decides `ctx.random`. */
  readonly seed: number
  readonly items: readonly Item[]
  readonly faults: readonly Fault[]
  /** The places of the faults of `sim.fault` that take part; nothing for all. */
  readonly told: readonly number[] | undefined
  readonly deaths: readonly DeathPoint[]
  readonly store: Required<Scenario<Tree>>['store']
  /** Shown the simulation before it begins. */
  readonly seen?: (sim: KitSim<Tree>) => void
}

/** What did not hold. */
export interface Failure {
  /** In the words of who gave it; `the scenario itself` for what it has thrown. */
  readonly law: string
  readonly detail: string
  readonly error: unknown
}

/** What came of playing a scenario once. */
export interface Run {
  readonly failure: Failure | undefined
  readonly decisions: readonly Decision[]
  /** How often there was a choice. */
  readonly choices: number
  readonly steps: readonly SimStep[]
  readonly events: readonly SimulationEvent[]
  readonly schedule: string
  /** The faults of `sim.fault`. */
  readonly told: readonly ToldFault[]
  readonly death: DeathCount
}

/** Plays a scenario once. What is wrong with the scenario, and no failure of its tree, is thrown. */
export async function runScenario<Tree, Item>(plan: RunPlan<Tree, Item>): Promise<Run> {
  const { scenario, steering, seed, faults, store, settlesEachStep, steersStart, watch, countsCheckpoints, deaths, told } = plan
  const options: SimulationOptions = { ...scenario.options, seed, faults, ...storeOf(store) }
  const sim = new KitSim(scenario.tree, {
    options,
    steering,
    deaths,
    takesFault: (place) => told?.includes(place) !== false,
    ...(settlesEachStep !== undefined && { settlesEachStep }),
    ...(steersStart !== undefined && { steersStart }),
    ...(watch && { watch }),
    ...(countsCheckpoints !== undefined && { countsCheckpoints }),
  })
  plan.seen?.(sim)
  try {
    const failure = await play(sim, plan)
    const { steps, events, schedule } = sim
    const { decisions, count: choices } = steering
    return { failure, decisions, choices, steps, events, schedule, told: sim.told, death: sim.death }
  } finally {
    sim.close()
  }
}

async function play<Tree, Item>(sim: KitSim<Tree>, { scenario, laws, items }: RunPlan<Tree, Item>): Promise<Failure | undefined> {
  try {
    await sim.begin()
    for (const [law, holds] of Object.entries({ ...scenario.always, ...laws.always })) sim.always(law, () => holds(sim))
    // Whoever plays the story lives in the process: with it the story ends, unless it goes on by itself.
    await unlessItDied(async () => void (await scenario.run(sim, items)))
    await unlessItDied(sim.settle)
    await unlessItDied(sim.settle)
    for (const [law, holds] of Object.entries({ ...scenario.invariants, ...laws.invariants })) {
      const detail = await verdictOf(() => holds(sim))
      if (detail !== undefined) return { law, detail, error: undefined }
    }
    return undefined
  } catch (error) {
    if (error instanceof ConfigurationError || error instanceof RealWorldError || error instanceof StaleTokenError) throw error
    if (error instanceof LawBrokenError) return { law: error.law, detail: `${error.detail}, after step ${error.step}`, error }
    return { law: 'the scenario itself', detail: error instanceof Error ? error.message : String(error), error }
  }
}

async function unlessItDied(run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (error) {
    if (!(error instanceof ProcessDiedError)) throw error
  }
}

async function verdictOf(ask: () => unknown): Promise<string | undefined> {
  try {
    const verdict = await ask()
    return breachOf(() => verdict as Verdict)
  } catch (error) {
    if (error instanceof LawBrokenError) throw error
    return error instanceof Error ? error.message : String(error)
  }
}

function storeOf(store: RunPlan<unknown, unknown>['store']): Pick<SimulationOptions, 'store'> {
  if (store === 'sqlite') return {}
  if (store === 'memory') return { store: memory() }
  return { store: store === false ? false : store() }
}
