import type { Clock } from '../runtime/clock.ts'
import type { StoreError } from '../runtime/errors.ts'
import type { Persistence, StoreInfo } from '../runtime/persistence.ts'
import type { Scheduler } from '../runtime/scheduler.ts'
import { superjsonCodec } from '../serialization/superjson-codec.ts'
import { ActorTable } from './actor-table.ts'
import { carryOut } from './carry-out.ts'
import { GroupCommit } from './group-commit.ts'
import { GroupWriter } from './group-writer.ts'
import { Journal } from './journal.ts'
import { memoryOf, type Answers, type Operation, type OperationOf, type OperationType } from './operation.ts'
import { persistenceOver, type OperationStore } from './operation-store.ts'
import type { Records } from './records.ts'
import { StoredValues } from './stored-values.ts'

/** What every kind of store has of its own. */
export interface StoreParts {
  readonly records: Records
  readonly info: StoreInfo
  readonly world: { readonly clock: Clock; readonly scheduler: Scheduler }
  /** The failure of the store behind an error that its records have thrown. */
  readonly failure: (error: unknown) => StoreError
  /** Lets go of what holds the records. */
  readonly release: () => void
}

/** The contract of a store over its records, in this thread. */
export function openStore(parts: StoreParts): Persistence {
  return persistenceOver(new LocalStore(parts), superjsonCodec())
}

class LocalStore implements OperationStore {
  readonly info: StoreInfo
  readonly #journal: Journal
  readonly #group: GroupCommit
  readonly #release: () => void
  #isOpen = true

  constructor({ records, info, world, failure, release }: StoreParts) {
    const { epoch, location } = info
    const actors = new ActorTable(records)
    const values = new StoredValues(superjsonCodec(), location)
    this.info = info
    this.#journal = new Journal({ records, actors, values, clock: world.clock })
    this.#group = new GroupCommit(new GroupWriter({ records, actors, epoch, location, failure }), world.scheduler)
    this.#release = release
  }

  submit<Type extends OperationType, T>(make: () => OperationOf<Type>, read?: (answer: Answers[Type]) => T): Promise<T> {
    let operation: Operation
    try {
      operation = make()
    } catch (error) {
      return this.#group.add(undefined, () => {
        throw error as Error
      })
    }
    return this.#group.add(memoryOf(operation), () => {
      // What an operation comes to is told by its type alone.
      const answer = carryOut(this.#journal, operation) as Answers[Type]
      return read === undefined ? (answer as T) : read(answer)
    })
  }

  // Async, so that a failure to let go rejects as everything else does.
  // eslint-disable-next-line @typescript-eslint/require-await
  async close(): Promise<void> {
    this.#group.close()
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#release()
  }
}
