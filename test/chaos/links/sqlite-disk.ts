import { DatabaseSync } from 'node:sqlite'
import { sqlite } from '../../../src/persistence/sqlite-store.ts'
import type { OpenStore } from './life.ts'

/** A database in memory, opened again by each life. Between two steps nothing is half written: a kill is what it is to a file. */
export class SqliteDisk {
  readonly #database = new DatabaseSync(':memory:')

  open(): OpenStore {
    const store = sqlite(this.#database)
    return (world) => store.open(world)
  }

  countOutbox(): number {
    // Before the first life there is no table.
    const row = this.#database.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'outbox'").get()
    if (row?.['n'] === 0) return 0
    return Number(this.#database.prepare('SELECT count(*) AS n FROM outbox').get()?.['n'])
  }

  close(): void {
    this.#database.close()
  }
}
