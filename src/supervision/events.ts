import type { ActorId } from '../protocol/actor-id.ts'
import type { CutProblem } from '../runtime/cuts/cut.ts'
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
  /** It goes by cuts, and could not take the first one: until there is one, each child comes back with its own state. */
  | {
      readonly type: 'no cut'
      readonly id: ActorId
      readonly incarnation: number
      readonly why: CutProblem
      readonly actors: readonly ActorId[]
    }
  /** What it decided about an exit or a failed start, and why. */
  | { readonly type: 'decided'; readonly id: ActorId; readonly incarnation: number; readonly decision: Decision }
