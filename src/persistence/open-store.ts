import type { Clock } from '../runtime/clock.ts'
import type { Persistence, StoreInfo } from '../runtime/persistence.ts'
import type { Scheduler } from '../runtime/scheduler.ts'
import { superjsonCodec } from '../serialization/superjson-codec.ts'
import { carryOut } from './carry-out.ts'
import type { Connection } from './connection.ts'
import type { CopyListener } from './copy-progress.ts'
import { GroupCommit } from './group-commit.ts'
import { GroupWriter } from './group-writer.ts'
import { memoryOf, type Answers, type Operation, type OperationOf, type OperationType } from './operation.ts'
import { persistenceOver, type OperationStore } from './operation-store.ts'
import type { TurnNotebook } from './turn-notes.ts'

/** A store that is open, and what it runs on. */
export interface StoreParts extends Connection {
  readonly world: { readonly clock: Clock; readonly scheduler: Scheduler }
}

/** The contract of a store over its records, in this thread. */
export function openStore(parts: StoreParts, notebook?: TurnNotebook): Persistence {
  return persistenceOver(openOperations(parts), superjsonCodec(), notebook)
}

/** What is below the contract. */
export function openOperations(parts: StoreParts): OperationStore {
  return new LocalStore(parts)
}

class LocalStore implements OperationStore {
  readonly #writer: GroupWriter
  readonly #group: GroupCommit

  constructor({ world, ...connection }: StoreParts) {
    this.#writer = new GroupWriter(connection, world.clock)
    this.#group = new GroupCommit(this.#writer, world.scheduler)
  }

  get info(): StoreInfo {
    return this.#writer.info
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
    return this.#group.add(memoryOf(operation), (journal) => {
      // What an operation comes to is told by its type alone.
      const answer = carryOut(journal, operation) as Answers[Type]
      return read === undefined ? (answer as T) : read(answer)
    })
  }

  copy(path: string, told: CopyListener): Promise<void> {
    return this.#writer.copyTo(path, told)
  }

  // Async, so that a failure to let go rejects as everything else does.
  // eslint-disable-next-line @typescript-eslint/require-await
  async close(): Promise<void> {
    this.#group.close()
  }
}
