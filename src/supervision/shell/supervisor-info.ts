import type { ActorId } from '../../protocol/actor-id.ts'
import { whichChildren } from '../machine/calls.ts'
import type { ChildInfo } from '../machine/commands.ts'
import type { DecisionRecord } from './decision-log.ts'
import type { Decider, SupervisorInput } from '../machine/decider.ts'
import type { SupervisorState } from '../machine/machine-table.ts'
import type { Intensity } from '../specs/intensity.ts'
import type { Strategy } from '../specs/strategy.ts'

/** What a supervisor is at one moment. */
export interface SupervisorInfo {
  readonly id: ActorId
  /** `dynamic`: its children are members that come and go under keys. */
  readonly kind: 'static' | 'dynamic'
  /** What it is doing; `running`: it waits for something to happen. */
  readonly state: SupervisorState
  /** As it is now, also if it was changed; a dynamic supervisor restarts each member alone. */
  readonly strategy: Strategy
  readonly intensity: Intensity
  /** Restarts that it may still do within the window; at 0 the next one is refused, and it gives up. */
  readonly budgetLeft: number
  /** In the order in which they start. */
  readonly children: readonly ChildInfo[]
  /** The newest decisions about exits and failed starts, the latest last; 20 at most, if `start` was told nothing else. */
  readonly decisions: readonly DecisionRecord[]
}

/** Takes a picture of a supervisor; what changes later does not change it. */
export function supervisorInfo({
  id,
  input,
  decider,
  decisions,
  nowMs,
}: {
  readonly id: ActorId
  readonly input: SupervisorInput
  readonly decider: Decider
  readonly decisions: readonly DecisionRecord[]
  readonly nowMs: number
}): SupervisorInfo {
  const { state, strategy, children } = decider
  return {
    id,
    kind: input.kind,
    state,
    strategy,
    intensity: input.intensity,
    budgetLeft: decider.budgetLeft(nowMs),
    children: whichChildren({ children }).toReversed(),
    decisions,
  }
}
