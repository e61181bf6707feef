import type { SimulationEvent } from '../../../src/app/simulated-system.ts'

/** What decides the order of a run: a seed, or a schedule that was printed. */
export interface Order {
  readonly seed: number
  readonly replay?: string
}

/** What came of a run. */
export interface Outcome {
  /** What went wrong; nothing if all is well. */
  readonly wrong: string | undefined
  readonly schedule: string
  readonly events: readonly SimulationEvent[]
}

/** A program that goes wrong in some orders and not in others. */
export type PlantedBug = (order: Order) => Promise<Outcome>
