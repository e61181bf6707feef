import Database from 'better-sqlite3'
import { statfsSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'

/** What the figures were taken on, line by line. */
export function describeMachine(): readonly string[] {
  const processors = cpus()
  return [
    `CPU        ${processors[0]?.model.trim() ?? 'unknown'}, ${processors.length} cores`,
    `Node       ${process.versions.node}, V8 ${process.versions.v8}`,
    `SQLite     ${sqliteVersion()}, by better-sqlite3`,
    `databases  ${isInMemory(tmpdir()) ? inMemory : 'on a disk'}`,
  ]
}

function sqliteVersion(): string {
  const database = new Database(':memory:')
  try {
    return String(database.prepare('SELECT sqlite_version()').pluck().get())
  } finally {
    database.close()
  }
}

const inMemory = 'in memory (tmpfs): a sync costs nothing, take no figure of "sync full" from here'

/** What Linux calls a tmpfs. */
const tmpfs = 0x01021994

function isInMemory(directory: string): boolean {
  return statfsSync(directory).type === tmpfs
}
