import type { ActorId } from '../protocol/actor-id.ts'
import { CoppiceError } from '../protocol/errors.ts'
import { FencedError, StoreError } from '../runtime/errors.ts'
import type { ActorTable } from './actor-table.ts'
import type { Records } from './records.ts'

/** One operation of a group. */
export interface Work {
  /** The actor whose memory goes on from what the operation writes, and is not to be trusted if that fails. */
  readonly actor: ActorId | undefined
  readonly work: () => unknown
}

export type Result = { readonly isDone: true; readonly value: unknown } | { readonly isDone: false; readonly error: unknown }

/** What a group is written to. */
export interface GroupParts {
  readonly records: Records
  readonly actors: ActorTable
  readonly epoch: number
  readonly location: string
  /** The failure of a store behind an error of its database. */
  readonly failure: (error: unknown) => StoreError
}

/**
 * Writes operations together: one transaction, one sync to the disk. An operation that is refused for its own fault fails
 * alone; if the transaction fails, every one of the group does.
 */
export class GroupWriter {
  readonly #parts: GroupParts
  /** Why nothing can be written any more. */
  #end: StoreError | undefined

  constructor(parts: GroupParts) {
    this.#parts = parts
  }

  get end(): StoreError | undefined {
    return this.#end
  }

  /** Takes nothing more. */
  close(): void {
    this.#end ??= new StoreError({ problem: 'closed', location: this.#parts.location, message: 'is closed; nothing was written' })
  }

  /** `beforeCommit` may write what belongs to the results; if it throws, the group has failed. */
  write(group: readonly Work[], beforeCommit?: (results: readonly Result[]) => void): readonly Result[] {
    const end = this.#end
    if (end !== undefined) return group.map(() => ({ isDone: false, error: end }))
    const { records, actors } = this.#parts
    try {
      records.begin()
      this.#checkEpoch()
      const results = group.map(attempt)
      actors.write()
      beforeCommit?.(results)
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

  #fail(group: readonly Work[], error: unknown): Error {
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
function attempt({ work }: Work): Result {
  try {
    return { isDone: true, value: work() }
  } catch (error) {
    if (error instanceof CoppiceError) return { isDone: false, error }
    throw error
  }
}
