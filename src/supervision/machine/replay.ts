import type { Command } from './commands.ts'
import { createDecider, type SupervisorInput } from './decider.ts'
import type { Fact } from './facts.ts'

/** One step of a supervisor: what it learned and what it did about it. */
export interface ReplayedStep {
  /** Nothing for the first step, the start. */
  readonly fact: Fact | undefined
  readonly commands: readonly Command[]
}

/**
 * Takes recorded facts through the machine again. The steps are those of the live supervisor, with equal commands: it decides
 * by the facts alone.
 *
 * @throws InternalError if a fact cannot come where it does: the record is not of one supervisor, or has a gap.
 */
export function replay(input: SupervisorInput, facts: readonly Fact[]): readonly ReplayedStep[] {
  const decider = createDecider(input)
  const first: ReplayedStep = { fact: undefined, commands: decider.start() }
  return [first, ...facts.map((fact) => ({ fact, commands: decider.decide(fact) }))]
}
