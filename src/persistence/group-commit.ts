import type { ActorId } from '../protocol/actor-id.ts'
import { CoppiceError } from '../protocol/errors.ts'
import { FencedError, StoreError } from '../runtime/errors.ts'
import type { Scheduler } from '../runtime/scheduler.ts'
import type { ActorTable } from './actor-table.ts'
import type { Records } from './records.ts'

/** One operation that waits for the next group. */
interface Waiting {
  /** The actor whose memory goes on from what the operation writes, and is not to be trusted if that fails. */
  readonly actor: ActorId | undefined
  readonly work: () => unknown
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

type Result = { readonly isDone: true; readonly value: unknown } | { readonly isDone: false; readonly error: unknown }

/** What a group needs from the store that it writes to. */
export interface GroupCommitParts {
  readonly records: Records
  readonly actors: ActorTable
  readonly scheduler: Scheduler
  readonly epoch: number
  readonly location: string
  /** The failure of a store behind an error of its database. */
  readonly failure: (error: unknown) => StoreError
}

/**
 * Collects operations and writes them together: one transaction, one sync to the disk, for as many as came meanwhile.
 *
 * Promises settle after the transaction is committed, in the order of the calls. An operation that is refused for its own
 * fault is rejected alone; if the transaction fails, every one of the group is.
 */
export class GroupCommit {
  readonly #parts: GroupCommitParts
  #waiting: Waiting[] = []
  /** Why nothing can be written any more. */
  #end: StoreError | undefined

  constructor(parts: GroupCommitParts) {
    this.#parts = parts
  }

  /** Runs `work` in the transaction of the next group. */
  add<T>(actor: ActorId | undefined, work: () => T): Promise<T> {
    if (this.#end !== undefined) return Promise.reject(this.#end)
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ actor, work, resolve: resolve as (value: unknown) => void, reject })
      if (this.#waiting.length === 1) this.#parts.scheduler.defer('store commit', () => this.flush())
    })
  }

  /** Writes what has been collected. */
  flush(): void {
    const group = this.#waiting
    if (group.length === 0) return
    this.#waiting = []
    const results = this.#write(group)
    group.forEach(({ resolve, reject }, i) => {
      const result = results[i]
      if (result?.isDone === true) resolve(result.value)
      else reject(result?.error)
    })
  }

  /** Writes what has been collected, and takes nothing more. */
  close(): void {
    this.flush()
    this.#end ??= new StoreError({ problem: 'closed', location: this.#parts.location, message: 'is closed; nothing was written' })
  }

  #write(group: readonly Waiting[]): readonly Result[] {
    const { records, actors } = this.#parts
    try {
      records.begin()
      this.#checkEpoch()
      const results = group.map(attempt)
      actors.write()
      records.commit()
      actors.settle()
      return results
    } catch (error) {
      const reason = this.#fail(group, error)
      return group.map(() => ({ isDone: false, error: reason }))
    }
  }

  #checkEpoch(): void {
    const { records, epoch, location } = this.#parts
    const newest = records.epoch()
    if (newest === epoch) return
    const store = `store ${JSON.stringify(location)}`
    throw new FencedError(`${store} has another owner since it was opened here (epoch ${newest}, ours is ${epoch})`)
  }

  #fail(group: readonly Waiting[], error: unknown): Error {
    this.#rollback()
    this.#parts.actors.lose(group.flatMap(({ actor }) => (actor === undefined ? [] : [actor])))
    if (error instanceof CoppiceError) return error
    const failure = this.#parts.failure(error)
    // After a failed sync nobody knows what is on the disk, and what is read back may be only in memory.
    if (failure.problem === 'io' || failure.problem === 'damaged') this.#end = failure
    return failure
  }

  #rollback(): void {
    try {
      this.#parts.records.rollback()
    } catch {
      // SQLite has rolled back by itself, or there was nothing begun.
    }
  }
}

/** Errors of coppice are the fault of the operation and come before it changes anything; all others end the group. */
function attempt({ work }: Waiting): Result {
  try {
    return { isDone: true, value: work() }
  } catch (error) {
    if (error instanceof CoppiceError) return { isDone: false, error }
    throw error
  }
}
