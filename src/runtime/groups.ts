import type { ActorId } from '../protocol/actor-id.ts'
import type { KeepOption } from './context.ts'
import type { GroupMember } from './group-member.ts'

/** An incarnation, as far as a group needs to know it. */
export interface Joined {
  readonly id: ActorId
  readonly number: number
  readonly isActive: boolean
  whenEnded(tell: () => void): void
}

/** Incarnations under keys, any number under each. Whoever ends is gone from all. */
export class Groups {
  readonly #groups = new Map<string, Map<Joined, unknown>>()
  /** Of actors that come back into their groups with the next incarnation. */
  readonly #kept = new Map<ActorId, Map<string, unknown>>()
  readonly #ofLives = new Map<Joined, Set<string>>()

  /** Joining again changes the value, and keeps the place. With `keep` the next incarnation joins when it is up. */
  join(group: string, life: Joined, value: unknown, { keep = false }: KeepOption = {}): void {
    if (keep) this.#kept.set(life.id, (this.#kept.get(life.id) ?? new Map<string, unknown>()).set(group, value))
    else this.#kept.get(life.id)?.delete(group)
    const members = this.#groups.get(group) ?? new Map<Joined, unknown>()
    this.#groups.set(group, members.set(life, value))
    const own = this.#ofLives.get(life)
    if (own !== undefined) own.add(group)
    else {
      this.#ofLives.set(life, new Set([group]))
      life.whenEnded(() => this.#leaveAll(life))
    }
  }

  /** False if it was no member. */
  leave(group: string, life: Joined): boolean {
    this.#kept.get(life.id)?.delete(group)
    return this.#remove(group, life)
  }

  /** The next incarnation is up. */
  back(life: Joined): void {
    for (const [group, value] of this.#kept.get(life.id) ?? []) this.join(group, life, value, { keep: true })
  }

  /** An actor stays down. */
  gone(id: ActorId): void {
    this.#kept.delete(id)
  }

  #remove(group: string, life: Joined): boolean {
    const members = this.#groups.get(group)
    const was = members?.delete(life) ?? false
    if (members?.size === 0) this.#groups.delete(group)
    this.#ofLives.get(life)?.delete(group)
    return was
  }

  /** In the order in which they joined. One that is ending takes no part any more. */
  members(group: string): readonly GroupMember[] {
    return this.entries(group).map(([{ id, number: incarnation }, value]) => ({ id, incarnation, value }))
  }

  entries(group: string): readonly (readonly [Joined, unknown])[] {
    return [...(this.#groups.get(group) ?? [])].filter(([life]) => life.isActive)
  }

  /** The groups that have members. */
  names(): readonly string[] {
    return [...this.#groups.keys()]
  }

  #leaveAll(life: Joined): void {
    for (const group of this.#ofLives.get(life) ?? []) this.#remove(group, life)
    this.#ofLives.delete(life)
  }
}
