import type { ActorId } from '../protocol/actor-id.ts'
import { shutdown } from '../protocol/exit-reason.ts'
import type { Life } from './anatomy.ts'

/** Actors that end with the one that spawned them. */
export class Owners {
  readonly #ofLives = new Map<Life, Set<Life>>()
  readonly #ofActors = new Map<ActorId, Set<Life>>()
  /** Those that were told to end, with whom. */
  readonly #leaving = new WeakMap<Life, ActorId>()
  readonly #stop: (life: Life) => void

  /** `stop` ends one in order. */
  constructor(stop: (life: Life) => void) {
    this.#stop = stop
  }

  /** `owned` ends with this incarnation of its owner; with `survivesRestart` only when the owner is gone for good. */
  bind(owned: Life, owner: Life, { survivesRestart }: { readonly survivesRestart: boolean }): void {
    if (survivesRestart) add(this.#ofActors, owner.id, owned)
    else if (add(this.#ofLives, owner, owned)) owner.whenEnded(() => this.#end(this.#ofLives, owner, owner.id))
  }

  /** True if it ends because its owner, or an incarnation of that, has ended. */
  isLeavingWith(life: Life, owner: ActorId): boolean {
    return this.#leaving.get(life) === owner
  }

  /** An actor stays down. */
  gone(id: ActorId): void {
    this.#end(this.#ofActors, id, id)
  }

  #end<Owner>(owned: Map<Owner, Set<Life>>, owner: Owner, id: ActorId): void {
    const lives = owned.get(owner)
    owned.delete(owner)
    for (const life of [...(lives ?? [])].reverse()) {
      this.#leaving.set(life, id)
      if (life.status === 'starting') life.end(shutdown, 'orderly')
      else this.#stop(life)
    }
  }
}

/** True if it is the first of its owner. What has ended by itself is forgotten. */
function add<Owner>(all: Map<Owner, Set<Life>>, owner: Owner, life: Life): boolean {
  const known = all.get(owner)
  const lives = known ?? new Set()
  all.set(owner, lives.add(life))
  life.whenEnded(() => lives.delete(life))
  return known === undefined
}
