import type { ActorId } from '../protocol/actor-id.ts'

/** One member of a group. */
export interface GroupMember {
  readonly id: ActorId
  readonly incarnation: number
  /** What it joined with. */
  readonly value: unknown
}
