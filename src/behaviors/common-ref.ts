import { displayId, type ActorId } from '../protocol/actor-id.ts'
import type { ExitReason } from '../protocol/exit-reason.ts'
import { refMark, type RefData } from '../protocol/ref-data.ts'
import type { Port, StopOptions, WhenUpOptions } from '../runtime/context.ts'
import type { CheckpointOptions, CheckpointTaken } from '../runtime/checkpoint-request.ts'
import { crossing } from '../runtime/own-copy.ts'
import { leaveScope } from './leave-scope.ts'

/** What a reference of every kind has. It stays valid over restarts, of the actor and of the process. */
export interface CommonRef {
  readonly id: ActorId
  /** Asks it to end behind what is queued, and waits until it has; see {@link Port.stopActor}. */
  stop(reason?: ExitReason, options?: StopOptions): Promise<void>
  /**
   * Resolves with the number of its incarnation when the actor is up, at once if it is: the next call finds it. Rejects with
   * `noproc` when it is gone for good: nobody starts it again unless asked to.
   */
  whenUp(options?: WhenUpOptions): Promise<number>
  /**
   * Takes a checkpoint behind what is queued. Resolves when the state is durable that everything has led to that was sent before.
   * Rejects with a `CheckpointError`: nothing is kept of this actor, or it failed; and as a call with `noproc`, `crashed`, `timeout`
   * or `aborted`. Replies do not wait for it, and nothing that has been replied is changed by it.
   */
  checkpoint(options?: CheckpointOptions): Promise<CheckpointTaken>
  /**
   * Ends it for good, with the reason `normal`, and waits until it has ended: `await using job = await app.spawn(Job, 'a', args)`
   * does so where the block ends. Nothing else does: the life of an actor does not hang on who holds a reference.
   */
  [Symbol.asyncDispose](): Promise<void>
  toString(): string
  /** Plain data, which `ctx.ref` and `app.refOf` make a reference of again. */
  toJSON(): RefData
}

/** How the reference of one kind is made. */
export interface RefParts {
  readonly port: Port
  readonly id: ActorId
  /** What a person calls the kind. */
  readonly word: string
  /** Makes the same reference again, which sends another way. */
  readonly make: (port: Port) => object
}

/** A reference with the methods of its kind besides those that every kind has. */
export function refWith<Methods extends object>(parts: RefParts, methods: Methods): Methods & CommonRef {
  return Object.assign(new KindRef(parts), methods)
}

/** A class, so that what copies messages takes it for a reference and not for data. */
class KindRef implements CommonRef {
  readonly id: ActorId
  readonly #parts: RefParts

  constructor(parts: RefParts) {
    this.id = parts.id
    this.#parts = parts
  }

  // Fields, so that they can be taken out of the object.
  readonly stop = (reason?: ExitReason, options?: StopOptions): Promise<void> =>
    this.#parts.port.stopActor(this.id, reason, options)

  readonly whenUp = (options?: WhenUpOptions): Promise<number> => this.#parts.port.whenUp(this.id, options)

  readonly checkpoint = (options?: CheckpointOptions): Promise<CheckpointTaken> =>
    this.#parts.port.checkpointActor(this.id, options)

  toString(): string {
    return `${this.#parts.word} ${displayId(this.id)}`
  }

  toJSON(): RefData {
    return { actor: this.id, system: this.#parts.port.systemId?.() ?? '' }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return leaveScope(this.#parts.port, this.id)
  }

  [refMark](): RefData {
    return this.toJSON()
  }

  /** Whoever is given it sends on behalf of nobody, also when the actor that it was made for has ended. */
  [crossing](): object {
    const { port, make } = this.#parts
    return port.unowned === undefined ? this : make(port.unowned)
  }
}
