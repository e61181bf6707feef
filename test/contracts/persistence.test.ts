import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { memory } from '../../src/persistence/memory-store.ts'
import { sqlite, type SqliteOptions } from '../../src/persistence/sqlite-store.ts'
import type { Store } from '../../src/runtime/persistence.ts'
import { persistenceContract, type StoreUnderTest } from './persistence.ts'

const kept = (store: Store): StoreUnderTest => ({ store, dispose: () => undefined })

function file(options: SqliteOptions): StoreUnderTest {
  const directory = mkdtempSync(join(tmpdir(), 'coppice-'))
  return {
    store: sqlite(join(directory, 'store.db'), options),
    dispose: () => rmSync(directory, { recursive: true, force: true }),
  }
}

persistenceContract('in memory', () => kept(memory()))
persistenceContract('a SQLite file in full sync', () => file({}))
persistenceContract('a SQLite file in normal sync', () => file({ sync: 'normal' }))
persistenceContract('SQLite in memory', () => kept(sqlite(':memory:')))
persistenceContract('an open database of node:sqlite', () => kept(sqlite(new DatabaseSync(':memory:'))))
