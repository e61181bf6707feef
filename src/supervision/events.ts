import type { ActorId } from '../protocol/actor-id.ts'
import type { Command, Decision } from './machine/commands.ts'
import type { SupervisorInput } from './machine/decider.ts'
import type { Fact } from './machine/facts.ts'

/** What happens to supervisors. */
export type SupervisorEvent =
  /** An incarnation of a supervisor begins with this input; its steps follow. */
  | { readonly type: 'supervisor began'; readonly id: ActorId; readonly incarnation: number; readonly input: SupervisorInput }
  /** What its machine was told (nothing at the very first step), and what it wanted done. */
  | {
      readonly type: 'supervisor step'
      readonly id: ActorId
      readonly incarnation: number
      readonly fact: Fact | undefined
      readonly commands: readonly Command[]
    }
  /** What it decided about an exit or a failed start, and why. */
  | { readonly type: 'decided'; readonly id: ActorId; readonly incarnation: number; readonly decision: Decision }
