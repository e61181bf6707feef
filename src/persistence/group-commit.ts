import type { ActorId } from '../protocol/actor-id.ts'
import type { Scheduler } from '../runtime/scheduler.ts'
import type { GroupWriter, Work } from './group-writer.ts'
import type { Journal } from './journal.ts'

/** One operation that waits for the next group. */
interface Waiting extends Work {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

/**
 * Collects operations and has them written together, as many as came meanwhile. Promises settle after the transaction is
 * committed, in the order of the calls.
 */
export class GroupCommit {
  readonly #writer: GroupWriter
  readonly #scheduler: Scheduler
  #waiting: Waiting[] = []

  constructor(writer: GroupWriter, scheduler: Scheduler) {
    this.#writer = writer
    this.#scheduler = scheduler
  }

  /** Runs `work` in the transaction of the next group. */
  add<T>(actor: ActorId | undefined, work: (journal: Journal) => T): Promise<T> {
    if (this.#writer.end !== undefined) return Promise.reject(this.#writer.end)
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ actor, work, resolve: resolve as (value: unknown) => void, reject })
      if (this.#waiting.length === 1) this.#scheduler.defer('store commit', () => this.flush())
    })
  }

  /** Writes what has been collected. */
  flush(): void {
    const group = this.#waiting
    if (group.length === 0) return
    this.#waiting = []
    const results = this.#writer.write(group)
    for (const [i, { resolve, reject }] of group.entries()) {
      const result = results[i]
      if (result?.isDone === true) resolve(result.value)
      else reject(result?.error)
    }
  }

  /** Writes what has been collected, takes nothing more, and lets go of the store. */
  close(): void {
    this.flush()
    this.#writer.close()
  }
}
