import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sqlite, type SqliteOptions } from '../../src/persistence/sqlite-store.ts'
import { persistenceContract, type StoreUnderTest } from '../contracts/persistence.ts'

function file(options: SqliteOptions): StoreUnderTest {
  const directory = mkdtempSync(join(tmpdir(), 'coppice-'))
  return {
    store: sqlite(join(directory, 'store.db'), { ...options, link: 'worker' }),
    dispose: () => rmSync(directory, { recursive: true, force: true }),
  }
}

persistenceContract('a SQLite file on a thread, in full sync', () => file({}))
// What is synced when is the same on a thread, and each of these stores takes its time to begin.
if (process.env['ROWS'] === 'all')
  persistenceContract('a SQLite file on a thread, in normal sync', () => file({ sync: 'normal' }))
