import type { SupervisorInput } from '../supervision/machine/decider.ts'
import type { Fact } from '../supervision/machine/facts.ts'
import { replay as replayFacts, type ReplayedStep } from '../supervision/machine/replay.ts'
import { replayScenario } from './explore.ts'
import type { Run } from './run-scenario.ts'
import type { Invariants, Scenario } from './scenario.ts'

/**
 * Plays a scenario once more as a token says: the same run, on every version of Node. Resolves if everything holds now.
 *
 * @param laws what must hold besides what the scenario says, as it was given to `explore`.
 * @throws {ScenarioFailedError} with the report if something does not.
 * @throws {StaleTokenError} if the token does not fit the scenario any more.
 * @throws {ConfigurationError} if it is no token.
 */
export function replay<Tree, Item>(scenario: Scenario<Tree, Item>, token: string, laws?: Invariants<Tree>): Promise<Run>
/**
 * Takes recorded facts through the machine of a supervisor again. The steps are those of the live supervisor, with equal
 * commands: it decides by the facts alone.
 *
 * @throws InternalError if a fact cannot come where it does: the record is not of one supervisor, or has a gap.
 */
export function replay(input: SupervisorInput, facts: readonly Fact[]): readonly ReplayedStep[]
export function replay(
  recorded: Scenario<unknown, unknown> | SupervisorInput,
  by: string | readonly Fact[],
  laws?: Invariants<unknown>,
): Promise<Run> | readonly ReplayedStep[] {
  // A token is a text; what a supervisor was told is a list.
  if (typeof by === 'string') return replayScenario(recorded as Scenario<unknown, unknown>, by, laws)
  return replayFacts(recorded as SupervisorInput, by)
}
